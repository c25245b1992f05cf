import { asNumber, isArray, isNumeric } from '../../bson/value.ts'
import type { Numeric, Value } from '../../bson/value.ts'
import { refuse } from '../../errors.ts'
import type { Accumulating } from '../accumulator.ts'
import { add, double, isDecimal, multiply, quotient } from '../numbers.ts'

type Pair = [x: Numeric, y: Numeric]

/** Of the pairs of numbers; everything else counts for nothing. */
export function covariance(isSample: boolean): Accumulating {
  return (argument, compile, name) => {
    if (!isArray(argument) || argument.length !== 2) return refuse(9, `${name} needs an array of two expressions`)
    const [x, y] = argument.map(compile)
    return () => {
      const pairs: Pair[] = []
      return {
        add: (scope) => {
          const pair = [x?.(scope), y?.(scope)]
          if (pair.every(isNumeric)) pairs.push(pair as Pair)
        },
        result: () => covarianceOf(pairs, isSample),
      }
    }
  }
}

function covarianceOf(pairs: Pair[], isSample: boolean): Value {
  const by = pairs.length - (isSample ? 1 : 0)
  if (by <= 0) return null
  return pairs.flat().some(isDecimal) ? exactly(pairs, by) : double(roughly(pairs, by))
}

/** In two passes, which keep the digits that one pass loses. */
function roughly(pairs: Pair[], by: number): number {
  const numbers = pairs.map(([x, y]) => [asNumber(x), asNumber(y)] as const)
  const meanX = numbers.reduce((sum, [x]) => sum + x, 0) / numbers.length
  const meanY = numbers.reduce((sum, [, y]) => sum + y, 0) / numbers.length
  return numbers.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / by
}

/** Decimals have digits enough for one pass. */
function exactly(pairs: Pair[], by: number): Numeric {
  const total = (of: (pair: Pair) => Numeric) => pairs.map(of).reduce(add, 0)
  const product = multiply(
    total(([x]) => x),
    total(([, y]) => y),
  )
  const mean = quotient(product, pairs.length)
  return quotient(
    add(
      total(([x, y]) => multiply(x, y)),
      multiply(mean, -1),
    ),
    by,
  )
}
