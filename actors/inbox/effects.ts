import type { Effects } from '../runtime/effect.ts'
import type { inbox, Line } from './contract.ts'

export interface InboxPorts {
  /** As the store has them now; conversations that do not exist are left out. */
  linesOf(workspaceId: string, conversationIds: readonly string[]): Promise<Line[]>
}

export function inboxEffects(ports: InboxPorts): Effects<typeof inbox> {
  return {
    readLines: {
      async run({ conversationIds }, _key, { workspaceId }) {
        return { lines: await ports.linesOf(workspaceId, conversationIds) }
      },
    },
  }
}
