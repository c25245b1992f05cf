import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'

/** A circuit breaker: after failures in a row nothing is sent for a while, then one message tries whether it works. */
export const Breaker = z.object({
  status: z.enum(['closed', 'open', 'half_open']),
  failures: z.int().nonnegative(),
  retryAt: instant(),
  reason: z.string().max(500).nullable(),
})
export type Breaker = z.infer<typeof Breaker>

export const closed: Breaker = { status: 'closed', failures: 0, retryAt: 0, reason: null }

const failuresMax = 5
const openMs = 5_000
const openMaxMs = 5 * 60_000

type Met = 'retry' | 'never' | 'cool_off' | 'broken' | 'unknown'

/** A refusal of one message says nothing of the channel; a fault, a limit or a lost credential does. */
export function breakerAfter(
  before: Breaker,
  met: Met,
  now: number,
  retryAfterMs: number | null = null,
  reason: string | null = null,
): Breaker {
  if (met === 'never') return before.status === 'half_open' ? closed : before
  const failures = before.failures + 1
  const mustOpen = met === 'broken' || met === 'cool_off' || failures >= failuresMax || before.status === 'half_open'
  if (!mustOpen) return { status: 'closed', failures, retryAt: 0, reason }
  const pauseMs = Math.min(openMs * 2 ** Math.max(0, failures - failuresMax), openMaxMs)
  return { status: 'open', failures, retryAt: now + Math.max(retryAfterMs ?? 0, pauseMs), reason }
}

/** While half open, the one that tries is under way: nobody else goes. */
export const mayTry = ({ status, retryAt }: Breaker, now: number) =>
  status === 'closed' || (status === 'open' && now >= retryAt)
