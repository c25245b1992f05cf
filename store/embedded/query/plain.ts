import { BSONRegExp, Decimal128, Double, Int32, Long, Timestamp } from 'bson'
import { Fields } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { StoreError } from '../errors.ts'
import { regExpOf } from './regex.ts'

/*
 * mingo computes on plain JavaScript values. What JavaScript cannot hold exactly is refused here, so that nothing that
 * goes through mingo comes out as a wrong number: a long above 2^53 and any Decimal128.
 */

/** Runs what mingo does and gives its complaints a code of MongoDB's. */
export function computed<T>(code: number, compute: () => T): T {
  try {
    return compute()
  } catch (error) {
    if (error instanceof StoreError) throw error
    throw new StoreError(code, (error as Error).message)
  }
}

export function toPlain(value: Value): unknown {
  if (value instanceof Fields) return toPlainDocument(value)
  if (Array.isArray(value)) return value.map(toPlain)
  if (value instanceof Double) return value.value
  if (value instanceof Date) return new Date(value)
  if (value instanceof Timestamp) return value
  if (value instanceof BSONRegExp) return regExpOf(value.pattern, value.options)
  if (value instanceof Long) return safeNumber(value)
  if (value instanceof Decimal128)
    throw new StoreError(2, 'Decimal128 in an aggregation expression is not supported by the embedded store')
  return value
}

export function toPlainDocument(document: Fields): Record<string, unknown> {
  const plain: Record<string, unknown> = {}
  for (const name of Object.keys(document)) {
    if (name === '__proto__') throw new StoreError(2, 'A field __proto__ cannot be used in an aggregation expression')
    plain[name] = toPlain(document[name])
  }
  return plain
}

function safeNumber(value: Long): number {
  const number = value.toNumber()
  if (Number.isSafeInteger(number)) return number
  throw new StoreError(2, 'An integer beyond 2^53 in an aggregation expression is not supported by the embedded store')
}

export function fromPlain(value: unknown): Value {
  if (value === null || typeof value !== 'object')
    return typeof value === 'bigint' ? Long.fromBigInt(value) : (value as Value)
  if (Array.isArray(value)) return value.map(fromPlain)
  if (value instanceof Int32) return value.value
  if (value instanceof RegExp) return new BSONRegExp(value.source, value.flags.replace(/[^imsux]/g, ''))
  const prototype = Object.getPrototypeOf(value) as unknown
  return prototype === Object.prototype || prototype === null ? fromPlainDocument(value) : (value as Value)
}

export function fromPlainDocument(plain: object): Fields {
  const document = new Fields()
  for (const [name, value] of Object.entries(plain)) document[name] = fromPlain(value)
  return document
}

// mingo writes to paths without looking whether a step is an own property: these steps would reach its prototypes.
const UNSAFE = /(^|\.)\$*(__proto__|constructor|prototype)(\.|$)/

/** An expression or stage, as mingo takes it; refuses what must never reach it. */
export function toPlainExpression(value: Value): unknown {
  checkNames(value)
  return toPlain(value)
}

function checkNames(value: Value): void {
  if (typeof value === 'string' && value.startsWith('$')) checkName(value)
  else if (Array.isArray(value)) value.forEach(checkNames)
  else if (value instanceof Fields)
    for (const name of Object.keys(value)) {
      checkName(name)
      checkNames(value[name])
    }
}

function checkName(name: string): void {
  if (UNSAFE.test(name))
    throw new StoreError(2, `The field path '${name}' is not supported in an aggregation expression`)
  if (name === '$function' || name === '$accumulator')
    throw new StoreError(31264, 'Cannot run server-side javascript without the javascript engine enabled')
}
