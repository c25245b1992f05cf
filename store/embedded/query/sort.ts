import { asNumber, isFields, isNumeric, namesOf } from '../bson/value.ts'
import type { Fields, Value } from '../bson/value.ts'
import { refuse, StoreError } from '../errors.ts'
import { Runs } from '../runs.ts'
import type { Steps } from '../steps.ts'
import { compareBy } from './collation.ts'
import type { Collation } from './collation.ts'
import { keyRows, keysOf, pathOf } from './path.ts'
import type { Path } from './path.ts'

export interface SortSpec {
  names: string[]
  paths: Path[]
  directions: number[]
}

const SORT_KEYS_MAX = 32

/** Null for no order, or the natural one. */
export function sortOf(specification: Value): SortSpec | null {
  if (specification === undefined || specification === null) return null
  if (!isFields(specification)) return refuse(14, 'Expected field sort to be of type object')
  const names = namesOf(specification)
  if (names.length === 0 || names[0] === '$natural') return null
  if (names.length > SORT_KEYS_MAX) refuse(13103, 'too many compound keys')
  return { names, paths: names.map(sortPath), directions: names.map((name) => direction(specification[name])) }
}

/** `$natural: -1`: the latest inserted first. */
export function isReverseNatural(specification: Value): boolean {
  const natural = isFields(specification) ? specification['$natural'] : undefined
  return isNumeric(natural) && asNumber(natural) < 0
}

function sortPath(name: string): Path {
  if (name === '') refuse(40352, 'FieldPath cannot be constructed with empty string')
  if (name.startsWith('$'))
    refuse(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.")
  return pathOf(name)
}

function direction(value: Value): number {
  const number = isNumeric(value) ? asNumber(value) : 0
  if (isFields(value) && value['$meta'] !== undefined) refuse(2, '$meta sort is not supported by the embedded store')
  if (number !== 1 && number !== -1)
    refuse(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)')
  return number
}

/** The bytes that a document sorts by: the least of its keys, as MongoDB takes it for arrays. */
function sortKey(document: Fields, sort: SortSpec): Buffer {
  try {
    const { keys } = keysOf(document, sort.paths, sort.directions)
    return keys[0] as Buffer
  } catch (error) {
    if (error instanceof StoreError && error.code === 171) refuse(2, 'cannot sort with keys that are parallel arrays')
    throw error
  }
}

/** How documents are put in order: what is kept of each, and how two such keys compare. */
export interface Ordering<Key> {
  keyOf: (document: Fields) => Key
  compare: (a: Key, b: Key) => number
}

/** By bytes, or, when texts compare by a collation, value by value. */
export function orderingOf(sort: SortSpec, collation: Collation | null): Ordering<Buffer> | Ordering<Value[]> {
  if (!collation) return { keyOf: (document) => sortKey(document, sort), compare: Buffer.compare }
  const { paths, directions } = sort
  const compare = (a: Value[], b: Value[]) => {
    for (const [i, direction] of directions.entries()) {
      const order = compareBy(collation, a[i], b[i]) * direction
      if (order !== 0) return order
    }
    return 0
  }
  const keyOf = (document: Fields) => {
    sortKey(document, sort)
    return keyRows(document, paths).reduce((least, row) => (compare(row, least) < 0 ? row : least))
  }
  return { keyOf, compare }
}

interface Entry<T, Key> {
  key: Key
  order: number
  bytes: number
  item: T
}

/** MongoDB's bound on a sort in memory. */
const SORT_BYTES_MAX = 104_857_600

/** Collects items in order, no more than `limit`, within a bound of memory; equal keys keep their order of arrival. */
export class Sorter<T, Key = Buffer> {
  private readonly entries: Runs<Entry<T, Key>>
  private readonly limit: number
  private readonly ordering: Ordering<Key>
  private order = 0
  private held = 0

  constructor(limit: number, ordering: Ordering<Key>) {
    this.limit = limit
    this.ordering = ordering
    this.entries = new Runs((a, b) => ordering.compare(a.key, b.key) || a.order - b.order)
  }

  /** Everything of `input`, each item with the document that it sorts by, and what keeping it costs in bytes. */
  *take<In>(input: Iterable<In | null>, keep: (given: In) => [document: Fields, item: T, bytes: number]): Steps<void> {
    for (const given of input) {
      if (given !== null) {
        this.add(...keep(given))
        if (this.isFull) yield* this.cut()
      }
      yield null
    }
  }

  /** The items in their order; nothing can be added any more. */
  *items(): Generator<T> {
    for (let n = 0; n < this.limit; n++) {
      const entry = this.entries.next()
      if (!entry) return
      yield entry.item
    }
  }

  /** Its key costs as much again at most, mostly far less. */
  private add(document: Fields, item: T, bytes: number): void {
    const key = this.ordering.keyOf(document)
    const size = bytes + (Buffer.isBuffer(key) ? key.length : bytes)
    this.entries.add({ key, order: this.order++, bytes: size, item })
    this.held += size
  }

  /** Sorting twice the limit now and then costs less than keeping a heap, and bounds the memory just as well. */
  private get isFull(): boolean {
    return this.entries.count >= this.limit * 2 + 64 || this.held > SORT_BYTES_MAX
  }

  private *cut(): Steps<void> {
    const kept: Entry<T, Key>[] = []
    this.held = 0
    for (const most = Math.min(this.limit, this.entries.count); kept.length < most;) {
      const entry = this.entries.next() as Entry<T, Key>
      kept.push(entry)
      this.held += entry.bytes
      if (this.held > SORT_BYTES_MAX)
        refuse(
          292,
          `Executor error during find command :: caused by :: Sort exceeded memory limit of ${SORT_BYTES_MAX} bytes, and the embedded store does not sort on disk.`,
        )
      yield null
    }
    this.entries.empty()
    this.entries.fill([kept])
  }
}
