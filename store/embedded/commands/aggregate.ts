import { decode } from '../bson/decode.ts'
import { encode } from '../bson/encode.ts'
import { fields, Fields, isArray, isFields } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { BATCH_FIRST } from '../cursors.ts'
import { find } from '../engine/find.ts'
import type { Found } from '../engine/find.ts'
import { refuse } from '../errors.ts'
import { equal } from '../keys.ts'
import { checkStages, runStages } from '../query/pipeline.ts'
import type { PipelineSource } from '../query/pipeline.ts'
import { toPlainDocument } from '../query/plain.ts'
import type { Variables } from '../query/predicate.ts'
import { compileFilter } from '../query/match.ts'
import { cursorReply, ok } from '../reply.ts'
import { refuseCollation, wholeOf } from './command.ts'
import type { Command, Request } from './command.ts'
import { explained, ofPipeline } from './explain.ts'
import { hintOf } from './find.ts'
import { mergeInto, writeOut } from './output.ts'
import { statsOf } from './collections.ts'

/** What an aggregation in memory may hold, as stored bytes. */
const INPUT_BYTES_MAX = 104_857_600

export const aggregate: Command = {
  kind: (command) => (outputOf(command['pipeline']) ? 'write' : 'read'),
  fields: ['pipeline', 'cursor', 'explain', 'allowDiskUse', 'bypassDocumentValidation', 'collation', 'hint', 'let'],
  run: (request) => {
    const { command } = request
    refuseCollation(command['collation'])
    const stages = request.documentsOf('pipeline')
    checkStages(stages)
    if (request.flag('explain')) return ok(explained(request, command, 'aggregate'))
    if (!isFields(command['cursor']))
      return refuse(9, "The 'cursor' option is required, except for aggregate with the explain argument")
    const output = outputOf(stages)
    const results = resultsOf(request, output ? stages.slice(0, -1) : stages)
    if (output) return written(request, output, results)
    const size = wholeOf(command['cursor']['batchSize'], 'batchSize', BATCH_FIRST)
    return cursorReply(request.store.cursors.begin(namespaceOf(request), encoded(results), { size }), 'firstBatch')
  },
}

function outputOf(pipeline: Value): Fields | null {
  const last = isArray(pipeline) ? pipeline.at(-1) : undefined
  return isFields(last) && (last['$out'] !== undefined || last['$merge'] !== undefined) ? last : null
}

/** `{ aggregate: 1 }` is about the database, not a collection. */
function namespaceOf(request: Request): string {
  return typeof request.command['aggregate'] === 'string' ? request.namespace : `${request.databaseName}.$cmd.aggregate`
}

/** Stored bytes as long as nothing is computed. */
type Result = Buffer | Fields

function* encoded(results: Iterable<Result>): Generator<Buffer> {
  for (const result of results) yield Buffer.isBuffer(result) ? result : encode(result)
}

function resultsOf(request: Request, stages: Fields[]): Iterable<Result> {
  const { variables } = request
  const [first] = stages
  const source = sourceOf(request)
  if (first?.['$collStats'] !== undefined)
    return runStages(stages.slice(1), [collectionStats(request)], source, variables)
  if (typeof request.command['aggregate'] !== 'string') {
    if (first?.['$documents'] === undefined)
      refuse(
        73,
        `{aggregate: 1} is not valid for '${Object.keys(first ?? {})[0] ?? 'an empty pipeline'}'; a collection is required.`,
      )
    return runStages(stages, [], source, variables)
  }
  const query = ofPipeline(stages, hintOf(request.command['hint']))
  const rest = stages.slice(query.taken)
  compileFilter(query.filter, variables)
  const { collection, store } = request
  const found = collection
    ? find(store.database, collection, { ...query, variables, deadline: request.deadline }).results
    : []
  if (rest.length === 0) return raws(found)
  return countOf(rest, found) ?? runStages(rest, plain(found), source, variables)
}

function* raws(found: Iterable<Found>): Generator<Buffer> {
  for (const { row } of found) yield row.raw
}

function* plain(found: Iterable<Found>): Generator<Record<string, unknown>> {
  let bytes = 0
  for (const { row, document } of found) {
    bytes += row.raw.length
    if (bytes > INPUT_BYTES_MAX)
      refuse(
        292,
        `The aggregation exceeds ${INPUT_BYTES_MAX} bytes of documents, and the embedded store does not aggregate on disk.`,
      )
    yield toPlainDocument(document ?? decode(row.raw))
  }
}

const COUNTING = fields({ _id: 1, n: fields({ $sum: 1 }) })

/** The pipeline of the drivers' `countDocuments`: counting needs no documents. */
function countOf(stages: Fields[], found: Iterable<Found>): Fields[] | null {
  const [only] = stages
  if (stages.length !== 1 || !only || !isFields(only['$group']) || !equal(only['$group'], COUNTING)) return null
  let n = 0
  for (const _ of found) n++
  return n > 0 ? [fields({ _id: 1, n })] : []
}

/** What stages may ask for beyond their input: other collections of the same database. */
function sourceOf(request: Request): PipelineSource {
  const { store, databaseName, deadline } = request
  const search = (name: string, filter: Fields) => {
    const collection = store.catalog.find(`${databaseName}.${name}`)
    return collection ? plain(find(store.database, collection, { filter, deadline }).results) : []
  }
  return { find: (name, filter) => [...search(name, filter)] }
}

function collectionStats(request: Request): Record<string, unknown> {
  const { collection, namespace } = request
  const stats = statsOf(collection) as { count: number }
  return { ns: namespace, localTime: new Date(), storageStats: stats, count: stats.count }
}

function written(request: Request, output: Fields, results: Iterable<Result>): Buffer {
  const documents: Fields[] = []
  for (const result of results) documents.push(Buffer.isBuffer(result) ? decode(result) : result)
  const variables: Variables = request.variables
  if (output['$out'] !== undefined) writeOut(request, output['$out'], documents)
  else mergeInto(request, output['$merge'], documents, variables)
  return cursorReply({ documents: [], id: 0n, namespace: namespaceOf(request) }, 'firstBatch')
}
