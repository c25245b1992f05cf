import { conversation } from '../conversation/contract.ts'
import type { Workspace } from '../runtime/contract.ts'
import type { Effects } from '../runtime/effect.ts'
import type { inbox, Line } from './contract.ts'

export interface InboxPorts {
  /** As the store has them now; conversations that do not exist are left out. */
  linesOf(workspaceId: string, conversationIds: readonly string[]): Promise<Line[]>
}

export function inboxEffects(ports: InboxPorts): Effects<typeof inbox> {
  return {
    readLines: {
      async run({ conversationIds }, _key, { workspaceId, workspace }) {
        const told = await Promise.all(conversationIds.map((id) => lineFrom(workspace, id)))
        const lines = told.filter((line) => line !== undefined)
        const others = conversationIds.filter((_, index) => told[index] === undefined)
        return { lines: others.length > 0 ? [...lines, ...(await ports.linesOf(workspaceId, others))] : lines }
      },
    },
  }
}

/**
 * Of the conversation itself: it was touched a moment ago, so it is in memory, and a hundred lines are no work for the
 * store. One that cannot answer now must not hold up the others: its line is read instead.
 */
async function lineFrom(workspace: Workspace, conversationId: string): Promise<Line | undefined> {
  return workspace
    .at(conversation, conversationId)
    .line()
    .then(
      (line) => ({ conversationId, ...line }),
      () => undefined,
    )
}
