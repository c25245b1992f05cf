import { Fields, isFields } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { compileExpression } from '../aggregation/expression.ts'
import { isTrue } from '../aggregation/scope.ts'
import type { Predicate, Variables } from './predicate.ts'

/** `$expr`. */
export function expressionTest(expression: Value, variables: Variables): Predicate {
  const compute = compileExpression(expression)
  return (root) => isTrue(compute({ root, variables }))
}

/** The values of a command's `let`, which may themselves be expressions of constants. */
export function variablesOf(specification: Value): Variables {
  if (!isFields(specification)) return {}
  const scope = { root: new Fields(), variables: {} }
  return Object.fromEntries(
    Object.keys(specification).map((name) => [name, compileExpression(specification[name])(scope) ?? null]),
  )
}
