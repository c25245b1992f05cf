import { Decimal128, Double, Long } from 'bson'
import { asNumber, isInt32, isNumeric } from '../bson/value.ts'
import type { Numeric, Value } from '../bson/value.ts'
import { calculate, divideDecimals, exactOf } from '../bson/decimal.ts'
import type { Exact } from '../bson/decimal.ts'

export const isDecimal = (value: Value): value is Decimal128 => value instanceof Decimal128

export function isWhole(value: Numeric): value is number | Long {
  return value instanceof Long || (typeof value === 'number' && isInt32(value))
}

/** A double, also when it could be taken for an int32. */
export function double(value: number): number | Double {
  return isInt32(value) ? new Double(value) : value
}

/** The narrowest of int32 (unless a long took part), long and, past that, double. */
export function integer(value: bigint, isLong = false): Numeric {
  if (BigInt.asIntN(64, value) !== value) return double(Number(value))
  return isLong || BigInt.asIntN(32, value) !== value ? Long.fromBigInt(value) : Number(value)
}

export function bigOf(value: number | Long): bigint {
  return value instanceof Long ? value.toBigInt() : BigInt(value)
}

export function decimal(value: Exact): Decimal128 {
  return divideDecimals(value, { coefficient: 1n, exponent: 0 })
}

/** A long that overflows becomes a double, as MongoDB makes it. */
export function add(a: Numeric, b: Numeric): Numeric {
  return calculate('add', a, b) ?? double(asNumber(a) + asNumber(b))
}

export function multiply(a: Numeric, b: Numeric): Numeric {
  return calculate('multiply', a, b) ?? double(asNumber(a) * asNumber(b))
}

/** Sums as MongoDB does: whole numbers exactly, doubles with a second double for what the first loses. */
export class Sum {
  count = 0
  private whole = 0n
  private high = 0
  private low = 0
  private plain = 0
  private exact: Decimal128 | null = null
  private hasLong = false
  private hasDouble = false

  add(value: Value): void {
    if (!isNumeric(value)) return
    this.count++
    if (isDecimal(value)) this.exact = this.exact ? (add(this.exact, value) as Decimal128) : value
    else if (isWhole(value)) {
      this.hasLong ||= value instanceof Long
      this.whole += bigOf(value)
    } else {
      this.hasDouble = true
      this.addDouble(asNumber(value))
    }
  }

  private addDouble(value: number): void {
    this.plain += value
    const sum = this.high + value
    const other = sum - this.high
    const lost = this.high - (sum - other) + (value - other) + this.low
    this.high = sum + lost
    this.low = lost - (this.high - sum)
  }

  private asDouble(): number {
    const near = Number(this.whole)
    const total = new Sum()
    for (const part of [this.high, this.low, near, Number(this.whole - BigInt(near))]) total.addDouble(part)
    return Number.isFinite(this.plain) ? total.high + total.low : this.plain
  }

  get total(): Numeric {
    if (this.exact) {
      const rest = this.hasDouble ? double(this.asDouble()) : integer(this.whole, true)
      return this.hasDouble || this.whole !== 0n ? add(this.exact, rest) : this.exact
    }
    return this.hasDouble ? double(this.asDouble()) : integer(this.whole, this.hasLong)
  }

  /** Null of nothing; a double unless there are decimals. */
  get average(): Value {
    if (this.count === 0) return null
    const { total } = this
    if (isDecimal(total)) return quotient(total, this.count)
    return double(this.asDouble() / this.count)
  }
}

/** A decimal when either is one, otherwise a double. */
export function quotient(a: Numeric, b: Numeric): Numeric {
  const [x, y] = isDecimal(a) || isDecimal(b) ? [exactOf(a), exactOf(b)] : [null, null]
  if (x && y) return divideDecimals(x, y)
  const result = asNumber(a) / asNumber(b)
  return isDecimal(a) || isDecimal(b) ? Decimal128.fromString(String(result)) : double(result)
}

/** To a whole multiple of 10^-places. */
export type Rounding = 'ceil' | 'floor' | 'trunc' | 'round'

export function roundTo(value: Numeric, places: number, rounding: Rounding): Numeric {
  if (isWhole(value) && places >= 0) return value
  const exact = exactOf(value)
  if (!exact) return value
  const result = roundExact(exact, -places, rounding)
  if (isWhole(value)) return integer(result.coefficient * 10n ** BigInt(result.exponent), value instanceof Long)
  if (isDecimal(value)) return decimal(result)
  const number = Number(`${result.coefficient}e${result.exponent}`)
  return double(number === 0 && asNumber(value) < 0 ? -0 : number)
}

function roundExact(value: Exact, exponent: number, rounding: Rounding): Exact {
  if (value.exponent >= exponent) return value
  const unit = 10n ** BigInt(exponent - value.exponent)
  let kept = value.coefficient / unit
  const rest = value.coefficient % unit
  const half = (rest < 0n ? -rest : rest) * 2n - unit
  const isAway = half > 0n || (half === 0n && kept % 2n !== 0n)
  if (rounding === 'ceil' && rest > 0n) kept += 1n
  if (rounding === 'floor' && rest < 0n) kept -= 1n
  if (rounding === 'round' && isAway) kept += rest < 0n ? -1n : 1n
  return { coefficient: kept, exponent }
}
