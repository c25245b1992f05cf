import type { Command } from './turn.ts'

export interface Waiting {
  readonly command: Command
  resolve(reply: unknown): void
  reject(error: unknown): void
  /** Monotonic ms after which nobody waits any more. */
  deadline: number
}

/** Somebody waits for the answer, and will be told when it was too late. All else must happen, however late. */
export const isAsk = ({ told, completes, reminder, forgets }: Command) =>
  told === undefined && completes === undefined && reminder === undefined && forgets === undefined

// Shared by all idle actors: an empty mailbox costs a pointer.
const nobody: Waiting[] = []

/** Those that wait for an actor, in their order. */
export class Mailbox {
  /** Who waits alone, which is the usual case, needs no list. */
  #next: Waiting | undefined = undefined
  #rest = nobody
  #head = 0

  get waiting() {
    return this.#rest.length - this.#head + (this.#next ? 1 : 0)
  }

  push(waiting: Waiting) {
    if (!this.#next && this.#rest === nobody) this.#next = waiting
    else {
      if (this.#rest === nobody) this.#rest = []
      this.#rest.push(waiting)
    }
  }

  shift(): Waiting | undefined {
    const first = this.#next
    if (first) {
      this.#next = undefined
      return first
    }
    const next = this.#rest[this.#head]
    if (!next) return undefined
    this.#head++
    if (this.#head === this.#rest.length) {
      this.#rest = nobody
      this.#head = 0
    }
    return next
  }

  /** The first of those that wait, in their order. */
  peek(count: number): Waiting[] {
    const rest = this.#rest.slice(this.#head, this.#head + count)
    return this.#next ? [this.#next, ...rest].slice(0, count) : rest
  }

  /** Takes out the asks that were to begin by then (monotonic ms). */
  takeLate(by: number): Waiting[] {
    if (!this.#holdsLate(by)) return nobody
    const late: Waiting[] = []
    const kept: Waiting[] = []
    for (const waiting of this.peek(Infinity)) (isLate(waiting, by) ? late : kept).push(waiting)
    this.#next = undefined
    this.#rest = kept.length > 0 ? kept : nobody
    this.#head = 0
    return late
  }

  #holdsLate(by: number) {
    if (this.#next && isLate(this.#next, by)) return true
    for (let at = this.#head; at < this.#rest.length; at++) if (isLate(this.#rest[at] as Waiting, by)) return true
    return false
  }
}

/** Whether this is an ask whose answer would come too late if it began then. */
export const isLate = ({ deadline, command }: Waiting, then: number) => deadline <= then && isAsk(command)
