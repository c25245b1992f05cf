import type { IndexScan, Plan, Union } from '../planner/plan.ts'
import type { Range } from '../planner/bounds.ts'
import { RANK } from '../bson/value.ts'
import { refuse } from '../errors.ts'
import { successor } from '../keys.ts'
import { asBuffer } from './database.ts'
import type { Database } from './database.ts'
import type { Collection } from './collection.ts'
import type { Index } from './index.ts'
import { together } from './late-keys.ts'
import { rowOf } from './rows.ts'
import type { Row } from './recent-rows.ts'

type Read = [rid: number, checksum: number | null, raw: Uint8Array]
type Keyed = [key: Uint8Array, ...Read]

/*
 * Rows are read in chunks, each a statement of its own that begins where the last one ended: between two chunks no
 * statement is open, so a cursor may rest for minutes while others write, and memory stays flat over a million rows.
 * Whoever asks may rest between any two rows. What is left of a chunk is read again when the collection was written to
 * meanwhile: so every row is as it is when it is handed out, and what was removed is not. As in MongoDB, a row that a
 * write moves along the index that is read may be met twice, or not at all.
 */

const CHUNK_FIRST = 16
const CHUNK_MAX = 512
const CHUNK_BYTES = 1_048_576

/** `expected`: how many rows will be wanted, when the caller knows. */
export function* rowsOf(
  database: Database,
  collection: Collection,
  plan: Plan,
  expected: number | null,
): Generator<Row> {
  if (plan.stage === 'IDHACK') {
    const row = collection.byKey(plan.key)
    if (row) yield row
  } else if (plan.stage === 'OR') yield* united(database, collection, plan)
  else if (plan.stage === 'COLLSCAN') yield* collectionRows(database, collection, plan.isReverse, expected)
  else if (plan.merges) yield* merged(database, collection, plan, plan.merges)
  else yield* indexRows(database, collection, plan, expected)
}

/** What several plans find, each row once. */
function* united(database: Database, collection: Collection, { branches }: Union): Generator<Row> {
  const seen = new Set<number>()
  for (const branch of branches)
    for (const row of rowsOf(database, collection, branch, null)) {
      if (seen.has(row.rid)) continue
      seen.add(row.rid)
      yield row
    }
}

function* collectionRows(
  database: Database,
  collection: Collection,
  isReverse: boolean,
  expected: number | null,
): Generator<Row> {
  const [beyond, order] = isReverse ? ['<', 'DESC'] : ['>', 'ASC']
  const sql = `SELECT rid, s, d FROM ${collection.table} WHERE rid ${beyond} ? ORDER BY rid ${order} LIMIT ?`
  let last = isReverse ? Number.MAX_SAFE_INTEGER : -1
  yield* chunked({
    collection,
    index: null,
    expected,
    read: (size) => database.prepare(sql).all(last, size) as unknown as Read[],
    rowAt: (read) => {
      last = read[0]
      return rowOf(collection.namespace, ...read)
    },
  })
}

interface Chunked<R, Found> {
  collection: Collection
  /** Null: the collection's own table. */
  index: Index | null
  expected: number | null
  /** The next so many from where it stands. */
  read: (size: number) => R[]
  /** Goes on to this one. */
  rowAt: (read: R) => Found
}

function* chunked<R, Found extends Row>({
  collection,
  index,
  expected,
  read,
  rowAt,
}: Chunked<R, Found>): Generator<Found> {
  let size = Math.min(expected ?? CHUNK_FIRST, CHUNK_MAX)
  for (let isOver = false; !isOver;) {
    checkThere(collection, index)
    const { writes } = collection
    const rows = read(size)
    isOver = rows.length < size
    let bytes = 0
    for (const each of rows) {
      if (collection.writes !== writes) {
        isOver = false
        break
      }
      const row = rowAt(each)
      bytes += row.raw.length
      yield row
    }
    // Of a chunk that is read again, little may have been wanted.
    const fitting = Math.max(1, Math.floor((CHUNK_BYTES * rows.length) / Math.max(bytes, 1)))
    size = collection.writes === writes ? Math.min(size * 4, CHUNK_MAX, fitting) : Math.min(size, CHUNK_FIRST)
  }
}

/** Others may have dropped, while somebody rested, what was read. */
function checkThere(collection: Collection, index: Index | null): void {
  collection.checkThere()
  if (index && !collection.allIndexes.some(({ table }) => table === index.table))
    refuse(175, `query plan killed :: index '${index.name}' dropped`)
}

interface KeyedRow extends Row {
  key: Buffer
}

function* indexRows(
  database: Database,
  collection: Collection,
  plan: IndexScan,
  expected: number | null,
): Generator<Row> {
  const ranges = plan.isReverse ? plan.ranges.toReversed() : plan.ranges
  const seen = plan.index.isMultikey ? new Set<number>() : null
  const isOwn = plan.index === collection.idIndex
  for (const range of ranges) {
    if (isOwn && isOneId(range)) {
      const row = collection.byKey(range.low)
      if (row) yield row
      continue
    }
    for (const row of keyed(database, collection, plan, range, startOf(range, plan.isReverse), expected)) {
      if (seen?.has(row.rid)) continue
      seen?.add(row.rid)
      yield row
    }
  }
}

const OBJECT_ID_BYTES = 13

/** Whether a range holds one key alone, and all of it: an ObjectId, or a text with its end (see keys.ts). */
function isOneId({ low, high }: Range): boolean {
  const isWhole =
    low[0] === RANK.objectId
      ? low.length === OBJECT_ID_BYTES
      : low[0] === RANK.string && low.length > 2 && low[low.length - 1] === 0 && low[low.length - 2] === 0
  return isWhole && successor(low)?.equals(high) === true
}

/** Where a walk along an index stands: at the last row that it has handed out. */
interface Place {
  key: Buffer
  rid: number
}

/** Row ids begin at 1: (low, 0) stands before every row of low, (high, 0) after every row below high. */
function startOf({ low, high }: Range, isReverse: boolean): Place {
  return { key: isReverse ? high : low, rid: 0 }
}

/** Moves `place` along with it. */
function* keyed(
  database: Database,
  collection: Collection,
  { index, isReverse }: IndexScan,
  { low, high }: Range,
  place: Place,
  expected: number | null,
): Generator<KeyedRow> {
  const isOwn = index === collection.idIndex
  const from = isOwn ? `${collection.table} i` : `${index.table} i CROSS JOIN ${collection.table} c ON c.rid = i.rid`
  const document = isOwn ? 'i.s, i.d' : 'c.s, c.d'
  const [bounds, order] = isReverse
    ? ['(i.k, i.rid) < (?, ?) AND i.k >= ?', 'DESC']
    : ['(i.k, i.rid) > (?, ?) AND i.k < ?', 'ASC']
  const sql = `SELECT i.k, i.rid, ${document} FROM ${from} WHERE ${bounds} ORDER BY i.k ${order}, i.rid ${order} LIMIT ?`
  const end = isReverse ? low : high
  yield* chunked({
    collection,
    index: isOwn ? null : index,
    expected,
    read: (size) => {
      const inTable = database.prepare(sql).all(place.key, place.rid, end, size) as unknown as Keyed[]
      if (isOwn) return inTable
      const inMemory = collection.keys.next(index, place, end, isReverse, size)
      return together(inTable, inMemory, { size, isReverse }, (rid) => collection.at(rid))
    },
    rowAt: ([key, ...read]) => {
      place.key = asBuffer(key)
      place.rid = read[0]
      return { key: place.key, ...rowOf(collection.namespace, ...read) }
    },
  })
}

interface Source {
  range: Range
  skip: number
  /** Behind the last row that was taken of it; its rows stand one further. */
  place: Place
  rows: Generator<KeyedRow>
  head: KeyedRow
}

/** Several ranges, each in order beyond its own prefix, as one order: `$in` before the sort columns. */
function* merged(database: Database, collection: Collection, plan: IndexScan, prefixes: number[]): Generator<Row> {
  const opened = (range: Range, skip: number, place: Place): Source[] => {
    const rows = keyed(database, collection, plan, range, { ...place }, null)
    const first = rows.next()
    return first.done ? [] : [{ range, skip, place, rows, head: first.value }]
  }
  let sources = plan.ranges.flatMap((range, i) => opened(range, prefixes[i] as number, startOf(range, plan.isReverse)))
  const sign = plan.isReverse ? -1 : 1
  const order = (a: Source, b: Source) => sign * a.head.key.compare(b.head.key, b.skip, undefined, a.skip)
  const seen = plan.index.isMultikey ? new Set<number>() : null
  let { writes } = collection
  while (sources.length > 0) {
    if (collection.writes !== writes) {
      writes = collection.writes
      sources = sources.flatMap(({ range, skip, place }) => opened(range, skip, place))
      continue
    }
    let least = 0
    for (let i = 1; i < sources.length; i++) if (order(sources[i] as Source, sources[least] as Source) < 0) least = i
    const source = sources[least] as Source
    const { head } = source
    source.place = { key: head.key, rid: head.rid }
    const next = source.rows.next()
    if (next.done) sources.splice(least, 1)
    else source.head = next.value
    if (seen?.has(head.rid)) continue
    seen?.add(head.rid)
    yield head
  }
}
