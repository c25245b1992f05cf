import { homeOf } from '../kinds.ts'
import type { Store } from '../connection.ts'

export interface Upcoming {
  kind: string
  id: string
  /** Epoch ms. */
  at: number
  message: string
}

interface Resting {
  at: Date
  message: string
  isPause?: boolean
}

/** What the actors of a workspace wait for, the earliest first. Pauses are not waited for: they pass by themselves. */
export async function upcomingReminders(
  store: Store,
  kinds: readonly string[],
  workspaceId: string,
  limit: number,
): Promise<Upcoming[]> {
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const filter = { workspaceId, 'actor.due': { $exists: true } }
      const projection = { 'actor.due': 1, 'actor.reminders': 1 }
      const home = store.collection(homeOf(kind))
      const documents = await home.find(filter, { projection }).sort({ 'actor.due': 1 }).limit(limit).toArray()
      return documents.flatMap(({ _id: id, actor }) =>
        Object.values((actor as { reminders?: Record<string, Resting> }).reminders ?? {})
          .filter(({ isPause }) => !isPause)
          .map(({ at, message }): Upcoming => ({ kind, id, at: at.getTime(), message })),
      )
    }),
  )
  return found
    .flat()
    .sort((one, other) => one.at - other.at)
    .slice(0, limit)
}
