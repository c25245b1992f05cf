import { Problem } from '../../kernel/problem.ts'
import { BoundedCache } from '../bounded-cache.ts'

const freeAttempts = 5
const firstLockMs = 60_000
const longestLockMs = 60 * 60_000
const forgottenMs = 24 * 60 * 60_000

interface Failures {
  count: number
  lockedUntil: number
}

/**
 * Slows guessing of one account's password down: five attempts, then a wait that doubles from a minute to an hour. It
 * counts addresses, not accounts, so it answers the same for those that exist and those that do not. The counts live in
 * this process: a restart forgets them, and each process of a cluster counts for itself.
 */
export class Attempts {
  readonly #failures: BoundedCache<Failures>
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
    this.#failures = new BoundedCache({ max: 50_000, ttlMs: forgottenMs, now })
  }

  /**
   * To be called before the password is looked at. Every attempt counts as failed until `succeeded`, so many at once do
   * not slip through together. @throws Problem `too_many_attempts`
   */
  begin(who: string) {
    const now = this.#now()
    const { count, lockedUntil } = this.#failures.get(who) ?? { count: 0, lockedUntil: 0 }
    if (lockedUntil > now) {
      const advice = { retryAfterMs: lockedUntil - now }
      throw new Problem('limited', 'too_many_attempts', 'Too many attempts: please wait before the next.', advice)
    }
    const failed = count + 1
    const lockMs = failed < freeAttempts ? 0 : Math.min(firstLockMs * 2 ** (failed - freeAttempts), longestLockMs)
    this.#failures.set(who, { count: failed, lockedUntil: now + lockMs })
  }

  succeeded(who: string) {
    this.#failures.delete(who)
  }
}
