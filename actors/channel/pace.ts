import type { z } from 'zod'
import type { Limits, Priority } from './contract.ts'

/** Tries of one message, the first included. */
export const triesMax = 5
const pairsMax = 200
const order: Record<z.infer<typeof Priority>, number> = { staff: 0, transactional: 1, bulk: 2 }

interface Paced {
  limits: z.infer<typeof Limits>
  tokens: number
  tokensAt: number
  pairs: Record<string, number>
}
interface Queued {
  conversationId: string
  notBefore: number
  priority: z.infer<typeof Priority>
}

const filled = ({ limits, tokens, tokensAt }: Paced, now: number) =>
  Math.min(limits.burst, tokens + (Math.max(0, now - tokensAt) * limits.perSecond) / 1_000)

/** Whose turn it is: by priority, then by arrival; nobody before their time, and nobody without a token. */
export function nextTurn<Entry extends Queued>(
  state: Paced & { queue: readonly Entry[] },
  now: number,
): Entry | undefined {
  if (filled(state, now) < 1) return undefined
  let first: Entry | undefined
  for (const entry of state.queue) {
    if (entry.notBefore > now || (state.pairs[entry.conversationId] ?? 0) > now) continue
    if (!first || order[entry.priority] < order[first.priority]) first = entry
  }
  return first
}

/** One token is used, and this person gets no other message for a moment. */
export function spend<State extends Paced>(state: State, conversationId: string, now: number): State {
  const pairs = state.limits.pairMs > 0 ? spaced(state, conversationId, now) : state.pairs
  return { ...state, tokens: filled(state, now) - 1, tokensAt: now, pairs }
}

function spaced({ pairs, limits }: Paced, conversationId: string, now: number): Record<string, number> {
  const waiting = Object.entries(pairs).filter(([, at]) => at > now)
  return Object.fromEntries([...waiting, [conversationId, now + limits.pairMs] as const].slice(-pairsMax))
}
