import type { Pulse } from '../../kernel/clock.ts'
import type { Activation } from './activation.ts'

/** Whose turn it is: one batch each, until the slice is used; then I/O and timers get theirs. */
export class Slices {
  readonly #pulse: Pulse
  readonly #sliceMs: number
  readonly #run: (activation: Activation) => void
  #ready: Activation[] = []
  #isScheduled = false

  constructor(pulse: Pulse, sliceMs: number, run: (activation: Activation) => void) {
    this.#pulse = pulse
    this.#sliceMs = sliceMs
    this.#run = run
  }

  get isScheduled() {
    return this.#isScheduled
  }

  /** It has something to do. */
  add(activation: Activation) {
    this.#ready.push(activation)
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(this.#slice)
  }

  readonly #slice = () => {
    // Asking for the time costs as much as a turn does: only a slice of many actors is timed.
    let until: number | undefined
    let next = 0
    do {
      const activation = this.#ready[next++]
      if (activation) this.#run(activation)
      if ((next & 15) === 0) until ??= this.#pulse.now() + this.#sliceMs
    } while (next < this.#ready.length && ((next & 15) !== 0 || this.#pulse.now() < (until ?? 0)))
    if (next === this.#ready.length) this.#ready.length = 0
    else this.#ready = this.#ready.slice(next)
    this.#isScheduled = this.#ready.length > 0
    if (this.#isScheduled) this.#pulse.soon(this.#slice)
  }
}
