import { isFields } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import type { Collection } from '../engine/collection.ts'
import type { FindRequest, Found } from '../engine/find.ts'
import { refuse } from '../errors.ts'
import { collationOf } from '../query/collation.ts'
import { COLLATION } from '../query/predicate.ts'
import type { Variables } from '../query/predicate.ts'
import type { Updater } from '../update/compile.ts'
import { patched } from '../update/patch.ts'
import { Matching } from './bulk.ts'
import { documentOf } from './command.ts'
import type { Command, Request } from './command.ts'
import { hintOf } from './find.ts'
import { PlainUpdate } from './plain-update.ts'
import { apply, checkOperations, updaterOf, wantedOf } from './write.ts'

type Update = Fields | PlainUpdate

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

export const update: Command = {
  kind: 'write',
  fields: ['updates', 'ordered', 'bypassDocumentValidation', 'let'],
  run: (request) => {
    const given = request.listOf('updates') as (Value | PlainUpdate)[]
    const updates = given.map((each) => (each instanceof PlainUpdate ? each : documentOf(each, 'update.updates')))
    checkOperations(request, updates, UPDATE_FIELDS)
    return new Updating(request, updates)
  },
}

/** How far an update had come when its slice began. */
interface Mark {
  n: number
  nModified: number
  upserted: number
  prepared: Prepared | null
  patching: number
}

/** One operation of an update, its filter and its change made ready. */
interface Prepared {
  /** The total before it. */
  n: number
  filter: Fields
  isMulti: boolean
  updater: Updater
  query: FindRequest
}

class Updating extends Matching<Update> {
  private readonly now = new Date()
  private readonly variables: Variables
  private readonly isUpsert: boolean
  private readonly upserted: object[] = []
  private n = 0
  private nModified = 0
  /** Of an operation that has paused. */
  private prepared: Prepared | null = null
  /** Of a plain one that has paused: how many of its documents are done. */
  private patching = 0
  private mark: Mark = { n: 0, nModified: 0, upserted: 0, prepared: null, patching: 0 }

  constructor(request: Request, operations: readonly Update[]) {
    super(request, operations)
    this.variables = request.variables
    this.isUpsert = operations.some((operation) =>
      operation instanceof PlainUpdate ? operation.isUpsert : operation['upsert'] === true,
    )
  }

  override rewind(): void {
    super.rewind()
    this.n = this.mark.n
    this.nModified = this.mark.nModified
    this.upserted.length = this.mark.upserted
    this.prepared = this.mark.prepared
    this.patching = this.mark.patching
  }

  protected override begin(): void {
    super.begin()
    const { catalog } = this.request.store
    if (this.isUpsert) this.collection ??= catalog.findOrCreate(this.request.namespace)
    const { n, nModified, prepared, patching } = this
    this.mark = { n, nModified, upserted: this.upserted.length, prepared, patching }
  }

  protected carryOut(operation: Update, isOver: () => boolean): boolean {
    return operation instanceof PlainUpdate ? this.plain(operation, isOver) : this.general(operation, isOver)
  }

  protected override get hasPaused(): boolean {
    return super.hasPaused || this.patching > 0
  }

  private plain(operation: PlainUpdate, isOver: () => boolean): boolean {
    const { keys } = operation
    const from = this.patching
    this.patching = 0
    for (let at = from; at < keys.length; at++) {
      if (at > from && isOver()) {
        this.unfinished()
        this.patching = at
        return false
      }
      this.patch(operation, keys[at] as string)
    }
    return true
  }

  private patch(operation: PlainUpdate, key: string): void {
    const { collection } = this
    const row = collection?.byKeyText(key)
    if (!collection || !row) {
      // Looking for an `_id` is done in one go.
      if (operation.isUpsert) this.general(operation.of(key), () => false)
      return
    }
    const raw = collection.building ? undefined : patched(row.raw, operation.places)
    if (raw === null && !operation.isUpsert) return
    if (!raw) return void this.general(operation.of(key), () => false)
    this.n++
    if (raw.equals(row.raw)) return
    collection.patch(row, raw, operation.places.top)
    this.nModified++
  }

  private general(operation: Fields, isOver: () => boolean): boolean {
    const prepared = this.ready(operation)
    const { updater, query, filter } = prepared
    const { collection } = this
    if (!collection) return true
    const wanted = wantedOf(collection, updater, filter)
    const change = (found: Found) => {
      this.n++
      if (apply(collection, found, updater, wanted)) this.nModified++
    }
    const isDone = prepared.isMulti
      ? this.each(collection, query, wanted, change, isOver)
      : this.one(collection, query, wanted, change, isOver)
    if (!isDone) return this.paused(prepared)
    if (this.n === prepared.n && operation['upsert'] === true) this.insertUpsert(collection, updater)
    return true
  }

  protected totals(): object {
    const { n, nModified, upserted } = this
    return { n, ...(upserted.length > 0 ? { upserted } : {}), nModified }
  }

  private ready(operation: Fields): Prepared {
    const paused = this.prepared
    this.prepared = null
    if (paused) return paused
    const filter = documentOf(operation['q'], 'update.updates.q')
    const isMulti = operation['multi'] === true
    const collation = collationOf(operation['collation'])
    const variables = { ...this.variables, ...constants(operation['c']), [COLLATION]: collation }
    const { arrayFilters } = operation
    const updater = updaterOf({ update: operation['u'], filter, arrayFilters, variables, now: this.now })
    if (updater.isReplacement && isMulti) refuse(9, 'multi update is not supported for replacement-style update')
    return { n: this.n, filter, isMulti, updater, query: { filter, variables, hint: hintOf(operation['hint']) } }
  }

  private paused(prepared: Prepared): boolean {
    this.prepared = prepared
    return false
  }

  private insertUpsert(collection: Collection, updater: Updater): void {
    const document = updater.insertion()
    collection.insert(document)
    this.n++
    this.upserted.push({ index: this.at, _id: document['_id'] })
  }
}

function constants(value: Value): Variables {
  return isFields(value) ? Object.fromEntries(Object.keys(value).map((name) => [name, value[name]])) : {}
}
