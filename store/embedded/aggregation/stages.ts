import { asNumber, Fields, fields, isArray, isFields, isNumeric, namesOf, setField, typeName } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { compileFilter } from '../query/match.ts'
import { pathOf, valueAt } from '../query/path.ts'
import { collationIn } from '../query/predicate.ts'
import type { Variables } from '../query/predicate.ts'
import { orderingOf, Sorter, sortOf } from '../query/sort.ts'
import type { Ordering } from '../query/sort.ts'
import type { Steps } from '../steps.ts'
import { compileExpression } from './expression.ts'
import { compileGrouping, groupIdOf, Groups } from './group.ts'
import { compileAddFields, compileProject } from './project.ts'
import type { Transform } from './project.ts'
import { compareValues } from './scope.ts'
import type { Scope } from './scope.ts'

/** Null for a step at which there is none: whoever asks for the next may rest first (see steps.ts). */
export type Documents = Iterable<Fields | null>

/** Hands on a document or a step for each that it takes. */
export type Stage = (input: Documents) => Documents

/** Where stages find other collections, and what their expressions know. */
export interface Surroundings {
  find: (collection: string, filter: Fields) => Documents
  variables: Variables
}

export type CompileStage = (specification: Value, surroundings: Surroundings) => Stage

/** What becomes of each document; null: nothing. */
export function eachBy(transform: (root: Fields) => Fields | null): Stage {
  return function* (input) {
    for (const root of input) yield root && transform(root)
  }
}

function transformed(transform: Transform, { variables }: Surroundings): Stage {
  return eachBy((root) => transform(root, { root, variables }))
}

/** All of them in a list. */
export function* gathered(input: Documents): Steps<Fields[]> {
  const all: Fields[] = []
  for (const document of input) {
    if (document) all.push(document)
    yield null
  }
  return all
}

export const match: CompileStage = (filter, { variables }) => {
  const matches = compileFilter(filter, variables)
  return eachBy((document) => (matches(document) ? document : null))
}

/** A rough size is enough for a bound: the real one would cost an encoding. */
export const GUESSED_BYTES = 256

export const sort: CompileStage = (specification, surroundings) => sortedUpTo(Infinity)(specification, surroundings)

/** A sort that a limit follows keeps no more than that. */
export const sortedUpTo =
  (most: number): CompileStage =>
  (specification, { variables }) => {
    const spec = sortOf(specification) ?? refuse(15976, '$sort stage must have at least one sort key')
    const ordering = orderingOf(spec, collationIn(variables)) as Ordering<unknown>
    return function* (input) {
      const sorter = new Sorter<Fields, unknown>(most, ordering)
      yield* sorter.take(input, (document) => [document, document, GUESSED_BYTES])
      yield* sorter.items()
    }
  }

function whole(value: Value, name: string, least: number): number {
  const number = isNumeric(value) ? asNumber(value) : NaN
  return Number.isInteger(number) && number >= least
    ? number
    : refuse(15958, `${name} must be a whole number, at least ${least}, found: ${typeName(value)}`)
}

export const limit: CompileStage = (specification) => {
  const most = whole(specification, 'the limit', 1)
  return function* (input) {
    let n = 0
    for (const document of input) {
      yield document
      if (document && ++n >= most) return
    }
  }
}

export const skip: CompileStage = (specification) => {
  const least = whole(specification, 'the skip', 0)
  return function* (input) {
    let n = 0
    for (const document of input) yield document && n++ >= least ? document : null
  }
}

export const project: CompileStage = (specification, surroundings) =>
  transformed(compileProject(specification, surroundings.variables), surroundings)

export const addFields: CompileStage = (specification, surroundings) =>
  transformed(compileAddFields(specification), surroundings)

export const unset: CompileStage = (specification, surroundings) => {
  const names = isArray(specification) ? specification : [specification]
  if (names.length === 0 || !names.every((name) => typeof name === 'string' && name !== ''))
    refuse(31120, '$unset specification must be a string or an array of strings')
  return project(fields(Object.fromEntries(names.map((name) => [name as string, 0]))), surroundings)
}

export const replaceRoot: CompileStage = (specification, { variables }) => {
  const expression = compileExpression(isFields(specification) ? specification['newRoot'] : undefined)
  return eachBy((root) => {
    const document = expression({ root, variables })
    return isFields(document)
      ? document
      : refuse(
          40228,
          `'newRoot' expression must evaluate to an object, but resulting value was of type: ${typeName(document)}`,
        )
  })
}

export const replaceWith: CompileStage = (specification, surroundings) =>
  replaceRoot(fields({ newRoot: specification }), surroundings)

export const group: CompileStage = (specification, { variables }) => {
  if (!isFields(specification)) return refuse(15947, "a group's fields must be specified in an object")
  const id = groupIdOf(specification)
  const grouping = compileGrouping(specification)
  return function* (input) {
    const groups = new Groups(grouping, collationIn(variables))
    for (const root of input) {
      if (root) groups.add(id({ root, variables }), { root, variables })
      yield null
    }
    yield* groups.results()
  }
}

export const sortByCount: CompileStage = (specification, surroundings) => {
  const counted = group(fields({ _id: specification, count: fields({ $sum: 1 }) }), surroundings)
  const sorted = sort(fields({ count: -1 }), surroundings)
  return (input) => sorted(counted(input))
}

export const count: CompileStage = (name) => {
  if (typeof name !== 'string' || name === '' || name.startsWith('$') || name.includes('.'))
    return refuse(40156, 'the count field must be a non-empty string, without $ at its start and without dots')
  return function* (input) {
    let n = 0
    for (const document of input) {
      if (document) n++
      yield null
    }
    if (n > 0) yield fields({ [name]: n })
  }
}

/** Documents by the boundaries between which a value falls. */
export const bucket: CompileStage = (specification, { variables }) => {
  if (!isFields(specification)) return refuse(40201, 'Argument to $bucket stage must be an object')
  const { boundaries } = specification
  const collation = collationIn(variables)
  if (!isArray(boundaries) || boundaries.length < 2)
    return refuse(40192, "The $bucket 'boundaries' field must have at least 2 values")
  if (boundaries.some((each, i) => i > 0 && compareValues(boundaries[i - 1], each, collation) >= 0))
    refuse(40194, "The 'boundaries' option to $bucket must be sorted")
  const by = compileExpression(specification['groupBy'])
  const grouping = compileGrouping(
    isFields(specification['output']) ? specification['output'] : fields({ count: fields({ $sum: 1 }) }),
  )
  const other = specification['default']
  const add = (groups: Groups, scope: Scope) => {
    const value = by(scope)
    const above = boundaries.findIndex((each) => compareValues(value, each, collation) < 0)
    const id = above > 0 ? boundaries[above - 1] : other
    if (id === undefined) refuse(40066, '$bucket found a value outside its boundaries, and no default was specified')
    groups.add(id, scope)
  }
  return function* (input) {
    const groups = new Groups(grouping, collation)
    for (const root of input) {
      if (root) add(groups, { root, variables })
      yield null
    }
    yield* [...groups.results()].sort((a, b) => compareValues(a['_id'], b['_id'], collation))
  }
}

export const sample: CompileStage = (specification) => {
  const size = whole(isFields(specification) ? specification['size'] : undefined, 'size', 1)
  return function* (input) {
    const all = yield* gathered(input)
    for (let i = 0; i < size && i < all.length; i++) {
      const at = i + Math.floor(Math.random() * (all.length - i))
      const chosen = all[at] as Fields
      all[at] = all[i] as Fields
      yield chosen
    }
  }
}

interface Unwinding {
  path: string[]
  indexName: string | null
  keepsEmpty: boolean
}

function unwindingOf(specification: Value): Unwinding {
  const given = isFields(specification) ? specification : fields({ path: specification })
  const { path, includeArrayIndex } = given
  if (typeof path !== 'string' || !path.startsWith('$') || path.length < 2)
    return refuse(28818, "path option to $unwind stage should be prefixed with a '$'")
  if (includeArrayIndex !== undefined && (typeof includeArrayIndex !== 'string' || includeArrayIndex === ''))
    refuse(28810, 'expected a non-empty string for the includeArrayIndex option to $unwind stage')
  const indexName = typeof includeArrayIndex === 'string' ? includeArrayIndex : null
  return { path: path.slice(1).split('.'), indexName, keepsEmpty: given['preserveNullAndEmptyArrays'] === true }
}

export const unwind: CompileStage = (specification) => {
  const { path, indexName, keepsEmpty } = unwindingOf(specification)
  const indexed = (document: Fields, at: Value) =>
    indexName === null ? document : replaced(document, pathOf(indexName), 0, at)
  return function* (input) {
    for (const document of input) {
      const value = document && throughDocuments(document, path)
      if (!document) yield null
      else if (!isArray(value)) yield keepsEmpty || isSome(value) ? indexed(document, null) : null
      else if (value.length === 0) yield keepsEmpty ? indexed(replaced(document, path, 0, undefined), null) : null
      else for (const [at, element] of value.entries()) yield indexed(replaced(document, path, 0, element), at)
    }
  }
}

const isSome = (value: Value) => value !== null && value !== undefined

function throughDocuments(document: Fields, path: string[]): Value {
  const parent = path.length > 1 ? valueAt(document, path.slice(0, -1)) : document
  return isFields(parent) ? parent[path.at(-1) as string] : undefined
}

/** A copy with another value at a path; `undefined` takes the field away. */
export function replaced(document: Fields, path: readonly string[], from: number, value: Value): Fields {
  const name = path[from] as string
  const inner = document[name]
  const next =
    from === path.length - 1 ? value : replaced(isFields(inner) ? inner : new Fields(), path, from + 1, value)
  const result = new Fields()
  for (const each of namesOf(document)) {
    const kept = each === name ? next : document[each]
    if (kept !== undefined) setField(result, each, kept)
  }
  if (next !== undefined && !Object.hasOwn(document, name)) setField(result, name, next)
  return result
}
