import { decode } from '../bson/decode.ts'
import { encode } from '../bson/encode.ts'
import { isFields, kept } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import type { Wanted } from '../bson/wanted.ts'
import type { Collection } from '../engine/collection.ts'
import { findOne } from '../engine/find.ts'
import type { Found } from '../engine/find.ts'
import { refuse } from '../errors.ts'
import { ok } from '../reply.ts'
import type { Command, Request } from './command.ts'
import { hintOf, projectionOf } from './find.ts'
import { apply, updaterOf, wantedOf } from './write.ts'

export const findAndModify: Command = {
  kind: 'write',
  fields: [
    'query',
    'sort',
    'remove',
    'update',
    'new',
    'fields',
    'upsert',
    'bypassDocumentValidation',
    'collation',
    'arrayFilters',
    'hint',
    'let',
  ],
  run: (request) => {
    const { store, namespace } = request
    const isRemove = request.flag('remove')
    checkKind(request, isRemove)
    const filter = request.document('query')
    const collection =
      store.catalog.find(namespace) ?? (request.flag('upsert') ? store.catalog.findOrCreate(namespace) : undefined)
    return isRemove ? remove(request, collection, filter) : update(request, collection, filter)
  },
}

function checkKind(request: Request, isRemove: boolean): void {
  const { command } = request
  if (!isRemove && command['update'] === undefined) refuse(9, 'Either an update or remove=true must be specified')
  if (!isRemove) return
  if (command['update'] !== undefined) refuse(9, 'Cannot specify both an update and remove=true')
  if (request.flag('upsert')) refuse(9, 'Cannot specify both upsert=true and remove=true ')
  if (request.flag('new'))
    refuse(9, "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document")
}

function firstOf(request: Request, collection: Collection, filter: Fields, wanted: Wanted | null): Found | null {
  const { command, store, variables } = request
  const query = {
    filter,
    sort: command['sort'],
    hint: hintOf(command['hint']),
    variables,
    deadline: request.deadline,
  }
  return findOne(store.database, collection, query, wanted)
}

/** What is answered of a document: as it lies there, unless fields of it were asked for. */
function projected(request: Request, raw: Buffer): Value {
  const { command } = request
  const project = isFields(command['fields'])
    ? projectionOf(command['fields'], request.document('query'), request.variables)
    : null
  return project ? project(decode(raw)) : kept(raw)
}

function remove(request: Request, collection: Collection | undefined, filter: Fields): Buffer {
  const found = collection ? firstOf(request, collection, filter, null) : null
  if (!collection || !found) return ok({ lastErrorObject: { n: 0 }, value: null })
  // Projected first: a projection that fails must not have removed anything.
  const value = projected(request, found.row.raw)
  collection.remove(found.row)
  return ok({ lastErrorObject: { n: 1 }, value })
}

function update(request: Request, collection: Collection | undefined, filter: Fields): Buffer {
  const { command, variables } = request
  const updater = updaterOf({
    update: command['update'],
    filter,
    arrayFilters: command['arrayFilters'],
    variables,
    now: new Date(),
  })
  const isNew = request.flag('new')
  const wanted = collection ? wantedOf(collection, updater, filter) : null
  const found = collection ? firstOf(request, collection, filter, wanted) : null
  if (collection && found) {
    const before = isNew ? null : projected(request, found.row.raw)
    const changed = apply(collection, found, updater, wanted)
    const value = before ?? projected(request, changed ?? found.row.raw)
    return ok({ lastErrorObject: { n: 1, updatedExisting: true }, value })
  }
  if (!collection || !request.flag('upsert'))
    return ok({ lastErrorObject: { n: 0, updatedExisting: false }, value: null })
  const document = updater.insertion()
  collection.insert(document)
  return ok({
    lastErrorObject: { n: 1, updatedExisting: false, upserted: document['_id'] },
    value: isNew ? projected(request, encode(document)) : null,
  })
}
