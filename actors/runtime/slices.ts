import type { Pulse } from '../../kernel/clock.ts'
import type { Activation } from './activation.ts'
import type { Pace } from './pace.ts'

/** Whose turn it is: one batch each, until the slice is used; then I/O and timers get theirs. */
export class Slices {
  readonly #pulse: Pulse
  readonly #pace: Pace
  readonly #sliceMs: number
  readonly #run: (activation: Activation) => void
  readonly #ready = new Line<Activation>()
  /** Those that were written just now, and how many writes must have ended until they go in any case. */
  readonly #again = new Line<{ activation: Activation; by: number }>()
  #isScheduled = false

  constructor(parts: { pulse: Pulse; pace: Pace; sliceMs: number; run: (activation: Activation) => void }) {
    this.#pulse = parts.pulse
    this.#pace = parts.pace
    this.#sliceMs = parts.sliceMs
    this.#run = parts.run
  }

  get isEmpty() {
    return !this.#isScheduled && this.#ready.isEmpty && this.#again.isEmpty
  }

  /** It has something to do. `isWritten`: again, and its last write is barely over. */
  add(activation: Activation, isWritten = false) {
    if (isWritten) this.#again.push({ activation, by: this.#pace.soon })
    else this.#ready.push(activation)
    this.goOn()
  }

  /** Those that are ready and have not begun. */
  *waiting(): Generator<Activation> {
    yield* this.#ready.items()
    for (const { activation } of this.#again.items()) yield activation
  }

  /** What waited for writes to end may begin. */
  goOn() {
    if (this.#isScheduled || !this.#hasNext) return
    this.#isScheduled = true
    // While the store is at work answers come many at a time, and each sets off more: first all have asked.
    if (this.#pace.isIdle) queueMicrotask(this.#slice)
    else process.nextTick(this.#slice)
  }

  get #mayGoAgain() {
    const first = this.#again.first
    return first !== undefined && (!this.#pace.isBusy || this.#pace.hasCome(first.by))
  }

  get #hasNext() {
    return !this.#pace.isFull && (!this.#ready.isEmpty || this.#mayGoAgain)
  }

  #next(): Activation | undefined {
    if (this.#pace.isFull) return undefined
    return this.#mayGoAgain ? this.#again.shift()?.activation : this.#ready.shift()
  }

  readonly #slice = () => {
    // Asking for the time costs as much as a turn does: only a slice of many actors is timed.
    let until: number | undefined
    let count = 0
    for (let next = this.#next(); next; next = this.#next()) {
      this.#run(next)
      if ((++count & 15) !== 0) continue
      const now = this.#pulse.now()
      if (now >= (until ??= now + this.#sliceMs)) break
    }
    this.#isScheduled = this.#hasNext
    if (this.#isScheduled) this.#pulse.soon(this.#slice)
  }
}

/** First come, first served. */
class Line<Item> {
  #items: Item[] = []
  #head = 0

  get isEmpty() {
    return this.#head === this.#items.length
  }

  get first(): Item | undefined {
    return this.#items[this.#head]
  }

  push(item: Item) {
    if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    this.#items.push(item)
  }

  shift(): Item | undefined {
    const item = this.#items[this.#head]
    if (item === undefined) return undefined
    this.#head++
    if (this.isEmpty) {
      this.#items = []
      this.#head = 0
    }
    return item
  }

  items(): Item[] {
    return this.#items.slice(this.#head)
  }
}
