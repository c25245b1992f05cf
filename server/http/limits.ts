import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { Problem } from '../../kernel/problem.ts'
import type { HttpConfig } from '../ports.ts'
import type { Limit } from './route.ts'

/** Counts the requests of one process by address or account, in fixed windows of a minute. */
export function limiters(limits: HttpConfig['limits']) {
  const counters = new Map<string, RateLimiterMemory>(
    Object.entries(limits).map(([name, points]) => [name, new RateLimiterMemory({ points, duration: 60 })]),
  )
  return async (limit: Limit, who: string) => {
    try {
      await counters.get(limit)?.consume(who)
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused
      throw new Problem('limited', 'too_many_requests', 'Too many requests: please wait a moment.', {
        retryAfterMs: refused.msBeforeNext,
      })
    }
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
