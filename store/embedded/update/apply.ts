import type { Fields, Value } from '../bson/value.ts'
import { isArray, isFields, typeName } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { equal } from '../keys.ts'
import { fixedPart, pathOf } from '../query/path.ts'
import type { Path } from '../query/path.ts'
import { collationIn } from '../query/predicate.ts'
import type { Variables } from '../query/predicate.ts'
import { addToSet, endOf, pop, pull, pullAll, push } from './arrays.ts'
import { compileElementFilters, expandPath } from './expand.ts'
import type { ElementFilters } from './expand.ts'
import { bit, currentDate, inc, max, min, mul, set, unset } from './fields.ts'
import type { Modifier } from './fields.ts'
import { show, targetAt } from './target.ts'

const MODIFIERS = new Map<string, Modifier>([
  ['$set', set],
  ['$setOnInsert', set],
  ['$unset', unset],
  ['$inc', inc],
  ['$mul', mul],
  ['$min', min],
  ['$max', max],
  ['$currentDate', currentDate],
  ['$bit', bit],
  ['$push', push],
  ['$addToSet', addToSet],
  ['$pop', pop],
  ['$pull', pull],
  ['$pullAll', pullAll],
])

/** These leave alone what is not there; the others make the documents on the way. */
const NEVER_CREATES = new Set(['$unset', '$pop', '$pull', '$pullAll'])

export interface Step {
  operator: string
  dotted: string
  path: Path
  argument: Value
  /** Where a `$rename` leads. */
  target: Path | null
}

/** An update made ready: its steps checked for conflicts and put into the order in which MongoDB applies them. */
export interface Modification {
  steps: Step[]
  elementFilters: ElementFilters
  /** What it may change, each path as far as it does not depend on the document: other indexes stay as they are. */
  touches: readonly Path[]
  /** Which fields it changes depends on the document. */
  isPositional: boolean
}

export function compileModification(update: Fields, arrayFilters: Value, variables: Variables): Modification {
  const steps = Object.keys(update).flatMap((operator) => stepsOf(operator, update[operator]))
  checkConflicts(steps)
  steps.sort((a, b) => (a.dotted < b.dotted ? -1 : Number(a.dotted > b.dotted)))
  const elementFilters = compileElementFilters(arrayFilters, variables)
  for (const identifier of elementFilters.keys())
    if (!steps.some((step) => step.path.includes(`$[${identifier}]`)))
      refuse(9, `The array filter for identifier '${identifier}' was not used in the update ${show(update)}`)
  const touches = steps.flatMap(({ path, target }) => (target ? [path, target] : [path])).map(fixedPart)
  return { steps, elementFilters, touches, isPositional: steps.some(({ dotted }) => dotted.includes('$')) }
}

function stepsOf(operator: string, fields: Value): Step[] {
  if (!MODIFIERS.has(operator) && operator !== '$rename')
    refuse(
      9,
      `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
    )
  if (!isFields(fields))
    return refuse(
      9,
      `Modifiers operate on fields but we found type ${typeName(fields)} instead. For example: {$mod: {<field>: ...}} not {${operator}: ${show(fields)}}`,
    )
  return Object.keys(fields).map((dotted) => {
    const path = checkedPath(dotted)
    const argument = fields[dotted]
    if (operator === '$rename') checkRename(dotted, argument)
    if (operator === '$pop') endOf(argument)
    const target = operator === '$rename' ? pathOf(argument as string) : null
    return { operator, dotted, path, argument, target }
  })
}

function checkedPath(dotted: string): Path {
  if (dotted === '') refuse(56, 'An empty update path is not valid.')
  const path = pathOf(dotted)
  if (path.includes('')) refuse(56, `The update path '${dotted}' contains an empty field name, which is not allowed.`)
  const [first = ''] = path
  if (first === '$' || first.startsWith('$['))
    refuse(2, `Cannot have positional (i.e. '$') element in the first position in path '${dotted}'`)
  return path
}

function checkRename(from: string, to: Value): void {
  if (typeof to !== 'string') return refuse(2, `The 'to' field for $rename must be a string: ${from}: ${show(to)}`)
  checkedPath(to)
  if (from === to) refuse(2, `The source and target field for $rename must differ: ${from}: "${to}"`)
  if (/(^|\.)\$/.test(from)) refuse(2, `The source field for $rename may not be dynamic: ${from}`)
  if (/(^|\.)\$/.test(to)) refuse(2, `The destination field for $rename may not be dynamic: ${to}`)
}

function checkConflicts(steps: Step[]): void {
  const paths = new Set<string>()
  for (const { operator, dotted, argument } of steps) {
    claim(dotted, paths)
    if (operator === '$rename') claim(argument as string, paths)
  }
  for (const path of paths)
    for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1))
      if (paths.has(path.slice(0, dot))) conflict(path, path.slice(0, dot))
}

function claim(path: string, paths: Set<string>): void {
  if (paths.has(path)) conflict(path, path)
  paths.add(path)
}

function conflict(path: string, at: string): never {
  return refuse(40, `Updating the path '${path}' would create a conflict at '${at}'`)
}

export interface Application {
  filter: Fields
  variables: Variables
  isInsert: boolean
  now: Date
}

/** Changes the document in place. */
export function applyModification(document: Fields, modification: Modification, application: Application): void {
  const { elementFilters } = modification
  const { filter, variables, isInsert, now } = application
  const id = document['_id']
  const collation = collationIn(variables)
  // Every position is found before anything changes: `$` speaks of the document that the query matched.
  const places = modification.steps
    .filter((step) => isInsert || step.operator !== '$setOnInsert')
    .map((step) => ({
      step,
      paths: expandPath(step.dotted, step.path, { document, filter, elementFilters, variables }),
    }))
  for (const { step, paths } of places)
    for (const path of paths) {
      if (step.operator === '$rename') rename(document, path, step.argument as string, id)
      else {
        const target = targetAt(document, path, !NEVER_CREATES.has(step.operator))
        if (target) MODIFIERS.get(step.operator)?.(target, step.argument, { id, path: step.dotted, now, collation })
      }
    }
  if (!isInsert && !equal(document['_id'], id)) immutableId()
}

export function immutableId(): never {
  return refuse(66, `Performing an update on the path '_id' would modify the immutable field '_id'`)
}

function rename(document: Fields, from: Path, to: string, id: Value): void {
  refuseArrayOnPath(document, from, 'source', id)
  const source = targetAt(document, from, false)
  const value = source?.value
  if (!source || value === undefined) return
  refuseArrayOnPath(document, pathOf(to), 'destination', id)
  targetAt(document, pathOf(to), true)?.set(value)
  source.remove()
}

function refuseArrayOnPath(document: Fields, path: Path, side: string, id: Value): void {
  let at: Value = document
  for (const part of path) {
    if (isArray(at))
      return refuse(
        2,
        `The ${side} field cannot be an array element, '${path.join('.')}' in doc with _id: ${show(id)} has an array field`,
      )
    at = isFields(at) ? at[part] : undefined
  }
}
