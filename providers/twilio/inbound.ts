import { z } from 'zod'
import type { Content } from '../../kernel/content.ts'
import type { Correspondent, ReceivedItem } from '../received.ts'
import { isCall, parseCallItem } from './calls.ts'
import { errorOf } from './errors.ts'
import { type Form, formOf } from './signature.ts'

// https://www.twilio.com/docs/messaging/guides/webhook-request

const sid = z.string().regex(/^(SM|MM)[0-9a-zA-Z]{32}$/)
const short = (max: number) => z.string().max(max).optional().catch(undefined)
const mediaMax = 10

const Message = z.object({
  MessageSid: sid,
  From: z.string().min(1).max(128),
  Body: z.string().max(10_000).default(''),
  NumMedia: z.coerce.number().int().min(0).max(mediaMax).default(0).catch(0),
  OptOutType: z.enum(['STOP', 'START', 'HELP']).optional().catch(undefined),
  /** WhatsApp through Twilio says these besides. */
  WaId: short(64),
  ProfileName: short(200),
  ButtonText: short(256),
  ButtonPayload: short(256),
})
type Message = z.infer<typeof Message>

export const statuses = [
  'accepted',
  'scheduled',
  'queued',
  'sending',
  'sent',
  'delivered',
  'read',
  'undelivered',
  'failed',
  'canceled',
] as const
export const Status = z.object({
  MessageSid: sid,
  MessageStatus: z.enum(statuses),
  ErrorCode: z.coerce.number().int().min(0).max(999_999).optional(),
})
/** What of Twilio's statuses says something new; what it has yet to send is not news. */
export const meaningOf: Partial<Record<(typeof statuses)[number], 'sent' | 'delivered' | 'read' | 'failed'>> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  undelivered: 'failed',
  failed: 'failed',
  canceled: 'failed',
}

/** One part of a webhook, as it is kept: the form as it came, when, and which part of it this is. */
const Kept = z.object({
  form: z.string().max(65_536),
  at: z.number(),
  /** The number of a file; null for the words, or a status. */
  part: z.int().min(0).max(mediaMax).nullable(),
  /** The message of ours that a status is about, as its address says. */
  opaque: z.string().max(512).nullable(),
})
type Kept = z.infer<typeof Kept>

/** Whether somebody wrote, or a status is told; anything else of Twilio's (a call) is neither. */
export function kindOf(form: Form): 'message' | 'status' | undefined {
  if (Status.safeParse(form).success && form['NumMedia'] === undefined) return 'status'
  return Message.safeParse(form).success ? 'message' : undefined
}

/** What a message brings: its words, and each of its files as a message of its own, the words with the first where they fit. */
export function parseMessage(body: string, at: number): ReceivedItem[] {
  const read = Message.safeParse(formOf(body))
  if (!read.success) return []
  const { NumMedia: files, Body } = read.data
  const hasOwnWords = files === 0 || Body.length > captionMax
  const parts = [...(hasOwnWords ? [null] : []), ...Array.from({ length: files }, (_, index) => index)]
  return parts.map((part) => itemOf({ form: body, at, part, opaque: null }))
}

/** `opaque`: our own ids of the message, which stood in the address. */
export const parseStatus = (body: string, at: number, opaque: string): ReceivedItem =>
  itemOf({ form: body, at, part: null, opaque })

/** Of what was kept. @throws ZodError where it was none of ours */
export function parseTwilioItem(raw: string): ReceivedItem {
  const kept: unknown = JSON.parse(raw)
  return isCall(kept) ? parseCallItem(kept) : itemOf(Kept.parse(kept))
}

const captionMax = 1_024

function itemOf(kept: Kept): ReceivedItem {
  const raw = JSON.stringify(kept)
  const form = formOf(kept.form)
  if (kept.opaque !== null) return statusOf(form, kept, raw)
  const message = Message.parse(form)
  const { MessageSid, From, OptOutType } = message
  const suffix = kept.part === null || kept.part === 0 ? '' : `/${String(kept.part)}`
  return {
    kind: 'message',
    eventKey: `message/${MessageSid}/${kept.part === null ? 'text' : String(kept.part)}`,
    raw,
    // A file beside words that did not fit it must have a name of its own.
    providerId: kept.part === 0 && message.Body.length > captionMax ? `${MessageSid}/0` : `${MessageSid}${suffix}`,
    from: correspondentOf(From, message),
    at: kept.at,
    content: contentOf(message, form, kept.part),
    ...(OptOutType && kept.part === null && { optOut: optOuts[OptOutType] }),
  }
}

const optOuts = { STOP: 'stop', START: 'start', HELP: 'help' } as const

function correspondentOf(from: string, { WaId, ProfileName }: Message): Correspondent {
  const named = ProfileName ? { name: ProfileName } : {}
  if (from.startsWith('whatsapp:')) return { waId: WaId ?? from.replace(/\D/g, ''), ...named }
  return { phone: from, ...named }
}

function contentOf(message: Message, form: Form, part: number | null): Content {
  const { Body, ButtonText, ButtonPayload } = message
  if (part !== null) return fileOf(form, part, part === 0 && Body.length <= captionMax ? Body : '')
  if (ButtonText !== undefined && ButtonPayload !== undefined)
    return { kind: 'answer', of: 'quick_reply', id: ButtonPayload, title: ButtonText }
  return Body === '' ? { kind: 'unsupported', what: 'an empty text' } : { kind: 'text', text: Body }
}

const kindsOfFiles = { image: 'image', video: 'video', audio: 'audio' } as const

/** A contact card, a calendar entry, whatever a phone attaches: a document. */
function fileOf(form: Form, part: number, caption: string): Content {
  const mime = one(form, `MediaContentType${String(part)}`, 'application/octet-stream').slice(0, 128)
  const address = URL.parse(one(form, `MediaUrl${String(part)}`, ''))
  const kind = kindsOfFiles[mime.split('/')[0] as keyof typeof kindsOfFiles] ?? 'document'
  const words = caption === '' ? {} : { caption }
  // Only the path: whose host it is says the channel, never the webhook.
  return { kind, mime, ...(address && { mediaId: address.pathname.slice(0, 512) }), ...words }
}

function one(form: Form, name: string, otherwise: string): string {
  const value = form[name]
  return typeof value === 'string' ? value : otherwise
}

function statusOf(form: Form, { at, opaque }: Kept, raw: string): ReceivedItem {
  const { MessageSid, MessageStatus, ErrorCode } = Status.parse(form)
  const status = meaningOf[MessageStatus]
  const eventKey = `status/${MessageSid}/${MessageStatus}`
  if (!status) return { kind: 'other', eventKey, raw }
  const error = ErrorCode === undefined ? undefined : asProviderError(errorOf(ErrorCode, 400))
  const about = { providerId: MessageSid, status, at, opaque: opaque ?? '' }
  return { kind: 'status', eventKey, raw, ...about, ...(error && { error }) }
}

/** Twilio's refusal in the words of channels. */
export const asProviderError = ({ retryAfterMs, ...error }: ReturnType<typeof errorOf>) => ({
  ...error,
  ...(retryAfterMs !== null && { retryAfterMs }),
})
