import { Long } from 'bson'
import { randomInt } from 'node:crypto'
import type { Collection } from './engine/collection.ts'
import { StoreError } from './errors.ts'

/** MongoDB closes a cursor that nobody has asked for this long. */
export const CURSOR_IDLE_MS = 600_000
const CURSORS_MAX = 10_000
/** A batch stops at MongoDB's reply size, whatever was asked for. */
const BATCH_BYTES_MAX = 16_000_000
export const BATCH_FIRST = 101

export interface Cursor {
  id: bigint
  namespace: string
  results: Iterator<Buffer>
  /** Read already, but it did not fit the last batch. */
  pending: Buffer | null
  collection: Collection | null
  usedAt: number
  isIdleAllowed: boolean
  /** How many more results its limit leaves: at none it is done, and need not be asked. */
  left: number
}

export interface CursorOptions {
  size: number
  /** 0: none. */
  limit?: number
  isSingle?: boolean
  isIdleAllowed?: boolean
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
  begin(namespace: string, results: Iterator<Buffer>, options: CursorOptions): Batch {
    const cursor: Cursor = {
      id: 0n,
      namespace,
      results,
      pending: null,
      collection: options.collection ?? null,
      usedAt: this.now(),
      isIdleAllowed: options.isIdleAllowed ?? false,
      left: options.limit ? options.limit : Infinity,
    }
    const { documents, isDone } = take(cursor, options.size)
    if (!isDone && !options.isSingle) this.keep(cursor)
    else results.return?.()
    return { documents, id: cursor.id, namespace }
  }

  /** `size` 0: as much as fits. */
  more(id: bigint, namespace: string, size: number): Batch {
    const cursor = this.open.get(id)
    if (!cursor) throw new StoreError(43, `cursor id ${id} not found`)
    if (cursor.namespace !== namespace)
      throw new StoreError(
        13,
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      )
    if (cursor.collection?.isDropped) {
      this.close(id)
      throw new StoreError(175, `collection dropped. UUID ${String(cursor.collection.uuid)}`)
    }
    cursor.usedAt = this.now()
    try {
      const { documents, isDone } = take(cursor, size === 0 ? Infinity : size)
      if (isDone) this.close(id)
      return { documents, id: isDone ? 0n : id, namespace }
    } catch (error) {
      this.close(id)
      throw error
    }
  }

  close(id: bigint): boolean {
    this.open.get(id)?.results.return?.()
    return this.open.delete(id)
  }

  closeIdle(): void {
    const before = this.now() - this.idleMs
    for (const cursor of this.open.values()) if (cursor.usedAt < before && !cursor.isIdleAllowed) this.close(cursor.id)
  }

  get count(): number {
    return this.open.size
  }

  private keep(cursor: Cursor): void {
    if (this.open.size >= CURSORS_MAX) {
      cursor.results.return?.()
      throw new StoreError(2, `Too many open cursors: the embedded store keeps ${CURSORS_MAX}`)
    }
    do cursor.id = BigInt(randomInt(1, 2 ** 47))
    while (this.open.has(cursor.id))
    this.open.set(cursor.id, cursor)
  }
}

/** A batch that is full does not say whether there is more; as in MongoDB, the next one may then be empty. */
function take(cursor: Cursor, size: number): { documents: Buffer[]; isDone: boolean } {
  const documents: Buffer[] = []
  let bytes = 0
  while (documents.length < size) {
    const document = cursor.left > 0 ? (cursor.pending ?? nextOf(cursor.results)) : null
    cursor.pending = null
    if (!document) return { documents, isDone: true }
    if (documents.length > 0 && bytes + document.length > BATCH_BYTES_MAX) {
      cursor.pending = document
      return { documents, isDone: false }
    }
    bytes += document.length
    cursor.left--
    documents.push(document)
  }
  return { documents, isDone: cursor.left <= 0 }
}

function nextOf(results: Iterator<Buffer>): Buffer | null {
  const next = results.next()
  return next.done ? null : next.value
}

export function cursorId(value: unknown): bigint | null {
  if (value instanceof Long) return value.toBigInt()
  return typeof value === 'number' ? BigInt(value) : null
}
