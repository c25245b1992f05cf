import { Binary } from 'bson'
import { createHash } from 'node:crypto'
import { decode } from '../bson/decode.ts'
import { encode } from '../bson/encode.ts'
import { fields, Fields, isArray, isFields } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { BATCH_FIRST } from '../cursors.ts'
import { checkSize } from '../engine/collection.ts'
import { find } from '../engine/find.ts'
import type { Found } from '../engine/find.ts'
import { refuse } from '../errors.ts'
import { equal } from '../keys.ts'
import { checkStages, compilePipeline } from '../aggregation/pipeline.ts'
import type { Surroundings } from '../aggregation/stages.ts'
import { compileFilter } from '../query/match.ts'
import { cursorReply, ok } from '../reply.ts'
import { wholeOf } from './command.ts'
import type { Command, Request } from './command.ts'
import { explained, ofPipeline } from './explain.ts'
import { hintOf } from './find.ts'
import { mergeInto, writeOut } from './output.ts'
import { statsOf } from './collections.ts'

/** What an aggregation in memory may hold, as stored bytes. */
const INPUT_BYTES_MAX = 104_857_600
const RESULT_BYTES_MAX = INPUT_BYTES_MAX

export const aggregate: Command = {
  kind: (command) => (outputOf(command['pipeline']) ? 'write' : 'read'),
  fields: ['pipeline', 'cursor', 'explain', 'allowDiskUse', 'bypassDocumentValidation', 'collation', 'hint', 'let'],
  run: (request) => {
    const { command } = request
    const stages = request.documentsOf('pipeline')
    checkStages(stages)
    if (request.flag('explain')) return ok(explained(request, command, 'aggregate'))
    if (!isFields(command['cursor']))
      return refuse(9, "The 'cursor' option is required, except for aggregate with the explain argument")
    const output = outputOf(stages)
    const results = resultsOf(request, output ? stages.slice(0, -1) : stages)
    if (output) return written(request, output, results)
    const size = wholeOf(command['cursor']['batchSize'], 'batchSize', BATCH_FIRST)
    return cursorReply(
      request.store.cursors.begin(namespaceOf(request), results[Symbol.iterator](), { size }),
      'firstBatch',
    )
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

/** All of it at once: what a stage refuses must not come to light between two batches. */
function computed(results: Iterable<Fields>): Buffer[] {
  let bytes = 0
  const buffers: Buffer[] = []
  for (const result of results) {
    const buffer = encode(result)
    checkSize(buffer)
    bytes += buffer.length
    if (bytes > RESULT_BYTES_MAX) tooMuch('results')
    buffers.push(buffer)
  }
  return buffers
}

function tooMuch(what: string): never {
  return refuse(
    292,
    `The aggregation exceeds ${INPUT_BYTES_MAX} bytes of ${what}, and the embedded store does not aggregate on disk.`,
  )
}

function resultsOf(request: Request, stages: Fields[]): Iterable<Buffer> {
  const [first] = stages
  const surroundings = surroundingsOf(request)
  const made = madeBy(request, first)
  if (made) return computed(compilePipeline(stages.slice(1), surroundings)([made]))
  if (typeof request.command['aggregate'] !== 'string') {
    checkDatabaseStage(first)
    return computed(compilePipeline(stages, surroundings)([]))
  }
  const query = ofPipeline(stages, hintOf(request.command['hint']))
  const rest = stages.slice(query.taken)
  const { variables } = surroundings
  compileFilter(query.filter, variables)
  const run = compilePipeline(rest, surroundings)
  const { collection, store } = request
  const found = collection
    ? find(store.database, collection, { ...query, variables, deadline: request.deadline }).results
    : []
  // A cursor over rows as they are reads on while it is asked; everything else is computed now.
  if (rest.length === 0) return raws(found)
  return computed(countOf(rest, found) ?? run(documentsOf(found)))
}

/** What a stage at the beginning makes without any collection's documents. */
function madeBy(request: Request, first: Fields | undefined): Fields | null {
  if (first?.['$collStats'] !== undefined) return collectionStats(request)
  return first?.['$listLocalSessions'] !== undefined ? localSession(request) : null
}

function checkDatabaseStage(first: Fields | undefined): void {
  if (first?.['$documents'] !== undefined) return
  const [name = 'an empty pipeline'] = Object.keys(first ?? {})
  refuse(73, `{aggregate: 1} is not valid for '${name}'; a collection is required.`)
}

function* raws(found: Iterable<Found>): Generator<Buffer> {
  for (const { row } of found) yield row.raw
}

function* documentsOf(found: Iterable<Found>): Generator<Fields> {
  let bytes = 0
  for (const { row, document } of found) {
    bytes += row.raw.length
    if (bytes > INPUT_BYTES_MAX) tooMuch('documents')
    yield document ?? decode(row.raw)
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
function surroundingsOf(request: Request): Surroundings {
  const { store, databaseName, deadline } = request
  const variables = { ...request.variables, NOW: new Date() }
  const search = (name: string, filter: Fields) => {
    const collection = store.catalog.find(`${databaseName}.${name}`)
    return collection ? documentsOf(find(store.database, collection, { filter, variables, deadline }).results) : []
  }
  return { find: search, variables, deadline }
}

function collectionStats(request: Request): Fields {
  const { collection, namespace } = request
  const stats = statsOf(collection) as { count: number }
  return fields({ ns: namespace, localTime: new Date(), storageStats: fields({ ...stats }), count: stats.count })
}

/** SHA-256 of nothing: MongoDB's `uid` of a session without a user. */
const NOBODY = createHash('sha256').digest()

/** The store keeps no sessions: a connection is one, and the only one that it is told of is its own. */
function localSession(request: Request): Fields {
  const id = Buffer.alloc(16)
  id.writeBigUInt64BE(BigInt(request.connectionId), 8)
  return fields({
    _id: fields({ id: new Binary(id, Binary.SUBTYPE_UUID), uid: new Binary(NOBODY) }),
    lastUse: new Date(request.receivedAt + performance.timeOrigin),
  })
}

function written(request: Request, output: Fields, results: Iterable<Buffer>): Buffer {
  const documents: Fields[] = []
  for (const result of results) documents.push(decode(result))
  const { variables } = surroundingsOf(request)
  if (output['$out'] !== undefined) writeOut(request, output['$out'], documents)
  else mergeInto(request, output['$merge'], documents, variables)
  return cursorReply({ documents: [], id: 0n, namespace: namespaceOf(request) }, 'firstBatch')
}
