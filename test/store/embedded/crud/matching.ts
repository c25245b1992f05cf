import { EJSON } from 'bson'
import { Decimal128, Double, Int32, Long } from '../harness.ts'

/** What the unified test format calls a match: numbers of any type by value, `$$` operators, extra keys only in a root. */
export function match(expected: any, actual: any, at: string, isRoot = false): void {
  const [operator] = isPlain(expected) ? Object.keys(expected) : []
  if (operator?.startsWith('$$')) return special(operator, expected[operator], actual, at, isRoot)
  if (Array.isArray(expected)) return matchArray(expected, actual, at, isRoot)
  const number = numberOf(expected)
  if (number !== null) return same(numberOf(actual), number, at)
  if (isPlain(expected)) return matchDocument(expected, actual, at, isRoot)
  same(canonical(actual), canonical(expected), at)
}

function special(operator: string, argument: any, actual: any, at: string, isRoot: boolean): void {
  if (operator === '$$exists') same(actual !== undefined, argument, `${at} exists`)
  else if (operator === '$$type') {
    const names = typesOf(actual)
    if (![argument].flat().some((name) => names.includes(name))) differ(names.join(), String(argument), `type of ${at}`)
  } else if (operator === '$$unsetOrMatches') {
    if (actual !== undefined && !(isRoot && actual === null)) match(argument, actual, at, isRoot)
  } else throw new Error(`The runner does not know ${operator}.`)
}

function matchArray(expected: any[], actual: any, at: string, isRoot: boolean): void {
  if (!Array.isArray(actual)) return differ(actual, expected, at)
  same(actual.length, expected.length, `length of ${at}`)
  expected.forEach((each, i) => match(each, actual[i], `${at}[${i}]`, isRoot))
}

function matchDocument(expected: any, actual: any, at: string, isRoot: boolean): void {
  if (typeof actual !== 'object' || actual === null) return differ(actual, expected, at)
  const given = actual instanceof Map ? Object.fromEntries(actual) : actual
  for (const name of Object.keys(expected)) match(expected[name], given[name], `${at}.${name}`)
  if (isRoot) return
  for (const name of Object.keys(given))
    if (!(name in expected) && given[name] !== undefined) differ(given[name], undefined, `${at}.${name}`)
}

function isPlain(value: any): boolean {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
}

function numberOf(value: any): number | null {
  if (typeof value === 'number') return value
  const isNumeric = value instanceof Long || value instanceof Int32 || value instanceof Double
  return isNumeric || typeof value === 'bigint' ? Number(value.toString()) : null
}

const canonical = (value: any) => EJSON.stringify({ value: value === undefined ? null : value }, { relaxed: false })

function same(actual: unknown, expected: unknown, at: string): void {
  if (actual !== expected) differ(actual, expected, at)
}

function differ(actual: unknown, expected: unknown, at: string): never {
  throw new Error(`${at}: expected ${canonical(expected)}, got ${canonical(actual)}`)
}

const KINDS: [accepts: (value: any) => boolean, names: string[]][] = [
  [(value) => value === undefined, ['missing']],
  [(value) => value === null, ['null']],
  [Array.isArray, ['array']],
  [(value) => value instanceof Date, ['date']],
  [(value) => typeof value === 'boolean', ['bool']],
  [Number.isInteger, ['int', 'long', 'double']],
  [(value) => typeof value === 'number', ['double']],
  [(value) => value instanceof Decimal128, ['decimal']],
  [(value) => value instanceof Long || typeof value === 'bigint', ['long']],
  [(value) => value._bsontype === 'ObjectId', ['objectId']],
  [(value) => value._bsontype === 'Binary', ['binData']],
  [(value) => typeof value === 'object', ['object']],
]

function typesOf(value: any): string[] {
  return KINDS.find(([accepts]) => accepts(value))?.[1] ?? [typeof value]
}
