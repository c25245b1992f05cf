import type { z } from 'zod'
import type { Outgoing } from '../../kernel/content.ts'
import { conversation } from '../conversation/contract.ts'
import type { Workspace } from '../runtime/contract.ts'
import type { Effects } from '../runtime/effect.ts'
import type { channel, Outcome, Sending } from './contract.ts'

type Handed = Omit<z.output<typeof channel.effects.deliver.input>, 'content'>

export interface ChannelPorts {
  /** What the message says, where the parcel does not carry it; nothing when there is no such message any more. */
  contentOf(workspaceId: string, messageId: string): Promise<Outgoing | undefined>
  /** Hands one message to the provider. Refusals and unknown outcomes are results; it never sends twice by itself. */
  deliver(
    channelId: string,
    workspaceId: string,
    parcel: { messageId: string; conversationId: string; to: string; replyTo: string | null; content: Outgoing },
  ): Promise<Outcome>
}

/** `key` is the message and the number of the try; the channel's id is that of the actor that asked. */
export function channelEffects(ports: ChannelPorts): Effects<typeof channel> {
  return {
    deliver: {
      async run({ content: carried, ...handed }, _key, { workspaceId, actorId, workspace }) {
        const { messageId, conversationId, to, replyTo } = handed
        const parcel = wholeOf(handed)
        const content = carried ?? (await ports.contentOf(workspaceId, messageId))
        if (content) {
          const sending = { messageId, conversationId, to, replyTo, content }
          const result = await ports.deliver(actorId, workspaceId, sending)
          return { result, parcel, isTold: await isTold(workspace, conversationId, result) }
        }
        const error = { code: 'message_missing', title: 'This message is gone.', providerCode: null, retryable: false }
        return { result: { outcome: 'refused', messageId, error, action: 'never', retryAfterMs: null }, parcel }
      },
      // WhatsApp has no question "did you take it": its webhooks carry our message id and answer by themselves.
      async lookUp({ content: _, ...handed }) {
        const why = 'the server stopped while it was being sent'
        return { result: { outcome: 'unknown', messageId: handed.messageId, why }, parcel: wholeOf(handed) }
      },
    },
  }
}

/** Undefined for what an earlier version handed out: its channel knows the rest. */
function wholeOf({ priority, notAfter, tries, ...rest }: Handed): Sending | undefined {
  if (priority === undefined || notAfter === undefined || tries === undefined) return undefined
  return { ...rest, priority, notAfter, tries }
}

/**
 * That it was taken is said to its conversation at once. Through the channel it would be one more thing that a document
 * hands out, which both of them write down. Where the conversation cannot answer now the channel says it, in any case.
 */
async function isTold(workspace: Workspace, conversationId: string, result: Outcome): Promise<boolean> {
  if (result.outcome !== 'accepted') return false
  const { messageId, providerId } = result
  return workspace
    .at(conversation, conversationId)
    .statusChanged({ messageId, status: 'sent', error: null, providerId })
    .then(
      () => true,
      () => false,
    )
}
