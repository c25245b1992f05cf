import { asNumber, isArray, isFields, isNumeric } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import type { Collation } from '../query/collation.ts'
import { DistinctValues } from '../query/distinct.ts'
import { orderingOf, sortOf } from '../query/sort.ts'
import type { Ordering } from '../query/sort.ts'
import type { Accumulating } from './accumulator.ts'
import { parameters } from './arrays.ts'
import { chosen } from './chosen.ts'
import { double, Sum } from './numbers.ts'
import { merged } from './objects.ts'
import { quantiling } from './quantiles.ts'
import { collationOfScope, compareValues, isNothing } from './scope.ts'
import type { Expression, Operator } from './scope.ts'

/** An accumulator that needs all values at once. */
function gathering(
  finish: (values: Value[], collation: Collation | null) => Value,
  keepsMissing = false,
): Accumulating {
  return (argument, compile) => {
    const expression = compile(argument)
    return (collation) => {
      const values: Value[] = []
      return {
        add: (scope) => {
          const value = expression(scope)
          if (value !== undefined) values.push(value)
          else if (keepsMissing) values.push(null)
        },
        result: () => finish(values, collation),
        held: () => values.length,
      }
    }
  }
}

const summing =
  (finish: (sum: Sum) => Value): Accumulating =>
  (argument, compile) => {
    const expression = compile(argument)
    return () => {
      const sum = new Sum()
      return { add: (scope) => sum.add(expression(scope)), result: () => finish(sum) }
    }
  }

/** One value is kept: the one that comes in the place of another. */
function keeping(
  replaces: (value: Value, kept: Value, collation: Collation | null, isFirst: boolean) => boolean,
): Accumulating {
  return (argument, compile) => {
    const expression = compile(argument)
    return (collation) => {
      let kept: Value = null
      let isFirst = true
      return {
        add: (scope) => {
          const value = expression(scope)
          if (replaces(value, kept, collation, isFirst)) kept = value ?? null
          isFirst = false
        },
        result: () => kept,
      }
    }
  }
}

function extreme(direction: 1 | -1) {
  return (value: Value, kept: Value, collation: Collation | null) =>
    !isNothing(value) && (isNothing(kept) || compareValues(value, kept, collation) * direction < 0)
}

function deviation(values: readonly Value[], isSample: boolean): Value {
  const numbers = values.filter(isNumeric).map(asNumber)
  const least = isSample ? 2 : 1
  if (numbers.length < least) return null
  let mean = 0
  let squares = 0
  for (const [i, number] of numbers.entries()) {
    const delta = number - mean
    mean += delta / (i + 1)
    squares += delta * (number - mean)
  }
  return double(Math.sqrt(squares / (isSample ? numbers.length - 1 : numbers.length)))
}

function countOf(argument: Value, name: string): number {
  const n = isNumeric(argument) ? asNumber(argument) : NaN
  return Number.isInteger(n) && n > 0 ? n : refuse(5787908, `'n' of ${name} must be a constant whole number above 0`)
}

const choosing =
  (which: 'first' | 'last' | 'min' | 'max'): Accumulating =>
  (argument, compile, name) => {
    const given = parameters(name, argument, ['input', 'n'])
    const n = countOf(given['n'], name)
    return gathering((values, collation) => chosen(which, values, n, collation), true)(given['input'], compile, name)
  }

/** `$top`, `$bottom` and their `N`: the documents of a group in an order of its own. */
const ordering =
  (isBottom: boolean, hasCount: boolean): Accumulating =>
  (argument, compile, name) => {
    const given = parameters(name, argument, hasCount ? ['sortBy', 'output', 'n'] : ['sortBy', 'output'])
    const spec = sortOf(given['sortBy']) ?? refuse(10065, `${name} needs a 'sortBy'`)
    const output = compile(given['output'])
    const n = hasCount ? countOf(given['n'], name) : 1
    return (collation) => {
      const order = orderingOf(spec, collation) as Ordering<unknown>
      const entries: { key: unknown; value: Value }[] = []
      return {
        add: (scope) => {
          entries.push({ key: order.keyOf(scope.root), value: output(scope) ?? null })
        },
        result: () => {
          const sorted = entries.sort((a, b) => order.compare(a.key, b.key)).map(({ value }) => value)
          const kept = isBottom ? sorted.slice(-n) : sorted.slice(0, n)
          return hasCount ? kept : kept[0]
        },
        held: () => entries.length,
      }
    }
  }

function distinct(values: Value[], collation: Collation | null): Value {
  const set = new DistinctValues(collation)
  for (const value of values) set.add(value)
  return set.list
}

export const ACCUMULATORS = new Map<string, Accumulating>([
  ['$sum', summing((sum) => sum.total)],
  ['$avg', summing((sum) => sum.average)],
  [
    '$count',
    (argument, compile, name) => {
      if (!isFields(argument) || Object.keys(argument).length > 0)
        refuse(2, '$count takes no arguments, i.e. $count:{}')
      return summing((sum) => sum.total)(1, compile, name)
    },
  ],
  ['$min', keeping(extreme(1))],
  ['$max', keeping(extreme(-1))],
  ['$first', keeping((_value, _kept, _collation, isFirst) => isFirst)],
  ['$last', keeping(() => true)],
  // A copy: a window goes on gathering after it has been asked.
  ['$push', gathering((values) => [...values])],
  ['$addToSet', gathering(distinct)],
  ['$mergeObjects', gathering((values) => merged(values))],
  ['$stdDevPop', gathering((values) => deviation(values, false))],
  ['$stdDevSamp', gathering((values) => deviation(values, true))],
  ['$median', quantiling],
  ['$percentile', quantiling],
  ['$firstN', choosing('first')],
  ['$lastN', choosing('last')],
  ['$minN', choosing('min')],
  ['$maxN', choosing('max')],
  ['$top', ordering(false, false)],
  ['$bottom', ordering(true, false)],
  ['$topN', ordering(false, true)],
  ['$bottomN', ordering(true, true)],
])

/** As expressions they take a list, or a single array, of one document. */
function ofList(compute: (values: Value[], collation: Collation | null) => Value): Operator {
  return (argument, compile) => {
    const expressions: Expression[] = (isArray(argument) ? argument : [argument]).map(compile)
    return (scope) => {
      const values = expressions.map((each) => each(scope))
      const [only] = values
      return compute(values.length === 1 && isArray(only) ? only : values, collationOfScope(scope))
    }
  }
}

function summed(values: Value[]): Sum {
  const sum = new Sum()
  for (const value of values) sum.add(value)
  return sum
}

function extremeOf(direction: 1 | -1): Operator {
  const isBetter = extreme(direction)
  return ofList((values, collation) =>
    values.reduce<Value>((kept, value) => (isBetter(value, kept, collation) ? value : kept), null),
  )
}

export const ACCUMULATING: Record<string, Operator> = {
  $sum: ofList((values) => summed(values).total),
  $avg: ofList((values) => summed(values).average),
  $min: extremeOf(1),
  $max: extremeOf(-1),
  $stdDevPop: ofList((values) => deviation(values, false)),
  $stdDevSamp: ofList((values) => deviation(values, true)),
}
