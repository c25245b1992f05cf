import { asNumber, Fields, isArray, isFields, isNumeric, namesOf, setField } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { badValue, refuse } from '../errors.ts'
import { compileElementMatch } from './match.ts'
import { isTruthy } from './operators.ts'
import { matchedIndex } from './positional.ts'
import type { Variables } from './predicate.ts'

/** A tree of names: `true` is the whole field, a function makes the field out of what is there. */
type Tree = Map<string, Tree | true | Make>
type Make = (value: Value, document: Fields) => Value

export type Projection = (document: Fields) => Fields

interface Entry {
  path: string
  value: Value
}

/** Null when the projection has expressions: those are `$project`'s business. */
export function compileProjection(specification: Fields, filter: Fields, variables: Variables): Projection | null {
  const entries = flatten(specification, '')
  if (entries.some((entry) => isExpression(entry))) return null
  const mode = modeOf(entries)
  const tree: Tree = new Map()
  const id = entries.find((entry) => entry.path === '_id')
  for (const { path, value } of entries) {
    if (path === '_id') continue
    if (path.endsWith('.$')) put(tree, path.slice(0, -2), positional(path.slice(0, -2), filter, variables))
    else if (isFields(value)) put(tree, path, makeOf(value, variables))
    else put(tree, path, true)
  }
  const withId = id === undefined || isTruthy(id.value)
  if (mode === 'include') {
    if (withId) tree.set('_id', true)
    return (document) => include(document, tree, document)
  }
  if (!withId) tree.set('_id', true)
  return (document) => exclude(document, tree, document)
}

function flatten(specification: Fields, prefix: string): Entry[] {
  return Object.keys(specification).flatMap((name) => {
    const value = specification[name]
    const path = prefix + name
    if (path === '' || path.startsWith('.') || path.endsWith('.'))
      refuse(40352, 'FieldPath cannot be constructed with empty string')
    if (name.startsWith('$') && !prefix)
      refuse(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.")
    const isNested = isFields(value) && Object.keys(value).length > 0 && !Object.keys(value)[0]?.startsWith('$')
    return isNested ? flatten(value, `${path}.`) : [{ path, value }]
  })
}

function isExpression({ value }: Entry): boolean {
  if (isNumeric(value) || typeof value === 'boolean') return false
  if (!isFields(value)) return true
  const names = Object.keys(value)
  if (names.length === 0) badValue('An empty sub-projection is not a valid value. Found empty object at path')
  const [name] = names
  if (name === '$elemMatch') return false
  if (name !== '$slice') return true
  const slice = value['$slice']
  return isArray(slice) ? !slice.every(isNumeric) : !isNumeric(slice)
}

function modeOf(entries: Entry[]): 'include' | 'exclude' {
  const plain = entries.filter((entry) => entry.path !== '_id' && !isFields(entry.value) && !entry.path.endsWith('.$'))
  const [first] = plain
  if (first) {
    const includes = isTruthy(first.value)
    const odd = plain.find((entry) => isTruthy(entry.value) !== includes)
    if (odd && includes) refuse(31254, `Cannot do exclusion on field ${odd.path} in inclusion projection`)
    if (odd) refuse(31253, `Cannot do inclusion on field ${odd.path} in exclusion projection`)
    return includes ? 'include' : 'exclude'
  }
  const includesSome = entries.some(
    (entry) => entry.path.endsWith('.$') || (isFields(entry.value) && entry.value['$elemMatch'] !== undefined),
  )
  const id = entries.find((entry) => entry.path === '_id')
  return includesSome || (id !== undefined && isTruthy(id.value) && entries.length === 1) ? 'include' : 'exclude'
}

function put(tree: Tree, path: string, node: true | Make): void {
  const parts = path.split('.')
  let at = tree
  parts.forEach((part, i) => {
    const there = at.get(part)
    if (i === parts.length - 1) {
      if (there !== undefined) refuse(31250, `Path collision at ${path}`)
      at.set(part, node)
    } else if (there === undefined) {
      const next: Tree = new Map()
      at.set(part, next)
      at = next
    } else if (there instanceof Map) at = there
    else refuse(31249, `Path collision at ${path} remaining portion ${parts.slice(i + 1).join('.')}`)
  })
}

function include(source: Fields, tree: Tree, root: Fields): Fields {
  const result = new Fields()
  for (const name of namesOf(source)) {
    const node = tree.get(name)
    if (node === undefined) continue
    const value = included(source[name], node, root)
    if (value !== undefined) setField(result, name, value)
  }
  return result
}

function included(value: Value, node: Tree | true | Make, root: Fields): Value {
  if (node === true) return value
  if (typeof node === 'function') return node(value, root)
  if (isFields(value)) return include(value, node, root)
  if (!isArray(value)) return undefined
  return value
    .map((element) => included(isNested(element) ? element : undefined, node, root))
    .filter((each) => each !== undefined)
}

const isNested = (value: Value) => isFields(value) || isArray(value)

function exclude(source: Fields, tree: Tree, root: Fields): Fields {
  const result = new Fields()
  for (const name of namesOf(source)) {
    const node = tree.get(name)
    const value = node === undefined ? source[name] : excluded(source[name], node, root)
    if (value !== undefined) setField(result, name, value)
  }
  return result
}

function excluded(value: Value, node: Tree | true | Make, root: Fields): Value {
  if (node === true) return undefined
  if (typeof node === 'function') return node(value, root)
  if (isFields(value)) return exclude(value, node, root)
  return isArray(value) ? value.map((element) => (isNested(element) ? excluded(element, node, root) : element)) : value
}

function makeOf(operator: Fields, variables: Variables): Make {
  if (operator['$elemMatch'] !== undefined) {
    const matches = compileElementMatch(operator['$elemMatch'], variables)
    return (value) => {
      const found = isArray(value) ? value.find(matches) : undefined
      return found === undefined ? undefined : [found]
    }
  }
  const slice = operator['$slice']
  const [from, count] = isArray(slice) ? [numberAt(slice, 0), numberAt(slice, 1)] : [null, numberAt([slice], 0)]
  return (value) => (isArray(value) ? sliced(value, from, count) : value)
}

function numberAt(values: Value[], at: number): number {
  const value = values[at]
  return isNumeric(value) ? Math.trunc(asNumber(value)) : refuse(28667, 'Invalid $slice syntax')
}

function sliced(array: Value[], from: number | null, count: number): Value[] {
  if (from === null) return count < 0 ? array.slice(count) : array.slice(0, count)
  if (count <= 0) refuse(28729, 'Third argument to $slice must be positive')
  const start = from < 0 ? Math.max(0, array.length + from) : from
  return array.slice(start, start + count)
}

function positional(path: string, filter: Fields, variables: Variables): Make {
  return (value, document) => {
    if (!isArray(value)) return value
    const at = matchedIndex(document, path, filter, variables)
    if (at === null)
      return refuse(
        51246,
        "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
      )
    return [value[at]]
  }
}
