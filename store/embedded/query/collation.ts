import { BSONSymbol } from 'bson'
import { asNumber, Fields, isArray, isFields, isNumeric, namesOf, rank, RANK } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { badValue, refuse } from '../errors.ts'
import { compare, equal } from '../keys.ts'
import { show } from '../update/target.ts'

/** How a command compares texts when it does not compare them byte by byte. */
export interface Collation {
  locale: string
  compareText: (a: string, b: string) => number
}

/** Strengths 4 and 5 see differences that `Intl.Collator` cannot be asked about. */
const SENSITIVITIES = ['base', 'accent', 'variant'] as const

const OPTIONS = new Set([
  'locale',
  'strength',
  'caseLevel',
  'caseFirst',
  'numericOrdering',
  'alternate',
  'maxVariable',
  'normalization',
  'backwards',
  'version',
])

/** Null for none, and for `simple`: bytes. What `Intl.Collator` cannot do is refused. */
export function collationOf(value: Value): Collation | null {
  if (value === undefined || value === null) return null
  if (!isFields(value)) return refuse(14, "BSON field 'collation' is the wrong type, expected type 'object'")
  const names = Object.keys(value)
  if (names.length === 0) return null
  const odd = names.find((name) => !OPTIONS.has(name))
  if (odd !== undefined) refuse(40415, `BSON field 'collation.${odd}' is an unknown field.`)
  const { locale } = value
  if (typeof locale !== 'string') return refuse(40414, "BSON field 'collation.locale' is missing but a required field")
  if (locale === 'simple') return null
  refuseUnknown(value)
  const collator = new Intl.Collator(tagOf(locale), {
    sensitivity: sensitivityOf(value),
    numeric: value['numericOrdering'] === true,
    ignorePunctuation: value['alternate'] === 'shifted',
    ...caseFirstOf(value['caseFirst']),
  })
  return { locale, compareText: collator.compare }
}

function tagOf(locale: string): string {
  const tag = locale.replaceAll('_', '-')
  const isKnown = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag) && Intl.Collator.supportedLocalesOf([tag]).length > 0
  return isKnown ? tag : badValue(`Field 'locale' is invalid in: { locale: "${locale}" }`)
}

function refuseUnknown(value: Fields): void {
  const unsupported = (name: string) => badValue(`collation.${name} is not supported by the embedded store`)
  if (value['backwards'] === true) unsupported('backwards')
  if (value['maxVariable'] !== undefined && value['maxVariable'] !== 'punct') unsupported('maxVariable')
  const { alternate } = value
  if (alternate !== undefined && alternate !== 'shifted' && alternate !== 'non-ignorable')
    badValue(`Enumeration value '${show(alternate)}' for field 'collation.alternate' is not a valid value.`)
}

function sensitivityOf(value: Fields): 'base' | 'accent' | 'case' | 'variant' {
  const { strength = 3 } = value
  const level = isNumeric(strength) ? asNumber(strength) : 0
  if (![1, 2, 3, 4, 5].includes(level)) badValue("BSON field 'collation.strength' must be a whole number from 1 to 5")
  const sensitivity = SENSITIVITIES[level - 1]
  if (!sensitivity) return badValue(`collation.strength ${level} is not supported by the embedded store`)
  if (value['caseLevel'] !== true || level === 3) return sensitivity
  return level === 1 ? 'case' : badValue('collation.caseLevel at strength 2 is not supported by the embedded store')
}

function caseFirstOf(value: Value): { caseFirst?: 'upper' | 'lower' | 'false' } {
  if (value === undefined) return {}
  if (value === 'off') return { caseFirst: 'false' }
  return value === 'upper' || value === 'lower'
    ? { caseFirst: value }
    : badValue(`Enumeration value '${show(value)}' for field 'collation.caseFirst' is not a valid value.`)
}

/** BSON's order, but for the texts, however deep: names of fields and patterns keep the order of their bytes. */
export function compareBy(collation: Collation | null, a: Value, b: Value): number {
  if (!collation) return compare(a, b)
  const at = rank(a)
  if (at !== rank(b)) return compare(a, b)
  if (at === RANK.string) return collation.compareText(textOf(a), textOf(b))
  if (isArray(a) && isArray(b)) return compareRows(collation, a, b)
  return isFields(a) && isFields(b) ? compareFields(collation, a, b) : compare(a, b)
}

export function equalBy(collation: Collation | null, a: Value, b: Value): boolean {
  return collation ? compareBy(collation, a, b) === 0 : equal(a, b)
}

/** Value by value; the shorter of two that agree so far comes first. */
function compareRows(collation: Collation | null, a: readonly Value[], b: readonly Value[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareBy(collation, a[i], b[i])
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Field by field: first the type, then the name, then the value. */
function compareFields(collation: Collation, a: Fields, b: Fields): number {
  const [x, y] = [namesOf(a), namesOf(b)]
  for (let i = 0; i < x.length && i < y.length; i++) {
    const [p, q] = [x[i] as string, y[i] as string]
    const order = rank(a[p]) - rank(b[q]) || compare(p, q) || compareBy(collation, a[p], b[q])
    if (order !== 0) return order
  }
  return x.length - y.length
}

function textOf(value: Value): string {
  return value instanceof BSONSymbol ? value.value : (value as string)
}

/** Whether comparing with this value compares texts: no index of bytes may then stand in. */
export function hasText(value: Value): boolean {
  if (isArray(value)) return value.some(hasText)
  if (isFields(value)) return Object.keys(value).some((name) => hasText(value[name]))
  return rank(value) === RANK.string
}
