import { isArray, isFields, rank, RANK } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { hasText } from '../query/collation.ts'
import { isOperators } from '../query/predicate.ts'
import { isRegex } from '../query/regex.ts'

/** One thing that every matching document must fulfil: `operator` on `path`. */
export interface Condition {
  operator: string
  argument: Value
}

/** What a filter says about each path by conjunction; `isWhole` when these conditions say all that the filter says. */
export interface Conditions {
  byPath: Map<string, Condition[]>
  isWhole: boolean
  hasCollation: boolean
}

/** With a collation, what is said about texts is left out: bytes say nothing about it. */
export function conditionsOf(filter: Fields, hasCollation = false): Conditions {
  const conditions: Conditions = { byPath: new Map(), isWhole: true, hasCollation }
  collect(filter, conditions)
  return conditions
}

function collect(filter: Fields, conditions: Conditions): void {
  for (const name of Object.keys(filter)) {
    const condition = filter[name]
    if (name === '$and' && isArray(condition)) {
      for (const branch of condition) if (isFields(branch)) collect(branch, conditions)
    } else if (name === '$comment') continue
    else if (name.startsWith('$')) conditions.isWhole = false
    else collectField(name, condition, conditions)
  }
}

function collectField(path: string, condition: Value, conditions: Conditions): void {
  if (isRegex(condition)) return add(path, '$regex', condition, conditions)
  if (!isOperators(condition)) return add(path, '$eq', condition, conditions)
  for (const operator of Object.keys(condition)) {
    const argument = condition[operator]
    if (operator === '$elemMatch' && isFields(argument)) collectElement(path, argument, conditions)
    else add(path, operator, argument, conditions)
  }
}

/** What one element must fulfil, some element must: enough to look by, not enough to decide. */
function collectElement(path: string, argument: Fields, conditions: Conditions): void {
  conditions.isWhole = false
  if (isOperators(argument)) return
  const inner = conditionsOf(argument, conditions.hasCollation)
  for (const [name, list] of inner.byPath)
    for (const { operator, argument: value } of list) add(`${path}.${name}`, operator, value, conditions)
}

function add(path: string, operator: string, argument: Value, conditions: Conditions): void {
  if (conditions.hasCollation && operator !== '$regex' && hasText(argument)) {
    conditions.isWhole = false
    return
  }
  const list = conditions.byPath.get(path)
  if (list) list.push({ operator, argument })
  else conditions.byPath.set(path, [{ operator, argument }])
}

/** The values of which the path must have one, when the conditions name them. */
export function pointsOf(conditions: Condition[]): Value[] | null {
  for (const { operator, argument } of conditions) {
    if (operator === '$eq' && !isRegex(argument)) return [argument]
    if (operator === '$in' && isArray(argument) && !argument.some(isRegex)) return argument
  }
  return null
}

/** Conditions that only a present, non-null field can meet: a sparse index holds every such document. */
export function requiresValue(conditions: Condition[]): boolean {
  const points = pointsOf(conditions)
  if (points) return points.every((value) => value !== null && value !== undefined)
  return conditions.some(({ operator, argument }) => {
    if (operator === '$exists') return argument === true || argument === 1
    const isRange = operator === '$gt' || operator === '$gte' || operator === '$lt' || operator === '$lte'
    if (isRange) return rank(argument) !== RANK.null && rank(argument) !== RANK.minKey && rank(argument) !== RANK.maxKey
    return operator === '$regex'
  })
}
