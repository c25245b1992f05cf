import type { IndexScan, Plan, Union } from '../planner/plan.ts'
import type { Range } from '../planner/bounds.ts'
import { RANK } from '../bson/value.ts'
import { successor } from '../keys.ts'
import { asBuffer } from './database.ts'
import type { Database } from './database.ts'
import type { Collection } from './collection.ts'
import { rowOf } from './rows.ts'
import type { Row } from './recent-rows.ts'

type Read = [rid: number, checksum: number | null, raw: Uint8Array]

/*
 * Rows are read in chunks, each a statement of its own that begins where the last one ended: between two chunks no
 * statement is open, so a cursor may rest for minutes while others write, and memory stays flat over a million rows.
 */

const CHUNK_FIRST = 16
const CHUNK_MAX = 512
const CHUNK_BYTES = 1_048_576

interface Chunks {
  size: number
}

function grown(chunks: Chunks, rows: number, bytes: number): void {
  const fitting = Math.max(1, Math.floor((CHUNK_BYTES * rows) / Math.max(bytes, 1)))
  chunks.size = Math.min(chunks.size * 4, CHUNK_MAX, fitting)
}

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

function firstChunk(expected: number | null): Chunks {
  return { size: Math.min(expected ?? CHUNK_FIRST, CHUNK_MAX) }
}

function* collectionRows(
  database: Database,
  collection: Collection,
  isReverse: boolean,
  expected: number | null,
): Generator<Row> {
  const [beyond, order] = isReverse ? ['<', 'DESC'] : ['>', 'ASC']
  const sql = `SELECT rid, s, d FROM ${collection.table} WHERE rid ${beyond} ? ORDER BY rid ${order} LIMIT ?`
  const chunks = firstChunk(expected)
  let last = isReverse ? Number.MAX_SAFE_INTEGER : -1
  for (;;) {
    const { size } = chunks
    const rows = database.prepare(sql).all(last, size) as unknown as Read[]
    let bytes = 0
    for (const [rid, checksum, raw] of rows) {
      bytes += raw.length
      last = rid
      yield rowOf(collection.namespace, rid, checksum, raw)
    }
    if (rows.length < size) return
    grown(chunks, rows.length, bytes)
  }
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
    for (const row of keyed(database, collection, plan, range, expected)) {
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

function* keyed(
  database: Database,
  collection: Collection,
  { index, isReverse }: IndexScan,
  { low, high }: Range,
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
  const chunks = firstChunk(expected)
  // Row ids begin at 1: (low, 0) stands before every row of low, (high, 0) after every row below high.
  let key = isReverse ? high : low
  let rid = 0
  for (;;) {
    const { size } = chunks
    const rows = database.prepare(sql).all(key, rid, end, size) as unknown as [key: Uint8Array, ...Read][]
    let bytes = 0
    for (const [at, ...read] of rows) {
      key = asBuffer(at)
      rid = read[0]
      bytes += read[2].length
      yield { key, ...rowOf(collection.namespace, ...read) }
    }
    if (rows.length < size) return
    grown(chunks, rows.length, bytes)
  }
}

interface Source {
  rows: Generator<KeyedRow>
  head: KeyedRow
  skip: number
}

/** Several ranges, each in order beyond its own prefix, as one order: `$in` before the sort columns. */
function* merged(database: Database, collection: Collection, plan: IndexScan, prefixes: number[]): Generator<Row> {
  const sources = plan.ranges.flatMap((range, i): Source[] => {
    const rows = keyed(database, collection, plan, range, null)
    const first = rows.next()
    return first.done ? [] : [{ rows, head: first.value, skip: prefixes[i] as number }]
  })
  const sign = plan.isReverse ? -1 : 1
  const order = (a: Source, b: Source) => sign * a.head.key.compare(b.head.key, b.skip, undefined, a.skip)
  const seen = plan.index.isMultikey ? new Set<number>() : null
  while (sources.length > 0) {
    let least = 0
    for (let i = 1; i < sources.length; i++) if (order(sources[i] as Source, sources[least] as Source) < 0) least = i
    const source = sources[least] as Source
    const { head } = source
    const next = source.rows.next()
    if (next.done) sources.splice(least, 1)
    else source.head = next.value
    if (seen?.has(head.rid)) continue
    seen?.add(head.rid)
    yield head
  }
}
