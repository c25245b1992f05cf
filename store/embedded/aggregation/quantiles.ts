import { asNumber, Fields, isArray, isNumeric } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import type { Accumulating } from './accumulator.ts'
import { parameters } from './arrays.ts'
import { double } from './numbers.ts'
import type { Compile, Operator } from './scope.ts'

/*
 * MongoDB's `approximate` is a t-digest: any value near the percentile. Here it is the percentile itself, the least
 * value that so many are not above.
 */

interface Quantiles {
  input: Value
  shares: number[]
  shown: (values: Value[]) => Value
}

function quantilesOf(argument: Value, compile: Compile, name: string): Quantiles {
  const isMedian = name === '$median'
  const given = parameters(name, argument, isMedian ? ['input', 'method'] : ['input', 'p', 'method'])
  if (given['method'] !== 'approximate') refuse(2, "Currently only 'approximate' can be used as percentile 'method'.")
  if (isMedian) return { input: given['input'], shares: [0.5], shown: ([only]) => only ?? null }
  const shares = compile(given['p'])({ root: new Fields(), variables: {} })
  const odd = () => refuse(7750301, "The $percentile 'p' field must be an array of numbers from [0.0, 1.0]")
  if (!isArray(shares) || shares.length === 0) return odd()
  const numbers = shares.map((share) => (isNumeric(share) ? asNumber(share) : odd()))
  return numbers.every((share) => share >= 0 && share <= 1)
    ? { input: given['input'], shares: numbers, shown: (values) => values }
    : odd()
}

/** Null for each of no numbers; what is none counts for nothing. */
function at(shares: number[], values: readonly Value[]): Value[] {
  const numbers = values
    .filter(isNumeric)
    .map(asNumber)
    .filter((number) => !Number.isNaN(number))
  const sorted = Float64Array.from(numbers).sort()
  return shares.map((share) =>
    sorted.length === 0 ? null : double(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number),
  )
}

const quantile: Operator = (argument, compile, name) => {
  const { input, shares, shown } = quantilesOf(argument, compile, name)
  const expression = compile(input)
  return (scope) => {
    const value = expression(scope)
    return shown(at(shares, isArray(value) ? value : [value]))
  }
}

export const quantiling: Accumulating = (argument, compile, name) => {
  const { input, shares, shown } = quantilesOf(argument, compile, name)
  const expression = compile(input)
  return () => {
    const values: Value[] = []
    return {
      add: (scope) => void values.push(expression(scope)),
      result: () => shown(at(shares, values)),
      held: () => values.length,
    }
  }
}

export const QUANTILES: Record<string, Operator> = { $median: quantile, $percentile: quantile }
