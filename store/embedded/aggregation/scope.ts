import { asNumber, isNumeric, rank } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { compareBy } from '../query/collation.ts'
import type { Collation } from '../query/collation.ts'
import { collationIn } from '../query/predicate.ts'
import type { Variables } from '../query/predicate.ts'

/** What an expression is computed on. */
export interface Scope {
  root: Fields
  /** `let`, `$$this` and their like; and `NOW`. */
  variables: Variables
}

/** An expression made ready; `undefined` is "missing", which is not null. */
export type Expression = (scope: Scope) => Value

export type Compile = (expression: Value) => Expression

/** Makes an operator ready with its argument as it stands in the pipeline. */
export type Operator = (argument: Value, compile: Compile, name: string) => Expression

export function withVariable(scope: Scope, name: string, value: Value): Scope {
  return { root: scope.root, variables: { ...scope.variables, [name]: value } }
}

export function collationOfScope(scope: Scope): Collation | null {
  return collationIn(scope.variables)
}

export const isNothing = (value: Value): value is null | undefined => value === null || value === undefined

/** What an expression takes for true: everything but false, null, missing and every zero. */
export function isTrue(value: Value): boolean {
  if (isNumeric(value)) return asNumber(value) !== 0
  return value !== false && !isNothing(value)
}

/** As BSON orders them, and a missing value before null. */
export function compareValues(a: Value, b: Value, collation: Collation | null): number {
  if (a === undefined || b === undefined) return (a === undefined ? 2 : rank(a)) - (b === undefined ? 2 : rank(b))
  return compareBy(collation, a, b)
}

/** The arguments of an operator with as many as it takes: a list, or a single one that stands for itself. */
export function argumentsOf(name: string, argument: Value, least: number, most: number): Value[] {
  const list = Array.isArray(argument) ? argument : [argument]
  if (list.length >= least && list.length <= most) return list
  if (least === most)
    return refuse(16020, `Expression ${name} takes exactly ${least} arguments. ${list.length} were passed in.`)
  return refuse(
    28667,
    `Expression ${name} takes at least ${least} arguments, and at most ${most}, but ${list.length} were passed in.`,
  )
}

/** An operator of some number of computed values. */
export function computing(
  least: number,
  most: number,
  compute: (values: Value[], scope: Scope, name: string) => Value,
): Operator {
  return (argument, compile, name) => {
    const expressions = argumentsOf(name, argument, least, most).map(compile)
    return (scope) =>
      compute(
        expressions.map((each) => each(scope)),
        scope,
        name,
      )
  }
}

/** As `computing`, but null as soon as one value is null or missing. */
export function computingUnlessNull(
  least: number,
  most: number,
  compute: (values: Value[], scope: Scope, name: string) => Value,
): Operator {
  return computing(least, most, (values, scope, name) => (values.some(isNothing) ? null : compute(values, scope, name)))
}
