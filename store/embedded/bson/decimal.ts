import { Decimal128, Double, Long } from 'bson'
import { asNumber, isInt32 } from './value.ts'
import type { Numeric } from './value.ts'

/** An exact finite number: coefficient × 10^exponent. */
export interface Exact {
  coefficient: bigint
  exponent: number
}

/** Null for NaN and the infinities. */
export function exactOf(value: Numeric): Exact | null {
  if (value instanceof Long) return { coefficient: value.toBigInt(), exponent: 0 }
  if (value instanceof Decimal128) return parse(value.toString())
  return exactOfDouble(asNumber(value))
}

function parse(text: string): Exact | null {
  const parts = /^([+-]?)(\d*)\.?(\d*)(?:E([+-]?\d+))?$/i.exec(text)
  if (!parts || text === '') return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const digits = BigInt(whole + fraction || '0')
  return { coefficient: sign === '-' ? -digits : digits, exponent: Number(exponent) - fraction.length }
}

const halves = new DataView(new ArrayBuffer(8))

/** Every double is a whole number of some power of two, and so has an exact, if long, decimal form. */
export function exactOfDouble(value: number): Exact | null {
  if (!Number.isFinite(value)) return null
  if (Number.isSafeInteger(value)) return { coefficient: BigInt(value), exponent: 0 }
  halves.setFloat64(0, value)
  const bits = halves.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const mantissa = (bits & 0xfffffffffffffn) | (biased ? 0x10000000000000n : 0n)
  const power = Math.max(biased, 1) - 1075
  const signed = value < 0 ? -mantissa : mantissa
  if (power >= 0) return { coefficient: signed << BigInt(power), exponent: 0 }
  return { coefficient: signed * 5n ** BigInt(-power), exponent: power }
}

function aligned(a: Exact, b: Exact): [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent)
  const at = (x: Exact) => x.coefficient * 10n ** BigInt(x.exponent - exponent)
  return [at(a), at(b), exponent]
}

export function subtract(a: Exact, b: Exact): Exact {
  const [x, y, exponent] = aligned(a, b)
  return { coefficient: x - y, exponent }
}

const DIGITS_MAX = 34

function rounded(exact: Exact): Decimal128 {
  let { coefficient, exponent } = exact
  const isNegative = coefficient < 0n
  if (isNegative) coefficient = -coefficient
  const excess = coefficient.toString().length - DIGITS_MAX
  if (excess > 0) {
    const unit = 10n ** BigInt(excess)
    const rest = coefficient % unit
    coefficient /= unit
    if (rest * 2n > unit || (rest * 2n === unit && coefficient % 2n === 1n)) coefficient += 1n
    exponent += excess
  }
  return Decimal128.fromString(`${isNegative ? '-' : ''}${coefficient}E${exponent}`)
}

/** As MongoDB makes a decimal of a double: by its 15 significant digits. */
function asDecimal(value: Numeric): Exact | null {
  if (value instanceof Decimal128 || value instanceof Long) return exactOf(value)
  const number = asNumber(value)
  return Number.isInteger(number) ? exactOfDouble(number) : parse(number.toPrecision(15))
}

type Operation = 'add' | 'multiply'

function calculateDecimal(operation: Operation, a: Numeric, b: Numeric): Decimal128 {
  const x = asDecimal(a)
  const y = asDecimal(b)
  if (!x || !y) {
    const result = operation === 'add' ? asNumber(a) + asNumber(b) : asNumber(a) * asNumber(b)
    return Decimal128.fromString(String(result))
  }
  if (operation === 'multiply')
    return rounded({ coefficient: x.coefficient * y.coefficient, exponent: x.exponent + y.exponent })
  const [p, q, exponent] = aligned(x, y)
  return rounded({ coefficient: p + q, exponent })
}

const isInteger = (value: Numeric) => value instanceof Long || (typeof value === 'number' && isInt32(value))

/** `$inc` and `$mul`: the wider of both types; two int32 become a long when they must; null when a long overflows. */
export function calculate(operation: Operation, a: Numeric, b: Numeric): Numeric | null {
  if (a instanceof Decimal128 || b instanceof Decimal128) return calculateDecimal(operation, a, b)
  if (!isInteger(a) || !isInteger(b)) {
    const result = operation === 'add' ? asNumber(a) + asNumber(b) : asNumber(a) * asNumber(b)
    return isInt32(result) ? new Double(result) : result
  }
  const x = BigInt(a.toString())
  const y = BigInt(b.toString())
  const result = operation === 'add' ? x + y : x * y
  if (BigInt.asIntN(64, result) !== result) return null
  const isLong = a instanceof Long || b instanceof Long || BigInt.asIntN(32, result) !== result
  return isLong ? Long.fromBigInt(result) : Number(result)
}

/** Digits that are enough to round a quotient rightly: twice those that are kept, and one that says "and more". */
const QUOTIENT_DIGITS = 2 * DIGITS_MAX + 2

/** The divisor is not zero. Trailing zeros go, down to the exponent that the operands suggest. */
export function divideDecimals(a: Exact, b: Exact): Decimal128 {
  const length = (value: bigint) => value.toString().length
  const shift = Math.max(0, QUOTIENT_DIGITS - length(a.coefficient) + length(b.coefficient))
  const dividend = a.coefficient * 10n ** BigInt(shift)
  let coefficient = dividend / b.coefficient
  let exponent = a.exponent - b.exponent - shift
  if (dividend % b.coefficient !== 0n) return rounded({ coefficient: coefficient * 10n + 1n, exponent: exponent - 1 })
  const ideal = a.exponent - b.exponent
  while (exponent < ideal && coefficient % 10n === 0n) {
    coefficient /= 10n
    exponent++
  }
  return rounded({ coefficient, exponent })
}
