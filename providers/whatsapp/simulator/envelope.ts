import type { Content } from '../../../kernel/content.ts'
import type { MessageRow, PersonRow, TemplateRow } from './ledger.ts'
import { webhookError } from './meta-errors.ts'
import type { SimulatedChannel } from './settings.ts'

// Webhook bodies in Meta's exact shape. Someone who hides the number is known by the business-scoped user id alone:
// `from`, `wa_id` and `recipient_id` are then missing, as Meta documents for people with a username.

type Bag = Record<string, unknown>

const seconds = (ms: number) => String(Math.floor(ms / 1_000))

function envelope(channel: SimulatedChannel, at: number, field: string, value: Bag): string {
  const metadata = {
    display_phone_number: channel.phoneNumber.replace(/^\+/, ''),
    phone_number_id: channel.phoneNumberId,
  }
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: channel.businessId,
        time: Math.floor(at / 1_000),
        changes: [{ value: { messaging_product: 'whatsapp', metadata, ...value }, field }],
      },
    ],
  })
}

const contactOf = (person: PersonRow) => ({
  profile: { name: person.name },
  ...(!person.hidesNumber && { wa_id: person.waId }),
  user_id: person.userId,
})
const senderOf = (person: PersonRow) => ({
  ...(!person.hidesNumber && { from: person.waId }),
  from_user_id: person.userId,
})

/** What Meta says about a file that a person sent. */
export interface SentFile {
  id: string
  mime: string
  /** Hex. */
  sha256: string
}

function mediaOf(content: Extract<Content, { mime: string }>, file: SentFile | undefined): Bag {
  if (file === undefined) throw new Error('This message has lost its file.')
  const { caption, fileName, kind } = content
  const type = kind === 'voice' ? 'audio' : kind
  const described = {
    mime_type: file.mime,
    sha256: Buffer.from(file.sha256, 'hex').toString('base64'),
    id: file.id,
    ...(caption !== undefined && { caption }),
    ...(type === 'document' && { filename: fileName ?? 'document' }),
    ...(type === 'audio' && { voice: kind === 'voice' }),
    ...(type === 'sticker' && { animated: false }),
  }
  return { type, [type]: described }
}

function answerOf({ of, id, title, description }: Extract<Content, { kind: 'answer' }>): Bag {
  if (of === 'quick_reply') return { type: 'button', button: { payload: id, text: title } }
  const type = of === 'list' ? 'list_reply' : 'button_reply'
  const reply = { id, title, ...(description !== undefined && { description }) }
  return { type: 'interactive', interactive: { type, [type]: reply } }
}

const cardsOf = ({ contacts }: Extract<Content, { kind: 'contacts' }>): Bag => ({
  type: 'contacts',
  contacts: contacts.map(({ name, phones }) => ({
    name: { formatted_name: name, first_name: name },
    phones: phones.map((phone) => ({ phone, type: 'CELL' })),
  })),
})

function unsupported(what: string): Bag {
  const error = { code: 131051, title: 'Message type unknown', message: 'Message type unknown' }
  const details = { error_data: { details: 'Message type is currently not supported.' } }
  return { type: 'unsupported', errors: [{ ...error, ...details }], unsupported: { type: what } }
}

/** `type` and what belongs to it. */
function saying(content: Content, file?: SentFile): Bag {
  if ('mime' in content) return mediaOf(content, file)
  switch (content.kind) {
    case 'text':
      return { type: 'text', text: { body: content.text } }
    case 'location': {
      const { kind: _, ...location } = content
      return { type: 'location', location }
    }
    case 'contacts':
      return cardsOf(content)
    case 'answer':
      return answerOf(content)
    case 'reaction':
      return {
        type: 'reaction',
        reaction: { message_id: content.to, ...(content.emoji !== null && { emoji: content.emoji }) },
      }
    case 'unsupported':
      return unsupported(content.what)
    default:
      throw new Error(`Nobody sends this by WhatsApp: ${content.kind}.`)
  }
}

export interface Said {
  id: string
  at: number
  content: Content
  replyTo?: string | null
  file?: SentFile | undefined
}

export function inbound(
  channel: SimulatedChannel,
  person: PersonRow,
  { id, at, content, replyTo, file }: Said,
): string {
  const context = { context: { from: channel.phoneNumber.replace(/^\+/, ''), id: replyTo } }
  const message = {
    ...(typeof replyTo === 'string' && context),
    ...senderOf(person),
    id,
    timestamp: seconds(at),
    ...saying(content, file),
  }
  return envelope(channel, at, 'messages', { contacts: [contactOf(person)], messages: [message] })
}

/** An edit carries the whole new message, a deletion only the name of the old one. */
export function change(
  channel: SimulatedChannel,
  person: PersonRow,
  { id, at, of, content, file }: Omit<Said, 'content'> & { of: string; content: Content | null },
): string {
  const what =
    content === null
      ? { type: 'revoke', revoke: { original_message_id: of } }
      : { type: 'edit', edit: { original_message_id: of, message: saying(content, file) } }
  const message = { ...senderOf(person), id, timestamp: seconds(at), ...what }
  return envelope(channel, at, 'messages', { contacts: [contactOf(person)], messages: [message] })
}

export function status(
  channel: SimulatedChannel,
  person: PersonRow,
  message: Pick<MessageRow, 'id' | 'opaque' | 'content'>,
  { at, status, code }: { at: number; status: 'sent' | 'delivered' | 'read' | 'failed'; code?: number },
): string {
  const category = message.content.kind === 'template' ? 'utility' : 'service'
  const described = {
    id: message.id,
    status,
    timestamp: seconds(at),
    ...(!person.hidesNumber && { recipient_id: person.waId }),
    recipient_user_id: person.userId,
    ...(message.opaque !== null && { biz_opaque_callback_data: message.opaque }),
    ...(status === 'failed'
      ? { errors: [webhookError(code ?? 131000)] }
      : { pricing: { billable: category !== 'service', pricing_model: 'PMP', category, type: 'regular' } }),
  }
  return envelope(channel, at, 'messages', { contacts: [contactOf(person)], statuses: [described] })
}

const rejections: Readonly<Record<string, { reason: string; recommendation: string }>> = {
  INVALID_FORMAT: {
    reason: 'Your template has parameters placed next to each other without text or punctuation between them.',
    recommendation: 'Separate parameters with descriptive text and make clear what each stands for.',
  },
  PROMOTIONAL: {
    reason: 'This template contains promotional content, which its category does not allow.',
    recommendation: 'Hand it in as MARKETING, or leave out what advertises.',
  },
}

/** Meta, "message_template_status_update": about the account, so it names no number. */
export function templateStatus(channel: SimulatedChannel, row: TemplateRow, event: string, at: number): string {
  const rejection = event === 'REJECTED' ? rejections[row.reason] : undefined
  const pause = { title: 'FIRST_PAUSE', description: 'The template is paused for 3 hours: people did not like it.' }
  const value = {
    event,
    message_template_id: Number(row.id),
    message_template_name: row.name,
    message_template_language: row.language,
    reason: row.reason,
    message_template_category: row.category,
    ...(rejection && { rejection_info: rejection }),
    ...(event === 'PAUSED' && { other_info: pause }),
  }
  const change = { value, field: 'message_template_status_update' }
  const entry = { id: channel.businessId, time: Math.floor(at / 1_000), changes: [change] }
  return JSON.stringify({ object: 'whatsapp_business_account', entry: [entry] })
}

/** Ours alone: Meta does not tell that a person types. A courtesy, so that staff screens can show it in a demo. */
export function typing(channel: SimulatedChannel, person: PersonRow, at: number, on: boolean): string {
  // In ms, unlike Meta's: two of these in one second are two.
  const element = { ...senderOf(person), on, timestamp: at }
  return envelope(channel, at, 'careline_typing', { contacts: [contactOf(person)], typing: [element] })
}
