import { asNumber, isNumeric } from '../../bson/value.ts'
import type { Numeric, Value } from '../../bson/value.ts'
import { refuse } from '../../errors.ts'
import { difference } from '../arithmetic.ts'
import { parameters } from '../arrays.ts'
import { add, double, multiply, quotient, Sum } from '../numbers.ts'
import { onlySort, unitOf } from './given.ts'
import type { Given } from './given.ts'
import type { Bounds, Computing } from './partition.ts'

/** By the trapezoidal rule, over the documents of the window. */
export function integral(given: Given, bounds: Bounds): Computing {
  const { input, unit } = parameters(given.name, given.argument, ['input'], ['unit'])
  const ms = unitOf(given, unit)
  onlySort(given)
  const expression = given.compile(input)
  return (partition) => {
    const boundsAt = bounds(partition)
    const ys = partition.scopes.map((scope) => expression(scope))
    const xs = partition.sortValues
    return (at) => {
      const ends = boundsAt(at)
      return ends && integralOf(xs, ys, ends, ms)
    }
  }
}

function integralOf(xs: Value[], ys: Value[], [from, to]: readonly [number, number], ms: number | null): Value {
  const sum = new Sum()
  let hasNaN = false
  for (let i = from; i <= to; i++) {
    check(xs[i], ys[i], ms)
    hasNaN ||= [xs[i], ys[i]].some((value) => isNumeric(value) && Number.isNaN(asNumber(value)))
    if (i === from) continue
    const width = difference([xs[i], xs[i - 1]]) as Numeric
    sum.add(quotient(multiply(add(ys[i] as Numeric, ys[i - 1] as Numeric), width), 2))
  }
  if (hasNaN) return NaN
  return ms === null ? sum.total : quotient(sum.total, double(ms))
}

function check(x: Value, y: Value, ms: number | null): void {
  if (!isNumeric(y) || !(isNumeric(x) || x instanceof Date))
    refuse(
      5423900,
      'The input value of $integral window function must be a vector of 2 value, the first value must be numeric or date type and the second must be numeric.',
    )
  if (ms !== null && !(x instanceof Date))
    refuse(5423901, "$integral with 'unit' expects the sortBy field to be a Date")
  if (ms === null && !isNumeric(x)) refuse(5423902, "$integral (with no 'unit') expects the sortBy field to be numeric")
}
