import { isArray, isFields } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { argumentsOf, collationOfScope, compareValues, computing, isNothing, isTrue, withVariable } from './scope.ts'
import type { Compile, Expression, Operator } from './scope.ts'

function comparison(accepts: (order: number) => Value): Operator {
  return computing(2, 2, ([a, b], scope) => accepts(compareValues(a, b, collationOfScope(scope))))
}

const MANY = 10_000

/** Stops at the first that decides. */
function connective(decisive: boolean): Operator {
  return (argument, compile, name) => {
    const expressions = argumentsOf(name, argument, 0, MANY).map(compile)
    return (scope) => (expressions.some((each) => isTrue(each(scope)) === decisive) ? decisive : !decisive)
  }
}

const condition: Operator = (argument, compile, name) => {
  const [test, yes, no] = (isFields(argument) ? branchesOf(argument) : argumentsOf(name, argument, 3, 3)).map(compile)
  if (!test || !yes || !no) return refuse(17080, 'Missing parameter to $cond')
  return (scope) => (isTrue(test(scope)) ? yes(scope) : no(scope))
}

function branchesOf(argument: Fields): Value[] {
  const odd = Object.keys(argument).find((name) => !['if', 'then', 'else'].includes(name))
  if (odd !== undefined) refuse(17083, `Unrecognized parameter to $cond: ${odd}`)
  return ['if', 'then', 'else'].map((name) => argument[name] ?? missing(argument, name))
}

/** A parameter may be null, but it may not be absent. */
function missing(argument: Fields, name: string): Value {
  return Object.hasOwn(argument, name) ? null : refuse(17080, `Missing '${name}' parameter to $cond`)
}

const ifNull: Operator = (argument, compile, name) => {
  const expressions = argumentsOf(name, argument, 2, MANY).map(compile)
  return (scope) => {
    let value: Value
    for (const each of expressions) if (!isNothing((value = each(scope)))) return value
    return value
  }
}

const switching: Operator = (argument, compile) => {
  if (!isFields(argument) || !isArray(argument['branches']))
    return refuse(40061, "$switch expected an array for 'branches'")
  const branches = argument['branches'].map((branch) => {
    if (!isFields(branch) || branch['case'] === undefined || branch['then'] === undefined)
      return refuse(40067, "$switch requires each branch have a 'case' and a 'then' expression")
    return { when: compile(branch['case']), result: compile(branch['then']) }
  })
  if (branches.length === 0) refuse(40068, '$switch requires at least one branch.')
  const otherwise = argument['default'] === undefined ? null : compile(argument['default'])
  return (scope) => {
    for (const { when, result } of branches) if (isTrue(when(scope))) return result(scope)
    return otherwise
      ? otherwise(scope)
      : refuse(40066, '$switch could not find a matching branch for an input, and no default was specified.')
  }
}

const binding: Operator = (argument, compile) => {
  if (!isFields(argument) || !isFields(argument['vars']) || argument['in'] === undefined)
    return refuse(16874, "$let needs 'vars' and 'in'")
  const { vars } = argument
  const bound = Object.keys(vars).map((name): [string, Expression] => [name, compile(vars[name])])
  const inner = compile(argument['in'])
  return (scope) => inner(bound.reduce((within, [name, each]) => withVariable(within, name, each(scope)), scope))
}

export const literal: Operator = (argument) => () => argument

/** `{ $expr: …}` inside an expression is just its expression. */
const same: Operator = (argument, compile: Compile) => compile(argument)

export const LOGIC: Record<string, Operator> = {
  $cmp: comparison((order) => Math.sign(order)),
  $eq: comparison((order) => order === 0),
  $ne: comparison((order) => order !== 0),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
  $and: connective(false),
  $or: connective(true),
  $not: computing(1, 1, ([value]) => !isTrue(value)),
  $cond: condition,
  $ifNull: ifNull,
  $switch: switching,
  $let: binding,
  $literal: literal,
  $const: literal,
  $expr: same,
}
