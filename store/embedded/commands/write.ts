import { ObjectId } from 'bson'
import { decode } from '../bson/decode.ts'
import { decodePart } from '../bson/partial.ts'
import { encode } from '../bson/encode.ts'
import { isArray, isFields } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import type { Wanted } from '../bson/wanted.ts'
import type { Collection } from '../engine/collection.ts'
import type { Found } from '../engine/find.ts'
import { refuse } from '../errors.ts'
import { collationOf } from '../query/collation.ts'
import { COLLATION } from '../query/predicate.ts'
import type { Variables } from '../query/predicate.ts'
import { compileUpdate } from '../update/compile.ts'
import type { Updater, UpdateRequest } from '../update/compile.ts'
import { wantedBy } from '../update/wanted.ts'
import { Bulk, Matching } from './bulk.ts'
import { documentOf, wholeOf } from './command.ts'
import type { Command, Request } from './command.ts'
import { hintOf } from './find.ts'

const OPERATIONS_MAX = 100_000

const newId = () => new ObjectId()

export const insert: Command = {
  kind: 'write',
  fields: ['documents', 'ordered', 'bypassDocumentValidation'],
  run: (request) => {
    const list = request.documents ?? refuse(40414, "BSON field 'insert.documents' is missing but a required field")
    checkCount(list.length)
    return new Insertion(request, list)
  },
}

class Insertion extends Bulk<Buffer> {
  private collection!: Collection
  private n = 0
  private markedN = 0

  override rewind(): void {
    super.rewind()
    this.n = this.markedN
  }

  protected begin(): void {
    this.collection = this.request.store.catalog.findOrCreate(this.request.namespace)
    this.markedN = this.n
  }

  protected carryOut(document: Buffer): boolean {
    this.collection.insertRaw(document, newId)
    this.n++
    return true
  }

  protected totals(): object {
    return { n: this.n }
  }
}

function checkCount(count: number): void {
  if (count < 1 || count > OPERATIONS_MAX)
    refuse(16, `Write batch sizes must be between 1 and ${OPERATIONS_MAX}. Got ${count} operations.`)
}

const DELETE_FIELDS = new Set(['q', 'limit', 'collation', 'hint', 'sampleId'])

/** A field that no operation knows fails the whole command, before any of it is carried out. */
export function checkOperations(request: Request, operations: readonly unknown[], known: Set<string>): void {
  checkCount(operations.length)
  for (const operation of operations)
    for (const field of isFields(operation as Value) ? Object.keys(operation as Fields) : [])
      if (!known.has(field))
        refuse(40415, `BSON field '${request.name}.${request.name}s.${field}' is an unknown field.`)
}

/** What an update looks at in a document; null: at all of it. */
export function wantedOf({ maintained }: Collection, { modification }: Updater, filter: Fields): Wanted | null {
  return modification && wantedBy(modification, filter, maintained)
}

export function updaterOf(request: UpdateRequest): Updater {
  if (request.update === undefined) refuse(40414, "BSON field 'update.updates.u' is missing but a required field")
  if (isArray(request.update) || isFields(request.update)) return compileUpdate(request)
  return refuse(9, 'Update argument must be either an object or an array')
}

/**
 * Changes one document and answers its new bytes, null when it is as it was. Decoded once, as far as it is `wanted`
 * (null: all of it), encoded once, and only the indexes that the change can touch looked at.
 */
export function apply(
  collection: Collection,
  { row, document }: Found,
  updater: Updater,
  wanted: Wanted | null,
): Buffer | null {
  const current = document ?? (wanted ? decodePart(row.raw, wanted) : decode(row.raw))
  const before = collection.keysBefore(row.rid, current, updater.modification?.touches ?? null)
  const changed = updater.change(current)
  const raw = encode(changed)
  if (raw.equals(row.raw)) return null
  collection.replace(row.rid, changed, raw, before)
  return raw
}

export const remove: Command = {
  kind: 'write',
  fields: ['deletes', 'ordered', 'let'],
  run: (request) => {
    const deletes = request.documentsOf('deletes')
    checkOperations(request, deletes, DELETE_FIELDS)
    return new Removing(request, deletes)
  },
}

class Removing extends Matching<Fields> {
  private readonly variables: Variables
  private n = 0
  private markedN = 0

  constructor(request: Request, operations: readonly Fields[]) {
    super(request, operations)
    this.variables = request.variables
  }

  override rewind(): void {
    super.rewind()
    this.n = this.markedN
  }

  protected override begin(): void {
    super.begin()
    this.markedN = this.n
  }

  protected carryOut(operation: Fields, isOver: () => boolean): boolean {
    const { collection } = this
    const filter = documentOf(operation['q'], 'delete.deletes.q')
    const limit = wholeOf(operation['limit'], 'delete.deletes.limit', -1)
    if (limit !== 0 && limit !== 1) refuse(9, `The limit field in delete objects must be 0 or 1. Got ${limit}`)
    const variables = { ...this.variables, [COLLATION]: collationOf(operation['collation']) }
    if (!collection) return true
    const query = { filter, variables, hint: hintOf(operation['hint']) }
    const change = ({ row }: Found) => {
      collection.remove(row)
      this.n++
    }
    return limit === 0
      ? this.each(collection, query, null, change, isOver)
      : this.one(collection, query, null, change, isOver)
  }

  protected totals(): object {
    return { n: this.n }
  }
}
