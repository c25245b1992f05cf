import type { Binary } from 'bson'
import { decode, startsWithId } from '../bson/decode.ts'
import { encode } from '../bson/encode.ts'
import { Fields, isArray, isFields, namesOf, setField } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { refuse, StoreError } from '../errors.ts'
import { encodeKey } from '../keys.ts'
import { isRegex } from '../query/regex.ts'
import { show } from '../update/target.ts'
import type { Database } from './database.ts'
import { idIndex } from './index.ts'
import type { Index } from './index.ts'
import { DocumentTable, KeyTable } from './tables.ts'
import type { Row } from './tables.ts'

export const DOCUMENT_BYTES_MAX = 16_777_216

export interface CollectionDefinition {
  namespace: string
  table: string
  options: Fields
  uuid: Binary
}

/** One collection: a table of documents by their `_id`, and a table of keys for each further index. */
export class Collection {
  readonly namespace: string
  readonly table: string
  readonly options: Fields
  readonly uuid: Binary
  readonly idIndex: Index
  indexes: Index[] = []
  isDropped = false
  /** Set when a document has made an index multikey: the catalog must remember it in the same transaction. */
  hasNewMultikey = false
  private readonly database: Database
  private readonly documents: DocumentTable
  private readonly keyTables = new Map<Index, KeyTable>()
  private readonly save: (collection: Collection) => void

  constructor(
    database: Database,
    { namespace, table, options, uuid }: CollectionDefinition,
    save: (collection: Collection) => void,
  ) {
    this.database = database
    this.save = save
    this.namespace = namespace
    this.table = table
    this.options = options
    this.uuid = uuid
    this.idIndex = idIndex(table)
    this.documents = new DocumentTable(database, table)
  }

  get databaseName(): string {
    return this.namespace.slice(0, this.namespace.indexOf('.'))
  }

  get name(): string {
    return this.namespace.slice(this.namespace.indexOf('.') + 1)
  }

  get allIndexes(): Index[] {
    return [this.idIndex, ...this.indexes]
  }

  createTable(): void {
    this.documents.create()
  }

  count(): number {
    return Number(this.database.one(`SELECT count(*) FROM ${this.table}`)?.[0])
  }

  bytes(): number {
    return Number(this.database.one(`SELECT coalesce(sum(length(d)), 0) FROM ${this.table}`)?.[0])
  }

  byId(id: Value): Row | null {
    return this.byKey(encodeKey([id]))
  }

  byKey(key: Buffer): Row | null {
    return this.documents.byKey(key)
  }

  byRid(rid: number): Row | null {
    return this.documents.byRid(rid)
  }

  /** Inserts the bytes as they came when `_id` stands first, which drivers see to. */
  insertRaw(raw: Buffer, newId: () => Value): void {
    const document = decode(raw)
    if (document['_id'] !== undefined && startsWithId(raw)) this.put(document, raw)
    else this.insert(withId(document, newId))
  }

  insert(document: Fields): void {
    this.put(document, encode(document))
  }

  private put(document: Fields, raw: Buffer): void {
    checkSize(raw)
    const id = document['_id']
    checkId(id)
    const key = encodeKey([id])
    const keys = this.indexes.map((index) => this.keysFor(index, document))
    this.indexes.forEach((index, i) => {
      const clash = index.isUnique ? this.keyTable(index).clash(keys[i] as Buffer[], -1) : null
      if (!clash) return
      // MongoDB looks at _id first; so does the error, although the check comes here in the other order.
      if (this.byKey(key)) this.duplicate(this.idIndex, document, key)
      this.duplicate(index, document, clash)
    })
    const rid = this.documents.insert(key, raw)
    if (rid === null) return this.duplicate(this.idIndex, document, key)
    this.indexes.forEach((index, i) => this.keyTable(index).add(keys[i] as Buffer[], rid))
    this.changed()
  }

  /** `before` are the keys of the indexes that may change (see keysBefore); nothing is written when one clashes. */
  replace(rid: number, document: Fields, raw: Buffer, before: Map<Index, Buffer[]>): void {
    checkSize(raw)
    const changed: [Index, old: Buffer[], next: Buffer[]][] = []
    for (const [index, old] of before) {
      const next = this.keysFor(index, document)
      if (isSame(old, next)) continue
      const clash = index.isUnique ? this.keyTable(index).clash(next, rid) : null
      if (clash) this.duplicate(index, document, clash)
      changed.push([index, old, next])
    }
    this.documents.update(rid, raw)
    for (const [index, old, next] of changed) {
      this.keyTable(index).remove(old, rid)
      this.keyTable(index).add(next, rid)
    }
    this.changed()
  }

  private changed(): void {
    this.database.isChanged = true
    if (this.hasNewMultikey) this.save(this)
  }

  /** The present keys of every index that a change of these fields may move; null: of any field. */
  keysBefore(document: Fields, touches: Set<string> | null): Map<Index, Buffer[]> {
    const before = new Map<Index, Buffer[]>()
    for (const index of this.indexes)
      if (!touches || index.dependsOn(touches)) before.set(index, index.keysOf(document).keys)
    return before
  }

  remove(row: Row): void {
    if (this.indexes.length > 0) {
      const document = decode(row.raw)
      for (const index of this.indexes) this.keyTable(index).remove(index.keysOf(document).keys, row.rid)
    }
    this.documents.delete(row.rid)
    this.changed()
  }

  /** Fills a new index; a clash leaves nothing behind, because the caller's transaction does not. */
  build(index: Index, rows: Iterable<Row>): void {
    const table = this.keyTable(index)
    table.create()
    for (const { rid, raw } of rows) {
      const document = decode(raw)
      const keys = this.keysFor(index, document)
      const clash = index.isUnique ? table.clash(keys, rid) : null
      if (clash) this.duplicate(index, document, clash)
      table.add(keys, rid)
    }
  }

  private keyTable(index: Index): KeyTable {
    let table = this.keyTables.get(index)
    if (!table) this.keyTables.set(index, (table = new KeyTable(this.database, index.table)))
    return table
  }

  private keysFor(index: Index, document: Fields): Buffer[] {
    const { keys, multikey } = index.keysOf(document)
    multikey?.forEach((isMulti, i) => {
      if (!isMulti || index.multikey[i]) return
      index.multikey[i] = true
      this.hasNewMultikey = true
    })
    return keys
  }

  private duplicate(index: Index, document: Fields, key: Buffer): never {
    const keyValue = index.valuesOf(document, key)
    throw new StoreError(
      11000,
      `E11000 duplicate key error collection: ${this.namespace} index: ${index.name} dup key: ${show(keyValue)}`,
      { keyPattern: index.key, keyValue },
    )
  }
}

function withId(document: Fields, newId: () => Value): Fields {
  const ordered = new Fields()
  ordered['_id'] = document['_id'] === undefined ? newId() : document['_id']
  for (const name of namesOf(document)) if (name !== '_id') setField(ordered, name, document[name])
  return ordered
}

function checkSize(raw: Buffer): void {
  if (raw.length > DOCUMENT_BYTES_MAX)
    refuse(
      10334,
      `BSONObj size: ${raw.length} (0x${raw.length.toString(16).toUpperCase()}) is invalid. Size must be between 0 and 16793600(16MB)`,
    )
}

function checkId(id: Value): void {
  if (isArray(id)) refuse(53, "The '_id' value cannot be of type array")
  if (isRegex(id)) refuse(53, "The '_id' value cannot be of type regex")
  if (!isFields(id)) return
  const odd = Object.keys(id).find(
    (name) => name.startsWith('$') && name !== '$ref' && name !== '$id' && name !== '$db',
  )
  if (odd !== undefined) refuse(52, `_id fields may not contain '$'-prefixed fields: ${odd} is not valid for storage.`)
}

function isSame(a: Buffer[], b: Buffer[]): boolean {
  return a.length === b.length && a.every((key, i) => key.equals(b[i] as Buffer))
}
