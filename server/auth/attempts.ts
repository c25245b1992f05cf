import { Problem } from '../../kernel/problem.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { JointMemory } from '../joint-memory.ts'

const freeAttempts = 5
const firstLockMs = 60_000
const longestLockMs = 60 * 60_000
const forgottenMs = 24 * 60 * 60_000

interface Failures {
  count: number
  lockedUntil: number
}

/** The same rule as `#begun`, in one step for all processes. Answers for how many ms it is locked, 0 when it may go on. */
const begin = `
local failures = redis.call('HMGET', KEYS[1], 'count', 'until')
local now = tonumber(ARGV[1])
local lockedUntil = tonumber(failures[2]) or 0
if lockedUntil > now then return lockedUntil - now end
local failed = (tonumber(failures[1]) or 0) + 1
local lock = 0
if failed >= tonumber(ARGV[2]) then
  lock = math.min(tonumber(ARGV[3]) * 2 ^ (failed - tonumber(ARGV[2])), tonumber(ARGV[4]))
end
redis.call('HSET', KEYS[1], 'count', failed, 'until', string.format('%.0f', now + lock))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 0`

/**
 * Slows guessing of one account's password down: five attempts, then a wait that doubles from a minute to an hour. It
 * counts addresses, not accounts, so it answers the same for those that exist and those that do not. The counts live in
 * memory: in Redis for all processes of a service, else in this one, and a restart forgets them.
 */
export class Attempts {
  readonly #failures: BoundedCache<Failures>
  readonly #now: () => number
  readonly #joint: JointMemory | undefined

  constructor(now: () => number, joint?: JointMemory) {
    this.#now = now
    this.#joint = joint
    this.#failures = new BoundedCache({ max: 50_000, ttlMs: forgottenMs, now })
  }

  /**
   * To be called before the password is looked at. Every attempt counts as failed until `succeeded`, so many at once do
   * not slip through together. @throws Problem `too_many_attempts`
   */
  async begin(who: string) {
    const limits = [freeAttempts, firstLockMs, longestLockMs, forgottenMs]
    const joint = this.#joint
    const counted = await joint?.ask((redis) => redis.eval(begin, 1, joint.key(nameOf(who)), this.#now(), ...limits))
    const lockedMs = counted ? Number(counted.value) : this.#begun(who)
    if (lockedMs > 0)
      throw new Problem('limited', 'too_many_attempts', 'Too many attempts: please wait before the next.', {
        retryAfterMs: lockedMs,
      })
  }

  async succeeded(who: string) {
    this.#failures.delete(who)
    const joint = this.#joint
    await joint?.ask((redis) => redis.del(joint.key(nameOf(who))))
  }

  #begun(who: string) {
    const now = this.#now()
    const { count, lockedUntil } = this.#failures.get(who) ?? { count: 0, lockedUntil: 0 }
    if (lockedUntil > now) return lockedUntil - now
    const failed = count + 1
    const lockMs = failed < freeAttempts ? 0 : Math.min(firstLockMs * 2 ** (failed - freeAttempts), longestLockMs)
    this.#failures.set(who, { count: failed, lockedUntil: now + lockMs })
    return 0
  }
}

const nameOf = (who: string) => `attempts:${who}`
