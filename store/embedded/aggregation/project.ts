import { Fields, isArray, isFields, isNumeric, namesOf, setField } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { compileProjection } from '../query/projection.ts'
import type { Variables } from '../query/predicate.ts'
import { compileExpression } from './expression.ts'
import type { Expression, Scope } from './scope.ts'

/** Names with what becomes of each: kept, computed, or gone into. */
export type Shape = Map<string, true | Expression | Shape>

export type Transform = (document: Fields, scope: Scope) => Fields

function put(shape: Shape, dotted: string, node: true | Expression): void {
  const path = dotted.split('.')
  if (path.includes('')) refuse(40353, 'FieldPath must not end with a or contain an empty field name')
  if (path.some((part) => part.startsWith('$')))
    refuse(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.")
  let at = shape
  path.forEach((part, i) => {
    const there = at.get(part)
    if (i === path.length - 1) {
      if (there !== undefined) refuse(31250, `Path collision at ${dotted}`)
      at.set(part, node)
    } else if (there === undefined) {
      const next: Shape = new Map()
      at.set(part, next)
      at = next
    } else if (there instanceof Map) at = there
    else refuse(31249, `Path collision at ${dotted} remaining portion ${path.slice(i + 1).join('.')}`)
  })
}

/** `{ a: { b: 1 } }` means `{ 'a.b': 1 }`, but `{ a: { $add: … } }` computes. */
function flatten(specification: Fields, prefix: string, add: (path: string, value: Value) => void): void {
  for (const name of namesOf(specification)) {
    const value = specification[name]
    const names = isFields(value) ? Object.keys(value) : []
    const isNested = isFields(value) && names.length > 0 && !names[0]?.startsWith('$')
    if (isNested) flatten(value, `${prefix}${name}.`, add)
    else add(prefix + name, value)
  }
}

export function compileAddFields(specification: Value): Transform {
  if (!isFields(specification)) return refuse(40272, '$addFields specification stage must be an object')
  const shape: Shape = new Map()
  flatten(specification, '', (path, value) => put(shape, path, compileExpression(value)))
  return (document, scope) => added(document, shape, scope)
}

/** As `$addFields` with values that are computed elsewhere. */
export function addingFields(entries: readonly (readonly [path: string, value: Expression])[]): Transform {
  const shape: Shape = new Map()
  for (const [path, value] of entries) put(shape, path, value)
  return (document, scope) => added(document, shape, scope)
}

/** The document with the shape laid over it; an array takes it in each element. */
function added(document: Fields, shape: Shape, scope: Scope): Fields {
  const result = new Fields()
  const pending = new Map(shape)
  const made = (name: string, node: true | Expression | Shape): Value => {
    if (node === true) return document[name]
    return node instanceof Map ? laid(document[name], node, scope) : node(scope)
  }
  const make = (name: string, node: true | Expression | Shape) => {
    const value = made(name, node)
    if (value !== undefined) setField(result, name, value)
  }
  for (const name of namesOf(document)) {
    const node = pending.get(name)
    if (node === undefined) setField(result, name, document[name])
    else make(name, node)
    pending.delete(name)
  }
  for (const [name, node] of pending) make(name, node)
  return result
}

function laid(value: Value, shape: Shape, scope: Scope): Value {
  if (isArray(value)) return value.map((element) => laid(element, shape, scope))
  return added(isFields(value) ? value : new Fields(), shape, scope)
}

const isFlag = (value: Value) => isNumeric(value) || typeof value === 'boolean'

/** Inclusion with computed fields; a projection without any is `find`'s, to the letter. */
export function compileProject(specification: Value, variables: Variables): Transform {
  if (!isFields(specification)) return refuse(15969, '$project specification must be an object')
  if (Object.keys(specification).length === 0)
    refuse(51272, 'Invalid $project :: caused by :: projection specification must have at least one field')
  let isComputed = false
  flatten(specification, '', (path, value) => {
    if (path.endsWith('.$')) refuse(31324, 'positional projection is not allowed in an aggregation')
    isComputed ||= !isFlag(value)
  })
  const plain = isComputed ? null : compileProjection(specification, new Fields(), variables)
  return plain ?? computedProjection(specification)
}

export function computedProjection(specification: Fields): Transform {
  const shape: Shape = new Map()
  let withId = true
  const excluded: string[] = []
  flatten(specification, '', (path, value) => {
    const isKept = isFlag(value) && isTruthyFlag(value)
    if (path === '_id' && isFlag(value)) withId = isKept
    else if (!isFlag(value)) put(shape, path, compileExpression(value))
    else if (isKept) put(shape, path, true)
    else excluded.push(path)
  })
  const [odd] = excluded
  if (odd !== undefined) refuse(31254, `Cannot do exclusion on field ${odd} in inclusion projection`)
  if (withId && !shape.has('_id')) shape.set('_id', true)
  return (document, scope) => projected(document, shape, scope)
}

function isTruthyFlag(value: Value): boolean {
  return value === true || (isNumeric(value) && Number(value.toString()) !== 0)
}

/** Kept fields in the order of the document, then computed ones in the order of the specification. */
function projected(document: Fields, shape: Shape, scope: Scope): Fields {
  const result = new Fields()
  const put = (name: string, value: Value) => {
    if (value !== undefined) setField(result, name, value)
  }
  for (const name of namesOf(document)) {
    const node = shape.get(name)
    if (node === true) put(name, document[name])
    else if (node instanceof Map) put(name, within(document[name], node, scope))
  }
  for (const [name, node] of shape) {
    if (typeof node === 'function') put(name, node(scope))
    else if (node !== true && document[name] === undefined) put(name, within(undefined, node, scope))
  }
  return result
}

function within(value: Value, shape: Shape, scope: Scope): Value {
  if (isArray(value))
    return value.map((element) => within(element, shape, scope)).filter((element) => element !== undefined)
  if (isFields(value)) return projected(value, shape, scope)
  return computes(shape) ? projected(new Fields(), shape, scope) : undefined
}

function computes(shape: Shape): boolean {
  return [...shape.values()].some((node) => typeof node === 'function' || (node instanceof Map && computes(node)))
}
