import { Context, evalExpr } from 'mingo/core'
import * as accumulators from 'mingo/operators/accumulator'
import * as expressions from 'mingo/operators/expression'
import * as projections from 'mingo/operators/projection'
import * as queries from 'mingo/operators/query'
import { isFields } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { StoreError } from '../errors.ts'
import { fromPlain, toPlainDocument, toPlainExpression } from './plain.ts'
import type { Predicate, Variables } from './predicate.ts'

const context = Context.init({ accumulator: accumulators, expression: expressions, query: queries })

const KNOWN = [expressions, accumulators, projections]

/** Runs what mingo does and gives its complaints a code of MongoDB's. */
export function computed<T>(code: number, compute: () => T): T {
  try {
    return compute()
  } catch (error) {
    if (error instanceof StoreError) throw error
    throw new StoreError(code, (error as Error).message)
  }
}

export function evaluate(document: object, expression: unknown, variables: Variables): unknown {
  return computed(2, () => evalExpr(document, expression, { context, scriptEnabled: false, variables } as never))
}

/** `$expr`. */
export function expressionTest(expression: Value, variables: Variables): Predicate {
  const plain = toPlainExpression(expression)
  checkOperators(expression)
  return (document) => {
    const result = evaluate(toPlainDocument(document), plain, variables)
    return result !== false && result !== null && result !== undefined && result !== 0
  }
}

/** mingo finds out about an unknown operator only when a document meets it; MongoDB says so at once. */
export function checkOperators(expression: Value): void {
  if (Array.isArray(expression)) return expression.forEach(checkOperators)
  if (!isFields(expression)) return
  for (const name of Object.keys(expression)) {
    if (name === '$literal') continue
    if (name.startsWith('$') && !KNOWN.some((operators) => Object.hasOwn(operators, name)))
      throw new StoreError(168, `Unrecognized expression '${name}'`)
    checkOperators(expression[name])
  }
}

/** The values of a command's `let`, which may themselves be expressions of constants. */
export function variablesOf(specification: Value): Variables {
  if (!isFields(specification)) return {}
  return Object.fromEntries(
    Object.keys(specification).map((name) => [name, evaluate({}, toPlainExpression(specification[name]), {})]),
  )
}

/** One computed value, back in the store's own form. */
export function valueOf(document: Fields, expression: Value, variables: Variables): Value {
  return fromPlain(evaluate(toPlainDocument(document), toPlainExpression(expression), variables))
}
