import { Long } from 'bson'
import { randomInt } from 'node:crypto'
import type { Collection } from './engine/collection.ts'
import { checkTime, refuse } from './errors.ts'
import type { Steps } from './steps.ts'

/** MongoDB closes a cursor that nobody has asked for this long. */
export const CURSOR_IDLE_MS = 600_000
const CURSORS_MAX = 10_000
/** A batch stops at MongoDB's reply size, whatever was asked for. */
const BATCH_BYTES_MAX = 16_000_000
export const BATCH_FIRST = 101
/** Steps between two looks at the clock. */
const CLOCK_EVERY = 64

export interface Cursor {
  id: bigint
  namespace: string
  /** Null for a step at which nothing was found (see steps.ts). */
  results: Iterator<Buffer | null>
  /** Read already, but it did not fit the last batch. */
  pending: Buffer | null
  collection: Collection | null
  usedAt: number
  isIdleAllowed: boolean
  /** How many more results its limit leaves: at none it is done, and need not be asked. */
  left: number
  /** How much longer, in ms, others may work for it in all. */
  leftMs: number
  /** Somebody waits for a batch of it. */
  isBusy: boolean
}

export interface CursorOptions {
  size: number
  /** 0: none. */
  limit?: number
  isSingle?: boolean
  isIdleAllowed?: boolean
  /** When the work for all of it must end, by the cursors' clock, were it done in one go; null: whenever it does. */
  deadline?: number | null
  collection?: Collection | null
}

export interface Batch {
  documents: Buffer[]
  id: bigint
  namespace: string
}

/** Open cursors: an iterator that rests between two batches, found again by its number. */
export class Cursors {
  private readonly open = new Map<bigint, Cursor>()
  private readonly idleMs: number
  private readonly now: () => number

  constructor(idleMs: number, now: () => number = () => performance.now()) {
    this.idleMs = idleMs
    this.now = now
  }

  /** The first batch; a cursor stays open when there is more and `isSingle` does not forbid it. */
  *begin(namespace: string, results: Iterator<Buffer | null>, options: CursorOptions): Steps<Batch> {
    const cursor: Cursor = {
      id: 0n,
      namespace,
      results,
      pending: null,
      collection: options.collection ?? null,
      usedAt: 0,
      isIdleAllowed: options.isIdleAllowed ?? false,
      left: options.limit ? options.limit : Infinity,
      leftMs: Infinity,
      isBusy: false,
    }
    const { documents, isDone } = yield* this.taken(cursor, options.size)
    cursor.usedAt = this.now()
    if (options.deadline) cursor.leftMs = options.deadline - cursor.usedAt
    if (!isDone && !options.isSingle) this.keep(cursor)
    else results.return?.()
    return { documents, id: cursor.id, namespace }
  }

  /** `size` 0: as much as fits. */
  *more(id: bigint, namespace: string, size: number): Steps<Batch> {
    const cursor = this.open.get(id) ?? refuse(43, `cursor id ${id} not found`)
    if (cursor.namespace !== namespace)
      refuse(
        13,
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      )
    if (cursor.isBusy) refuse(143, `cursor id ${id} is already in use`)
    let isWhole = false
    try {
      cursor.collection?.checkThere()
      cursor.isBusy = true
      cursor.usedAt = this.now()
      const { documents, isDone } = yield* this.taken(cursor, size === 0 ? Infinity : size)
      if (!this.open.has(id)) refuse(237, 'operation was interrupted because a client killed the cursor')
      isWhole = !isDone
      return { documents, id: isDone ? 0n : id, namespace }
    } finally {
      cursor.isBusy = false
      const now = this.now()
      cursor.leftMs -= now - cursor.usedAt
      cursor.usedAt = now
      // Also when whoever asked has gone away in the middle of a batch, which nobody can ask for again.
      if (!isWhole) this.close(id)
    }
  }

  close(id: bigint): boolean {
    this.open.get(id)?.results.return?.()
    return this.open.delete(id)
  }

  closeIdle(): void {
    const before = this.now() - this.idleMs
    for (const { id, usedAt, isIdleAllowed, isBusy } of this.open.values())
      if (usedAt < before && !isIdleAllowed && !isBusy) this.close(id)
  }

  get count(): number {
    return this.open.size
  }

  /** A batch that is full does not say whether there is more; as in MongoDB, the next one may then be empty. */
  private *taken(cursor: Cursor, size: number): Steps<{ documents: Buffer[]; isDone: boolean }> {
    const documents: Buffer[] = []
    const deadline = Number.isFinite(cursor.leftMs) ? this.now() + cursor.leftMs : null
    let bytes = 0
    for (let n = 1; documents.length < size; n++) {
      const next = cursor.left > 0 ? nextOf(cursor) : END
      if (next.done) return { documents, isDone: true }
      const document = next.value
      if (document) {
        if (documents.length > 0 && bytes + document.length > BATCH_BYTES_MAX) {
          cursor.pending = document
          return { documents, isDone: false }
        }
        bytes += document.length
        cursor.left--
        documents.push(document)
      }
      if (n % CLOCK_EVERY === 0) checkTime(deadline)
      yield null
    }
    return { documents, isDone: cursor.left <= 0 }
  }

  private keep(cursor: Cursor): void {
    if (this.open.size >= CURSORS_MAX) {
      cursor.results.return?.()
      refuse(2, `Too many open cursors: the embedded store keeps ${CURSORS_MAX}`)
    }
    do cursor.id = BigInt(randomInt(1, 2 ** 47))
    while (this.open.has(cursor.id))
    this.open.set(cursor.id, cursor)
  }
}

const END = { done: true, value: null } as const

function nextOf(cursor: Cursor): IteratorResult<Buffer | null> {
  const { pending } = cursor
  cursor.pending = null
  return pending ? { done: false, value: pending } : cursor.results.next()
}

export function cursorId(value: unknown): bigint | null {
  if (value instanceof Long) return value.toBigInt()
  return typeof value === 'number' ? BigInt(value) : null
}
