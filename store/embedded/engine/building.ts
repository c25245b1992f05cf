import type { Index } from './index.ts'

interface Entry {
  key: Buffer
  rid: number
}

/** Entries in their order, and how many of them have been taken. */
interface Run {
  entries: Entry[]
  at: number
}

/** How far it had come when its transaction began, and what it has done since. */
interface Mark {
  read: number
  isSorted: boolean
  given: Entry[]
  settled: number[]
}

/** Sorted at once: some milliseconds. */
const RUN_ENTRIES = 2048
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
  private runs: Run[] = []
  private count = 0
  private isSorted = false
  private mark: Mark = { read: -1, isSorted: false, given: [], settled: [] }

  constructor(index: Index) {
    this.index = index
  }

  get wantsRows(): boolean {
    return !this.isSorted && this.count < BATCH_ENTRIES
  }

  /** No batch is under way. */
  get isEmpty(): boolean {
    return this.count === 0 && !this.isSorted
  }

  take(rid: number, keys: Buffer[]): void {
    this.read = rid
    this.reach = Math.max(this.reach, rid)
    for (const key of keys) {
      if (this.count++ % RUN_ENTRIES === 0) this.newRun()
      this.runs[this.runs.length - 1]?.entries.push({ key, rid })
    }
  }

  /** The next of the batch in the order of the keys; null when all have had their turn. */
  next(): Entry | null {
    if (!this.isSorted) this.beginOrder()
    for (;;) {
      const entry = this.least()
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
    this.count = 0
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
    sort(this.runs.at(-1))
    const isOld = ({ rid }: Entry) => rid <= read
    const left = this.runs.map((run) => run.entries.slice(run.at).filter(isOld))
    this.runs = [...left, given.filter(isOld)].filter(({ length }) => length > 0).map((entries) => ({ entries, at: 0 }))
    this.count = this.runs.reduce((count, { entries }) => count + entries.length, 0)
    for (const rid of settled) this.touched.add(rid)
    this.read = read
    this.isSorted = isSorted
    if (isSorted) this.makeHeap()
    this.keep()
  }

  private newRun(): void {
    sort(this.runs.at(-1))
    this.runs.push({ entries: [], at: 0 })
  }

  private beginOrder(): void {
    sort(this.runs.at(-1))
    this.makeHeap()
    this.isSorted = true
  }

  private makeHeap(): void {
    for (let at = (this.runs.length >> 1) - 1; at >= 0; at--) this.sink(at)
  }

  /** The runs are a heap by their next entries. */
  private least(): Entry | null {
    const [run] = this.runs
    if (!run) return null
    const entry = run.entries[run.at++] as Entry
    if (run.at === run.entries.length) {
      const last = this.runs.pop() as Run
      if (this.runs.length > 0) this.runs[0] = last
    }
    this.sink(0)
    return entry
  }

  private sink(from: number): void {
    const { runs } = this
    const run = runs[from]
    if (!run) return
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= runs.length) break
      if (child + 1 < runs.length && order(runs[child + 1] as Run, runs[child] as Run) < 0) child++
      if (order(runs[child] as Run, run) >= 0) break
      runs[at] = runs[child] as Run
      at = child
    }
    runs[at] = run
  }
}

function sort(run: Run | undefined): void {
  run?.entries.sort((a, b) => Buffer.compare(a.key, b.key))
}

const nextKey = ({ entries, at }: Run) => (entries[at] as Entry).key
const order = (a: Run, b: Run) => Buffer.compare(nextKey(a), nextKey(b))
