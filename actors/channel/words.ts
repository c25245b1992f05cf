import { conversation } from '../conversation/contract.ts'
import type { Failure } from '../conversation/contract/message.ts'

export const failure = (code: string, title: string, retryable: boolean): Failure => ({
  code,
  title,
  providerCode: null,
  retryable,
})

/** Tells the conversation what became of its message. */
export function statusOf(
  { messageId, conversationId }: { messageId: string; conversationId: string },
  status: 'queued' | 'sent' | 'failed',
  { error = null, providerId = null }: { error?: Failure | null; providerId?: string | null } = {},
) {
  return conversation.tell(conversationId).statusChanged({ messageId, status, error, providerId })
}
