import { channelKinds } from './channel-kind.ts'
import type { Operator } from './filter-operators.ts'
import { isCalendarDate } from './local-time.ts'
import { stages } from './person.ts'

export type FieldType = 'choice' | 'text' | 'list' | 'yes_no' | 'number' | 'date' | 'birthday'

/** What stands in no one place of a document: `filter-states.ts` says by what it is known. */
export type StateName = 'promise' | 'freeText' | 'channelKind'

/** Something that can be asked of a subject. */
export interface Field {
  type: FieldType
  /** Where it is in the subject's document, in memory and at rest alike; dotted where it is inside of something. */
  path: string
  /** What people call it. */
  words: string
  /** Of a choice: what it can be, where that is known here. */
  options?: readonly string[]
  /** Of a choice that is a state: which one. */
  state?: StateName
  /** It is asked for no more, but by those who asked before. */
  isArchived?: boolean
}
export type Fields = Readonly<Record<string, Field>>

const ofOne = ['is', 'is_not', 'one_of', 'none_of'] as const
const ofTime = ['before', 'after', 'on', 'within_last', 'within_next', 'longer_ago_than'] as const
const ofKnowing = ['known', 'unknown'] as const

const byType: Readonly<Record<FieldType, readonly Operator[]>> = {
  choice: [...ofOne, ...ofKnowing],
  text: [...ofOne, 'contains', 'starts_with', ...ofKnowing],
  list: ['has_any', 'has_all', 'has_none', ...ofKnowing],
  yes_no: ['is'],
  number: ['is', 'is_not', 'at_least', 'at_most', ...ofKnowing],
  date: [...ofTime, ...ofKnowing],
  birthday: ['on', 'within_last', 'within_next', 'in_month', ...ofKnowing],
}

export const operatorsOf = ({ type, state }: Field): readonly Operator[] => (state === undefined ? byType[type] : ofOne)

const span = /^(\d{1,5})([mhd])$/
/** At most so many days can be looked ahead or back. */
const daysMax = 36_525
const birthdayDaysMax = 366
const daysOf = { m: 1 / 1_440, h: 1 / 24, d: 1 } as const

/** `30m`, `4h`, `7d`; undefined where it is none of them. */
export function spanOf(value: unknown): { amount: number; unit: 'm' | 'h' | 'd' } | undefined {
  const [, amount, unit] = (typeof value === 'string' && span.exec(value)) || []
  return amount === undefined ? undefined : { amount: Number(amount), unit: unit as 'm' | 'h' | 'd' }
}

const isText = (value: unknown) => typeof value === 'string' && value.length > 0
const isDate = (value: unknown) => typeof value === 'string' && isCalendarDate(value)
const isMoment = (value: unknown) =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value) &&
  !Number.isNaN(Date.parse(value))
// Every day that a birthday can be on is in a leap year.
const isMonthDay = (value: unknown) => typeof value === 'string' && isCalendarDate(`2024-${value}`)

const isList = (value: unknown, is: (one: unknown) => boolean) =>
  Array.isArray(value) && value.length > 0 && value.every(is)

type Wrong = (field: Field, is: Operator, value: unknown) => string | undefined

const valued: Readonly<Partial<Record<Operator, Wrong>>> = {
  known: ofNoValue,
  unknown: ofNoValue,
  within_last: problemWithSpan,
  within_next: problemWithSpan,
  longer_ago_than: problemWithSpan,
  in_month: (_field, _is, value) =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 12 ? undefined : 'A month, 1 to 12.',
  before: problemWithDate,
  after: problemWithDate,
  on: problemWithDate,
  one_of: problemWithSome,
  none_of: problemWithSome,
  has_any: problemWithSome,
  has_all: problemWithSome,
  has_none: problemWithSome,
}

/** What is wrong with the value of a condition, in words; undefined where it is right. */
export const problemWith: Wrong = (field, is, value) =>
  (valued[is] ?? ((one: Field, _is: Operator, its: unknown) => problemWithOne(one, its)))(field, is, value)

function ofNoValue(_field: Field, _is: Operator, value: unknown) {
  return value === undefined ? undefined : 'This asks for no value.'
}

function problemWithSome(field: Field, _is: Operator, value: unknown) {
  return isList(value, (one) => problemWithOne(field, one) === undefined) ? undefined : 'A list of what it can be.'
}

const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value)

function problemWithOne({ type, options }: Field, value: unknown): string | undefined {
  if (type === 'number') return isNumber(value) ? undefined : 'A number.'
  if (type === 'yes_no') return typeof value === 'boolean' ? undefined : 'Yes or no: true or false.'
  if (!isText(value)) return 'Some text.'
  if (options && !options.includes(value as string)) return `One of: ${options.join(', ')}.`
  return undefined
}

function problemWithSpan({ type }: Field, _is: Operator, value: unknown): string | undefined {
  const found = spanOf(value)
  if (!found) return 'A span of time: 30m, 4h or 7d.'
  if (type === 'birthday' && found.unit !== 'd') return 'A number of days: 7d.'
  const max = type === 'birthday' ? birthdayDaysMax : daysMax
  return found.amount * daysOf[found.unit] <= max ? undefined : `At most ${max} days.`
}

function problemWithDate({ type }: Field, is: Operator, value: unknown): string | undefined {
  if (type === 'birthday') return isMonthDay(value) ? undefined : 'A day of the year: 03-14.'
  if (isDate(value)) return undefined
  return is !== 'on' && isMoment(value) ? undefined : 'A date: 2026-11-22.'
}

const choice = (path: string, words: string, options?: readonly string[]): Field =>
  options ? { type: 'choice', path, words, options } : { type: 'choice', path, words }
const state = (name: StateName, words: string, options: readonly string[]): Field => ({
  ...choice('', words, options),
  state: name,
})
/** A window that closes within so long is closing. */
export const closingMs = 2 * 3_600_000
const date = (path: string, words: string): Field => ({ type: 'date', path, words })

/** What can be asked of a person, besides the fields that a business adds. */
export const personFields = {
  stage: choice('stage', 'Stage', stages),
  status: choice('statusId', 'Status'),
  source: choice('source', 'Source'),
  tags: { type: 'list', path: 'tags', words: 'Tags' },
  locale: { type: 'text', path: 'locale', words: 'Language' },
  timezone: { type: 'text', path: 'timezone', words: 'Time zone' },
  reachableBy: { type: 'list', path: 'identities.kind', words: 'Known by' },
  blocked: { type: 'yes_no', path: 'isBlocked', words: 'Blocked' },
  restricted: { type: 'yes_no', path: 'isRestricted', words: 'Processing restricted' },
  betaTester: { type: 'yes_no', path: 'isBetaTester', words: 'Tries what is new' },
  score: { type: 'number', path: 'score', words: 'Engagement' },
  createdAt: date('createdAt', 'Known since'),
  lastSeenAt: date('lastSeenAt', 'Last heard of'),
  birthday: { type: 'birthday', path: 'birth', words: 'Birthday' },
} as const satisfies Fields

/** What can be asked of a conversation. */
export const conversationFields = {
  status: choice('status', 'Status', ['open', 'pending', 'snoozed', 'resolved']),
  assignee: choice('assigneeId', 'Looked after by'),
  team: choice('teamId', 'Team'),
  channel: choice('channelId', 'Channel'),
  channelKind: state('channelKind', 'Kind of channel', channelKinds),
  sla: state('promise', 'Promise', ['due_soon', 'breached', 'on_time', 'none']),
  window: state('freeText', 'WhatsApp window', ['open', 'closing', 'closed']),
  language: { type: 'text', path: 'rules.terms.locale', words: 'Language' },
  priority: choice('priority', 'Priority', ['none', 'low', 'normal', 'high', 'urgent']),
  tags: { type: 'list', path: 'tags', words: 'Tags' },
  unread: { type: 'number', path: 'unread', words: 'Unread' },
  waitingSince: date('waitingSince', 'Waiting since'),
  lastMessageAt: date('lastMessageAt', 'Last message'),
  snoozedUntil: date('snoozedUntil', 'Snoozed until'),
} as const satisfies Fields

/** How a field that a business has added is asked for. */
export const customPrefix = 'custom.'
const typeOfCustom = {
  text: 'text',
  number: 'number',
  date: 'text',
  choice: 'choice',
  choices: 'list',
  yes_no: 'yes_no',
} as const

/** A field that a business has added. Dates of it are days without a zone and stand as text: `2026-11-22`. */
export interface CustomField {
  key: string
  name: string
  type: keyof typeof typeOfCustom
  options?: readonly string[] | undefined
  isArchived?: boolean | undefined
}

/** What can be asked of a person in one workspace. */
export const personFieldsWith = (custom: readonly CustomField[]): Fields => ({
  ...personFields,
  ...Object.fromEntries(
    custom.map(({ key, name, type, options, isArchived = false }): [string, Field] => [
      customPrefix + key,
      {
        ...{ type: typeOfCustom[type], path: `custom.${key}`, words: name, isArchived },
        ...(options?.length ? { options } : {}),
      },
    ]),
  ),
})
