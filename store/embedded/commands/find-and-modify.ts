import { decode } from '../bson/decode.ts'
import { encode } from '../bson/encode.ts'
import { isFields, kept } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import type { Wanted } from '../bson/wanted.ts'
import type { Collection } from '../engine/collection.ts'
import type { FindRequest, Found } from '../engine/find.ts'
import { checkTime, refuse } from '../errors.ts'
import { ok } from '../reply.ts'
import type { Updater } from '../update/compile.ts'
import type { Command, Request, Sliced } from './command.ts'
import { First } from './first.ts'
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
    checkKind(request, request.flag('remove'))
    return new Modification(request)
  },
}

class Modification implements Sliced {
  private readonly request: Request
  private readonly query: FindRequest
  private readonly updater: Updater | null
  private readonly first = new First()
  private uuid: string | null = null

  constructor(request: Request) {
    const { command, variables } = request
    const { sort, update, arrayFilters } = command
    const filter = request.document('query')
    const now = new Date()
    this.request = request
    this.query = { filter, sort, hint: hintOf(command['hint']), variables }
    this.updater = request.flag('remove') ? null : updaterOf({ update, filter, arrayFilters, variables, now })
  }

  next(isOver: () => boolean): Buffer | null {
    const { request, query, updater, first } = this
    const { store, namespace } = request
    const collection =
      store.catalog.find(namespace) ?? (request.flag('upsert') ? store.catalog.findOrCreate(namespace) : null)
    const uuid = collection && String(collection.uuid)
    if (first.hasPaused && uuid !== this.uuid) refuse(175, `collection dropped. UUID ${this.uuid}`)
    this.uuid = uuid
    const wanted = collection && updater && wantedOf(collection, updater, query.filter)
    const found = collection && first.next(store.database, collection, query, wanted, isOver)
    if (found === undefined) {
      checkTime(request.deadline)
      return null
    }
    return updater ? update(request, collection, found, updater, wanted) : remove(request, collection, found)
  }

  rewind(): void {
    this.first.rewind()
  }
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

/** What is answered of a document: as it lies there, unless fields of it were asked for. */
function projected(request: Request, raw: Buffer): Value {
  const { command } = request
  const project = isFields(command['fields'])
    ? projectionOf(command['fields'], request.document('query'), request.variables)
    : null
  return project ? project(decode(raw)) : kept(raw)
}

function remove(request: Request, collection: Collection | null, found: Found | null): Buffer {
  if (!collection || !found) return ok({ lastErrorObject: { n: 0 }, value: null })
  // Projected first: a projection that fails must not have removed anything.
  const value = projected(request, found.row.raw)
  collection.remove(found.row)
  return ok({ lastErrorObject: { n: 1 }, value })
}

function update(
  request: Request,
  collection: Collection | null,
  found: Found | null,
  updater: Updater,
  wanted: Wanted | null,
): Buffer {
  const isNew = request.flag('new')
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
