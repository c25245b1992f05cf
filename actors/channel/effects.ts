import type { Outgoing } from '../../kernel/content.ts'
import type { Effects } from '../runtime/effect.ts'
import type { channel, Outcome } from './contract.ts'

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
      async run({ content: carried, ...parcel }, _key, { workspaceId, actorId }) {
        const { messageId } = parcel
        const content = carried ?? (await ports.contentOf(workspaceId, messageId))
        if (content) return { result: await ports.deliver(actorId, workspaceId, { ...parcel, content }) }
        const error = { code: 'message_missing', title: 'This message is gone.', providerCode: null, retryable: false }
        return { result: { outcome: 'refused', messageId, error, action: 'never', retryAfterMs: null } }
      },
      // WhatsApp has no question "did you take it": its webhooks carry our message id and answer by themselves.
      async lookUp({ messageId }) {
        return { result: { outcome: 'unknown', messageId, why: 'the server stopped while it was being sent' } }
      },
    },
  }
}
