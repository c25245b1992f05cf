import { Runs } from '../runs.ts'
import type { Index } from './index.ts'

interface Entry {
  key: Buffer
  rid: number
}

/** How far it had come when its transaction began, and what it has done since. */
interface Mark {
  read: number
  isSorted: boolean
  given: Entry[]
  settled: number[]
}

/** A batch in memory: about 20 MB. Fewer would write the pages of the index more often. */
const BATCH_ENTRIES = 131_072

/**
 * An index on its way through its collection: a batch of rows is read, its keys are sorted, and go into the index in
 * their order, because in the order of the rows nearly every one would write a page of its own. Queries do not know the
 * index yet. A write to a row that has been read changes the keys in the index at once, and the batch leaves that row
 * alone; a row that has not been read is its own to find. No write is refused for the sake of the index: what a write
 * makes doubtful is looked at in the end, and then fails the index if it is still so.
 */
export class Building {
  readonly index: Index
  /** Keys of a unique index that two rows have had. */
  readonly doubtfulKeys: Buffer[] = []
  /** Rows that an index of this kind cannot have: two arrays side by side. */
  readonly doubtfulRows = new Set<number>()
  /** The rows up to this one are in the batch, or have their keys in the index. */
  read = -1
  /** Rows beyond this one have no key in the index yet. */
  private reach = -1
  /** Rows of the batch that a write has taken upon itself. */
  private readonly touched = new Set<number>()
  private readonly entries = new Runs<Entry>((a, b) => Buffer.compare(a.key, b.key))
  private isSorted = false
  private mark: Mark = { read: -1, isSorted: false, given: [], settled: [] }

  constructor(index: Index) {
    this.index = index
  }

  get wantsRows(): boolean {
    return !this.isSorted && this.entries.count < BATCH_ENTRIES
  }

  /** No batch is under way. */
  get isEmpty(): boolean {
    return this.entries.count === 0 && !this.isSorted
  }

  take(rid: number, keys: Buffer[]): void {
    this.read = rid
    this.reach = Math.max(this.reach, rid)
    for (const key of keys) this.entries.add({ key, rid })
  }

  /** The next of the batch in the order of the keys; null when all have had their turn. */
  next(): Entry | null {
    this.isSorted = true
    for (;;) {
      const entry = this.entries.next()
      if (!entry) return null
      this.mark.given.push(entry)
      if (!this.touched.has(entry.rid)) return entry
    }
  }

  /** After the last of a batch: the rows of which a write has seen to the keys, unless it was rolled back. */
  settle(): number[] {
    const settled = [...this.touched]
    this.mark.settled.push(...settled)
    this.touched.clear()
    this.isSorted = false
    return settled
  }

  /** Whether the index may have keys of this row, or the batch. */
  covers(rid: number): boolean {
    return rid <= this.reach
  }

  /** A write sees to the keys of this row. */
  touch(rid: number): void {
    this.touched.add(rid)
  }

  /** What has come so far is committed. */
  keep(): void {
    this.mark = { read: this.read, isSorted: this.isSorted, given: [], settled: [] }
  }

  /** What has come since was rolled back, in the index too: what was given is given again, what was read is read again. */
  rewind(): void {
    const { read, isSorted, given, settled } = this.mark
    const isOld = ({ rid }: Entry) => rid <= read
    this.entries.fill([...this.entries.empty(), given].map((entries) => entries.filter(isOld)))
    for (const rid of settled) this.touched.add(rid)
    this.read = read
    this.isSorted = isSorted
    this.keep()
  }
}
