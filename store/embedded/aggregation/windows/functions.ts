import { Decimal128 } from 'bson'
import { asNumber, Fields, isFields, isNumeric, typeName } from '../../bson/value.ts'
import type { Numeric, Value } from '../../bson/value.ts'
import { refuse } from '../../errors.ts'
import { ACCUMULATORS } from '../accumulators.ts'
import { difference, divided, sum } from '../arithmetic.ts'
import { parameters } from '../arrays.ts'
import { add, double, isDecimal, multiply } from '../numbers.ts'
import { compareValues, isNothing } from '../scope.ts'
import type { Compile } from '../scope.ts'
import { covariance } from './covariance.ts'
import { boundsOf } from './bounds.ts'
import { onlySort, sortedBy, unitOf, withoutWindow } from './given.ts'
import type { Given } from './given.ts'
import { integral } from './integral.ts'
import type { Computing, Sorted } from './partition.ts'

type WindowFunction = (given: Given) => Computing

/** A window of many documents is gathered anew for each of them: more than this would stop everybody else. */
const WORK_MAX = 50_000_000

/** Any accumulator, over the window. A window that only grows is gathered once. */
const accumulating: WindowFunction = ({ name, argument, window, sorted, compile }) => {
  const start = (ACCUMULATORS.get(name) ?? WINDOW_ACCUMULATORS.get(name) ?? unknown(name))(argument, compile, name)
  const bounds = boundsOf(window, sorted, compile)
  return (partition) => {
    const boundsAt = bounds(partition)
    const { scopes, collation } = partition
    let accumulator = start(collation)
    let [first, next] = [0, 0]
    let work = 0
    let known: { next: number; value: Value } | null = null
    return (at) => {
      const [from, to] = boundsAt(at) ?? [0, -1]
      if (from !== first || to + 1 < next) {
        accumulator = start(collation)
        ;[first, next, known] = [from, from, null]
      }
      for (; next <= to; next++) {
        if (++work > WORK_MAX) refuse(292, '$setWindowFields exceeds what the embedded store gathers for its windows')
        accumulator.add(scopes[next] as (typeof scopes)[number])
      }
      if (known?.next === next) return known.value
      work += accumulator.held?.() ?? 0
      known = { next, value: accumulator.result() ?? null }
      return known.value
    }
  }
}

function unknown(name: string): never {
  return refuse(9, `Unrecognized window function, ${name}`)
}

const WINDOW_ACCUMULATORS = new Map([
  ['$covariancePop', covariance(false)],
  ['$covarianceSamp', covariance(true)],
])

/** MongoDB 7.0 has no window function of these names. */
const NOT_OVER_WINDOWS = new Set(['$mergeObjects', '$accumulator'])

const ranking =
  (rank: (state: { place: number; rank: number; isTied: boolean }) => number): WindowFunction =>
  (given) => {
    const { name, argument, sorted } = given
    withoutWindow(given)
    if (!isFields(argument) || Object.keys(argument).length > 0)
      refuse(5371603, `${name} must be specified with '{}' as the value`)
    sortedBy(given)
    if (name !== '$documentNumber' && !sorted.only)
      refuse(5371602, `${name} must be specified with a sortBy of one field`)
    return ({ isTied }) => {
      let last = 0
      return (at) => (last = rank({ place: at + 1, rank: last, isTied: isTied[at] === true }))
    }
  }

const shift: WindowFunction = (given) => {
  const { name, argument, compile } = given
  withoutWindow(given)
  const { by, output, default: otherwise } = parameters(name, argument, ['output', 'by'], ['default'])
  sortedBy(given)
  const distance = isNumeric(by) ? asNumber(by) : NaN
  if (!Number.isInteger(distance)) refuse(9, `'$shift:by' field must be an integer, but found  ${typeName(by)}`)
  const expression = compile(output)
  const beyond = otherwise === undefined ? null : compile(otherwise)({ root: new Fields(), variables: {} })
  return ({ scopes }) =>
    (at) => {
      const scope = scopes[at + distance]
      return scope ? (expression(scope) ?? null) : beyond
    }
}

function shareOf({ name, argument }: Given): Numeric {
  const { N: n, alpha } = parameters(name, argument, ['input'], ['N', 'alpha'])
  if ((n === undefined) === (alpha === undefined))
    return refuse(
      9,
      "$expMovingAvg sub object must have exactly two fields: An 'input' field, and either an 'N' field or an 'alpha' field",
    )
  if (n !== undefined) {
    const count = isNumeric(n) ? asNumber(n) : NaN
    if (!Number.isInteger(count) || count <= 0) refuse(9, "'N' field must be an integer greater than zero")
    return divided([Decimal128.fromString('2'), count + 1]) as Numeric
  }
  const share = isNumeric(alpha) ? asNumber(alpha) : NaN
  return share > 0 && share < 1 ? (alpha as Numeric) : refuse(9, "'alpha' must be between 0 and 1 (exclusive)")
}

const ZERO = Decimal128.fromString('0')
const ONE = Decimal128.fromString('1')

const expMovingAvg: WindowFunction = (given) => {
  withoutWindow(given)
  sortedBy(given)
  const { argument, compile } = given
  const share = add(ZERO, shareOf(given))
  const rest = add(ONE, multiply(share, -1))
  const input = compile((argument as Fields)['input'])
  return ({ scopes }) => {
    let average: Numeric | null = null
    let hasDecimal = false
    return (at) => {
      const value = input(scopes[at] as (typeof scopes)[number])
      if (isNumeric(value)) {
        hasDecimal ||= isDecimal(value)
        const now = add(ZERO, value)
        average = average === null ? now : add(multiply(now, share), multiply(average, rest))
      }
      return average === null || hasDecimal ? average : double(asNumber(average))
    }
  }
}

const derivative: WindowFunction = (given) => {
  const { name, argument, window, sorted, compile } = given
  const { input, unit } = parameters(name, argument, ['input'], ['unit'])
  const ms = unitOf(given, unit)
  onlySort(given)
  if (window === undefined) refuse(9, '$derivative requires explicit window bounds')
  const bounds = boundsOf(window, sorted, compile)
  const expression = compile(input)
  return (partition) => {
    const boundsAt = bounds(partition)
    return (at) => {
      const ends = boundsAt(at)
      if (!ends) return null
      const [from, to] = ends.map((end) => partition.sortValues[end])
      checkTimes(from, to, ms !== null)
      const run = difference([to, from]) as Numeric
      const [before, after] = ends.map((end) => expression(partition.scopes[end] as (typeof partition.scopes)[number]))
      if (isNothing(before) || isNothing(after)) return refuse(5624903, '$derivative input must not be null or missing')
      const rise = difference([after, before])
      if (asNumber(run) === 0) return null
      const slope = divided([rise, run]) as Numeric
      return ms === null ? slope : multiply(slope, ms)
    }
  }
}

function checkTimes(from: Value, to: Value, hasUnit: boolean): void {
  const areDates = from instanceof Date && to instanceof Date
  if (hasUnit && !areDates) refuse(5624900, "$derivative with 'unit' expects the sortBy field to be a Date")
  if (hasUnit) return
  if (from instanceof Date || to instanceof Date)
    refuse(5624901, "$derivative where the sortBy is a Date requires an 'unit'")
  if (!isNumeric(from) || !isNumeric(to))
    refuse(5624902, "$derivative (with no 'unit') expects the sortBy field to be numeric")
}

const locf: WindowFunction = (given) => {
  withoutWindow(given)
  const input = given.compile(given.argument)
  return ({ scopes }) => {
    let last: Value = null
    return (at) => {
      const value = input(scopes[at] as (typeof scopes)[number])
      if (!isNothing(value)) last = value
      return last
    }
  }
}

type Point = [x: Value, y: Value]

const linearFill: WindowFunction = (given) => {
  withoutWindow(given)
  onlySort(given)
  const input = given.compile(given.argument)
  return ({ scopes, sortValues, collation }) => {
    const values = scopes.map((scope) => input(scope))
    let before: Point | null = null
    let after = 0
    return (at) => {
      const [x, y] = [sortValues[at], values[at]]
      checkPoint(
        x,
        y,
        at > 0 ? sortValues[at - 1] : undefined,
        at > 0 && compareValues(x, sortValues[at - 1], collation) === 0,
      )
      if (!isNothing(y)) {
        before = [x, y]
        return y
      }
      after = Math.max(after, at + 1)
      while (after < values.length && isNothing(values[after])) after++
      return before && after < values.length ? between(before, [sortValues[after], values[after]], x) : null
    }
  }
}

function checkPoint(x: Value, y: Value, previous: Value, isRepeated: boolean): void {
  if (!isNothing(y) && !isNumeric(y))
    refuse(14, `Value to be filled must be numeric or nullish, but found ${typeName(y)}`)
  if (!isNumeric(x) && !(x instanceof Date))
    refuse(14, `Value of the sortBy field must be numeric or a date, but found ${typeName(x)}`)
  if (isRepeated) refuse(6050106, 'There can be no repeated values in the sort field')
  if (previous !== undefined && isNumeric(previous) !== isNumeric(x))
    refuse(14, `Conflicting sort value types, previously received type ${typeName(previous)}, but found ${typeName(x)}`)
}

function between([x1, y1]: Point, [x2, y2]: Point, x: Value): Value {
  const slope = divided([difference([y2, y1]), difference([x2, x1])]) as Numeric
  return sum([y1, multiply(difference([x, x1]) as Numeric, slope)])
}

const FUNCTIONS = new Map<string, WindowFunction>([
  ['$rank', ranking(({ place, rank, isTied }) => (isTied ? rank : place))],
  ['$denseRank', ranking(({ rank, isTied }) => (isTied ? rank : rank + 1))],
  ['$documentNumber', ranking(({ place }) => place)],
  ['$shift', shift],
  ['$expMovingAvg', expMovingAvg],
  ['$derivative', derivative],
  ['$integral', (given) => integral(given, boundsOf(given.window, given.sorted, given.compile))],
  ['$locf', locf],
  ['$linearFill', linearFill],
])

/** `{ $sum: …, window: … }`: one function, and its window. */
export function windowFunctionOf(specification: Value, sorted: Sorted, compile: Compile): Computing {
  if (!isFields(specification)) return refuse(9, 'The output of $setWindowFields must be objects')
  const names = Object.keys(specification)
  const name = names.find((each) => each.startsWith('$')) ?? refuse(9, 'Expected a $-prefixed window function')
  const odd = names.find((each) => each !== name && each !== 'window')
  if (odd !== undefined) refuse(9, `Window function found an unknown argument: ${odd}`)
  const given = { name, argument: specification[name], window: specification['window'], sorted, compile }
  if (NOT_OVER_WINDOWS.has(name)) unknown(name)
  return (FUNCTIONS.get(name) ?? accumulating)(given)
}
