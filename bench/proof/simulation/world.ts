import type { Chance } from '../../../actors/runtime/moment.ts'

interface Happening {
  readonly time: number
  /** Among those of the same moment, chance decides. */
  readonly tie: number
  run: (() => void) | undefined
}

/** Time, chance and the order of all that happens, out of one seed: the same seed is the same history. */
export class World {
  /** Monotonic ms since the beginning. */
  now = 0
  /** How far the wall clock is from where it should be, ms. */
  skewMs = 0
  /** What happened, for two runs to be compared. */
  trace = 0
  readonly #heap: Happening[] = []
  #state: number
  #made = 0

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** In [0, 1): mulberry32. */
  readonly random = () => {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  readonly chance: Chance = { newId: (prefix) => `${prefix}_${++this.#made}`, random: this.random }

  /** A whole number of that many. */
  below(n: number) {
    return Math.floor(this.random() * n)
  }

  happens(probability: number) {
    return this.random() < probability
  }

  note(what: string) {
    for (let at = 0; at < what.length; at++) this.trace = (Math.imul(this.trace, 31) + what.charCodeAt(at)) >>> 0
  }

  later(ms: number, run: () => void): () => void {
    const happening: Happening = { time: this.now + ms, tie: this.random(), run }
    this.#push(happening)
    return () => (happening.run = undefined)
  }

  delay(ms: number) {
    return new Promise<void>((done) => this.later(ms, done))
  }

  /** Lets things happen one after another until `isOver`, or until that time. */
  async go(until: number, isOver: () => boolean = () => false) {
    for (let next = this.#heap[0]; next && next.time <= until && !isOver(); next = this.#heap[0]) {
      this.#pop()
      if (!next.run) continue
      this.now = Math.max(this.now, next.time)
      next.run()
      await new Promise(setImmediate) // All that it set off at once has happened then.
    }
    if (!isOver()) this.now = Math.max(this.now, until)
  }

  #push(happening: Happening) {
    const heap = this.#heap
    let at = heap.push(happening) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(happening, heap[parent])) break
      heap[at] = heap[parent] as Happening
      at = parent
    }
    heap[at] = happening
  }

  #pop() {
    const heap = this.#heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const least = isBefore(heap[left + 1], heap[left]) ? left + 1 : left
      if (!isBefore(heap[least], last)) break
      heap[at] = heap[least] as Happening
      at = least
    }
    heap[at] = last
  }
}

const isBefore = (one: Happening | undefined, other: Happening | undefined) =>
  one !== undefined &&
  (other === undefined || one.time < other.time || (one.time === other.time && one.tie < other.tie))
