import { asNumber, Fields, fields, isArray, isFields, isNumeric, setField } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { keyText } from '../keys.ts'
import { leaves, pathOf } from '../query/path.ts'
import { Long } from 'bson'
import { compileExpression } from './expression.ts'
import { parameters } from './arrays.ts'
import type { CompileStage, Stage, Surroundings } from './stages.ts'
import { gathered, replaced } from './stages.ts'

export type CompilePipeline = (stages: Fields[], surroundings: Surroundings) => Stage

function text(value: Value, name: string): string {
  return typeof value === 'string' ? value : refuse(9, `${name} must be a string`)
}

function stagesOf(value: Value, name: string): Fields[] {
  return isArray(value) && value.every(isFields) ? value : refuse(9, `${name} must be an array of stages`)
}

/** What a document is joined by: each value that the path leads to, and null for none. */
function joinedBy(document: Fields, path: string): Value[] {
  const found: Value[] = []
  leaves(document, pathOf(path), 0, found)
  return found.flatMap((value) => (isArray(value) ? value : [value ?? null]))
}

/** By equal fields, through the foreign collection's index; by a pipeline; or by both. */
export function lookup(compilePipeline: CompilePipeline): CompileStage {
  return (specification, surroundings) => {
    const given = parameters(
      '$lookup',
      specification,
      ['as'],
      ['from', 'localField', 'foreignField', 'let', 'pipeline'],
    )
    const as = pathOf(text(given['as'], '$lookup.as'))
    const from = given['from'] === undefined ? null : text(given['from'], '$lookup.from')
    const [local, foreign] = [given['localField'], given['foreignField']]
    if ((local === undefined) !== (foreign === undefined))
      refuse(9, '$lookup requires both or neither of localField and foreignField')
    if (local === undefined && given['pipeline'] === undefined)
      refuse(9, '$lookup requires localField and foreignField, or a pipeline')
    const bound = given['let'] === undefined ? [] : bindingsOf(given['let'])
    const stages = given['pipeline'] === undefined ? [] : stagesOf(given['pipeline'], '$lookup.pipeline')
    // Compiled once without documents, so that what is wrong is refused even over an empty collection.
    compilePipeline(stages, { ...surroundings, variables: { ...surroundings.variables, ...nulls(bound) } })
    return function* (input) {
      for (const root of input) {
        if (!root) {
          yield null
          continue
        }
        const variables = { ...surroundings.variables }
        for (const [name, each] of bound) variables[name] = each({ root, variables: surroundings.variables }) ?? null
        const filter =
          local === undefined
            ? new Fields()
            : fields({ [text(foreign, 'foreignField')]: fields({ $in: joinedBy(root, text(local, 'localField')) }) })
        const found = from === null ? [] : surroundings.find(from, filter)
        const results = compilePipeline(stages, { ...surroundings, variables })(found)
        yield replaced(root, as, 0, yield* gathered(results))
      }
    }
  }
}

function bindingsOf(value: Value) {
  if (!isFields(value)) return refuse(9, '$lookup.let must be an object')
  return Object.keys(value).map((name) => [name, compileExpression(value[name])] as const)
}

function nulls(bound: readonly (readonly [string, unknown])[]): Record<string, null> {
  return Object.fromEntries(bound.map(([name]) => [name, null]))
}

export function unionWith(compilePipeline: CompilePipeline): CompileStage {
  return (specification, surroundings) => {
    const given = isFields(specification) ? specification : fields({ coll: specification })
    const coll = given['coll'] === undefined ? null : text(given['coll'], '$unionWith.coll')
    const run = compilePipeline(
      given['pipeline'] === undefined ? [] : stagesOf(given['pipeline'], '$unionWith.pipeline'),
      surroundings,
    )
    return function* (input) {
      yield* input
      yield* run(coll === null ? [] : surroundings.find(coll, new Fields()))
    }
  }
}

export function facet(compilePipeline: CompilePipeline): CompileStage {
  return (specification, surroundings) => {
    if (!isFields(specification) || Object.keys(specification).length === 0)
      return refuse(40169, 'the $facet specification must be a non-empty object')
    const runs = Object.keys(specification).map((name) => {
      const stages = stagesOf(specification[name], `$facet.${name}`)
      const odd = stages.find((stage) =>
        ['$facet', '$out', '$merge', '$collStats'].some((each) => Object.hasOwn(stage, each)),
      )
      if (odd) refuse(40600, `${Object.keys(odd)[0]} is not allowed to be used within a $facet stage`)
      return [name, compilePipeline(stages, surroundings)] as const
    })
    return function* (input) {
      const all = yield* gathered(input)
      const found = new Fields()
      for (const [name, run] of runs) setField(found, name, yield* gathered(run(all)))
      yield found
    }
  }
}

const GRAPH_OPTIONS = ['from', 'startWith', 'connectFromField', 'connectToField', 'as']

/** From document to document over a collection, breadth first; each is found once. */
export const graphLookup: CompileStage = (specification, surroundings) => {
  const given = parameters('$graphLookup', specification, GRAPH_OPTIONS, [
    'maxDepth',
    'depthField',
    'restrictSearchWithMatch',
  ])
  const [from, connectFrom, connectTo, as] = ['from', 'connectFromField', 'connectToField', 'as'].map((name) =>
    text(given[name], `$graphLookup.${name}`),
  ) as [string, string, string, string]
  const start = compileExpression(given['startWith'])
  const { depthField, restrictSearchWithMatch } = given
  const deepest = isNumeric(given['maxDepth']) ? asNumber(given['maxDepth']) : Infinity
  const filterOf = (values: Value[]) => {
    const filter = fields({ [connectTo]: fields({ $in: values }) })
    return restrictSearchWithMatch === undefined ? filter : fields({ $and: [filter, restrictSearchWithMatch] })
  }
  return function* (input) {
    for (const root of input) {
      if (!root) {
        yield null
        continue
      }
      const found = new Map<string, Fields>()
      const first = start({ root, variables: surroundings.variables })
      let frontier = isArray(first) ? first : [first ?? null]
      for (let depth = 0; frontier.length > 0 && depth <= deepest; depth++) {
        const next: Value[] = []
        for (const document of surroundings.find(from, filterOf(frontier))) {
          yield null
          if (!document) continue
          const key = keyText(document['_id'])
          if (found.has(key)) continue
          const isDeep = typeof depthField === 'string'
          found.set(key, isDeep ? replaced(document, pathOf(depthField), 0, Long.fromNumber(depth)) : document)
          next.push(...joinedBy(document, connectFrom).filter((value) => value !== null))
        }
        frontier = next
      }
      yield replaced(root, pathOf(as), 0, [...found.values()])
    }
  }
}
