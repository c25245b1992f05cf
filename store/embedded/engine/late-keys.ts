import { pickPart } from '../bson/partial.ts'
import { Wanted } from '../bson/wanted.ts'
import { asBuffer } from './database.ts'
import type { Database, Late } from './database.ts'
import type { Index } from './index.ts'
import type { Row } from './recent-rows.ts'
import { type KeyOfRow, KeySet, orderOfKeys } from './key-set.ts'
import { KeyTable } from './tables.ts'

/** So many keys are worth the writing of the pages that they go to, or such as are so old. */
const SETTLE_KEYS = 65_536
const SETTLE_MS = 10_000
/** With more than this a write takes some of them along, so that memory, and the reading of a next start, stay small. */
const KEYS_MAX = 2 * SETTLE_KEYS
const TAKEN_ALONG = 4
const CLOCK_EVERY = 16

/** What the keys of a collection are made of, where they have to be made anew. */
export interface Source {
  readonly table: string
  readonly indexes: readonly Index[]
  readonly isDropped: boolean
  rowsAfter(rid: number, count: number): Row[]
}

type Sets = Map<Index, KeySet>

const ROWS_AT_ONCE = 256

/**
 * The keys of a collection's indexes: in their tables, and those of the latest rows in memory. A row's keys lie far
 * apart, and each would write a page of its own; those of many rows, in their order, share their pages. Nothing is less
 * durable for it: what lies in memory is made again of the rows, and the mark `late` says of which. Whoever reads an index
 * reads both. Unique indexes are written at once.
 *
 * What holds: a row up to the mark has all its keys in the tables. Of a row beyond it each key is in memory, or in its
 * table, or (after a crash, or while they settle) in both; of one beyond `doubtful` it is in memory alone.
 */
export class LateKeys implements Late {
  private readonly database: Database
  private readonly source: Source
  private readonly tables = new WeakMap<Index, KeyTable>()
  private isLoaded = false
  /** Null: nothing is late. */
  private mark: number | null = null
  private fresh: Sets = new Map()
  /** On their way into the tables, with those of every row up to `top`. */
  private settling: Sets | null = null
  private top = -1
  private doubtful = -1
  private latest = -1
  private count = 0
  private since = 0

  constructor(database: Database, source: Source) {
    this.database = database
    this.source = source
  }

  table(index: Index): KeyTable {
    let table = this.tables.get(index)
    if (!table) this.tables.set(index, (table = new KeyTable(this.database, index.table)))
    return table
  }

  /** Before a row changes: what is made of the rows is made of them as they were. */
  load(): void {
    if (this.isLoaded) return
    this.fresh = new Map()
    this.settling = null
    this.top = this.doubtful = this.latest = -1
    this.count = 0
    this.since = performance.now()
    const [mark] = this.database.one('SELECT rid FROM late WHERE tbl = ?', this.source.table) ?? []
    this.mark = (mark as number | undefined) ?? null
    if (this.mark !== null) this.read(this.mark)
    this.isLoaded = true
  }

  /** Of a row that has just been inserted, whose id is the highest. */
  addNew(indexes: readonly Index[], keys: readonly Buffer[][], rid: number): void {
    if (indexes.some(({ isUnique }) => !isUnique)) this.begin(rid)
    for (const [i, index] of indexes.entries()) this.add(index, keys[i] as Buffer[], rid)
    if (this.count > (this.settling ? SETTLE_KEYS : KEYS_MAX)) this.takeAlong(TAKEN_ALONG * keys.flat().length)
  }

  add(index: Index, keys: Buffer[], rid: number): void {
    if (!this.isLate(index, rid)) return this.table(index).add(keys, rid)
    if (rid <= this.top) for (const key of keys) this.table(index).addOnce(key, rid)
    else this.keep(index, keys, rid)
  }

  remove(index: Index, keys: Buffer[], rid: number): void {
    if (!this.isLate(index, rid)) return this.table(index).remove(keys, rid)
    for (const sets of [this.fresh, this.settling]) sets?.get(index)?.remove(keys, rid)
    if (rid <= this.doubtful) this.table(index).remove(keys, rid)
  }

  /** Those in memory that a walk along an index meets next: beyond `from`, up to `end`, in its direction. */
  next(index: Index, from: { key: Buffer; rid: number }, end: Buffer, isReverse: boolean, size: number): KeyOfRow[] {
    this.load()
    const place = { key: from.key.toString('latin1'), rid: from.rid }
    return [this.fresh, this.settling].flatMap(
      (sets) => sets?.get(index)?.next(place, end.toString('latin1'), isReverse, size) ?? [],
    )
  }

  has(index: Index, key: Buffer, rid: number): boolean {
    this.load()
    return [this.fresh, this.settling].some((sets) => sets?.get(index)?.has({ key: key.toString('latin1'), rid }))
  }

  /** How many keys of an index are in memory; some of them may be in its table, too. */
  countOf(index: Index): number {
    this.load()
    return [this.fresh, this.settling].reduce((sum, sets) => sum + (sets?.get(index)?.count ?? 0), 0)
  }

  /** After a rollback, which may have taken any of it back. */
  forget(): void {
    this.isLoaded = false
    this.database.late.delete(this)
  }

  /** An index has come whose table has keys of every row. */
  doubtAll(): void {
    this.load()
    this.doubtful = Math.max(this.doubtful, this.latest)
  }

  /** Enough to settle, at this time; or old enough. */
  isDue(now: number): boolean {
    return this.mark !== null && (this.settling !== null || this.count >= SETTLE_KEYS || now - this.since >= SETTLE_MS)
  }

  /** Goes on with what is on its way into the tables; true when that is over. In a transaction. */
  settle(isOver: () => boolean): boolean {
    if (this.source.isDropped) this.forget()
    else this.load()
    if (this.source.isDropped || this.mark === null) return true
    this.database.isChanged = true
    const settling = this.settling ?? this.beginSettling()
    for (const index of this.source.indexes) {
      const set = settling.get(index)
      if (set && !this.write(index, set, isOver)) return false
    }
    this.settling = null
    this.move(this.latest > this.top ? this.top : null)
    return true
  }

  private beginSettling(): Sets {
    this.settling = this.fresh
    this.fresh = new Map()
    this.doubtful = Math.max(this.doubtful, this.latest)
    this.top = this.latest
    this.count = 0
    this.since = performance.now()
    return this.settling
  }

  private write(index: Index, set: KeySet, isOver: () => boolean): boolean {
    const table = this.table(index)
    let written = 0
    for (let entry = set.take(); entry; entry = set.take()) {
      table.addOnce(Buffer.from(entry.key, 'latin1'), entry.rid)
      if (++written % CLOCK_EVERY === 0 && isOver()) return false
    }
    return true
  }

  private takeAlong(keys: number): void {
    let left = Math.ceil(keys / CLOCK_EVERY)
    this.settle(() => --left <= 0)
  }

  private isLate(index: Index, rid: number): boolean {
    if (index.isUnique) return false
    this.load()
    return this.mark !== null && rid > this.mark
  }

  private keep(index: Index, keys: readonly Buffer[], rid: number): void {
    let set = this.fresh.get(index)
    if (!set) this.fresh.set(index, (set = new KeySet()))
    set.add(keys, rid)
    this.count += keys.length
  }

  private begin(rid: number): void {
    this.load()
    this.latest = Math.max(this.latest, rid)
    // A row without any key is read by the next start as well.
    this.count++
    if (this.mark !== null) return
    this.move(rid - 1)
    this.since = performance.now()
  }

  /** In the transaction of what it goes with. */
  private move(mark: number | null): void {
    const { table } = this.source
    this.mark = mark
    if (mark === null) this.database.run('DELETE FROM late WHERE tbl = ?', table)
    else this.database.run('INSERT OR REPLACE INTO late VALUES (?, ?)', table, mark)
    if (mark === null) this.database.late.delete(this)
    else this.database.late.add(this)
  }

  private read(mark: number): void {
    const late = this.source.indexes.filter(({ isUnique }) => !isUnique)
    const wanted = new Wanted()
    for (const index of late) index.want(wanted)
    this.latest = mark
    for (let isOver = false; !isOver;) {
      const rows = this.source.rowsAfter(this.latest, ROWS_AT_ONCE)
      isOver = rows.length < ROWS_AT_ONCE
      for (const { rid, raw } of rows) {
        this.latest = rid
        this.count++
        const document = pickPart(raw, wanted)
        for (const index of late) this.keep(index, index.keysOf(document).keys, rid)
      }
    }
    this.doubtful = this.latest
    this.database.late.add(this)
  }
}

type Found<Read extends unknown[]> = [key: Uint8Array, rid: number, ...Read]

/** What a table and the memory have of a walk, in its order, each once; no more than `size`. */
export function together<Read extends unknown[]>(
  inTable: Found<Read>[],
  inMemory: readonly KeyOfRow[],
  { size, isReverse }: { size: number; isReverse: boolean },
  read: (rid: number) => Read,
): Found<Read>[] {
  if (inMemory.length === 0) return inTable
  const sign = isReverse ? -1 : 1
  const order = (a: Order, b: Order) => sign * orderOfKeys(a, b)
  const all: Order[] = inTable.map((found) => ({ key: asBuffer(found[0]).toString('latin1'), rid: found[1], found }))
  all.push(...inMemory)
  all.sort(order)
  const once = all.filter((each, i) => i === 0 || order(all[i - 1] as Order, each) !== 0)
  return once.slice(0, size).flatMap(({ key, rid, found }) => {
    if (found) return [found as Found<Read>]
    return [[Buffer.from(key, 'latin1'), rid, ...read(rid)] as Found<Read>]
  })
}

interface Order extends KeyOfRow {
  found?: Found<unknown[]>
}
