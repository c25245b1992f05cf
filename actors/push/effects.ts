import type { z } from 'zod'
import type { Workspace } from '../runtime/contract.ts'
import type { Effects } from '../runtime/effect.ts'
import type { push, Tried, Verdict } from './contract.ts'

export interface Asked {
  userId: string
  messageId: string
  channelId: string
}

export interface PushPorts {
  look(workspace: Workspace, asked: Asked): Promise<z.output<typeof Verdict>>
  /** Whatever a push service does is a result; it never tells twice by itself. */
  notify(workspace: Workspace, asked: Asked & { conversationId: string; deviceId: string }): Promise<Tried>
}

export function pushEffects(ports: PushPorts): Effects<typeof push> {
  return {
    look: {
      async run({ messageId, tries, channelId }, _key, { workspace, actorId: userId }) {
        return { messageId, tries, verdict: await ports.look(workspace, { userId, messageId, channelId }) }
      },
    },
    notify: {
      async run(asked, _key, { workspace, actorId: userId }) {
        const { messageId, deviceId } = asked
        return { messageId, deviceId, result: await ports.notify(workspace, { ...asked, userId }) }
      },
      lookUp: ({ messageId, deviceId }) =>
        Promise.resolve({ messageId, deviceId, result: { outcome: 'unknown' as const } }),
    },
  }
}
