/** A key as latin1 text, whose order is that of its bytes: texts are compared, and kept, for less than buffers. */
export interface KeyOfRow {
  readonly key: string
  readonly rid: number
}

/** Sorted. Those before `at` were taken. */
interface Run {
  items: KeyOfRow[]
  at: number
}

/** Sorted at once: a millisecond or two. */
const SORTED_ITEMS = 2_048
/** No run is longer, so that merging two of them takes no longer either. */
const RUN_ITEMS = 4_096

export function orderOfKeys(a: KeyOfRow, b: KeyOfRow): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1
  return a.rid - b.rid
}

/** Keys in memory, by row until there are enough of them, or somebody asks: then they are a run in its order. */
export class KeySet {
  private readonly runs: Run[] = []
  private unsorted = new Map<number, string[]>()
  private unsortedCount = 0

  get count(): number {
    return this.runs.reduce((sum, run) => sum + lengthOf(run), this.unsortedCount)
  }

  add(keys: readonly Buffer[], rid: number): void {
    const texts = keys.map((key) => key.toString('latin1'))
    const known = this.unsorted.get(rid)
    if (known) known.push(...texts)
    else this.unsorted.set(rid, texts)
    this.unsortedCount += texts.length
    if (this.unsortedCount >= SORTED_ITEMS) this.sort()
  }

  remove(keys: readonly Buffer[], rid: number): void {
    for (const key of keys) this.removeOne({ key: key.toString('latin1'), rid })
  }

  has(entry: KeyOfRow): boolean {
    return this.unsorted.get(entry.rid)?.includes(entry.key) === true || this.runs.some((run) => isIn(run, entry))
  }

  /** The least of them, which is here no more. */
  take(): KeyOfRow | null {
    this.sort()
    let least: KeyOfRow | null = null
    let its: Run | null = null
    for (const run of this.runs) {
      const head = run.items[run.at]
      if (!head || (least && orderOfKeys(head, least) > 0)) continue
      least = head
      its = run
    }
    if (its) its.at++
    return least
  }

  /**
   * The next beyond `from` in this direction; `end` is not among them upwards, and is downwards. In no order, and maybe
   * more than `size`; but the first `size` are among them.
   */
  next(from: KeyOfRow, end: string, isReverse: boolean, size: number): KeyOfRow[] {
    this.sort()
    return this.runs.flatMap((run) => (isReverse ? before(run, from, end, size) : after(run, from, end, size)))
  }

  private removeOne(entry: KeyOfRow): void {
    const known = this.unsorted.get(entry.rid)
    const nth = known?.indexOf(entry.key) ?? -1
    if (nth >= 0) {
      known?.splice(nth, 1)
      this.unsortedCount--
      return
    }
    const run = this.runs.find((each) => isIn(each, entry))
    run?.items.splice(firstFrom(run, entry), 1)
  }

  /**
   * With those before it that are not much longer. So a key is merged a dozen times in all, however often somebody asks,
   * and the runs to be looked through stay few.
   */
  private joined(run: Run): Run {
    const last = this.runs.at(-1)
    if (!last || lengthOf(last) > 2 * lengthOf(run) || lengthOf(last) + lengthOf(run) > RUN_ITEMS) return run
    this.runs.pop()
    return this.joined({ items: merged(last, run.items), at: 0 })
  }

  private sort(): void {
    if (this.unsortedCount > 0) {
      const came: KeyOfRow[] = []
      for (const [rid, keys] of this.unsorted) for (const key of keys) came.push({ key, rid })
      came.sort(orderOfKeys)
      this.runs.push(this.joined({ items: came, at: 0 }))
    }
    this.unsorted.clear()
    this.unsortedCount = 0
  }
}

const lengthOf = ({ items, at }: Run) => items.length - at

/** Where the first stands that does not come before this one. */
function firstFrom({ items, at }: Run, entry: KeyOfRow): number {
  let low = at
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (orderOfKeys(items[middle] as KeyOfRow, entry) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function isIn(run: Run, entry: KeyOfRow): boolean {
  const there = run.items[firstFrom(run, entry)]
  return there?.key === entry.key && there.rid === entry.rid
}

function after(run: Run, from: KeyOfRow, end: string, size: number): KeyOfRow[] {
  const found: KeyOfRow[] = []
  for (let i = firstFrom(run, from); i < run.items.length && found.length < size; i++) {
    const entry = run.items[i] as KeyOfRow
    if (entry.key >= end) break
    if (orderOfKeys(entry, from) > 0) found.push(entry)
  }
  return found
}

function before(run: Run, from: KeyOfRow, end: string, size: number): KeyOfRow[] {
  const found: KeyOfRow[] = []
  for (let i = firstFrom(run, from) - 1; i >= run.at && found.length < size; i--) {
    const entry = run.items[i] as KeyOfRow
    if (entry.key < end) break
    found.push(entry)
  }
  return found
}

function merged({ items, at }: Run, came: readonly KeyOfRow[]): KeyOfRow[] {
  const all: KeyOfRow[] = []
  let [i, j] = [at, 0]
  for (;;) {
    const [a, b] = [items[i], came[j]]
    if (!a || !b) return all.concat(items.slice(i), came.slice(j))
    if (orderOfKeys(a, b) <= 0) i = all.push(a) && i + 1
    else j = all.push(b) && j + 1
  }
}
