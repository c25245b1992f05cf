interface Run<T> {
  items: T[]
  /** How many of them have been taken. */
  at: number
}

/** Sorted at once: some milliseconds. */
const RUN_ITEMS = 2048

/**
 * Items that come out in order, however many they are, without anybody waiting for the sorting of all: short runs are
 * sorted as they fill up, and merged as they are taken. Nothing may be added while they are taken.
 */
export class Runs<T> {
  /** What has not been taken yet. */
  count = 0
  private readonly compare: (a: T, b: T) => number
  private runs: Run<T>[] = []
  private isMerging = false

  constructor(compare: (a: T, b: T) => number) {
    this.compare = compare
  }

  add(item: T): void {
    let run = this.runs.at(-1)
    if (!run || run.items.length >= RUN_ITEMS) {
      this.sortLast()
      this.runs.push((run = { items: [], at: 0 }))
    }
    run.items.push(item)
    this.count++
  }

  /** The least that is left; null when all have been taken, after which others may be added. */
  next(): T | null {
    if (!this.isMerging) this.merge()
    const [run] = this.runs
    if (!run) {
      this.isMerging = false
      return null
    }
    const item = run.items[run.at++] as T
    this.count--
    if (run.at === run.items.length) {
      const last = this.runs.pop() as Run<T>
      if (this.runs.length > 0) this.runs[0] = last
    }
    this.sink(0)
    return item
  }

  /** What is left, as runs that are sorted; nothing is left then. */
  empty(): T[][] {
    this.sortLast()
    const left = this.runs.map(({ items, at }) => items.slice(at))
    this.runs = []
    this.count = 0
    this.isMerging = false
    return left
  }

  /** Takes runs that are sorted. */
  fill(runs: readonly T[][]): void {
    for (const items of runs) {
      if (items.length === 0) continue
      this.runs.push({ items, at: 0 })
      this.count += items.length
    }
  }

  private sortLast(): void {
    if (!this.isMerging) this.runs.at(-1)?.items.sort(this.compare)
  }

  private merge(): void {
    this.sortLast()
    this.isMerging = true
    for (let at = (this.runs.length >> 1) - 1; at >= 0; at--) this.sink(at)
  }

  /** The runs are a heap by their next items. */
  private sink(from: number): void {
    const { runs } = this
    const run = runs[from]
    if (!run) return
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= runs.length) break
      if (child + 1 < runs.length && this.order(child + 1, runs[child] as Run<T>) < 0) child++
      if (this.order(child, run) >= 0) break
      runs[at] = runs[child] as Run<T>
      at = child
    }
    runs[at] = run
  }

  private order(at: number, than: Run<T>): number {
    const run = this.runs[at] as Run<T>
    return this.compare(run.items[run.at] as T, than.items[than.at] as T)
  }
}
