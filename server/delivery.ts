import type { ChannelPorts } from '../actors/channel/effects.ts'
import type { Outcome } from '../actors/channel/contract.ts'
import type { ConversationPorts } from '../actors/conversation/effects.ts'
import { Outgoing } from '../kernel/content.ts'
import { derivedId } from '../kernel/id.ts'
import {
  type MessageSender,
  ProviderFailure,
  type SendResult,
  type WhatsAppChannel,
} from '../providers/whatsapp/port.ts'
import type { MessageRow } from '../store/queries/messages.ts'
import type { ChannelSettings } from '../store/settings/channels.ts'
import type { Files } from './ports.ts'
import { failureOf, opaqueOf } from './webhooks/intake.ts'

interface Parts {
  channels: ChannelSettings
  sender: MessageSender
  files: Files
  messageById(workspaceId: string, messageId: string): Promise<MessageRow | undefined>
}

/** What stands between the actors' effects and the provider of a channel. */
export class Delivery implements ChannelPorts, ConversationPorts {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async contentOf(workspaceId: string, messageId: string) {
    const row = await this.#parts.messageById(workspaceId, messageId)
    const content = Outgoing.safeParse(row?.content)
    return content.success ? content.data : undefined
  }

  async deliver(
    channelId: string,
    workspaceId: string,
    { messageId, conversationId, to, replyTo, content }: Parameters<ChannelPorts['deliver']>[2],
  ): Promise<Outcome> {
    const channel = await this.#channel(workspaceId, channelId)
    if (!channel) return gone(messageId, 'channel_missing', 'This channel was taken away or switched off.')
    const message = await this.#addressed(workspaceId, replyTo, content)
    const result = await this.#parts.sender.send(channel, {
      to,
      opaque: opaqueOf(conversationId, messageId),
      ...message,
    })
    return outcomeOf(messageId, result)
  }

  async fetchFile(channelId: string, workspaceId: string, file: Parameters<ConversationPorts['fetchFile']>[2]) {
    const { mediaId, mime, fileName } = file
    const channel = await this.#channel(workspaceId, channelId)
    if (!channel || !mediaId) return { mime, lost: 'The provider did not say where it is.' }
    try {
      const { bytes, mime: found } = await this.#parts.sender.fetchMedia(channel, mediaId)
      // The same file again has the same id: an effect may be repeated.
      const fileId = derivedId('fil', workspaceId, channelId, mediaId)
      const kept = { fileId, bytes: Buffer.from(bytes), mime: found || mime, fileName: fileName ?? null, by: channelId }
      await this.#parts.files.keep(workspaceId, kept)
      return { mime: kept.mime, fileId, sizeBytes: bytes.length }
    } catch (error) {
      if (!(error instanceof ProviderFailure) || error.error.action === 'retry') throw error
      return { mime, lost: error.error.title.slice(0, 200) }
    }
  }

  async showPresence(channelId: string, workspaceId: string, providerId: string, typing: boolean) {
    const channel = await this.#channel(workspaceId, channelId)
    if (!channel) return
    try {
      await this.#parts.sender.markRead(channel, providerId, { typing })
    } catch (error) {
      // A courtesy: one that came too late is worth no second try.
      if (!(error instanceof ProviderFailure)) throw error
    }
  }

  /** Our ids become the provider's; a file of ours becomes its bytes. */
  async #addressed(workspaceId: string, replyTo: string | null, content: Outgoing) {
    const context = replyTo ? await this.#providerIdOf(workspaceId, replyTo) : undefined
    const quoted = context ? { replyTo: context } : {}
    if (content.kind === 'reaction') {
      const to = (await this.#providerIdOf(workspaceId, content.to)) ?? content.to
      return { ...quoted, content: { ...content, to } }
    }
    const fileId = 'fileId' in content ? content.fileId : undefined
    const file = fileId ? await this.#parts.files.open(workspaceId, fileId) : undefined
    if (!file) return { ...quoted, content }
    const { bytes, mime, fileName } = file
    return { ...quoted, content, media: { bytes, mime, ...(fileName && { fileName }) } }
  }

  async #channel(workspaceId: string, id: string): Promise<WhatsAppChannel | undefined> {
    const channel = await this.#parts.channels.opened(id)
    if (channel?.status !== 'active' || channel.workspaceId !== workspaceId) return undefined
    const { phoneNumberId, businessId, token, appSecret, verifyToken, baseUrl } = channel
    return { channelId: id, phoneNumberId, businessId, token, appSecret, verifyToken, baseUrl }
  }

  async #providerIdOf(workspaceId: string, messageId: string) {
    return (await this.#parts.messageById(workspaceId, messageId))?.providerId ?? undefined
  }
}

function gone(messageId: string, code: string, title: string): Outcome {
  const error = { code, title, providerCode: null, retryable: false }
  return { outcome: 'refused', messageId, error, action: 'never', retryAfterMs: null }
}

function outcomeOf(messageId: string, result: SendResult): Outcome {
  if (result.outcome === 'accepted') return { outcome: 'accepted', messageId, providerId: result.providerId }
  if (result.outcome === 'unknown') return { outcome: 'unknown', messageId, why: result.why.slice(0, 200) }
  const { error } = result
  const action = error.action === 'template_needed' ? 'never' : error.action
  return { outcome: 'refused', messageId, error: failureOf(error), action, retryAfterMs: error.retryAfterMs ?? null }
}
