import { Aggregator } from 'mingo/aggregator'
import { Context } from 'mingo/core'
import { Lazy } from 'mingo/lazy'
import type { Iterator as LazyIterator } from 'mingo/lazy'
import * as accumulators from 'mingo/operators/accumulator'
import * as expressions from 'mingo/operators/expression'
import * as stageOperators from 'mingo/operators/pipeline'
import * as projections from 'mingo/operators/projection'
import * as queries from 'mingo/operators/query'
import * as windows from 'mingo/operators/window'
import { fields, Fields } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { computed } from './expression.ts'
import { compileFilter } from './match.ts'
import { leaves, pathOf } from './path.ts'
import { fromPlain, fromPlainDocument, toPlainExpression } from './plain.ts'
import type { Variables } from './predicate.ts'
import { sortKey, sortOf } from './sort.ts'

type Plain = Record<string, unknown>

/** Where stages find other collections of the database. */
export interface PipelineSource {
  find: (collection: string, filter: Fields) => Plain[]
}

/** Stages that only mean something at the beginning or the end, and are carried out elsewhere. */
const OUTSIDE = new Set(['$collStats', '$out', '$merge'])

export function checkStages(stages: Fields[]): void {
  stages.forEach((stage, i) => checkStage(stage, i === 0, i === stages.length - 1))
}

function checkStage(stage: Fields, isFirst: boolean, isLast: boolean): void {
  const names = Object.keys(stage)
  const [name] = names
  if (name === undefined || names.length !== 1)
    return refuse(40323, 'A pipeline stage specification object must contain exactly one field.')
  if (name === '$changeStream') refuse(40573, 'The $changeStream stage is only supported on replica sets')
  if (!Object.hasOwn(stageOperators, name) && !OUTSIDE.has(name))
    refuse(40324, `Unrecognized pipeline stage name: '${name}'`)
  if ((name === '$out' || name === '$merge') && !isLast)
    refuse(40601, `${name} can only be the final stage in the pipeline`)
  if (name === '$collStats' && !isFirst) refuse(40602, '$collStats is only valid as the first stage in a pipeline')
}

export function runStages(
  stages: Fields[],
  input: Iterable<Plain>,
  source: PipelineSource,
  variables: Variables,
): Fields[] {
  const plain = stages.map((stage) => toPlainExpression(stage))
  const options = {
    context: contextOf(source),
    scriptEnabled: false,
    variables,
    collectionResolver: (name: string) => source.find(name, new Fields()),
  }
  const results = computed(40324, () => new Aggregator(plain as never, options as never).run([...input] as never))
  return results.map((result) => fromPlain(result) as Fields)
}

/** mingo's stages, with our own matching, sorting and joining in the place of its. */
function contextOf(source: PipelineSource): Context {
  return Context.init({
    accumulator: accumulators,
    expression: expressions,
    pipeline: { ...stageOperators, $match: match, $sort: sort, $lookup: lookup(source) },
    projection: projections,
    query: queries,
    window: windows,
  } as never)
}

interface StageOptions {
  variables?: Variables
  local?: { variables?: Variables }
}

function match(input: LazyIterator, filter: unknown, options: StageOptions): LazyIterator {
  const matches = compileFilter(fromPlain(filter), { ...options.variables, ...options.local?.variables })
  return input.filter((document) => matches(fromPlainDocument(document as object)))
}

function sort(input: LazyIterator, specification: unknown): LazyIterator {
  const spec = sortOf(fromPlain(specification))
  if (!spec) return refuse(15976, '$sort stage must have at least one sort key')
  return input.transform((documents) => {
    const keyed = (documents as object[]).map((document) => ({
      document,
      key: sortKey(fromPlainDocument(document), spec),
    }))
    keyed.sort((a, b) => Buffer.compare(a.key, b.key))
    return Lazy(keyed.map(({ document }) => document) as never)
  })
}

interface Lookup {
  from: string
  localField?: string
  foreignField?: string
  as: string
  pipeline?: unknown
}

/** A join by equal fields goes through the foreign collection's index; one by a pipeline is mingo's. */
function lookup(source: PipelineSource) {
  return (input: LazyIterator, join: Lookup, options: StageOptions): LazyIterator => {
    const { from, localField, foreignField, as } = join
    if (join.pipeline !== undefined || localField === undefined || foreignField === undefined)
      return stageOperators.$lookup(input, join as never, options as never)
    return input.map((document) => {
      const found: Value[] = []
      leaves(fromPlainDocument(document as object), pathOf(localField), 0, found)
      const values = found.flatMap((value) => (Array.isArray(value) ? value : [value ?? null]))
      const filter = fields({ [foreignField]: fields({ $in: values }) })
      return { ...(document as object), [as]: source.find(from, filter) }
    })
  }
}
