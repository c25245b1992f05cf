import { Binary, BSONSymbol, Decimal128, Long, ObjectId, Timestamp } from 'bson'
import { asNumber, isFields, isNumeric, typeName } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { exactOf } from '../bson/decimal.ts'
import { encode } from '../bson/encode.ts'
import { refuse, StoreError } from '../errors.ts'
import { parameters } from './arrays.ts'
import { parsedDate } from './date-parse.ts'
import { instantIn } from './dates.ts'
import { double, isDecimal, isWhole, roundTo } from './numbers.ts'
import { computing, computingUnlessNull, isNothing, isTrue } from './scope.ts'
import type { Operator } from './scope.ts'
import { UTC } from './zone.ts'

type Conversion = (value: Value) => Value

function fail(value: Value, to: string): never {
  return refuse(241, `Failed to convert ${typeName(value)} to ${to} in $convert with no onError value`)
}

/** A whole number within `bits`, from a number, a text or a boolean; a date only as a long. */
function toWhole(bits: 32 | 64): Conversion {
  const name = bits === 32 ? 'int' : 'long'
  return (value) => {
    const whole = wholeOf(value, bits, name)
    if (BigInt.asIntN(bits, whole) !== whole)
      refuse(241, `Conversion would overflow target type in $convert with no onError value: ${String(whole)}`)
    return bits === 32 ? Number(whole) : Long.fromBigInt(whole)
  }
}

function wholeOf(value: Value, bits: number, name: string): bigint {
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (value instanceof Date && bits === 64) return BigInt(value.getTime())
  if (typeof value === 'string') return /^[+-]?\d+$/.test(value) ? BigInt(value.replace('+', '')) : fail(value, name)
  if (!isNumeric(value)) return fail(value, name)
  if (isWhole(value)) return BigInt(value.toString())
  const exact = exactOf(roundTo(value, 0, 'trunc'))
  if (!exact) return fail(value, name)
  return exact.exponent >= 0
    ? exact.coefficient * 10n ** BigInt(Math.min(exact.exponent, 400))
    : exact.coefficient / 10n ** BigInt(-exact.exponent)
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?(inf|infinity)$|^nan$/i

function toDouble(value: Value): Value {
  if (typeof value === 'boolean') return double(value ? 1 : 0)
  if (value instanceof Date) return double(value.getTime())
  if (typeof value === 'string') {
    if (!NUMBER.test(value)) fail(value, 'double')
    return double(Number(value.replace(/^([+-]?)inf(inity)?$/i, '$1Infinity').replace(/^nan$/i, 'NaN')))
  }
  return isNumeric(value) ? double(asNumber(value)) : fail(value, 'double')
}

function toDecimal(value: Value): Value {
  if (isDecimal(value)) return value
  if (typeof value === 'boolean') return Decimal128.fromString(value ? '1' : '0')
  if (value instanceof Date) return Decimal128.fromString(String(value.getTime()))
  if (typeof value === 'string') return NUMBER.test(value) ? Decimal128.fromString(value) : fail(value, 'decimal')
  if (!isNumeric(value)) return fail(value, 'decimal')
  const number = asNumber(value)
  // As MongoDB makes a decimal of a double: by its 15 significant digits.
  if (isWhole(value)) return Decimal128.fromString(value.toString())
  return Decimal128.fromString(Number.isFinite(number) ? number.toPrecision(15) : String(number))
}

function toText(value: Value): Value {
  if (typeof value === 'string') return value
  if (value instanceof BSONSymbol) return value.value
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof ObjectId) return value.toHexString()
  return isNumeric(value) ? value.toString() : fail(value, 'string')
}

function toDate(value: Value): Value {
  if (value instanceof Date) return value
  if (value instanceof ObjectId || value instanceof Timestamp) return new Date(instantIn(value))
  if (typeof value === 'string') return new Date(parsedDate(value, null, UTC))
  const isMs = isNumeric(value) && !(typeof value === 'number' && isWhole(value))
  return isMs ? new Date(Math.trunc(asNumber(value))) : fail(value, 'date')
}

function toObjectId(value: Value): Value {
  if (value instanceof ObjectId) return value
  return typeof value === 'string' && /^[0-9a-f]{24}$/i.test(value)
    ? ObjectId.createFromHexString(value)
    : fail(value, 'objectId')
}

const CONVERSIONS = new Map<string, Conversion>([
  ['double', toDouble],
  ['string', toText],
  ['objectId', toObjectId],
  ['bool', (value) => isTrue(value)],
  ['date', toDate],
  ['int', toWhole(32)],
  ['long', toWhole(64)],
  ['decimal', toDecimal],
])
const NUMBERS = new Map([
  [1, 'double'],
  [2, 'string'],
  [7, 'objectId'],
  [8, 'bool'],
  [9, 'date'],
  [16, 'int'],
  [18, 'long'],
  [19, 'decimal'],
])

function conversionTo(value: Value): Conversion {
  const wanted = isFields(value) ? value['type'] : value
  const name = isNumeric(wanted) ? NUMBERS.get(asNumber(wanted)) : wanted
  const conversion = typeof name === 'string' ? CONVERSIONS.get(name) : undefined
  return conversion ?? refuse(2, `Unknown type name in $convert: ${typeof name === 'string' ? name : typeName(value)}`)
}

const convert: Operator = (argument, compile, name) => {
  const given: Fields = parameters(name, argument, ['input', 'to'], ['onError', 'onNull'])
  const [input, to] = [compile(given['input']), compile(given['to'])]
  const onError = given['onError'] === undefined ? null : compile(given['onError'])
  const onNull = given['onNull'] === undefined ? null : compile(given['onNull'])
  return (scope) => {
    const value = input(scope)
    if (isNothing(value)) return onNull ? onNull(scope) : null
    const target = to(scope)
    if (isNothing(target)) return null
    const conversion = conversionTo(target)
    try {
      return conversion(value)
    } catch (error) {
      if (onError && error instanceof StoreError) return onError(scope)
      throw error
    }
  }
}

function shorthand(type: string): Operator {
  return computing(1, 1, ([value]) => (isNothing(value) ? null : conversionTo(type)(value)))
}

function timestamp(value: Value, name: string): Timestamp {
  return value instanceof Timestamp
    ? value
    : refuse(5687301, `${name} requires a timestamp argument, found: ${typeName(value)}`)
}

function binarySize([value]: Value[]): Value {
  if (typeof value === 'string') return Buffer.byteLength(value)
  return value instanceof Binary
    ? value.position
    : refuse(51276, `$binarySize requires a string or BinData argument, found: ${typeName(value)}`)
}

function bsonSize([value]: Value[]): Value {
  return isFields(value)
    ? encode(value).length
    : refuse(31393, `$bsonSize requires a document input, found: ${typeName(value)}`)
}

export const TYPES: Record<string, Operator> = {
  $type: computing(1, 1, ([value]) => typeName(value)),
  $isNumber: computing(1, 1, ([value]) => isNumeric(value)),
  $binarySize: computingUnlessNull(1, 1, binarySize),
  $bsonSize: computingUnlessNull(1, 1, bsonSize),
  $tsSecond: computingUnlessNull(1, 1, ([value], _scope, name) =>
    Long.fromNumber(timestamp(value, name).getHighBitsUnsigned()),
  ),
  $tsIncrement: computingUnlessNull(1, 1, ([value], _scope, name) =>
    Long.fromNumber(timestamp(value, name).getLowBitsUnsigned()),
  ),
  $convert: convert,
  $toBool: shorthand('bool'),
  $toDate: shorthand('date'),
  $toDecimal: shorthand('decimal'),
  $toDouble: shorthand('double'),
  $toInt: shorthand('int'),
  $toLong: shorthand('long'),
  $toObjectId: shorthand('objectId'),
  $toString: shorthand('string'),
}
