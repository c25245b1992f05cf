import type { ChannelPorts } from '../actors/channel/effects.ts'
import type { Outcome } from '../actors/channel/contract.ts'
import type { ConversationPorts } from '../actors/conversation/effects.ts'
import { Outgoing } from '../kernel/content.ts'
import { derivedId } from '../kernel/id.ts'
import { Problem } from '../kernel/problem.ts'
import {
  type MessageSender,
  ProviderFailure,
  type SendResult,
  type WhatsAppChannel,
} from '../providers/whatsapp/port.ts'
import type { MessageRow } from '../store/queries/messages.ts'
import type { ChannelSettings } from '../store/settings/channels.ts'
import type { FileRoom } from './files/file-room.ts'
import { MemoryGate } from './files/memory-gate.ts'
import { failureOf, opaqueOf } from './webhooks/intake.ts'

interface Parts {
  channels: ChannelSettings
  sender: MessageSender
  files: Pick<FileRoom, 'keep' | 'open' | 'bytesOf'>
  messageById(workspaceId: string, messageId: string): Promise<MessageRow | undefined>
  /** Whether messages of this business may leave by such a channel as things stand. */
  mayDeliver(workspaceId: string, channel: { simulate: boolean }): boolean
}

/** What stands between the actors' effects and the provider of a channel. */
export class Delivery implements ChannelPorts, ConversationPorts {
  readonly #parts: Parts
  /** A provider's files pass through our memory whole, its own bounds are 100 MB each: so not many at a time. */
  readonly #memory = new MemoryGate(memoryMax)

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
    if (!this.#parts.mayDeliver(workspaceId, channel))
      return gone(messageId, 'workspace_not_active', 'This business is not live: its messages reach nobody yet.')
    const sizeBytes = 'sizeBytes' in content ? (content.sizeBytes ?? mediaMax(content.mime)) : 0
    return this.#memory.with(sizeBytes, async () => {
      try {
        const message = await this.#addressed(workspaceId, replyTo, content)
        const opaque = opaqueOf(conversationId, messageId)
        return outcomeOf(messageId, await this.#parts.sender.send(channel, { to, opaque, ...message }))
      } catch (error) {
        if (error instanceof Problem) return withheld(messageId, error)
        throw error
      }
    })
  }

  async fetchFile(channelId: string, workspaceId: string, file: Parameters<ConversationPorts['fetchFile']>[2]) {
    const { mediaId, mime, fileName } = file
    const channel = await this.#channel(workspaceId, channelId)
    if (!channel || !mediaId) return { mime, lost: 'The provider did not say where it is.' }
    try {
      // The same file again has the same id: an effect may be repeated.
      const fileId = derivedId('fil', workspaceId, channelId, mediaId)
      return await this.#memory.with(mediaMax(mime), async () => {
        const { bytes, mime: found } = await this.#parts.sender.fetchMedia(channel, mediaId)
        const kept = { fileId, bytes, mime: found || mime, fileName: fileName ?? null, by: channelId }
        await this.#parts.files.keep(workspaceId, kept)
        return { mime: kept.mime, fileId, sizeBytes: bytes.length }
      })
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
    if (!fileId) return { ...quoted, content }
    const file = await this.#parts.files.open(workspaceId, fileId)
    const { fileName } = file.row
    const bytes = await this.#parts.files.bytesOf(file)
    return { ...quoted, content, media: { bytes, mime: file.mime, ...(fileName && { fileName }) } }
  }

  #channel(workspaceId: string, id: string) {
    return openLine(this.#parts.channels, workspaceId, id)
  }

  async #providerIdOf(workspaceId: string, messageId: string) {
    return (await this.#parts.messageById(workspaceId, messageId))?.providerId ?? undefined
  }
}

/** A workspace's number at WhatsApp with its secrets, for the adapter; undefined where it is not there, or switched off. */
export async function openLine(
  channels: ChannelSettings,
  workspaceId: string,
  id: string,
): Promise<(WhatsAppChannel & { simulate: boolean }) | undefined> {
  const channel = await channels.opened(id)
  if (channel?.status !== 'active' || channel.workspaceId !== workspaceId) return undefined
  const { phoneNumberId, businessId, token, appSecret, verifyToken, baseUrl, simulate } = channel
  return { channelId: id, phoneNumberId, businessId, token, appSecret, verifyToken, baseUrl, simulate }
}

/** Of the files that are in memory for a provider at one time, bytes. */
const memoryMax = 208 * 1024 * 1024
const mediaMax = (mime: string) => (/^(image|audio|video)\//.test(mime) ? 16 : 100) * 1024 * 1024

/** A file that is not there is never sent; one that is still being checked goes later. */
function withheld(messageId: string, { code, message, kind }: Problem): Outcome {
  if (code !== 'file_not_ready' && kind !== 'busy') return gone(messageId, code, message)
  const error = { code, title: message, providerCode: null, retryable: true }
  return { outcome: 'refused', messageId, error, action: 'retry', retryAfterMs: 5_000 }
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
