import { fields, Fields, isArray, isFields } from '../../bson/value.ts'
import type { Value } from '../../bson/value.ts'
import { refuse } from '../../errors.ts'
import { collationIn } from '../../query/predicate.ts'
import { orderingOf, Sorter, sortOf } from '../../query/sort.ts'
import type { Ordering, SortSpec } from '../../query/sort.ts'
import type { Collation } from '../../query/collation.ts'
import type { Steps } from '../../steps.ts'
import { parameters } from '../arrays.ts'
import { compileExpression } from '../expression.ts'
import { addingFields } from '../project.ts'
import { compareValues } from '../scope.ts'
import type { Expression, Scope } from '../scope.ts'
import { eachBy, GUESSED_BYTES } from '../stages.ts'
import type { CompileStage, Documents } from '../stages.ts'
import { windowFunctionOf } from './functions.ts'
import type { Computing, Partition, Sorted } from './partition.ts'

/** `$setWindowFields`: each document with what a window of its neighbours makes of it. */
export const setWindowFields: CompileStage = (specification, { variables }) => {
  const given = parameters('$setWindowFields', specification, ['output'], ['partitionBy', 'sortBy'])
  const { output } = given
  if (!isFields(output)) return refuse(9, "$setWindowFields 'output' must be an object")
  const by = given['partitionBy'] === undefined ? null : compileExpression(given['partitionBy'])
  const spec = sortOf(given['sortBy'])
  const sorted = sortedOf(given['sortBy'], spec)
  const functions = Object.keys(output).map((path): [string, Computing] => [
    path,
    windowFunctionOf(output[path], sorted, compileExpression),
  ])
  // Where the values of the document that is being made stand, for the fields that take them.
  const current: Value[] = []
  const adds = addingFields(functions.map(([path], i) => [path, () => current[i]]))
  const collation = collationIn(variables)
  return function* (input) {
    for (const scopes of partitions(input, by, spec, collation, (root) => ({ root, variables }))) {
      if (!scopes) {
        yield null
        continue
      }
      const partition = yield* partitionOf(scopes, sorted, spec, collation)
      const valuesAt = functions.map(([, computing]) => computing(partition))
      for (const [at, scope] of scopes.entries()) {
        valuesAt.forEach((valueAt, i) => (current[i] = valueAt(at)))
        yield adds(scope.root, scope)
      }
    }
  }
}

function sortedOf(sortBy: Value, spec: SortSpec | null): Sorted {
  const by = spec && isFields(sortBy) ? sortBy : null
  const [only] = spec?.names ?? []
  return {
    by,
    only: spec?.names.length === 1 ? compileExpression(`$${only ?? ''}`) : null,
    isAscending: spec?.directions[0] === 1,
  }
}

interface Keyed {
  scope: Scope
  key: Value
}

/** Sorted by what they are divided by, then as asked; no more is held than a sort may hold. */
function* partitions(
  input: Documents,
  by: Expression | null,
  spec: SortSpec | null,
  collation: Collation | null,
  scopeOf: (root: Fields) => Scope,
): Generator<Scope[] | null> {
  const sorter = new Sorter<Keyed, [Value, unknown]>(Infinity, keyedOrder(spec, collation))
  yield* sorter.take(input, (root) => {
    const scope = scopeOf(root)
    const key = by?.(scope) ?? null
    if (isArray(key)) refuse(14, 'An expression used to partition cannot evaluate to value of type array')
    return [fields({ key, root }), { scope, key }, GUESSED_BYTES]
  })
  let members: Keyed[] = []
  for (const item of sorter.items()) {
    const [first] = members
    if (first && compareValues(first.key, item.key, collation) !== 0) {
      yield members.map(({ scope }) => scope)
      members = []
    }
    members.push(item)
    yield null
  }
  if (members.length > 0) yield members.map(({ scope }) => scope)
}

function keyedOrder(spec: SortSpec | null, collation: Collation | null): Ordering<[Value, unknown]> {
  const inner = spec && (orderingOf(spec, collation) as Ordering<unknown>)
  return {
    keyOf: (document) => [document['key'], inner?.keyOf(document['root'] as Fields) ?? null],
    compare: ([a, x], [b, y]) => compareValues(a, b, collation) || (inner ? inner.compare(x, y) : 0),
  }
}

function* partitionOf(
  scopes: Scope[],
  { only }: Sorted,
  spec: SortSpec | null,
  collation: Collation | null,
): Steps<Partition> {
  const ordering = spec && (orderingOf(spec, collation) as Ordering<unknown>)
  const sortValues: Value[] = []
  const isTied: boolean[] = []
  // A field that is missing sorts as null does, but ranks apart from it.
  const isApart = (at: number) => (sortValues[at] === undefined) !== (sortValues[at - 1] === undefined)
  let last: unknown
  for (const [at, scope] of scopes.entries()) {
    if (only) sortValues.push(only(scope))
    if (ordering) {
      const key = ordering.keyOf(scope.root)
      isTied.push(at > 0 && ordering.compare(last, key) === 0 && !isApart(at))
      last = key
    }
    yield null
  }
  return { scopes, sortValues, isTied, collation }
}

const FILL = ['sortBy', 'partitionBy', 'partitionByFields']

/** `$fill`: what is missing, by a value, by the one before it, or by the line between its neighbours. */
export const fill: CompileStage = (specification, surroundings) => {
  const given = parameters('$fill', specification, ['output'], FILL)
  const { output, partitionBy, partitionByFields: names } = given
  if (!isFields(output) || Object.keys(output).length === 0)
    return refuse(6050203, "The output field in '$fill' must contain an object with at least one element")
  if (partitionBy !== undefined && names !== undefined)
    refuse(6050204, "Maximum one of 'partitionBy' and 'partitionByFields can be specified in '$fill'")
  const windows = new Fields()
  const values: [string, Expression][] = []
  for (const path of Object.keys(output)) {
    const { method, value } = fillOf(output[path])
    if (method !== undefined) windows[path] = fields({ [method]: `$${path}` })
    else values.push([path, compileExpression(fields({ $ifNull: [`$${path}`, value] }))])
  }
  const adds = addingFields(values)
  const methods = Object.keys(windows).length > 0
  if (methods && given['sortBy'] === undefined) refuse(6050205, "'sortBy' is required when a method is used in '$fill'")
  const filled = methods
    ? setWindowFields(windowsOf(windows, given, partitionBy ?? fieldsOf(names)), surroundings)
    : (input: Documents) => input
  const add = eachBy((root) => adds(root, { root, variables: surroundings.variables }))
  return (input) => add(filled(input))
}

function windowsOf(output: Fields, { sortBy }: Fields, partitionBy: Value): Fields {
  return fields({ output, sortBy, ...(partitionBy === undefined ? {} : { partitionBy }) })
}

function fieldsOf(names: Value): Value {
  if (names === undefined) return undefined
  if (!isArray(names) || !names.every((name): name is string => typeof name === 'string' && !name.startsWith('$')))
    return refuse(9, 'partitionByFields must be an array of names of fields')
  // One value for each, and null for what is missing: names with dots are no names of a document's fields.
  return names
    .map((name) => fields({ $ifNull: [`$${name}`, null] }))
    .reduce<Fields>((all, value, i) => Object.assign(all, { [`f${i}`]: value }), new Fields())
}

const METHODS = new Map<Value, string>([
  ['locf', '$locf'],
  ['linear', '$linearFill'],
])

function fillOf(specification: Value): { method?: string; value: Value } {
  const names = isFields(specification) ? Object.keys(specification) : []
  if (!isFields(specification) || names.length !== 1)
    return refuse(6050200, 'Each fill output specification must be an object with exactly one field')
  const { value } = specification
  if (names[0] === 'value') return { value }
  if (names[0] !== 'method') refuse(40415, `BSON field '$fill.output.${names[0]}' is an unknown field.`)
  const method = METHODS.get(specification['method'])
  return method ? { method, value } : refuse(6050202, 'Method must be either locf or linear')
}
