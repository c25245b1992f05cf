import { Fields, fields, isArray, isFields } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { badValue, refuse } from '../errors.ts'
import { compileCondition, compileFilter } from '../query/match.ts'
import { valueAt } from '../query/path.ts'
import type { Path } from '../query/path.ts'
import { matchedIndex } from '../query/positional.ts'
import type { Variables } from '../query/predicate.ts'
import { show } from './target.ts'

export type ElementFilters = Map<string, (element: Value) => boolean>

/** What positional parts of a path are resolved with. */
export interface Positions {
  document: Fields
  filter: Fields
  elementFilters: ElementFilters
  variables: Variables
}

/** The real paths behind `a.$.b`, `a.$[].b` and `a.$[id].b`; a plain path is itself. */
export function expandPath(dotted: string, path: Path, positions: Positions): Path[] {
  if (!dotted.includes('$')) return [path]
  let paths: Path[] = [[]]
  path.forEach((part, i) => {
    if (part === '$') paths = paths.map((each) => [...each, firstMatch(path.slice(0, i), positions)])
    else if (part.startsWith('$[') && part.endsWith(']'))
      paths = paths.flatMap((each) => elements(each, part.slice(2, -1), dotted, positions))
    else paths = paths.map((each) => [...each, part])
  })
  return paths
}

function firstMatch(array: Path, { document, filter, variables }: Positions): string {
  const at = array.length === 0 ? null : matchedIndex(document, array.join('.'), filter, variables)
  if (at === null) return badValue('The positional operator did not find the match needed from the query.')
  return String(at)
}

function elements(at: Path, identifier: string, dotted: string, positions: Positions): Path[] {
  const test = positions.elementFilters.get(identifier)
  if (identifier !== '' && !test) badValue(`No array filter found for identifier '${identifier}' in path '${dotted}'`)
  let array: Value = positions.document
  for (const part of at) array = valueAt(array, [part])
  if (array === undefined)
    return badValue(`The path '${at.join('.')}' must exist in the document in order to apply array updates.`)
  if (!isArray(array)) return badValue(`Cannot apply array updates to non-array element ${at.at(-1)}: ${show(array)}`)
  return array.flatMap((element, i) => (!test || test(element) ? [[...at, String(i)]] : []))
}

/** `arrayFilters`, each by the one identifier that it speaks of. */
export function compileElementFilters(filters: Value, variables: Variables): ElementFilters {
  const compiled: ElementFilters = new Map()
  if (filters === undefined) return compiled
  if (!isArray(filters))
    return refuse(14, "BSON field 'update.updates.arrayFilters' is the wrong type, expected type 'array'")
  for (const filter of filters) {
    if (!isFields(filter)) return refuse(14, 'Each array filter must be an object')
    const identifiers = new Set<string>()
    const element = rename(filter, identifiers)
    const [identifier, second] = [...identifiers]
    if (identifier === undefined)
      return refuse(9, 'Cannot use an expression without a top-level field name in arrayFilters')
    if (second !== undefined)
      return refuse(
        9,
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${identifier}' and '${second}'`,
      )
    if (!/^[a-z][a-zA-Z0-9]*$/.test(identifier))
      badValue(
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${identifier}'`,
      )
    if (compiled.has(identifier))
      return refuse(9, `Found multiple array filters with the same top-level field name ${identifier}`)
    compiled.set(identifier, elementTest(element, variables))
  }
  return compiled
}

const ELEMENT = 'element'

/** The filter as if every element were a field `element` of a document. */
function rename(filter: Fields, identifiers: Set<string>): Fields {
  const renamed = new Fields()
  for (const name of Object.keys(filter)) {
    const condition = filter[name]
    if (name.startsWith('$')) {
      renamed[name] = isArray(condition)
        ? condition.map((each) => (isFields(each) ? rename(each, identifiers) : each))
        : condition
      continue
    }
    const [identifier = '', ...rest] = name.split('.')
    identifiers.add(identifier)
    renamed[[ELEMENT, ...rest].join('.')] = condition
  }
  return renamed
}

function elementTest(filter: Fields, variables: Variables): (element: Value) => boolean {
  const names = Object.keys(filter)
  if (names.length === 1 && names[0] === ELEMENT) {
    const test = compileCondition(filter[ELEMENT], variables)
    return (element) => test([element])
  }
  const matches = compileFilter(filter, variables)
  return (element) => matches(fields({ [ELEMENT]: element }))
}
