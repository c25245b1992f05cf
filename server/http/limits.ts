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
