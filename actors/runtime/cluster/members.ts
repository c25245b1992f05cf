import { type About, type Beat, beatOf, type Sighting } from './board.ts'
import type { Timing } from './timing.ts'

export interface Member {
  readonly id: string
  readonly about: About
  readonly number: number
  readonly beat: Beat
}
interface Seen {
  readonly sign: string
  readonly isListening: boolean
  /** Monotonic ms at which its sign was seen to be another than before. */
  readonly changedAt: number
}

/** Who is a member, and when each was last seen to live: by our own clock, from what the board showed us. */
export class Members {
  readonly #timing: Timing
  readonly #seen = new Map<string, Seen>()
  readonly all = new Map<string, Member>()
  #lookedAt = -Infinity

  constructor(timing: Timing) {
    this.#timing = timing
  }

  /** `at`, `sentAt`: monotonic ms of the answer and of the question. */
  observe({ signs, table }: Sighting, sentAt: number, at: number) {
    // What was not looked at meanwhile was not seen to be silent.
    const hasLooked = sentAt - this.#lookedAt < 3 * this.#timing.beatMs
    for (const [id, { sign, isListening }] of signs) {
      const seen = this.#seen.get(id)
      const isSilent = seen && hasLooked && beatOf(seen.sign).n === beatOf(sign).n
      this.#seen.set(id, { sign, isListening, changedAt: isSilent ? seen.changedAt : at })
    }
    for (const id of this.#seen.keys()) if (!signs.has(id)) this.#seen.delete(id)
    this.#lookedAt = at
    const { numbers, about } = table ?? {
      numbers: [...this.all.values()].map(({ id, number }) => [id, number] as const),
      about: new Map([...this.all].map(([id, member]) => [id, member.about])),
    }
    this.#list(numbers, about)
  }

  /** Those that gave no sign for so long that nobody answers for them any more. */
  silent(at: number) {
    return [...this.#seen].filter(([, seen]) => at >= this.#endOf(seen)).map(([id, { sign }]) => ({ id, sign }))
  }

  /** When the next of them will have been silent too long, monotonic ms. */
  nextEnd(at: number) {
    const ends = [...this.#seen.values()].map((seen) => this.#endOf(seen)).filter((end) => end > at)
    return Math.min(...ends)
  }

  isAlive(id: string, at: number) {
    const seen = this.#seen.get(id)
    return seen !== undefined && at - seen.changedAt < 3 * this.#timing.beatMs
  }

  /** Those that own actors. */
  get takers() {
    return [...this.all.values()].filter(({ about }) => about.takesActors && !about.isLeaving).map(({ id }) => id)
  }

  /** Those of them that left out a sign. */
  silentTakers(at: number) {
    return this.takers.filter((id) => at - (this.#seen.get(id)?.changedAt ?? at) >= 2 * this.#timing.beatMs)
  }

  #endOf({ isListening, changedAt }: Seen) {
    const { expiryMs, servesMs, marginMs } = this.#timing
    return changedAt + (isListening ? expiryMs : servesMs + marginMs)
  }

  #list(numbers: Iterable<readonly [string, number]>, about: ReadonlyMap<string, About>) {
    const listed = [...numbers]
    this.all.clear()
    for (const [id, number] of listed) {
      const who = about.get(id)
      const sign = this.#seen.get(id)?.sign
      if (who && sign !== undefined) this.all.set(id, { id, number, about: who, beat: beatOf(sign) })
    }
  }
}
