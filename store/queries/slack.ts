import type { Standing } from '../../actors/slack/contract.ts'
import type { Store } from '../connection.ts'
import { inQueue, waitingFilter } from './queue.ts'

/** Who waits with nobody, the longest first, as Slack is told of it. */
export async function leftIn(store: Store, workspaceId: string, limit: number): Promise<Standing[]> {
  const projection = { waitingSince: 1, teamId: 1, priority: 1 } as const
  const found = await store.of(workspaceId).find('conversations', waitingFilter, { ...inQueue, limit, projection })
  return found.map(({ _id: conversationId, waitingSince, teamId, priority }) => ({
    conversationId,
    status: 'open',
    priority: (priority as Standing['priority'] | undefined) ?? 'none',
    assigneeId: null,
    teamId: (teamId as string | null | undefined) ?? null,
    waitingSince: (waitingSince as Date).getTime(),
  }))
}
