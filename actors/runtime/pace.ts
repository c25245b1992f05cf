import type { Pulse } from '../../kernel/clock.ts'

/**
 * So many writes keep the store busy: it is at some of them while we make the next ready. Who was written just now and
 * is asked again already waits then until some are done: what comes meanwhile goes with the same write.
 */
const busyMin = 64
/** More are under way only where they are quick; beyond it, it is better to wait unbegun: then nothing was done in vain. */
const manyMax = 512
const slowMs = 500
/** The latest sixteen or so are what counts. */
const weight = 1 / 16

/** How many writes are under way, and how long they take of late. */
export class Pace {
  readonly #pulse: Pulse
  readonly #leadMaxMs: number
  #underWay = 0
  #ended = 0
  #ms = 0

  /** `askMs`: how long an ask may take altogether. */
  constructor(pulse: Pulse, askMs: number) {
    this.#pulse = pulse
    this.#leadMaxMs = askMs / 2
  }

  /** Answers when, for `over`. */
  begin(): number {
    this.#underWay++
    return this.#pulse.now()
  }

  over(began: number) {
    this.#underWay--
    this.#ended++
    this.#ms += (this.#pulse.now() - began - this.#ms) * weight
  }

  get isIdle() {
    return this.#underWay === 0
  }

  get isBusy() {
    return this.#underWay >= busyMin
  }

  /** Nothing more is begun. */
  get isFull() {
    return this.#underWay >= (this.#ms > slowMs ? busyMin : manyMax)
  }

  /** How many will have ended before whoever waits for company has waited long enough. */
  get soon() {
    return this.#ended + busyMin
  }

  hasCome(ended: number) {
    return this.#ended >= ended
  }

  /** What begins later than so long before its deadline would be answered too late, ms. */
  get leadMs() {
    return Math.min(2 * this.#ms, this.#leadMaxMs)
  }
}
