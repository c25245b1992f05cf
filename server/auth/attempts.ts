import { Problem } from '../../kernel/problem.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { JointMemory } from '../joint-memory.ts'

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

/** One of them was right: it alone is taken back, so that whoever has one account cannot wash their guesses at others clean. */
const refund = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local failed = redis.call('HINCRBY', KEYS[1], 'count', -1)
if failed < tonumber(ARGV[1]) then redis.call('HSET', KEYS[1], 'until', 0) end
return 0`

/** Of one account, or of whatever else is guessed at by itself. */
const freeOfOne = 5
/** Of one place from which many accounts are tried: a whole office sits behind one address, and mistypes. */
const freeOfPlace = 100

/**
 * Slows guessing down: so many attempts, then a wait that doubles from a minute to an hour. It counts addresses, not
 * accounts, so it answers the same for those that exist and those that do not. The counts live in memory: in Redis for
 * all processes of a service, else in this one, and a restart forgets them.
 */
export class Attempts {
  /** `free`: how many may fail before the first wait. */
  static ofPlace(now: () => number, joint?: JointMemory, free = freeOfPlace) {
    return new Attempts(now, joint, { free, isOfPlace: true })
  }

  readonly #failures: BoundedCache<Failures>
  readonly #now: () => number
  readonly #joint: JointMemory | undefined
  readonly #free: number

  readonly #isOfPlace: boolean

  constructor(now: () => number, joint?: JointMemory, { free = freeOfOne, isOfPlace = false } = {}) {
    this.#now = now
    this.#joint = joint
    this.#free = free
    this.#isOfPlace = isOfPlace
    this.#failures = new BoundedCache({ max: 50_000, ttlMs: forgottenMs, now })
  }

  /**
   * To be called before the password is looked at. Every attempt counts as failed until `succeeded`, so many at once do
   * not slip through together. @throws Problem `too_many_attempts`
   */
  async begin(who: string) {
    const limits = [this.#free, firstLockMs, longestLockMs, forgottenMs]
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

  /** One attempt was no guess, and is taken back; those before it still count. */
  async takeBack(who: string) {
    const { count = 0, lockedUntil = 0 } = this.#failures.get(who) ?? {}
    const left = Math.max(0, count - 1)
    if (count > 0) this.#failures.set(who, { count: left, lockedUntil: left < this.#free ? 0 : lockedUntil })
    const joint = this.#joint
    await joint?.ask((redis) => redis.eval(refund, 1, joint.key(nameOf(who)), this.#free))
  }

  /**
   * What `work` finds, as one attempt. It counts as failed where it is refused (`unauthorized`); what cannot be said,
   * because many others wait, is no guess. @throws Problem `too_many_attempts`, and what `work` throws
   */
  async count<T>(who: string, work: () => Promise<T>): Promise<T> {
    await this.begin(who)
    try {
      const found = await work()
      await (this.#isOfPlace ? this.takeBack(who) : this.succeeded(who))
      return found
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'unauthorized') await this.takeBack(who)
      throw error
    }
  }

  #begun(who: string) {
    const now = this.#now()
    const { count, lockedUntil } = this.#failures.get(who) ?? { count: 0, lockedUntil: 0 }
    if (lockedUntil > now) return lockedUntil - now
    const failed = count + 1
    const lockMs = failed < this.#free ? 0 : Math.min(firstLockMs * 2 ** (failed - this.#free), longestLockMs)
    this.#failures.set(who, { count: failed, lockedUntil: now + lockMs })
    return 0
  }
}

const nameOf = (who: string) => `attempts:${who}`
