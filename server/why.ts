import type { Published } from '../actors/runtime/contract.ts'
import { conversationIdOf } from '../kernel/id.ts'
import type { Store } from '../store/connection.ts'
import { type DecisionFound, decisionsOf } from '../store/queries/why.ts'
import { decided, happened } from './why-words.ts'

/** So many of each kind are looked through; what is asked for spans less. */
const foundMax = 500

interface Parts {
  store: Store
  /** The events of a stream between two moments, the latest first. */
  eventsBetween(
    workspaceId: string,
    stream: string,
    span: { from: number; to: number; limit: number },
  ): Promise<Published[]>
}

export interface Asked {
  /** Epoch ms. */
  from: number
  to: number
  /** Of this message alone. */
  messageId?: string | undefined
  limit: number
}

/** One thing that was done or was not, or that happened, and why, as a person reads it. */
export interface Reason {
  id: string
  at: number
  type: 'decision' | 'event'
  /** In words. */
  says: string
  /** `guard.quiet_hours@1`, or the event's type. */
  name: string
  outcome: string | null
  facts: DecisionFound['facts']
  messageId: string | null
  causationId: string | null
}

/** "Why did she get this, why did he not": the decisions about a person and what happened to them, in their order. */
export async function why(
  { store, eventsBetween }: Parts,
  workspaceId: string,
  userId: string,
  { from, to, messageId, limit }: Asked,
): Promise<Reason[]> {
  const conversationId = conversationIdOf(userId)
  const span = { from, to, limit: foundMax }
  const about = [
    { kind: 'user', id: userId },
    { kind: 'conversation', id: conversationId },
    { kind: 'push', id: userId },
  ]
  const streams = [`user.timeline:${userId}`, `conversation:${conversationId}`]
  const [decisions, events] = await Promise.all([
    Promise.all(about.map((actor) => decisionsOf(store, workspaceId, actor, span))),
    Promise.all(streams.map((stream) => eventsBetween(workspaceId, stream, span))),
  ])
  const reasons = [...decisions.flat().map(ofDecision), ...events.flat().flatMap(ofEvent)]
  const asked = messageId === undefined ? reasons : reasons.filter((one) => one.messageId === messageId)
  return asked.sort((a, b) => a.at - b.at || byId(a, b)).slice(-limit)
}

// Of one moment what happened comes first, and then what was decided because of it.
const byId = (a: Reason, b: Reason) => {
  if (a.type !== b.type) return a.type === 'event' ? -1 : 1
  return a.id < b.id ? -1 : 1
}

function ofDecision({ id, at, rule, outcome, facts, causationId }: DecisionFound): Reason {
  const messageId = typeof facts['messageId'] === 'string' ? facts['messageId'] : null
  return {
    id,
    at,
    type: 'decision',
    says: decided(rule, outcome, facts),
    name: rule,
    outcome,
    facts,
    messageId,
    causationId,
  }
}

function ofEvent({ _id: id, at, type, data }: Published): Reason[] {
  const found = happened(type, data)
  if (!found) return []
  const { says, messageId = null } = found
  return [{ id, at, type: 'event', says, name: type, outcome: null, facts: {}, messageId, causationId: null }]
}
