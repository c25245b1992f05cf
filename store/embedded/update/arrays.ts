import { asNumber, Fields, isArray, isFields, isNumeric, typeName } from '../bson/value.ts'
import type { Numeric, Value } from '../bson/value.ts'
import { badValue, refuse } from '../errors.ts'
import { compareBy, equalBy } from '../query/collation.ts'
import type { Collation } from '../query/collation.ts'
import { DistinctValues } from '../query/distinct.ts'
import { compileCondition, compileFilter } from '../query/match.ts'
import { COLLATION, isOperators } from '../query/predicate.ts'
import { isRegex, regexTest } from '../query/regex.ts'
import { orderingOf, sortOf } from '../query/sort.ts'
import type { Ordering } from '../query/sort.ts'
import type { Change, Modifier } from './fields.ts'
import { show } from './target.ts'
import type { Target } from './target.ts'

function arrayAt(target: Target, { id }: Change, code: number, verb: string): Value[] | undefined {
  const { value } = target
  if (value === undefined || isArray(value)) return value
  const where = `The field '${target.name}' must be an array but is of type ${typeName(value)} in document {_id: ${show(id)}}`
  return refuse(code, verb === '' ? where : verb)
}

const PUSH_CLAUSES = new Set(['$each', '$slice', '$sort', '$position'])

export const push: Modifier = (target, argument, change) => {
  const array = [...(arrayAt(target, change, 2, '') ?? [])]
  const isModified = isFields(argument) && argument['$each'] !== undefined
  if (!isModified) {
    array.push(argument)
    return target.set(array)
  }
  const odd = Object.keys(argument).find((name) => !PUSH_CLAUSES.has(name))
  if (odd !== undefined) badValue(`Unrecognized clause in $push: ${odd}`)
  array.splice(position(argument['$position'], array.length), 0, ...each(argument['$each'], '$push'))
  target.set(slice(sort(array, argument['$sort'], change.collation), argument['$slice']))
}

function each(value: Value, name: string): Value[] {
  return isArray(value)
    ? value
    : badValue(`The argument to $each in ${name} must be an array but it was of type: ${typeName(value)}`)
}

function whole(value: Value, complaint: string): number {
  const number = isNumeric(value) ? asNumber(value) : NaN
  return Number.isInteger(number) ? number : badValue(`${complaint} but was given type: ${typeName(value)}`)
}

function position(value: Value, length: number): number {
  if (value === undefined) return length
  const at = whole(value, 'The value for $position must be an integer value, not a decimal value,')
  return at < 0 ? Math.max(0, length + at) : Math.min(at, length)
}

function slice(array: Value[], value: Value): Value[] {
  if (value === undefined) return array
  const count = whole(value, 'The value for $slice must be an integer value')
  if (count < 0) return array.slice(count)
  return array.slice(0, count)
}

function sort(array: Value[], order: Value, collation: Collation | null): Value[] {
  if (order === undefined) return array
  if (isNumeric(order)) return byWhole(array, order, collation)
  const spec = isFields(order) ? sortOf(order) : null
  if (!spec)
    return badValue('The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields')
  const ordering = orderingOf(spec, collation) as Ordering<unknown>
  const keyed = array.map((element) => ({ element, key: ordering.keyOf(isFields(element) ? element : new Fields()) }))
  return keyed.sort((a, b) => ordering.compare(a.key, b.key)).map(({ element }) => element)
}

function byWhole(array: Value[], order: Numeric, collation: Collation | null): Value[] {
  const direction = asNumber(order)
  if (direction !== 1 && direction !== -1) badValue('The $sort element value must be either 1 or -1')
  return array.sort((a, b) => compareBy(collation, a, b) * direction)
}

export const addToSet: Modifier = (target, argument, change) => {
  const array = [...(arrayAt(target, change, 2, '') ?? [])]
  const isEach = isFields(argument) && argument['$each'] !== undefined
  const added = isEach ? each(argument['$each'], '$addToSet') : [argument]
  if (isEach && Object.keys(argument).length > 1)
    badValue(`Found unexpected fields after $each in $addToSet: ${show(argument)}`)
  const seen = new DistinctValues(change.collation)
  for (const element of array) seen.add(element)
  for (const element of added) if (seen.add(element)) array.push(element)
  target.set(array)
}

/** Wrong even where the update meets no array. */
export function endOf(argument: Value): number {
  const end = isNumeric(argument) ? asNumber(argument) : NaN
  return end === 1 || end === -1 ? end : refuse(9, `$pop expects 1 or -1, found: ${show(argument)}`)
}

export const pop: Modifier = (target, argument, change) => {
  const end = endOf(argument)
  const array = arrayAt(
    target,
    change,
    14,
    `Path '${change.path}' contains an element of non-array type '${typeName(target.value)}'`,
  )
  if (array) target.set(end < 0 ? array.slice(1) : array.slice(0, -1))
}

export const pull: Modifier = (target, argument, change) => {
  const array = arrayAt(target, change, 2, 'Cannot apply $pull to a non-array value')
  if (!array) return
  const isPulled = pullTest(argument, change.collation)
  const kept = array.filter((element) => !isPulled(element))
  if (kept.length < array.length) target.set(kept)
}

const LOGICAL = new Set(['$and', '$or', '$nor'])

/** Operators and patterns speak of the element; a document speaks of the fields of elements that are documents. */
function pullTest(argument: Value, collation: Collation | null): (element: Value) => boolean {
  const variables = { [COLLATION]: collation }
  if (isRegex(argument)) {
    const test = regexTest(argument)
    return (element) => !isArray(element) && test([element])
  }
  if (!isFields(argument)) return (element) => equalBy(collation, element, argument)
  if (isOperators(argument) && !LOGICAL.has(Object.keys(argument)[0] ?? '')) {
    const test = compileCondition(argument, variables)
    return (element) => test([element])
  }
  const matches = compileFilter(argument, variables)
  return (element) => isFields(element) && matches(element)
}

export const pullAll: Modifier = (target, argument, change) => {
  if (!isArray(argument)) return badValue(`$pullAll requires an array argument but was given a ${typeName(argument)}`)
  const array = arrayAt(target, change, 2, 'Cannot apply $pull to a non-array value')
  if (!array) return
  const pulled = new DistinctValues(change.collation)
  for (const element of argument) pulled.add(element)
  target.set(array.filter((element) => !pulled.has(element)))
}
