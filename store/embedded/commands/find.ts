import { decode } from '../bson/decode.ts'
import { encode } from '../bson/encode.ts'
import { Fields, isFields } from '../bson/value.ts'
import { BATCH_FIRST, cursorId } from '../cursors.ts'
import type { Batch } from '../cursors.ts'
import { DOCUMENT_BYTES_MAX } from '../engine/storable.ts'
import type { Collection } from '../engine/collection.ts'
import { find } from '../engine/find.ts'
import type { FindRequest, Found } from '../engine/find.ts'
import { badValue, refuse } from '../errors.ts'
import { idHack } from '../planner/plan.ts'
import type { Collation } from '../query/collation.ts'
import { DistinctValues } from '../query/distinct.ts'
import { compileFilter } from '../query/match.ts'
import { leaves, pathOf } from '../query/path.ts'
import { compileProjection } from '../query/projection.ts'
import type { Projection } from '../query/projection.ts'
import { collationIn } from '../query/predicate.ts'
import type { Variables } from '../query/predicate.ts'
import { cursorReply, ok } from '../reply.ts'
import type { Steps } from '../steps.ts'
import { isArray } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import type { Command, Request } from './command.ts'
import { computedProjection } from '../aggregation/project.ts'

export const findCommand: Command = {
  kind: 'read',
  fields: [
    'filter',
    'sort',
    'projection',
    'hint',
    'skip',
    'limit',
    'batchSize',
    'singleBatch',
    'noCursorTimeout',
    'allowPartialResults',
    'allowDiskUse',
    'oplogReplay',
    'collation',
    'let',
    'returnKey',
    'showRecordId',
    'tailable',
    'awaitData',
    'min',
    'max',
  ],
  run: runFind,
}

/** Options that MongoDB knows and this store does not: an error rather than a result without them. */
function refuseUnsupported(request: Request): void {
  for (const name of ['tailable', 'awaitData', 'returnKey', 'showRecordId'])
    if (request.flag(name)) badValue(`${name} is not supported by the embedded store`)
  for (const name of ['min', 'max'])
    if (request.command[name] !== undefined) badValue(`${name} is not supported by the embedded store`)
}

function runFind(request: Request): Buffer | Steps<Buffer> {
  const { command, store, namespace, collection } = request
  refuseUnsupported(request)
  const query = findRequestOf(request)
  const size = request.whole('batchSize', BATCH_FIRST)
  if (size < 0) refuse(51024, `BSON field 'batchSize' value must be >= 0, actual value '${size}'`)
  const project = projectionOf(command['projection'], query.filter, query.variables ?? {})
  const only = project ? null : oneById(request, query, size)
  if (only) return cursorReply({ documents: only, id: 0n, namespace }, 'firstBatch')
  const results = collection ? documents(find(store.database, collection, query).results, project) : nothing(query)
  const batch = store.cursors.begin(namespace, results, {
    size,
    limit: query.limit ?? 0,
    isSingle: request.flag('singleBatch'),
    isIdleAllowed: request.flag('noCursorTimeout'),
    deadline: request.deadline,
    collection: collection ?? null,
  })
  return replied(batch, 'firstBatch')
}

/**
 * What a filter by nothing but `_id` finds, without plan, generators and cursor: the commonest read of all. Null when
 * the request is of another kind.
 */
function oneById({ collection, command }: Request, { filter, skip }: FindRequest, size: number): Buffer[] | null {
  if (!collection || skip || size === 0 || command['sort'] !== undefined || command['hint'] !== undefined) return null
  const byId = idHack(filter, command['collation'] !== undefined)
  if (!byId?.isExact) return null
  const row = collection.byKey(byId.key)
  return row ? [row.raw] : []
}

/** A collection that is not there has nothing, but a wrong filter is wrong all the same. */
function nothing(query: FindRequest): Iterator<Buffer> {
  compileFilter(query.filter, query.variables)
  return [][Symbol.iterator]()
}

function findRequestOf(request: Request): FindRequest {
  const { command } = request
  const skip = request.whole('skip', 0)
  const limit = request.whole('limit', 0)
  if (skip < 0) refuse(51024, `BSON field 'skip' value must be >= 0, actual value '${skip}'`)
  if (limit < 0) refuse(51024, `BSON field 'limit' value must be >= 0, actual value '${limit}'`)
  return {
    filter: request.document('filter'),
    sort: command['sort'],
    skip,
    limit,
    hint: hintOf(command['hint']),
    variables: request.variables,
  }
}

/** An empty hint is no hint: drivers send one. */
export function hintOf(hint: Value): Value {
  return isFields(hint) && Object.keys(hint).length === 0 ? undefined : hint
}

export function projectionOf(specification: Value, filter: Fields, variables: Variables): Projection | null {
  if (!isFields(specification) || Object.keys(specification).length === 0) return null
  const plain = compileProjection(specification, filter, variables)
  if (plain) return plain
  const computed = computedProjection(specification)
  return (document) => computed(document, { root: document, variables })
}

function* documents(results: Iterable<Found | null>, project: Projection | null): Generator<Buffer | null> {
  for (const found of results) yield found && projected(found, project)
}

function projected({ row, document }: Found, project: Projection | null): Buffer {
  return project ? encode(project(document ?? decode(row.raw))) : row.raw
}

export function* replied(batch: Steps<Batch>, name: 'firstBatch' | 'nextBatch'): Steps<Buffer> {
  return cursorReply(yield* batch, name)
}

export const getMore: Command = {
  kind: 'read',
  fields: ['collection', 'batchSize', 'term', 'lastKnownCommittedOpTime'],
  run: ({ command, store, databaseName, name }) => {
    const id = cursorId(command[name])
    const collection = command['collection']
    if (id === null || typeof collection !== 'string') return refuse(14, 'getMore needs a cursor id and a collection')
    const size = Number(cursorId(command['batchSize']) ?? 0n)
    return replied(store.cursors.more(id, `${databaseName}.${collection}`, size), 'nextBatch')
  },
}

export const killCursors: Command = {
  kind: 'read',
  fields: ['cursors'],
  run: ({ command, store }) => {
    const ids = isArray(command['cursors']) ? command['cursors'] : []
    const killed: Value[] = []
    const notFound: Value[] = []
    for (const id of ids) {
      const number = cursorId(id)
      ;(number !== null && store.cursors.close(number) ? killed : notFound).push(id)
    }
    return ok({ cursorsKilled: killed, cursorsNotFound: notFound, cursorsAlive: [], cursorsUnknown: [] })
  },
}

export const count: Command = {
  kind: 'read',
  fields: ['query', 'limit', 'skip', 'hint', 'collation', 'fields'],
  run: (request) => {
    const { collection, command, store } = request
    const filter = request.document('query')
    const skip = request.whole('skip', 0)
    if (skip < 0) refuse(51024, `BSON field 'skip' value must be >= 0, actual value '${skip}'`)
    // A negative limit counts as its absolute value, as it always has.
    const limit = Math.abs(request.whole('limit', 0))
    if (!collection) return ok({ n: 0 })
    if (Object.keys(filter).length === 0 && command['hint'] === undefined)
      return ok({ n: windowed(collection, skip, limit) })
    const query = { filter, skip, limit, hint: hintOf(command['hint']), variables: request.variables }
    return counted(find(store.database, collection, query).results)
  },
}

function* counted(results: Iterable<Found | null>): Steps<Buffer> {
  let n = 0
  for (const found of results) {
    if (found) n++
    yield null
  }
  return ok({ n })
}

function windowed(collection: Collection, skip: number, limit: number): number {
  const rest = Math.max(0, collection.count() - skip)
  return limit > 0 ? Math.min(rest, limit) : rest
}

export const distinct: Command = {
  kind: 'read',
  fields: ['key', 'query', 'collation', 'hint'],
  run: (request) => {
    const { command, collection, store } = request
    const key = command['key']
    if (typeof key !== 'string')
      return refuse(14, "BSON field 'distinct.key' is the wrong type, expected type 'string'")
    const filter = request.document('query')
    const { variables } = request
    if (!collection) return ok({ values: [] })
    const query = { filter, hint: hintOf(command['hint']), variables }
    return distinctIn(find(store.database, collection, query).results, key, collationIn(variables))
  },
}

function* distinctIn(results: Iterable<Found | null>, key: string, collation: Collation | null): Steps<Buffer> {
  const values = new DistinctValues(collation)
  const path = pathOf(key)
  let bytes = 0
  for (const each of results) {
    const found: Value[] = []
    if (each) leaves(each.document ?? decode(each.row.raw), path, 0, found)
    for (const value of found.flatMap((leaf) => (isArray(leaf) ? leaf : [leaf]))) {
      if (value === undefined || !values.add(value)) continue
      bytes += encode({ [values.list.length]: value }).length - EMPTY_BYTES
      if (bytes > DOCUMENT_BYTES_MAX) refuse(17217, 'distinct too big, 16mb cap')
    }
    yield null
  }
  return ok({ values: values.list })
}

/** Of a document around nothing. */
const EMPTY_BYTES = 5
