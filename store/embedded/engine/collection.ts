import type { Binary } from 'bson'
import { keyOfChecked } from '../bson/check.ts'
import { decode, startsWithId } from '../bson/decode.ts'
import { checkedPart, checkedPick, pickPart } from '../bson/partial.ts'
import { encode } from '../bson/encode.ts'
import { Fields } from '../bson/value.ts'
import type { Value } from '../bson/value.ts'
import { Wanted } from '../bson/wanted.ts'
import { refuse, StoreError } from '../errors.ts'
import { encodeKey } from '../keys.ts'
import type { Path } from '../query/path.ts'
import type { Steps } from '../steps.ts'
import type { Place } from '../update/places.ts'
import { show } from '../update/target.ts'
import { Building } from './building.ts'
import type { Database } from './database.ts'
import { idIndex } from './index.ts'
import type { Index } from './index.ts'
import { LateKeys } from './late-keys.ts'
import { checkId, checkSize, withId } from './storable.ts'
import { DocumentTable } from './tables.ts'
import type { Row } from './recent-rows.ts'
import { Watch } from './watch.ts'

/** How many rows the building of an index reads in one statement. */
const ROWS_AT_ONCE = 256

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
  isDropped = false
  /** Moves with every write: who has read ahead reads again when it has. */
  writes = 0
  /** Set when a document has made an index multikey: the catalog must remember it in the same transaction. */
  hasNewMultikey = false
  /** Null: not counted yet. */
  private rows: number | null = null
  private present: Index[] = []
  private coming: Building | null = null
  private readonly database: Database
  private readonly documents: DocumentTable
  readonly keys: LateKeys
  private watched: Watch | null = null
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
    this.documents = new DocumentTable(database, table, namespace)
    this.keys = new LateKeys(database, this)
  }

  /** For whoever rested: others may have dropped it meanwhile. */
  checkThere(): void {
    if (this.isDropped) refuse(175, `collection dropped. UUID ${String(this.uuid)}`)
  }

  get databaseName(): string {
    return this.namespace.slice(0, this.namespace.indexOf('.'))
  }

  get name(): string {
    return this.namespace.slice(this.namespace.indexOf('.') + 1)
  }

  /** Those that queries may use, beside that of `_id`. */
  get indexes(): Index[] {
    return this.present
  }

  set indexes(indexes: Index[]) {
    this.present = indexes
    this.watched = null
  }

  get building(): Building | null {
    return this.coming
  }

  set building(building: Building | null) {
    this.coming = building
    this.watched = null
  }

  /** Those that a write keeps up. */
  get maintained(): readonly Index[] {
    return this.coming ? [...this.present, this.coming.index] : this.present
  }

  get allIndexes(): Index[] {
    return [this.idIndex, ...this.indexes]
  }

  /** All that hold something of it. */
  get tables(): string[] {
    return [this.table, ...this.maintained.map((index) => index.table)]
  }

  createTable(): void {
    this.documents.create()
  }

  /** While it is empty. */
  addIndex(index: Index): void {
    this.keys.table(index).create()
    this.indexes = [...this.indexes, index]
  }

  /** Counted once: reading a million rows for it takes a tenth of a second. */
  count(): number {
    return (this.rows ??= Number(this.database.one(`SELECT count(*) FROM ${this.table}`)?.[0]))
  }

  bytes(): Steps<number> {
    return this.documents.bytes(() => !this.isDropped)
  }

  /** After a rollback: what it knew by heart may not be so. */
  forget(): void {
    this.keys.forget()
    this.rows = null
    this.hasNewMultikey = false
  }

  byId(id: Value): Row | null {
    return this.byKey(encodeKey([id]))
  }

  byKey(key: Buffer): Row | null {
    return this.documents.byKey(key)
  }

  /** As `byKey`, by the key as latin1 text. */
  byKeyText(key: string): Row | null {
    return this.documents.byKeyText(key)
  }

  byRid(rid: number): Row | null {
    return this.documents.byRid(rid)
  }

  /** As it rests: its checksum is not looked at yet. */
  at(rid: number): [checksum: number | null, raw: Uint8Array] {
    return this.documents.at(rid)
  }

  rowsAfter(rid: number, count: number): Row[] {
    return this.documents.after(rid, count)
  }

  /** Inserts the bytes as they came when `_id` stands first, which drivers see to. */
  insertRaw(raw: Buffer, newId: () => Value): void {
    const key = this.hasIdAlone ? keyOfChecked(raw) : null
    if (key) return this.putPlain(key, raw)
    const { wanted } = this.watch
    if (startsWithId(raw)) this.put(checkedPick(raw, wanted), raw)
    else this.insert(withId(checkedPart(raw, wanted), newId))
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
      const clash = index.isUnique ? this.keys.table(index).clash(keys[i] as Buffer[], -1) : null
      if (!clash) return
      // MongoDB looks at _id first; so does the error, although the check comes here in the other order.
      if (this.documents.hasKey(key)) this.duplicate(this.idIndex, document, key)
      this.duplicate(index, document, clash)
    })
    this.keys.load()
    const rid = this.documents.insert(key, raw)
    if (rid === null) return this.duplicate(this.idIndex, document, key)
    this.keys.addNew(this.indexes, keys, rid)
    this.addComing(rid, document)
    if (this.rows !== null) this.rows++
    this.changed()
  }

  /** Of a document of whose keys nothing else is made. */
  private putPlain(key: Buffer, raw: Buffer): void {
    checkSize(raw)
    this.keys.load()
    if (this.documents.insert(key, raw) === null) this.duplicate(this.idIndex, decode(raw), key)
    if (this.rows !== null) this.rows++
    this.changed()
  }

  private get hasIdAlone(): boolean {
    return this.present.length === 0 && this.coming === null
  }

  /** `before` are the keys of the indexes that may change (see keysBefore); nothing is written when one clashes. */
  replace(rid: number, document: Fields, raw: Buffer, before: Map<Index, Buffer[]>): void {
    checkSize(raw)
    const changed: [Index, old: Buffer[], next: Buffer[]][] = []
    for (const [index, old] of before) {
      if (index === this.coming?.index) continue
      const next = this.keysFor(index, document)
      if (isSame(old, next)) continue
      const clash = index.isUnique ? this.keys.table(index).clash(next, rid) : null
      if (clash) this.duplicate(index, document, clash)
      changed.push([index, old, next])
    }
    this.keys.load()
    this.documents.update(rid, raw)
    for (const [index, old, next] of changed) {
      this.keys.remove(index, old, rid)
      this.keys.add(index, next, rid)
    }
    const old = this.coming && before.get(this.coming.index)
    if (this.coming && old) {
      this.keys.table(this.coming.index).remove(old, rid)
      this.addComing(rid, document)
    }
    this.changed()
  }

  /** As `replace`, of a document that was changed where it lies, while no index is being built. */
  patch({ rid, raw: old }: Row, raw: Buffer, places: readonly Place[]): void {
    const { before, wanted } = this.watch.keysBefore(old, places)
    this.replace(rid, wanted ? pickPart(raw, wanted) : NOTHING, raw, before)
  }

  /** A write to a row that the index being built has passed. */
  private addComing(rid: number, document: Fields): void {
    const { coming } = this
    if (!coming?.covers(rid)) return
    coming.touch(rid)
    const table = this.keys.table(coming.index)
    const keys = this.comingKeys(coming, rid, document)
    const clash = coming.index.isUnique ? table.clash(keys, rid) : null
    if (clash) coming.doubtfulKeys.push(clash)
    table.add(keys, rid)
  }

  private comingKeys(coming: Building, rid: number, document: Fields): Buffer[] {
    try {
      return this.keysFor(coming.index, document)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      coming.doubtfulRows.add(rid)
      return []
    }
  }

  /** What the keys of a document are made of. */
  private get watch(): Watch {
    return (this.watched ??= new Watch(this.maintained))
  }

  private changed(): void {
    this.writes++
    this.database.isChanged = true
    if (this.hasNewMultikey) this.save(this)
  }

  /** The present keys of every index that a change of these fields may move; null: of any field. */
  keysBefore(rid: number, document: Fields, touches: readonly Path[] | null): Map<Index, Buffer[]> {
    const before = new Map<Index, Buffer[]>()
    const { coming } = this
    for (const index of this.indexes)
      if (!touches || index.dependsOn(touches)) before.set(index, index.keysOf(document).keys)
    if (coming?.covers(rid) && (!touches || coming.index.dependsOn(touches)))
      before.set(coming.index, this.comingKeys(coming, rid, document))
    return before
  }

  remove({ rid, raw }: Row): void {
    const { indexes, coming } = this
    if (indexes.length > 0 || coming) {
      const document = pickPart(raw, this.watch.wanted)
      for (const index of indexes) this.keys.remove(index, index.keysOf(document).keys, rid)
      if (coming?.covers(rid)) {
        coming.touch(rid)
        this.keys.table(coming.index).remove(this.comingKeys(coming, rid, document), rid)
      }
    }
    this.documents.delete(rid)
    if (this.rows !== null) this.rows--
    this.changed()
  }

  /** The table of an index that is to come. What a process left that died while it built one is none of it. */
  beginBuilding(index: Index): Building {
    this.database.exec(`DROP TABLE IF EXISTS ${index.table}`)
    this.keys.table(index).create()
    return (this.building = new Building(index))
  }

  /** Goes on with it; true when it has passed every row. Throws what makes it impossible. */
  build(building: Building, isOver: () => boolean): boolean {
    const { index } = building
    const wanted = new Wanted()
    index.want(wanted)
    for (;;) {
      const rows = building.wantsRows ? this.documents.after(building.read, ROWS_AT_ONCE) : []
      for (const { rid, raw } of rows) {
        building.take(rid, this.keysFor(index, pickPart(raw, wanted)))
        if (isOver()) return false
      }
      if (rows.length === ROWS_AT_ONCE) continue
      if (building.isEmpty) break
      if (!this.addSorted(building, isOver)) return false
    }
    this.settleDoubts(building)
    this.building = null
    this.indexes = [...this.indexes, index]
    this.keys.doubtAll()
    return true
  }

  private addSorted(building: Building, isOver: () => boolean): boolean {
    const { index } = building
    const table = this.keys.table(index)
    for (let next = building.next(); next; next = building.next()) {
      const { key, rid } = next
      if (index.isUnique && table.clash([key], rid)) this.duplicateIn(index, key, rid)
      table.addOnce(key, rid)
      if (isOver()) return false
    }
    for (const rid of building.settle()) {
      const row = this.byRid(rid)
      if (row) for (const key of this.keysFor(index, decode(row.raw))) table.addOnce(key, rid)
    }
    return true
  }

  private duplicateIn(index: Index, key: Buffer, rid: number): void {
    const row = this.byRid(rid)
    if (row) this.duplicate(index, decode(row.raw), key)
  }

  private settleDoubts({ index, doubtfulKeys, doubtfulRows }: Building): void {
    for (const rid of doubtfulRows) {
      const row = this.byRid(rid)
      if (row) index.keysOf(decode(row.raw))
    }
    for (const key of doubtfulKeys) {
      const [rid, second] = this.keys.table(index).rids(key)
      if (rid !== undefined && second !== undefined) this.duplicateIn(index, key, rid)
    }
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

const NOTHING = new Fields()

function isSame(a: Buffer[], b: Buffer[]): boolean {
  return a.length === b.length && a.every((key, i) => key.equals(b[i] as Buffer))
}
