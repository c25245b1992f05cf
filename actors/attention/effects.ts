import type { Effects } from '../runtime/effect.ts'
import type { attention } from './contract.ts'

export interface AttentionPorts {
  /** Writes to a member who is at no screen; false where they are, or no letter can be sent. */
  callByLetter(
    workspaceId: string,
    memberId: string,
    about: { letterId: string; calls: number; conversationId: string },
  ): Promise<boolean>
}

export function attentionEffects(ports: AttentionPorts): Effects<typeof attention> {
  return {
    letter: {
      async run(about, key, { workspaceId, actorId }) {
        const letterId = `let_${actorId}_${key}`
        return { isSent: await ports.callByLetter(workspaceId, actorId, { ...about, letterId }) }
      },
    },
  }
}
