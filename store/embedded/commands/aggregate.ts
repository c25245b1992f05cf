import { Binary } from 'bson'
import { createHash } from 'node:crypto'
import { decode } from '../bson/decode.ts'
import { encode } from '../bson/encode.ts'
import { fields, Fields, isArray, isFields } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { BATCH_FIRST } from '../cursors.ts'
import { checkSize } from '../engine/storable.ts'
import { find } from '../engine/find.ts'
import type { Found } from '../engine/find.ts'
import { refuse } from '../errors.ts'
import { equal } from '../keys.ts'
import { checkStages, compilePipeline } from '../aggregation/pipeline.ts'
import type { Documents, Surroundings } from '../aggregation/stages.ts'
import { compileFilter } from '../query/match.ts'
import type { Steps } from '../steps.ts'
import { wholeOf } from './command.ts'
import type { Command, Request } from './command.ts'
import { explained, ofPipeline } from './explain.ts'
import { hintOf, replied } from './find.ts'
import { Output } from './output.ts'
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
    if (request.flag('explain')) return explained(request, command, 'aggregate')
    if (!isFields(command['cursor']))
      return refuse(9, "The 'cursor' option is required, except for aggregate with the explain argument")
    const output = outputOf(stages)
    const namespace = namespaceOf(request)
    if (output) return new Output(request, output, namespace, () => documentsFrom(request, stages.slice(0, -1)))
    const size = wholeOf(command['cursor']['batchSize'], 'batchSize', BATCH_FIRST)
    return aggregated(request, stages, namespace, size)
  },
}

function* aggregated(request: Request, stages: Fields[], namespace: string, size: number): Steps<Buffer> {
  const results = yield* resultsOf(request, stages)
  const { deadline, store } = request
  return yield* replied(store.cursors.begin(namespace, results[Symbol.iterator](), { size, deadline }), 'firstBatch')
}

function* documentsFrom(request: Request, stages: Fields[]): Steps<Fields[]> {
  const documents: Fields[] = []
  for (const result of yield* resultsOf(request, stages)) {
    if (result) documents.push(decode(result))
    yield null
  }
  return documents
}

function outputOf(pipeline: Value): Fields | null {
  const last = isArray(pipeline) ? pipeline.at(-1) : undefined
  return isFields(last) && (last['$out'] !== undefined || last['$merge'] !== undefined) ? last : null
}

/** `{ aggregate: 1 }` is about the database, not a collection. */
function namespaceOf(request: Request): string {
  return typeof request.command['aggregate'] === 'string' ? request.namespace : `${request.databaseName}.$cmd.aggregate`
}

/** All of it before the first is told: what a stage refuses must not come to light between two batches. */
function* computed(results: Documents): Steps<Buffer[]> {
  let bytes = 0
  const buffers: Buffer[] = []
  for (const result of results) {
    if (result) {
      const buffer = encode(result)
      checkSize(buffer)
      bytes += buffer.length
      if (bytes > RESULT_BYTES_MAX) tooMuch('results')
      buffers.push(buffer)
    }
    yield null
  }
  return buffers
}

function tooMuch(what: string): never {
  return refuse(
    292,
    `The aggregation exceeds ${INPUT_BYTES_MAX} bytes of ${what}, and the embedded store does not aggregate on disk.`,
  )
}

/** A cursor over rows as they are reads on while it is asked; everything else is computed first. */
function* resultsOf(request: Request, stages: Fields[]): Steps<Iterable<Buffer | null>> {
  const [first] = stages
  const surroundings = surroundingsOf(request)
  const made = yield* madeBy(request, first)
  if (made) return yield* computed(compilePipeline(stages.slice(1), surroundings)([made]))
  if (typeof request.command['aggregate'] !== 'string') {
    checkDatabaseStage(first)
    return yield* computed(compilePipeline(stages, surroundings)([]))
  }
  const query = ofPipeline(stages, hintOf(request.command['hint']))
  const rest = stages.slice(query.taken)
  const { variables } = surroundings
  compileFilter(query.filter, variables)
  const run = compilePipeline(rest, surroundings)
  const { collection, store } = request
  const found = collection ? find(store.database, collection, { ...query, variables }).results : []
  if (rest.length === 0) return raws(found)
  return yield* computed(isCounting(rest) ? counted(found) : run(documentsOf(found)))
}

/** What a stage at the beginning makes without any collection's documents. */
function* madeBy(request: Request, first: Fields | undefined): Steps<Fields | null> {
  if (first?.['$collStats'] !== undefined) return yield* collectionStats(request)
  return first?.['$listLocalSessions'] !== undefined ? localSession(request) : null
}

function checkDatabaseStage(first: Fields | undefined): void {
  if (first?.['$documents'] !== undefined) return
  const [name = 'an empty pipeline'] = Object.keys(first ?? {})
  refuse(73, `{aggregate: 1} is not valid for '${name}'; a collection is required.`)
}

function* raws(results: Iterable<Found | null>): Iterable<Buffer | null> {
  for (const found of results) yield found && found.row.raw
}

function* documentsOf(results: Iterable<Found | null>): Generator<Fields | null> {
  let bytes = 0
  for (const found of results) {
    bytes += found?.row.raw.length ?? 0
    if (bytes > INPUT_BYTES_MAX) tooMuch('documents')
    yield found && (found.document ?? decode(found.row.raw))
  }
}

const COUNTING = fields({ _id: 1, n: fields({ $sum: 1 }) })

/** The pipeline of the drivers' `countDocuments`: counting needs no documents. */
function isCounting([only, ...more]: Fields[]): boolean {
  return only !== undefined && more.length === 0 && isFields(only['$group']) && equal(only['$group'], COUNTING)
}

function* counted(results: Iterable<Found | null>): Generator<Fields | null> {
  let n = 0
  for (const found of results) {
    if (found) n++
    yield null
  }
  if (n > 0) yield fields({ _id: 1, n })
}

/** What stages may ask for beyond their input: other collections of the same database. */
function surroundingsOf(request: Request): Surroundings {
  const { store, databaseName } = request
  const variables = { ...request.variables, NOW: new Date() }
  const search = (name: string, filter: Fields) => {
    const collection = store.catalog.find(`${databaseName}.${name}`)
    return collection ? documentsOf(find(store.database, collection, { filter, variables }).results) : []
  }
  return { find: search, variables }
}

function* collectionStats(request: Request): Steps<Fields> {
  const { collection, namespace } = request
  const stats = (yield* statsOf(collection)) as { count: number }
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
