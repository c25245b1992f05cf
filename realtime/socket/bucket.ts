import { monotonicMs } from '../../kernel/clock.ts'

/** So many a second, and as many at once. */
export class Bucket {
  readonly #perSecond: number
  #tokens: number
  #at = monotonicMs()

  constructor(perSecond: number) {
    this.#perSecond = perSecond
    this.#tokens = perSecond
  }

  /** 0 when it may go on; otherwise after how many ms it may try again. */
  take(): number {
    const now = monotonicMs()
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((now - this.#at) / 1_000) * this.#perSecond)
    this.#at = now
    if (this.#tokens >= 1) {
      this.#tokens--
      return 0
    }
    return Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1_000)
  }
}
