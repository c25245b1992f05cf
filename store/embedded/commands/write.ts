import { ObjectId } from 'bson'
import { decode } from '../bson/decode.ts'
import { encode } from '../bson/encode.ts'
import { isArray, isFields } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import type { Collection } from '../engine/collection.ts'
import { find, findOne } from '../engine/find.ts'
import type { FindRequest, Found } from '../engine/find.ts'
import { refuse, StoreError } from '../errors.ts'
import { collationOf } from '../query/collation.ts'
import { COLLATION } from '../query/predicate.ts'
import type { Variables } from '../query/predicate.ts'
import { ok, writeError } from '../reply.ts'
import { compileUpdate } from '../update/compile.ts'
import type { Updater, UpdateRequest } from '../update/compile.ts'
import { documentOf, wholeOf } from './command.ts'
import type { Command, Request } from './command.ts'
import { hintOf } from './find.ts'

const OPERATIONS_MAX = 100_000

const newId = () => new ObjectId()

export const insert: Command = {
  kind: 'write',
  fields: ['documents', 'ordered', 'bypassDocumentValidation'],
  run: (request) => {
    const { store, documents, namespace } = request
    const list = documents ?? refuse(40414, "BSON field 'insert.documents' is missing but a required field")
    checkCount(list.length)
    const collection = store.catalog.findOrCreate(namespace)
    let n = 0
    const errors = bulk(request, list, (document) => {
      collection.insertRaw(document, newId)
      n++
    })
    return ok({ n, ...errors })
  },
}

function checkCount(count: number): void {
  if (count < 1 || count > OPERATIONS_MAX)
    refuse(count < 1 ? 16 : 2, `Write batch sizes must be between 1 and ${OPERATIONS_MAX}. Got ${count} operations.`)
}

/** Runs each operation; an ordered bulk ends with its first error, an unordered one goes on. */
function bulk<T>(request: Request, operations: readonly T[], run: (operation: T, index: number) => void): object {
  const isOrdered = request.command['ordered'] !== false
  const errors: object[] = []
  for (let i = 0; i < operations.length; i++) {
    try {
      run(operations[i] as T, i)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      errors.push(writeError(i, error))
      if (isOrdered) break
    }
  }
  return errors.length ? { writeErrors: errors } : {}
}

const UPDATE_FIELDS = new Set([
  'q',
  'u',
  'c',
  'multi',
  'upsert',
  'collation',
  'arrayFilters',
  'hint',
  'upsertSupplied',
  'sampleId',
])
const DELETE_FIELDS = new Set(['q', 'limit', 'collation', 'hint', 'sampleId'])

/** A field that no operation knows fails the whole command, before any of it is carried out. */
function operationsOf(request: Request, name: 'updates' | 'deletes', known: Set<string>): Fields[] {
  const operations = request.documentsOf(name)
  checkCount(operations.length)
  for (const operation of operations)
    for (const field of Object.keys(operation))
      if (!known.has(field)) refuse(40415, `BSON field '${request.name}.${name}.${field}' is an unknown field.`)
  return operations
}

export const update: Command = {
  kind: 'write',
  fields: ['updates', 'ordered', 'bypassDocumentValidation', 'let'],
  run: (request) => {
    const { store, namespace, variables } = request
    const operations = operationsOf(request, 'updates', UPDATE_FIELDS)
    const isUpsert = operations.some((operation) => operation['upsert'] === true)
    const collection = store.catalog.find(namespace) ?? (isUpsert ? store.catalog.findOrCreate(namespace) : undefined)
    const totals: Totals = { n: 0, nModified: 0, upserted: [] }
    const now = new Date()
    const errors = bulk(request, operations, (operation, index) => {
      updateOne({ request, collection, operation, now, variables }, index, totals)
    })
    const { n, nModified, upserted } = totals
    return ok({ n, ...(upserted.length ? { upserted } : {}), nModified, ...errors })
  },
}

interface Totals {
  n: number
  nModified: number
  upserted: object[]
}

interface UpdateOperation {
  request: Request
  collection: Collection | undefined
  operation: Fields
  now: Date
  variables: Variables
}

function updateOne(context: UpdateOperation, index: number, totals: Totals): void {
  const { request, collection, operation, now } = context
  const filter = documentOf(operation['q'], 'update.updates.q')
  const isMulti = operation['multi'] === true
  const collation = collationOf(operation['collation'])
  const variables = { ...context.variables, ...constants(operation['c']), [COLLATION]: collation }
  const updater = updaterOf({ update: operation['u'], filter, arrayFilters: operation['arrayFilters'], variables, now })
  if (updater.isReplacement && isMulti) refuse(9, 'multi update is not supported for replacement-style update')
  if (!collection) return
  const query = { filter, variables, hint: hintOf(operation['hint']) }
  let matched = 0
  for (const found of isMulti ? everyFound(request, collection, query) : oneFound(request, collection, query)) {
    matched++
    if (apply(collection, found, updater)) totals.nModified++
  }
  totals.n += matched
  if (matched > 0 || operation['upsert'] !== true) return
  const document = updater.insertion()
  collection.insert(document)
  totals.n++
  totals.upserted.push({ index, _id: document['_id'] })
}

function constants(value: Value): Variables {
  return isFields(value) ? Object.fromEntries(Object.keys(value).map((name) => [name, value[name]])) : {}
}

function oneFound({ store }: Request, collection: Collection, query: FindRequest): Found[] {
  const found = findOne(store.database, collection, query)
  return found ? [found] : []
}

function everyFound({ store }: Request, collection: Collection, query: FindRequest): Iterable<Found> {
  return settled(collection, find(store.database, collection, query).results)
}

/** What matched, all of it before the first is changed: a change must not be met again further on. */
function* settled(collection: Collection, results: Iterable<Found>): Generator<Found> {
  const rids: number[] = []
  for (const { row } of results) rids.push(row.rid)
  for (const rid of rids) {
    const row = collection.byRid(rid)
    if (row) yield { row, document: null }
  }
}

export function updaterOf(request: UpdateRequest): Updater {
  if (request.update === undefined) refuse(40414, "BSON field 'update.updates.u' is missing but a required field")
  if (isArray(request.update) || isFields(request.update)) return compileUpdate(request)
  return refuse(9, 'Update argument must be either an object or an array')
}

/** Changes one document: decoded once, encoded once, and only the indexes that the change can touch looked at. */
export function apply(collection: Collection, { row, document }: Found, updater: Updater): Fields | null {
  const current = document ?? decode(row.raw)
  const before = collection.keysBefore(current, updater.touches)
  const changed = updater.change(current)
  const raw = encode(changed)
  if (raw.equals(row.raw)) return null
  collection.replace(row.rid, changed, raw, before)
  return changed
}

export const remove: Command = {
  kind: 'write',
  fields: ['deletes', 'ordered', 'let'],
  run: (request) => {
    const { collection, variables } = request
    const operations = operationsOf(request, 'deletes', DELETE_FIELDS)
    let n = 0
    const errors = bulk(request, operations, (operation) => {
      const filter = documentOf(operation['q'], 'delete.deletes.q')
      const limit = wholeOf(operation['limit'], 'delete.deletes.limit', -1)
      if (limit !== 0 && limit !== 1) refuse(9, `The limit field in delete objects must be 0 or 1. Got ${limit}`)
      const collation = collationOf(operation['collation'])
      if (!collection) return
      const query = { filter, variables: { ...variables, [COLLATION]: collation }, hint: hintOf(operation['hint']) }
      const found = limit === 1 ? oneFound(request, collection, query) : everyFound(request, collection, query)
      for (const { row } of found) {
        collection.remove(row)
        n++
      }
    })
    return ok({ n, ...errors })
  },
}
