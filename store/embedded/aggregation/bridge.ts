import { Long } from 'bson'
import { Context } from 'mingo/core'
import * as expressions from 'mingo/operators/expression'
import { isArray, isFields } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { computed, fromPlain, toPlain } from '../query/plain.ts'
import type { Expression, Operator } from './scope.ts'

/*
 * What works on texts and dates is mingo's, given computed values only: numbers do not pass through it but in and out
 * of it, as whole numbers that JavaScript holds exactly. What it cannot hold is refused on the way in (plain.ts).
 */

const NAMES = [
  '$concat',
  '$indexOfBytes',
  '$ltrim',
  '$regexFind',
  '$regexFindAll',
  '$regexMatch',
  '$replaceAll',
  '$replaceOne',
  '$rtrim',
  '$split',
  '$strLenBytes',
  '$strLenCP',
  '$strcasecmp',
  '$substr',
  '$substrBytes',
  '$substrCP',
  '$toLower',
  '$toUpper',
  '$trim',
  '$dateAdd',
  '$dateDiff',
  '$dateFromParts',
  '$dateFromString',
  '$dateSubtract',
  '$dateToParts',
  '$dateToString',
  '$dateTrunc',
  '$dayOfMonth',
  '$dayOfWeek',
  '$dayOfYear',
  '$hour',
  '$isoDayOfWeek',
  '$isoWeek',
  '$isoWeekYear',
  '$millisecond',
  '$minute',
  '$month',
  '$second',
  '$week',
  '$year',
] as const

/** Their results are longs in MongoDB, whatever their size. */
const LONGS = new Set<string>(['$dateDiff', '$isoWeekYear'])

const context = Context.init({ expression: expressions })

type Run = (document: object, argument: unknown, options: object) => unknown

function bridged(name: string): Operator {
  const run = (expressions as unknown as Record<string, Run>)[name]
  if (!run) throw new Error(`mingo has no ${name}`)
  return (argument, compile) => {
    const shape = shapeOf(argument, compile)
    return (scope) => {
      const result = computed(2, () => run({}, shape(scope), { context, scriptEnabled: false }))
      return LONGS.has(name) && typeof result === 'number' ? Long.fromNumber(result) : fromPlain(result)
    }
  }
}

/** mingo computes arguments itself: it is given what is computed already, said to be literal. */
function shapeOf(argument: Value, compile: (each: Value) => Expression): (scope: Parameters<Expression>[0]) => unknown {
  const literal = (each: Value) => {
    const expression = compile(each)
    return (scope: Parameters<Expression>[0]) => ({ $literal: toPlain(expression(scope) ?? null) })
  }
  if (isArray(argument)) {
    const list = argument.map(literal)
    return (scope) => list.map((each) => each(scope))
  }
  const isNamed = isFields(argument) && !Object.keys(argument)[0]?.startsWith('$')
  if (!isNamed) return literal(argument)
  const entries = Object.keys(argument).map((name) => [name, literal(argument[name])] as const)
  return (scope) => Object.fromEntries(entries.map(([name, each]) => [name, each(scope)]))
}

export const BRIDGED: Record<string, Operator> = Object.fromEntries(NAMES.map((name) => [name, bridged(name)]))
