import { Decimal128, Double, Long } from 'bson'
import { exactOf } from '../bson/decimal.ts'
import { asNumber, isArray, isNumeric, typeName } from '../bson/value.ts'
import type { Numeric, Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { expDecimal, lnDecimal, logDecimal, powDecimal, sqrtDecimal } from './decimals.ts'
import { add, bigOf, decimal, double, integer, isDecimal, isWhole, multiply, quotient, roundTo } from './numbers.ts'
import type { Rounding } from './numbers.ts'
import { computing, computingUnlessNull, isNothing } from './scope.ts'
import type { Operator } from './scope.ts'

const MANY = 10_000

function numeric(value: Value, name: string): Numeric {
  return isNumeric(value) ? value : refuse(28765, `${name} only supports numeric types, not ${typeName(value)}`)
}

/** Numbers, and one date that milliseconds are added to. */
export function sum(values: Value[]): Value {
  let total: Numeric = 0
  let date: Date | null = null
  for (const value of values) {
    if (value instanceof Date) {
      if (date) refuse(16612, 'only one date allowed in an $add expression')
      date = value
    } else if (isNumeric(value)) total = add(total, value)
    else refuse(16554, `$add only supports numeric or date types, not ${typeName(value)}`)
  }
  return date ? shifted(date, total) : total
}

function shifted(date: Date, ms: Numeric): Date {
  return new Date(date.getTime() + Math.round(asNumber(ms)))
}

export function difference(values: Value[]): Value {
  const [a, b] = values
  if (a instanceof Date && b instanceof Date) return Long.fromNumber(a.getTime() - b.getTime())
  if (a instanceof Date && isNumeric(b)) return shifted(a, multiply(b, -1))
  if (isNumeric(a) && isNumeric(b)) return add(a, multiply(b, -1))
  return refuse(16556, `can't $subtract ${typeName(b)} from ${typeName(a)}`)
}

export function divided([a, b]: Value[]): Value {
  if (!isNumeric(a) || !isNumeric(b))
    return refuse(16609, `$divide only supports numeric types, not ${typeName(a)} and ${typeName(b)}`)
  if (asNumber(b) === 0) refuse(16608, "can't $divide by zero")
  return quotient(a, b)
}

function remainder([a, b]: Value[]): Value {
  if (!isNumeric(a) || !isNumeric(b))
    return refuse(16611, `$mod only supports numeric types, not ${typeName(a)} and ${typeName(b)}`)
  if (asNumber(b) === 0) refuse(16610, "can't $mod by zero")
  if (isWhole(a) && isWhole(b)) return integer(bigOf(a) % bigOf(b), a instanceof Long || b instanceof Long)
  if (!isDecimal(a) && !isDecimal(b)) return double(asNumber(a) % asNumber(b))
  const [x, y] = [exactOf(a), exactOf(b)]
  if (!x || !y) return Decimal128.fromString('NaN')
  const exponent = Math.min(x.exponent, y.exponent)
  const at = (each: typeof x) => each.coefficient * 10n ** BigInt(each.exponent - exponent)
  return decimal({ coefficient: at(x) % at(y), exponent })
}

function absolute([value]: Value[]): Value {
  const number = numeric(value, '$abs')
  if (isDecimal(number)) return Decimal128.fromString(number.toString().replace(/^-/, ''))
  if (!isWhole(number)) return double(Math.abs(asNumber(number)))
  const whole = bigOf(number)
  if (whole === -(2n ** 63n)) refuse(28680, "can't take $abs of long long min")
  return integer(whole < 0n ? -whole : whole, number instanceof Long)
}

function rounding(how: Rounding, most: number): Operator {
  return computingUnlessNull(1, most, ([value, places], _scope, name) => {
    const number = numeric(value, name)
    if (places === undefined) return roundTo(number, 0, how)
    const at = isNumeric(places) ? asNumber(places) : NaN
    if (!Number.isInteger(at) || at < -20 || at > 100)
      refuse(51083, `cannot apply ${name} with precision value ${String(at)} value must be in [-20, 100]`)
    return roundTo(number, at, how)
  })
}

/** In doubles, or in decimals when one of them is a decimal; trigonometry has only doubles here. */
function byReal(
  compute: (...values: number[]) => number,
  exactly: ((...values: Numeric[]) => Numeric) | null,
  count = 1,
) {
  return computingUnlessNull(count, count, (values, _scope, name) => {
    const numbers = values.map((value) => numeric(value, name))
    const doubles = numbers.map(nearest)
    if (!numbers.some(isDecimal)) return double(compute(...doubles))
    if (!exactly) return refuse(2, `${name} of a Decimal128 is not supported by the embedded store`)
    // What is out of the question for doubles is so for decimals.
    compute(...doubles)
    return exactly(...numbers)
  })
}

/** A decimal too small for a double is not zero all the same. */
function nearest(value: Numeric): number {
  const number = asNumber(value)
  if (number !== 0 || !isDecimal(value)) return number
  const sign = exactOf(value)?.coefficient ?? 0n
  return sign === 0n ? 0 : Number.MIN_VALUE * (sign < 0n ? -1 : 1)
}

const byDouble = (compute: (...values: number[]) => number, count = 1) => byReal(compute, null, count)

function root(value: number): number {
  if (value < 0) refuse(28714, "$sqrt's argument must be greater than or equal to 0")
  return Math.sqrt(value)
}

function positive(name: string, compute: (value: number) => number): (value: number) => number {
  return (value) => {
    if (value <= 0) refuse(28766, `${name}'s argument must be a positive number, but is ${value}`)
    return compute(value)
  }
}

function logarithm(value: number, base: number): number {
  if (value <= 0) refuse(28758, `$log's argument must be a positive number, but is ${value}`)
  if (base <= 0 || base === 1) refuse(28759, `$log's base must be a positive number not equal to 1, but is ${base}`)
  return Math.log(value) / Math.log(base)
}

const TEN = Decimal128.fromString('10')

function power([base, exponent]: Value[]): Value {
  const [a, b] = [numeric(base, '$pow'), numeric(exponent, '$pow')]
  if (asNumber(a) === 0 && asNumber(b) < 0) refuse(28764, '$pow cannot take a base of 0 and a negative exponent')
  if (isDecimal(a) || isDecimal(b)) return powDecimal(a, b)
  if (!isWhole(a) || !isWhole(b) || asNumber(b) < 0) return double(asNumber(a) ** asNumber(b))
  const near = Math.abs(asNumber(a)) ** asNumber(b)
  return near > 2 ** 64
    ? double(asNumber(a) ** asNumber(b))
    : integer(bigOf(a) ** bigOf(b), a instanceof Long || b instanceof Long)
}

function bitwise(compute: (a: bigint, b: bigint) => bigint, start: bigint): Operator {
  return computing(0, MANY, (given, _scope, name) => {
    const values = given.length === 1 && isArray(given[0]) ? given[0] : given
    if (values.some(isNothing)) return null
    const numbers = values.map((value) =>
      isNumeric(value) && isWhole(value)
        ? value
        : refuse(14, `${name} only supports int and long operands, not ${typeName(value)}`),
    )
    return integer(
      numbers.reduce((all, each) => compute(all, bigOf(each)), start),
      numbers.some((each) => each instanceof Long),
    )
  })
}

export const ARITHMETIC: Record<string, Operator> = {
  $add: computingUnlessNull(0, MANY, sum),
  $subtract: computingUnlessNull(2, 2, difference),
  $multiply: computingUnlessNull(0, MANY, (values) =>
    values.reduce<Numeric>((product, value) => multiply(product, numeric(value, '$multiply')), 1),
  ),
  $divide: computingUnlessNull(2, 2, divided),
  $mod: computingUnlessNull(2, 2, remainder),
  $abs: computingUnlessNull(1, 1, absolute),
  $ceil: rounding('ceil', 1),
  $floor: rounding('floor', 1),
  $round: rounding('round', 2),
  $trunc: rounding('trunc', 2),
  $sqrt: byReal(root, sqrtDecimal),
  $exp: byReal(Math.exp, expDecimal),
  $ln: byReal(positive('$ln', Math.log), lnDecimal),
  $log10: byReal(positive('$log10', Math.log10), (value) => logDecimal(value, TEN)),
  $log: byReal(logarithm, logDecimal, 2),
  $pow: computingUnlessNull(2, 2, power),
  $bitAnd: bitwise((a, b) => a & b, -1n),
  $bitOr: bitwise((a, b) => a | b, 0n),
  $bitXor: bitwise((a, b) => a ^ b, 0n),
  $bitNot: computingUnlessNull(1, 1, ([value]) => {
    const number = numeric(value, '$bitNot')
    if (!isWhole(number)) return refuse(14, `$bitNot only supports int and long, not ${typeName(value)}`)
    return integer(~bigOf(number), number instanceof Long)
  }),
  $sin: byDouble(Math.sin),
  $cos: byDouble(Math.cos),
  $tan: byDouble(Math.tan),
  $asin: byDouble(Math.asin),
  $acos: byDouble(Math.acos),
  $atan: byDouble(Math.atan),
  $atan2: byDouble(Math.atan2, 2),
  $sinh: byDouble(Math.sinh),
  $cosh: byDouble(Math.cosh),
  $tanh: byDouble(Math.tanh),
  $asinh: byDouble(Math.asinh),
  $acosh: byDouble(Math.acosh),
  $atanh: byDouble(Math.atanh),
  $degreesToRadians: byDouble((value) => (value * Math.PI) / 180),
  $radiansToDegrees: byDouble((value) => (value * 180) / Math.PI),
  $rand: (argument, _compile, name) => {
    if (!isNothing(argument) && Object.keys(argument as object).length > 0)
      refuse(3040501, `${name} does not currently accept arguments`)
    return () => new Double(Math.random())
  },
}
