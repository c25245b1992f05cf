// How far a message has come. Shared by the actor, the rows' guard and the clients' reducers, so that statuses that come
// late, twice and out of order end the same everywhere. No schema here: the console's bundle holds no zod.

export type DeliveryStatus =
  'received' | 'scheduled' | 'pending' | 'queued' | 'sent' | 'delivered' | 'read' | 'failed' | 'cancelled'
interface Standing {
  status: DeliveryStatus
  error?: { code: string } | null
}

/** We do not know whether the provider took it. Its later word counts, unlike after a plain failure. */
export const outcomeUnknown = 'outcome_unknown'

const ranks = {
  received: 0,
  scheduled: 0,
  pending: 0,
  queued: 10,
  sent: 20,
  delivered: 30,
  read: 40,
  failed: 90,
  cancelled: 95,
}
const unknownRank = 15

export const rankOf = ({ status, error }: Standing) =>
  status === 'failed' && error?.code === outcomeUnknown ? unknownRank : ranks[status]

/** A status applies to messages below this rank. What arrived cannot fail any more; a retry applies to any. */
export function ceilingOf(next: Standing) {
  if (next.status === 'pending') return Number.MAX_SAFE_INTEGER
  return next.status === 'failed' && rankOf(next) !== unknownRank ? ranks.delivered : rankOf(next)
}

export const advances = (known: Standing, next: Standing) => rankOf(known) < ceilingOf(next)
