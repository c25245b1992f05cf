import type { ChannelPorts } from '../actors/channel/effects.ts'
import type { Outcome } from '../actors/channel/contract.ts'
import type { ConversationPorts } from '../actors/conversation/effects.ts'
import { fileOf, Outgoing } from '../kernel/content.ts'
import { derivedId } from '../kernel/id.ts'
import { Problem } from '../kernel/problem.ts'
import { type MailThread, type MediaFile, ProviderFailure, type Sender, type SendResult } from '../providers/sender.ts'
import { recordingIn } from '../providers/twilio/media.ts'
import type { MessageRow } from '../store/queries/messages.ts'
import type { ChannelSettings, OpenChannel } from '../store/settings/channels.ts'
import type { FileRoom } from './files/file-room.ts'
import { MemoryGate } from './files/memory-gate.ts'
import { failureOf, opaqueOf } from './webhooks/opaque.ts'

interface Parts {
  channels: ChannelSettings
  /** The adapter of a channel's provider. */
  senderOf(channel: { provider: string }): Sender
  /** Of a mail: the thread that it stands in. */
  threadOf(channel: OpenChannel, conversationId: string, messageId: string): Promise<MailThread>
  /** Where a provider that fetches files itself finds one, for a short while. */
  fileUrl(workspaceId: string, fileId: string): string
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
    const sizeBytes = weightOf(content)
    return this.#memory.with(sizeBytes, async () => {
      try {
        const sender = this.#parts.senderOf(channel)
        const message = await this.#addressed(workspaceId, replyTo, content, sender)
        const opaque = opaqueOf(conversationId, messageId)
        const thread = sender.isThreaded && (await this.#parts.threadOf(channel, conversationId, messageId))
        return outcomeOf(messageId, await sender.send(channel, { to, opaque, ...message, ...(thread && { thread }) }))
      } catch (error) {
        if (error instanceof Problem) return withheld(messageId, error)
        throw error
      }
    })
  }

  async fetchFile(channelId: string, workspaceId: string, file: Parameters<ConversationPorts['fetchFile']>[2]) {
    const { mediaId, mime, fileName } = file
    const channel = await this.#channel(workspaceId, channelId)
    const sender = channel && this.#parts.senderOf(channel)
    if (!channel || !sender?.fetchMedia || !mediaId) return { mime, lost: 'The provider did not say where it is.' }
    const fetchMedia = sender.fetchMedia.bind(sender)
    try {
      // The same file again has the same id: an effect may be repeated.
      const fileId = derivedId('fil', workspaceId, channelId, mediaId)
      return await this.#memory.with(mediaMax(mime), async () => {
        const { bytes, mime: found } = await fetchMedia(channel, mediaId)
        const kept = { fileId, bytes, mime: found || mime, fileName: fileName ?? null, by: channelId }
        await this.#parts.files.keep(workspaceId, kept)
        // Only once it is ours for good: whoever cannot keep it must not have it deleted.
        const isToForget = channel.voice.deletesRecordings && recordingIn(mediaId) !== undefined
        return { mime: kept.mime, fileId, sizeBytes: bytes.length, ...(isToForget && { isToForget }) }
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
      await this.#parts.senderOf(channel).markRead?.(channel, providerId, { typing })
    } catch (error) {
      // A courtesy: one that came too late is worth no second try.
      if (!(error instanceof ProviderFailure)) throw error
    }
  }

  /** Our ids become the provider's; a file of ours becomes its bytes. */
  async #addressed(workspaceId: string, replyTo: string | null, content: Outgoing, sender: Sender) {
    const context = replyTo ? await this.#providerIdOf(workspaceId, replyTo) : undefined
    const quoted = context ? { replyTo: context } : {}
    if (content.kind === 'reaction') {
      const to = (await this.#providerIdOf(workspaceId, content.to)) ?? content.to
      return { ...quoted, content: { ...content, to } }
    }
    if (content.kind === 'email') return { ...quoted, content, files: await this.#filesOf(workspaceId, content) }
    const fileId = fileOf(content)?.fileId
    if (!fileId) return { ...quoted, content }
    const file = await this.#parts.files.open(workspaceId, fileId)
    const { fileName } = file.row
    // Opened before: one that is not there, or not looked through, is lent to nobody.
    if (sender.fetchesMedia) return { ...quoted, content, mediaUrl: this.#parts.fileUrl(workspaceId, fileId) }
    const bytes = await this.#parts.files.bytesOf(file)
    return { ...quoted, content, media: { bytes, mime: file.mime, ...(fileName && { fileName }) } }
  }

  async #filesOf(workspaceId: string, { files = [] }: Extract<Outgoing, { kind: 'email' }>) {
    const found: MediaFile[] = []
    for (const { fileId, fileName } of files) {
      const file = await this.#parts.files.open(workspaceId, fileId)
      const name = fileName ?? file.row.fileName
      found.push({ bytes: await this.#parts.files.bytesOf(file), mime: file.mime, ...(name && { fileName: name }) })
    }
    return found
  }

  #channel(workspaceId: string, id: string) {
    return openLine(this.#parts.channels, workspaceId, id)
  }

  async #providerIdOf(workspaceId: string, messageId: string) {
    return (await this.#parts.messageById(workspaceId, messageId))?.providerId ?? undefined
  }
}

/** What of it is in memory while a provider takes it, bytes. */
function weightOf(content: Outgoing): number {
  if (content.kind === 'email') return (content.files ?? []).reduce((sum, one) => sum + one.sizeBytes, 0)
  const file = fileOf(content)
  return file ? (file.sizeBytes ?? mediaMax(file.mime)) : 0
}

/** A workspace's channel with its secrets, for the adapter; undefined where it is not there, or switched off. */
export async function openLine(
  channels: ChannelSettings,
  workspaceId: string,
  id: string,
): Promise<OpenChannel | undefined> {
  const channel = await channels.opened(id)
  return channel?.status === 'active' && channel.workspaceId === workspaceId ? channel : undefined
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
