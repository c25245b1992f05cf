import { isArray, isFields } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { badValue, refuse } from '../errors.ts'
import { compare, equal, isComparable } from '../keys.ts'
import { compileCondition } from '../query/match.ts'
import { isOperators } from '../query/predicate.ts'
import { fields } from '../bson/value.ts'
import { conditionsOf, pointsOf, requiresValue } from './conditions.ts'
import type { Condition, Conditions } from './conditions.ts'

const ALLOWED = new Set(['$eq', '$exists', '$gt', '$gte', '$lt', '$lte', '$type', '$in'])

/** What MongoDB lets a partial index be filtered by. */
export function checkPartialFilter(filter: Fields): void {
  if (Object.keys(filter).length === 0) badValue('partialFilterExpression may not be empty')
  for (const name of Object.keys(filter)) {
    const condition = filter[name]
    if (name === '$and' || name === '$or') {
      for (const branch of isArray(condition) ? condition : []) if (isFields(branch)) checkPartialFilter(branch)
    } else if (name.startsWith('$')) refuse(67, `unsupported expression in partial index: ${name}`)
    else if (isOperators(condition)) checkOperators(name, condition)
  }
}

function checkOperators(name: string, condition: Fields): void {
  for (const operator of Object.keys(condition))
    if (!ALLOWED.has(operator) || (operator === '$exists' && !condition[operator]))
      refuse(67, `unsupported expression in partial index: ${name} ${operator}`)
}

/** Whether every document that meets the conditions is in the partial index; when in doubt, no. */
export function implies(conditions: Conditions, filter: Fields, partial: Fields): boolean {
  return Object.keys(partial).every((name) => {
    const wanted = partial[name]
    if (name === '$and')
      return isArray(wanted) && wanted.every((each) => isFields(each) && implies(conditions, filter, each))
    if (name === '$or')
      return (
        isArray(wanted) &&
        (wanted.some((each) => isFields(each) && implies(conditions, filter, each)) || equal(filter[name], wanted))
      )
    const given = conditions.byPath.get(name)
    return given !== undefined && impliesField(given, wanted)
  })
}

function impliesField(given: Condition[], wanted: Value): boolean {
  const points = pointsOf(given)
  if (points) {
    const test = compileCondition(wanted)
    // Null also stands for a field that is missing, which a partial index may not hold.
    return points.length > 0 && points.every((value) => value !== null && !isArray(value) && test([value]))
  }
  const wants = [...conditionsOf(fields({ x: wanted })).byPath.values()].flat()
  return (
    wants.length > 0 &&
    wants.every((want) => given.some((each) => impliesCondition(each, want)) || isPresence(given, want))
  )
}

function isPresence(given: Condition[], { operator }: Condition): boolean {
  return operator === '$exists' && requiresValue(given)
}

const LOWER = new Set(['$gt', '$gte'])
const UPPER = new Set(['$lt', '$lte'])

function impliesCondition(given: Condition, want: Condition): boolean {
  if (given.operator === want.operator && equal(given.argument, want.argument)) return true
  const direction = sideOf(given, want)
  // A range reaches no further than its type: above a date lies no number.
  if (direction === 0 || !isComparable(given.argument, want.argument)) return false
  const order = compare(given.argument, want.argument) * direction
  return order > 0 || (order === 0 && (given.operator === want.operator || want.operator.endsWith('e')))
}

function sideOf(given: Condition, want: Condition): number {
  if (LOWER.has(given.operator) && LOWER.has(want.operator)) return 1
  return UPPER.has(given.operator) && UPPER.has(want.operator) ? -1 : 0
}
