import type { Filter } from '../../client/tools.ts'
import type { FilterField, PersonLine, Stage } from '../../client/lists.ts'

export const stageWords: Record<Stage, string> = {
  lead: 'Lead',
  engaged: 'Engaged',
  booked: 'Booked',
  customer: 'Customer',
  lost: 'Lost',
}
export const stages = Object.keys(stageWords) as Stage[]

export const operatorWords: Record<string, string> = {
  is: 'is',
  is_not: 'is not',
  one_of: 'is one of',
  none_of: 'is none of',
  contains: 'contains',
  starts_with: 'begins with',
  has_any: 'has any of',
  has_all: 'has all of',
  has_none: 'has none of',
  at_least: 'is at least',
  at_most: 'is at most',
  before: 'is before',
  after: 'is after',
  on: 'is on',
  within_last: 'is within the last',
  within_next: 'is within the next',
  longer_ago_than: 'is longer ago than',
  in_month: 'is in month',
  known: 'is known',
  unknown: 'is not known',
}

/** How somebody is reached first, as it is written. */
export function addressOf({ identities }: PersonLine): string {
  const first = identities.find(({ isPrimary }) => isPrimary) ?? identities[0]
  if (!first) return ''
  return first.kind === 'wa_id' ? `+${first.value}` : first.value
}

/** `15 March 1990`, or without a year where nobody knows it. */
export function birthdayWords(birthday: string | null): string {
  if (birthday === null) return ''
  const [year = '', month = '1', day = '1'] = birthday.split('-')
  const name = new Date(Date.UTC(2024, Number(month) - 1, 1)).toLocaleString('en', { month: 'long', timeZone: 'UTC' })
  return `${String(Number(day))} ${name}${year === '9999' ? '' : ` ${year}`}`
}

const lists = new Set(['one_of', 'none_of', 'has_any', 'has_all', 'has_none'])
export const takesList = (operator: string) => lists.has(operator)
export const takesNothing = (operator: string) => operator === 'known' || operator === 'unknown'

/** What stands in a cell or a condition, as text. */
export function plainOf(value: string | number | boolean | readonly (string | number)[] | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'object' ? value.join(', ') : String(value)
}

/** A filter as a person reads it. */
export function filterWords(filter: Filter, fields: readonly FilterField[]): string {
  if ('not' in filter) return `not (${filterWords(filter.not, fields)})`
  if ('all' in filter || 'any' in filter) {
    const [parts, word] = 'all' in filter ? [filter.all, ' and '] : [filter.any, ' or ']
    if (parts.length === 0) return 'all' in filter ? 'everybody' : 'nobody'
    return parts
      .map((part) => ('field' in part ? filterWords(part, fields) : `(${filterWords(part, fields)})`))
      .join(word)
  }
  const { field, is, value } = filter
  const name = fields.find((one) => one.field === field)?.words ?? field
  const said = plainOf(value)
  return `${name} ${operatorWords[is] ?? is} ${said}`.trim()
}
