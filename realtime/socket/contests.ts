import { Problem } from '../../kernel/problem.ts'

/** Who has it, and what the others are told: one refusal for all of them, for an error is dear to make. */
export interface Held {
  holderId: string
  refusal: Problem
}
interface Contest<Answer> {
  running: Promise<Answer>
  /** For whoever came after that one began: it begins when that one is over. */
  next: Promise<Answer> | undefined
}

/**
 * Of all who want the same thing at the same time, one asks for it, and what it was answered holds for those who waited
 * when it began: who has it. So a thousand who reach for one thing cost its owner two questions of each process.
 */
export class Contests<Answer> {
  readonly #contests = new Map<string, Contest<Answer>>()

  /** Who has it after `ask`, or after the question of somebody else that was asked later than this call. */
  async holder(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const contest = this.#contests.get(key)
    if (!contest) return this.#begin(key, ask)
    if (!contest.next) {
      const begin = () => this.#begin(key, ask)
      return (contest.next = contest.running.then(begin, begin))
    }
    try {
      return await contest.next
    } catch (error) {
      // What is so for everybody. The rest was about whoever asked.
      if (error instanceof Problem && (error.retryable || error.kind === 'missing')) throw error
      return this.holder(key, ask)
    }
  }

  #begin(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const contest: Contest<Answer> = { running: ask(), next: undefined }
    this.#contests.set(key, contest)
    const over = () => {
      if (!contest.next) this.#contests.delete(key)
    }
    contest.running.then(over, over)
    return contest.running
  }
}
