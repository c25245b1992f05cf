import { Decimal128 } from 'bson'
import { divideDecimals, exactOf } from '../bson/decimal.ts'
import type { Exact } from '../bson/decimal.ts'
import { asNumber } from '../bson/value.ts'
import type { Numeric } from '../bson/value.ts'
import { decimal } from './numbers.ts'

/*
 * Roots, powers and logarithms of decimals: whole numbers with so many digits behind the point, far more than the 34
 * that are kept of a result.
 */

const DIGITS = 80
const ONE = 10n ** BigInt(DIGITS)
const UNIT: Exact = { coefficient: 1n, exponent: 0 }

/** As a fixed-point number; what is too small for it is zero. */
function fixed({ coefficient, exponent }: Exact): bigint {
  const shift = exponent + DIGITS
  if (shift < -7000) return 0n
  return shift >= 0 ? coefficient * 10n ** BigInt(shift) : coefficient / 10n ** BigInt(-shift)
}

/** What doubles say of it: of NaN and the infinities, and of what is beyond all decimals. */
function special(value: number): Decimal128 {
  return Decimal128.fromString(String(value))
}

/** 2 artanh((m - 1) / (m + 1)), for a fixed-point number from 1 to 10. */
function logarithm(m: bigint): bigint {
  const ratio = ((m - ONE) * ONE) / (m + ONE)
  const square = (ratio * ratio) / ONE
  let [sum, power] = [0n, ratio]
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += power / n
    power = (power * square) / ONE
  }
  return 2n * sum
}

const LN_10 = logarithm(10n * ONE)

/** ln of a positive number, fixed. */
function lnOf({ coefficient, exponent }: Exact): bigint {
  const magnitude = coefficient.toString().length - 1
  return logarithm(fixed({ coefficient, exponent: -magnitude })) + BigInt(exponent + magnitude) * LN_10
}

/** e to a fixed-point power. */
function expOf(power: bigint): Decimal128 {
  const tens = power / LN_10
  if (tens > 7000n || tens < -7000n) return special(tens > 0n ? Infinity : 0)
  const rest = power - tens * LN_10
  let [sum, term] = [ONE, ONE]
  for (let n = 1n; term !== 0n; n++) {
    term = (term * rest) / ONE / n
    sum += term
  }
  return withoutZeros(decimal({ coefficient: sum, exponent: Number(tens) - DIGITS }))
}

const shown = (value: bigint) => withoutZeros(decimal({ coefficient: value, exponent: -DIGITS }))

/** 2, and not 2.000000000000000000000000000000000. */
function withoutZeros(value: Decimal128): Decimal128 {
  const exact = exactOf(value)
  if (!exact) return value
  let { coefficient, exponent } = exact
  while (exponent < 0 && coefficient % 10n === 0n) {
    coefficient /= 10n
    exponent++
  }
  return Decimal128.fromString(`${coefficient}E${exponent}`)
}

export function expDecimal(value: Numeric): Numeric {
  const exact = exactOf(value)
  if (!exact) return special(Math.exp(asNumber(value)))
  if (Math.abs(asNumber(value)) > 20_000) return special(asNumber(value) > 0 ? Infinity : 0)
  return expOf(fixed(exact))
}

/** The caller has made sure that the value is positive. */
export function lnDecimal(value: Numeric): Numeric {
  const exact = exactOf(value)
  return exact ? shown(lnOf(exact)) : special(Math.log(asNumber(value)))
}

/** The base too is positive, and not 1. */
export function logDecimal(value: Numeric, base: Numeric): Numeric {
  const [x, b] = [exactOf(value), exactOf(base)]
  return x && b ? shown((lnOf(x) * ONE) / lnOf(b)) : special(Math.log(asNumber(value)) / Math.log(asNumber(base)))
}

/** Of a number that is not negative. */
export function sqrtDecimal(value: Numeric): Numeric {
  const exact = exactOf(value)
  if (!exact) return special(Math.sqrt(asNumber(value)))
  const isOdd = exact.exponent % 2 !== 0
  const [coefficient, exponent] = isOdd
    ? [exact.coefficient * 10n, exact.exponent - 1]
    : [exact.coefficient, exact.exponent]
  const root = wholeRoot(coefficient * ONE)
  const isExact = root * root === coefficient * ONE
  // One digit more says that there is more, so that a half is not rounded as one.
  const found = isExact ? root : root * 10n + 1n
  const places = exponent / 2 - DIGITS / 2 - (isExact ? 0 : 1)
  return withoutZeros(decimal({ coefficient: found, exponent: places }))
}

function wholeRoot(value: bigint): bigint {
  if (value < 2n) return value
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

const EXACT_POWER_MAX = 5000

export function powDecimal(base: Numeric, power: Numeric): Numeric {
  const [x, y] = [exactOf(base), exactOf(power)]
  const n = asNumber(power)
  if (!x || !y || x.coefficient === 0n) return special(asNumber(base) ** n)
  if (Number.isInteger(n) && Math.abs(n) <= EXACT_POWER_MAX) {
    const raised = { coefficient: x.coefficient ** BigInt(Math.abs(n)), exponent: x.exponent * Math.abs(n) }
    return n < 0 ? divideDecimals(UNIT, raised) : divideDecimals(raised, UNIT)
  }
  if (x.coefficient < 0n) return negativePower(base, power)
  const exponent = lnOf(x) * fixed(y)
  return expOf(exponent / ONE)
}

/** Only whole powers of a negative number are numbers. */
function negativePower(base: Numeric, power: Numeric): Numeric {
  const n = asNumber(power)
  if (!Number.isInteger(n)) return special(NaN)
  const found = powDecimal(Decimal128.fromString(base.toString().replace('-', '')), power)
  return n % 2 === 0 ? found : Decimal128.fromString(`-${found.toString()}`)
}
