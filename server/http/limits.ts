import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { Problem } from '../../kernel/problem.ts'
import type { JointMemory } from '../joint-memory.ts'
import type { HttpConfig } from '../ports.ts'
import type { Limit } from './route.ts'

const windowSeconds = 60

/** Counts requests by address or account, in fixed windows of a minute: of all processes together, where there are more. */
export function limiters(limits: HttpConfig['limits'], joint?: JointMemory) {
  const counters = new Map(Object.entries(limits).map(([name, points]) => [name, counter(name, points, joint)]))
  return async (limit: Limit, who: string) => {
    const refused = await counters.get(limit)?.(who)
    if (refused)
      throw new Problem('limited', 'too_many_requests', 'Too many requests: please wait a moment.', {
        retryAfterMs: refused.msBeforeNext,
      })
  }
}

/** Answers what refused it, or nothing. */
function counter(name: string, points: number, joint: JointMemory | undefined) {
  const here = new RateLimiterMemory({ points, duration: windowSeconds })
  const together =
    joint &&
    new RateLimiterRedis({
      storeClient: joint.redis,
      keyPrefix: joint.key(`limit:${name}`),
      points,
      duration: windowSeconds,
      // Whoever is over the limit costs Redis nothing more in this window.
      inMemoryBlockOnConsumed: points + 1,
    })
  return async (who: string) => {
    const counted = together && (await joint.ask(() => taken(together, who)))
    return counted ? counted.value : taken(here, who)
  }
}

async function taken(limiter: RateLimiterMemory | RateLimiterRedis, who: string) {
  try {
    await limiter.consume(who)
    return undefined
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return refused
    throw refused
  }
}

/** Whom an address stands for: an IPv6 customer has a whole /64, and must not be as many strangers as it likes. */
export function placeOf(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) groups.push(...Array<string>(4).fill('0'))
  return `${groups.slice(0, 4).join(':').toLowerCase()}::/64`
}
