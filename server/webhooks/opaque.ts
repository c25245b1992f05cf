import type { Failure } from '../../actors/conversation/contract/message.ts'
import type { ProviderError } from '../../providers/sender.ts'

// What goes to a provider and comes back from it in our own words.

/** What we give the provider to bring back with each status: it tells the message before we know the provider's id. */
export const opaqueOf = (conversationId: string, messageId: string) => `${conversationId}:${messageId}`

export function fromOpaque(opaque: string | undefined) {
  const [conversationId, messageId, rest] = opaque?.split(':') ?? []
  if (!conversationId?.startsWith('c_') || !messageId?.startsWith('msg_') || rest !== undefined) return undefined
  return { conversationId, messageId }
}

export function failureOf(error: ProviderError | undefined): Failure {
  if (!error) return { code: 'failed', title: 'The provider did not say why.', providerCode: null, retryable: true }
  const { code, title, providerCode, action } = error
  return { code, title: title.slice(0, 500), providerCode, retryable: action === 'retry' || action === 'cool_off' }
}
