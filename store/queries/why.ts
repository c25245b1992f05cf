import type { Store } from '../connection.ts'

/** Why an actor did something by itself, or did not. */
export interface DecisionFound {
  id: string
  kind: string
  actorId: string
  rule: string
  outcome: string
  facts: Record<string, string | number | boolean | null>
  causationId: string
  /** Epoch ms. */
  at: number
}

/** The decisions of one actor between two moments, the earliest first. */
export async function decisionsOf(
  store: Store,
  workspaceId: string,
  { kind, id }: { kind: string; id: string },
  { from, to, limit }: { from: number; to: number; limit: number },
): Promise<DecisionFound[]> {
  const filter = { kind, id, at: { $gte: new Date(from), $lte: new Date(to) } }
  const options = { sort: { at: -1, _id: -1 } as const, limit }
  const found = await store.of(workspaceId).find('decisions', filter, options)
  return found.reverse().map((one) => ({
    id: one._id,
    kind: one['kind'] as string,
    actorId: one['id'] as string,
    rule: one['rule'] as string,
    outcome: one['outcome'] as string,
    facts: one['facts'] as DecisionFound['facts'],
    causationId: one['causationId'] as string,
    at: (one['at'] as Date).getTime(),
  }))
}
