import { z } from 'zod'
import { fileOf, type Outgoing } from '../../kernel/content.ts'
import { type Door, openDoor } from '../../kernel/outgoing.ts'
import { neverSent } from '../never-sent.ts'
import { errorOf, errorOfStatus, MetaError } from './errors.ts'
import { download, parsed, readAtMost } from './media.ts'
import { NoAnswer, postJson, type Posted } from './post.ts'
import {
  type MediaFile,
  type OutgoingMessage,
  type ProviderError,
  ProviderFailure,
  type SendResult,
} from '../sender.ts'
import type { MessageSender, WhatsAppChannel } from './port.ts'
import { templatePayload } from './template-message.ts'

export interface CloudApiOptions {
  /** For one request that sends or marks; Meta answers in well under a second. */
  timeoutMs?: number
  /** For one upload or download, up to 100 MB. */
  mediaTimeoutMs?: number
  /** The way to addresses that Meta names. */
  door?: Door
}

type OutgoingMedia = Extract<Outgoing, { mime: string }>
type OutgoingTemplate = Extract<Outgoing, { kind: 'template' }>
type Answer = { status: number; body: unknown; retryAfterMs?: number } | { lost: string } | { unreached: string }

const answerMax = 1_000_000
const retryAfterMaxMs = 24 * 60 * 60_000

const Sent = z.object({
  messages: z.array(z.object({ id: z.string().min(1).max(256) })).min(1),
  contacts: z
    .array(z.object({ wa_id: z.string().max(64).optional(), user_id: z.string().max(256).optional() }))
    .optional()
    .catch(undefined),
})
const Refused = z.object({ error: MetaError })
const Uploaded = z.object({ id: z.union([z.string().min(1).max(512), z.number().transform(String)]) })

function why(thrown: unknown): { code: string; words: string } {
  if (!(thrown instanceof Error)) return { code: '', words: 'unknown' }
  if (thrown instanceof NoAnswer) return { code: thrown.code, words: thrown.message }
  if (thrown.name === 'TimeoutError') return { code: 'TIMEOUT', words: 'No answer in time.' }
  const cause: unknown = thrown.cause
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return { code, words: `The connection broke${code === '' ? '' : ` (${code})`}.` }
}

function retryAfterOf(header: string): { retryAfterMs?: number } {
  return /^\d{1,9}$/.test(header) ? { retryAfterMs: Math.min(Number(header) * 1_000, retryAfterMaxMs) } : {}
}

/** One request; it never throws and never repeats. */
async function request(
  channel: WhatsAppChannel,
  path: string,
  body: string | FormData,
  timeoutMs: number,
): Promise<Answer> {
  const address = `${channel.baseUrl.replace(/\/+$/, '')}/${path}`
  try {
    const posted =
      typeof body === 'string'
        ? await postJson(address, channel.token, body, timeoutMs)
        : await postForm(address, channel.token, body, timeoutMs)
    const { status, bytes, header } = posted
    if (status >= 300 && status < 400) return { lost: 'The answer is a redirect.' } // The token goes to nobody else.
    return { status, body: parsed(bytes), ...retryAfterOf(header('retry-after')) }
  } catch (thrown) {
    const { code, words } = why(thrown)
    return neverSent(code) ? { unreached: code } : { lost: words }
  }
}

async function postForm(address: string, token: string, body: FormData, timeoutMs: number): Promise<Posted> {
  const headers = { authorization: `Bearer ${token}` }
  const signal = AbortSignal.timeout(timeoutMs)
  const response = await fetch(address, { method: 'POST', headers, body, redirect: 'error', signal })
  const bytes = await readAtMost(answerMax, response, () => new Error('A very long answer.'))
  return { status: response.status, bytes, header: (name) => response.headers.get(name) ?? '' }
}

const unreachedError = (code: string): ProviderError => ({
  code: 'provider_unreachable',
  providerCode: null,
  title: `WhatsApp cannot be reached (${code}).`,
  action: 'retry',
})
const ours = (code: string, title: string): ProviderError => ({ code, providerCode: null, title, action: 'never' })

function refusalOf({ status, body, retryAfterMs }: Extract<Answer, { status: number }>): ProviderError | undefined {
  // Looked for first: a parse that fails is dearer than the call, and nearly every answer is no refusal.
  const refused = Object.hasOwn(Object(body) as object, 'error') ? Refused.safeParse(body) : undefined
  if (refused?.success) return errorOf(refused.data.error, status, retryAfterMs)
  return status >= 200 && status < 300 ? undefined : errorOfStatus(status, retryAfterMs)
}

function resultOf(answer: Answer): SendResult {
  if ('unreached' in answer) return { outcome: 'refused', error: unreachedError(answer.unreached) }
  if ('lost' in answer) return { outcome: 'unknown', why: answer.lost }
  const error = refusalOf(answer)
  // A gateway's own 5xx page does not say whether Meta had the request.
  if (error?.providerCode === null && answer.status >= 500)
    return { outcome: 'unknown', why: `HTTP ${answer.status} without WhatsApp's own words.` }
  if (error !== undefined) return { outcome: 'refused', error }
  return accepted(answer.body)
}

function accepted(body: unknown): SendResult {
  const sent = Sent.safeParse(body)
  const message = sent.data?.messages[0]
  if (message === undefined) return { outcome: 'unknown', why: 'The answer names no message.' }
  const contact = sent.data?.contacts?.[0]
  return {
    outcome: 'accepted',
    providerId: message.id,
    ...(contact?.wa_id !== undefined && { waId: contact.wa_id }),
    ...(contact?.user_id !== undefined && { userId: contact.user_id }),
  }
}

/** For what may be repeated: any doubt is a reason to try again. */
function orThrow(answer: Answer): unknown {
  if ('unreached' in answer) throw new ProviderFailure(unreachedError(answer.unreached))
  if ('lost' in answer)
    throw new ProviderFailure({ code: 'no_answer', providerCode: null, title: answer.lost, action: 'retry' })
  const error = refusalOf(answer)
  if (error !== undefined) throw new ProviderFailure(error)
  return answer.body
}

function mediaPayload(content: OutgoingMedia, mediaId: string): Record<string, unknown> {
  const type = content.kind === 'voice' ? 'audio' : content.kind
  const hasCaption = type === 'image' || type === 'video' || type === 'document'
  return {
    type,
    [type]: {
      id: mediaId,
      ...(hasCaption && content.caption !== undefined && { caption: content.caption }),
      ...(type === 'document' && content.fileName !== undefined && { filename: content.fileName }),
      // Shown as a voice note; OGG with Opus, or Meta shows it as a file.
      ...(content.kind === 'voice' && { voice: true }),
    },
  }
}

// Meta wants another part of the name beside the whole.
const cardOf = ({ name, phones }: { name: string; phones: readonly string[] }) => ({
  name: { formatted_name: name, first_name: name },
  phones: phones.map((phone) => ({ phone, type: 'CELL' })),
})

function payloadOf(content: Exclude<Outgoing, OutgoingMedia>): Record<string, unknown> {
  switch (content.kind) {
    case 'text':
    case 'email':
      return { type: 'text', text: { body: content.text, preview_url: /https?:\/\//.test(content.text) } }
    case 'location': {
      const { kind: _, ...location } = content
      return { type: 'location', location }
    }
    case 'contacts':
      return { type: 'contacts', contacts: content.contacts.map(cardOf) }
    case 'reaction':
      return { type: 'reaction', reaction: { message_id: content.to, emoji: content.emoji ?? '' } }
    case 'buttons': {
      const buttons = content.buttons.map((reply) => ({ type: 'reply', reply }))
      return { type: 'interactive', interactive: { type: 'button', body: { text: content.text }, action: { buttons } } }
    }
    case 'list': {
      const action = { button: content.button, sections: [{ rows: content.rows }] }
      return { type: 'interactive', interactive: { type: 'list', body: { text: content.text }, action } }
    }
    case 'template':
      return templatePayload(content)
  }
}

const bringsFile = (content: Outgoing): content is OutgoingMedia | OutgoingTemplate => fileOf(content) !== undefined
const withFile = (content: OutgoingMedia | OutgoingTemplate, mediaId: string) =>
  content.kind === 'template' ? templatePayload(content, mediaId) : mediaPayload(content, mediaId)

/** `to` for a number, `recipient` for a business-scoped user id (Meta: of both, `to` would win). */
function addressOf(to: string): Record<string, string> | undefined {
  if (/^\d{5,20}$/.test(to)) return { to }
  return /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/.test(to) ? { recipient: to } : undefined
}

/** Meta's Cloud API. Holds no state: everything about a channel comes with each call. */
export class CloudApi implements MessageSender {
  readonly #timeoutMs: number
  readonly #mediaTimeoutMs: number
  readonly #door: Door

  constructor({ timeoutMs = 10_000, mediaTimeoutMs = 60_000, door = openDoor() }: CloudApiOptions = {}) {
    this.#door = door
    this.#timeoutMs = timeoutMs
    this.#mediaTimeoutMs = mediaTimeoutMs
  }

  async send(channel: WhatsAppChannel, message: OutgoingMessage): Promise<SendResult> {
    const address = addressOf(message.to)
    if (address === undefined)
      return { outcome: 'refused', error: ours('bad_recipient', 'This is no WhatsApp number or user id.') }
    const payload = await this.#payload(channel, message)
    if ('error' in payload) return { outcome: 'refused', error: payload.error }
    const body = {
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      ...address,
      ...payload.fields,
      ...(message.replyTo !== undefined && { context: { message_id: message.replyTo } }),
      biz_opaque_callback_data: message.opaque,
    }
    const path = `${channel.phoneNumberId}/messages`
    return resultOf(await request(channel, path, JSON.stringify(body), this.#timeoutMs))
  }

  async markRead(channel: WhatsAppChannel, providerId: string, { typing = false } = {}): Promise<void> {
    const body = {
      messaging_product: 'whatsapp',
      status: 'read',
      message_id: providerId,
      ...(typing && { typing_indicator: { type: 'text' } }),
    }
    orThrow(await request(channel, `${channel.phoneNumberId}/messages`, JSON.stringify(body), this.#timeoutMs))
  }

  async uploadMedia(channel: WhatsAppChannel, file: MediaFile): Promise<{ mediaId: string }> {
    const form = new FormData()
    form.set('messaging_product', 'whatsapp')
    form.set('type', file.mime)
    form.set('file', new Blob([new Uint8Array(file.bytes)], { type: file.mime }), file.fileName ?? 'file')
    const body = orThrow(await request(channel, `${channel.phoneNumberId}/media`, form, this.#mediaTimeoutMs))
    const uploaded = Uploaded.safeParse(body)
    if (uploaded.success) return { mediaId: uploaded.data.id }
    throw new ProviderFailure({ ...errorOfStatus(500), title: 'The answer names no media.' })
  }

  fetchMedia(channel: WhatsAppChannel, mediaId: string): Promise<{ bytes: Uint8Array; mime: string; sha256?: string }> {
    return download(channel, mediaId, this.#mediaTimeoutMs, this.#door)
  }

  /** An upload sends nothing to anybody, so a failed one is refused, never unknown. */
  async #payload(
    channel: WhatsAppChannel,
    { content, media }: OutgoingMessage,
  ): Promise<{ fields: Record<string, unknown> } | { error: ProviderError }> {
    if (!bringsFile(content)) return { fields: payloadOf(content) }
    const known = fileOf(content)?.mediaId
    try {
      if (known !== undefined) return { fields: withFile(content, known) }
      if (media === undefined) return { error: ours('media_missing', 'The file of this message is not there.') }
      const { mediaId } = await this.uploadMedia(channel, media)
      return { fields: withFile(content, mediaId) }
    } catch (thrown) {
      if (thrown instanceof ProviderFailure) return { error: thrown.error }
      throw thrown
    }
  }
}
