import { isAsk, type Waiting } from '../mailbox.ts'
import { isWithoutEffect, Moved, tryAgain, unanswered } from '../refusals.ts'
import type { Command } from '../turn.ts'

const triesMax = 16

/** One message on its way to whoever owns its actor. Moved actors are followed, always under the same command id. */
export class Ask implements Waiting {
  readonly command: Command
  readonly deadline: number
  readonly shard: number
  /** Another member asked for it: it is answered, or sent back, but never sent on. */
  readonly isForeign: boolean
  /** Foreign: the version of the board that the asker knew when it took us for the owner. */
  readonly version: number
  /** Monotonic ms of its first way. */
  readonly since: number
  readonly #waiting: Waiting
  readonly #again: (ask: Ask) => void
  #tries = 0
  /** It was sent once, and nobody knows what became of that. */
  #isUnsure = false

  constructor(waiting: Waiting, at: { shard: number; since: number; version?: number }, again: (ask: Ask) => void) {
    this.command = waiting.command
    this.deadline = waiting.deadline
    this.shard = at.shard
    this.since = at.since
    this.version = at.version ?? 0
    this.isForeign = at.version !== undefined
    this.#waiting = waiting
    this.#again = again
  }

  resolve(reply: unknown) {
    this.#waiting.resolve(reply)
  }

  reject(error: unknown) {
    if (!(error instanceof Moved) || this.isForeign) this.#refuse(error)
    else if (++this.#tries > triesMax) this.#refuse(tryAgain())
    else this.#again(this)
  }

  /** What was said to its owner was lost on the way there, or back. It is said once more, where that changes nothing. */
  lost() {
    this.#isUnsure = true
    this.reject(this.isRepeatable ? new Moved() : unanswered())
  }

  #refuse(error: unknown) {
    const isUntrue = this.#isUnsure && isAsk(this.command) && isWithoutEffect(error)
    this.#waiting.reject(isUntrue ? unanswered() : error)
  }

  /** Whether a second time changes nothing: it is known by its id, or by its number. */
  get isRepeatable() {
    const { isRetried, told, reminder, completes, forgets } = this.command
    return (isRetried ?? false) || told !== undefined || reminder !== undefined || completes !== undefined || !!forgets
  }
}

const remembered = 8_192

/** Which numbers of one sender have come: Redis, or a network, may bring a publication twice, late, or out of order. */
export class Arrivals {
  #seen: Float64Array | undefined = undefined
  #last = -1

  /** `late`: not seen, but a later one was: its order is lost. `known`: seen, or so old that nobody can say. */
  take(n: number): 'next' | 'late' | 'known' {
    if (n <= this.#last && (!this.#seen || n <= this.#last - remembered)) return 'known'
    const seen = (this.#seen ??= new Float64Array(remembered).fill(-1))
    const at = n % remembered
    if (seen[at] === n) return 'known'
    seen[at] = n
    if (n < this.#last) return 'late'
    this.#last = n
    return 'next'
  }

  /** Its sender is gone, or seems to be: only how far it came is remembered. */
  rest() {
    this.#seen = undefined
  }
}
