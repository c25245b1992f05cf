import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible'
import { monotonicMs } from '../../kernel/clock.ts'
import { Problem } from '../../kernel/problem.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { JointMemory } from '../joint-memory.ts'

const windowSeconds = 60

/**
 * Counts requests of whoever it is, in fixed windows of a minute: of all processes together, where there are more. How
 * many somebody has is said with each request, so a workspace and a key can have limits of their own.
 */
export class Limits {
  readonly #here = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: windowSeconds })
  readonly #together: RateLimiterRedis | undefined
  readonly #joint: JointMemory | undefined
  /** Whoever is over their limit costs Redis nothing more in this window. By name, until when on the monotonic clock. */
  readonly #over = new BoundedCache<number>({ max: 10_000, ttlMs: windowSeconds * 1_000, now: monotonicMs })

  constructor(joint?: JointMemory) {
    this.#joint = joint
    this.#together =
      joint &&
      new RateLimiterRedis({
        storeClient: joint.redis,
        keyPrefix: joint.key('limit'),
        points: Number.MAX_SAFE_INTEGER,
        duration: windowSeconds,
      })
  }

  /** One more request of theirs, of so many in a minute. @throws Problem `too_many_requests` */
  async take(who: string, perMinute: number) {
    const until = this.#over.get(who)
    if (until !== undefined && until > monotonicMs()) throw tooMany(until - monotonicMs())
    const { consumedPoints, msBeforeNext } = await this.#count(who)
    if (consumedPoints <= perMinute) return
    this.#over.set(who, monotonicMs() + msBeforeNext)
    throw tooMany(msBeforeNext)
  }

  async #count(who: string): Promise<RateLimiterRes> {
    const together = this.#together
    const counted = together && (await this.#joint?.ask(() => together.consume(who)))
    return counted ? counted.value : this.#here.consume(who)
  }
}

const tooMany = (retryAfterMs: number) =>
  new Problem('limited', 'too_many_requests', 'Too many requests: please wait a moment.', { retryAfterMs })

/** Whom an address stands for: an IPv6 customer has a whole /64, and must not be as many strangers as it likes. */
export function placeOf(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) groups.push(...Array<string>(4).fill('0'))
  return `${groups.slice(0, 4).join(':').toLowerCase()}::/64`
}
