import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Content } from '../../kernel/content.ts'
import { Problem } from '../../kernel/problem.ts'
import { errorOf, MetaError } from './errors.ts'
import { clipped, contentOf, stringy } from './inbound.ts'
import type { Correspondent, ReceivedOf, Told } from '../received.ts'
import { templateNews } from './template-news.ts'

/** As every provider's, with what WhatsApp alone tells. */
interface OfAccount extends Told {
  /** Meta's id of the WhatsApp business account. */
  businessId: string
}
interface OfNumber extends OfAccount {
  phoneNumberId: string
}

export type Item =
  | (ReceivedOf<'message' | 'status' | 'edited' | 'deleted' | 'typing'> & OfNumber)
  /** Ours, sent from the WhatsApp Business app beside us (coexistence). Not inbound: never answer it. */
  | (ReceivedOf<'echo'> & OfNumber & { providerId: string; at: number; content: Content; replyTo?: string })
  /** `newWaId`: the person has moved to another number. */
  | (ReceivedOf<'system'> & OfNumber & { providerId: string; what: string; at: number; newWaId?: string })
  | ReceivedOf<'template'>
  /** Account, calls, groups, whatever comes next. */
  | (ReceivedOf<'other'> & OfAccount & { field: string; phoneNumberId?: string })

export type ItemOf<Kind extends Item['kind']> = Extract<Item, { kind: Kind }>

type Bag = Record<string, unknown>

const itemsMax = 2_000
const Id = z.string().min(1).max(256)
const Bag = z.record(z.string(), z.unknown())
const isBag = (value: unknown): value is Bag => value !== null && typeof value === 'object' && !Array.isArray(value)
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const waId = stringy.pipe(z.string().min(1).max(64)).optional().catch(undefined)

const Envelope = z.object({
  object: z.literal('whatsapp_business_account'),
  entry: z
    .array(
      z.object({
        id: stringy.pipe(z.string().max(128)).catch(''),
        time: z.unknown().optional(),
        changes: z
          .array(z.object({ field: z.string().max(128), value: z.unknown().optional() }))
          .max(itemsMax)
          .default([]),
      }),
    )
    .max(itemsMax),
})

const Metadata = z.object({ phone_number_id: stringy.pipe(z.string().max(64)) })

const Contact = z.object({
  wa_id: waId,
  user_id: waId,
  profile: z
    .object({ name: clipped(200), username: clipped(200) })
    .optional()
    .catch(undefined),
})
type Contact = z.infer<typeof Contact>

const Message = z.looseObject({
  id: Id,
  from: waId,
  from_user_id: waId,
  to: waId,
  to_user_id: waId,
  group_id: waId,
  timestamp: z.unknown().optional(),
  type: z.string().max(64).catch('unknown'),
  context: z
    .object({ id: Id.optional().catch(undefined) })
    .optional()
    .catch(undefined),
  edit: z.object({ original_message_id: Id, message: Bag }).optional().catch(undefined),
  revoke: z.object({ original_message_id: Id }).optional().catch(undefined),
  system: z
    .object({ type: z.string().max(100), wa_id: waId, new_wa_id: waId })
    .optional()
    .catch(undefined),
})
type Message = z.infer<typeof Message>

const Status = z.object({
  id: Id,
  // "played" (a voice note was heard) comes after "read" and says no less.
  status: z.enum(['sent', 'delivered', 'read', 'played', 'failed']),
  timestamp: z.unknown().optional(),
  recipient_id: waId,
  recipient_user_id: waId,
  biz_opaque_callback_data: z.string().max(512).optional().catch(undefined),
  errors: z.array(MetaError).optional().catch(undefined),
})

const Typing = z.object({ from: waId, from_user_id: waId, on: z.boolean(), timestamp: z.unknown().optional() })

/** Where an element stood in the POST, and how to make it a webhook of its own again. */
interface Place {
  field: string
  value: Bag
  contacts: Contact[]
  /** One contact and one element: they belong together. */
  isLone: boolean
  phoneNumberId: string
  receivedAt: number
  /** When Meta says that it was so. */
  toldAt: number
  common(eventKey: string, list: string, element: unknown, contact?: Contact): OfNumber
}

// Seconds, as a string or a number; milliseconds would be 33,000 years ahead, so they are taken for what they are.
function instantOf(timestamp: unknown, otherwise: number): number {
  const number = typeof timestamp === 'string' && timestamp !== '' ? Number(timestamp) : timestamp
  if (typeof number !== 'number' || !Number.isFinite(number) || number <= 0) return otherwise
  const ms = Math.round(number > 100_000_000_000 ? number : number * 1_000)
  return ms <= 8_640_000_000_000_000 ? ms : otherwise
}

const digestOf = (...parts: unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)

const isUserId = (id: string | undefined) => id !== undefined && /^[A-Z]{2}\./.test(id)

/** The card of the one with this number or id; a lone card beside a lone message belongs to it, whatever its number. */
function cardOf(place: Place, number: string | undefined, userId: string | undefined): Contact | undefined {
  const found = place.contacts.find(
    (card) => (number !== undefined && card.wa_id === number) || (userId !== undefined && card.user_id === userId),
  )
  return found ?? (place.isLone ? place.contacts[0] : undefined)
}

function correspondent(number: string | undefined, id: string | undefined, card: Contact | undefined): Correspondent {
  // `from` wins over the card: it is what an answer must go to. A user id in its place is none.
  const isNumber = !isUserId(number)
  const wa = isNumber ? (number ?? card?.wa_id) : card?.wa_id
  const userId = id ?? (isNumber ? card?.user_id : number)
  const name = nameOn(card)
  return {
    ...(wa !== undefined && { waId: wa }),
    ...(userId !== undefined && { userId }),
    ...(name !== undefined && { name }),
  }
}

function nameOn(card: Contact | undefined): string | undefined {
  const { name, username } = card?.profile ?? {}
  return name !== undefined && name.trim() !== '' ? name : username
}

function otherItem(place: Place, list: string, element: unknown): Item {
  const { phoneNumberId, ...common } = place.common('', list, element)
  return {
    ...common,
    kind: 'other',
    field: place.field,
    // The whole webhook, its time included: the same news a month later is other news.
    eventKey: `${place.field}/${digestOf(common.raw)}`,
    ...(phoneNumberId !== '' && { phoneNumberId }),
  }
}

function messageItem(place: Place, list: 'messages' | 'message_echoes', element: unknown): Item {
  const read = Message.safeParse(element)
  // A group's message belongs to no person's conversation.
  if (!read.success || place.phoneNumberId === '' || read.data.group_id !== undefined)
    return otherItem(place, list, element)
  const message = read.data
  const isEcho = list === 'message_echoes'
  const [number, id] = isEcho ? [message.to, message.to_user_id] : [message.from, message.from_user_id]
  const card = cardOf(place, number, id)
  const who = correspondent(number, id, card)
  const base = { ...place.common(message.id, list, element, card), at: instantOf(message.timestamp, place.receivedAt) }
  const change = changeItem(base, message, who, isEcho ? 'business' : 'person')
  if (change !== undefined) return change
  const saying = {
    providerId: message.id,
    content: contentOf(message, place.value.errors),
    ...(message.context?.id !== undefined && { replyTo: message.context.id }),
  }
  return isEcho ? { ...base, kind: 'echo', to: who, ...saying } : { ...base, kind: 'message', from: who, ...saying }
}

/** A message that says something about another, or about the person, if this is one. */
function changeItem(
  base: OfNumber & { at: number },
  { id, edit, revoke, system }: Message,
  from: Correspondent,
  by: 'person' | 'business',
): Item | undefined {
  if (edit !== undefined)
    return { ...base, kind: 'edited', providerId: edit.original_message_id, by, from, content: contentOf(edit.message) }
  if (revoke !== undefined) return { ...base, kind: 'deleted', providerId: revoke.original_message_id, by, from }
  if (system === undefined) return undefined
  const newWaId = system.new_wa_id ?? system.wa_id
  return {
    ...base,
    kind: 'system',
    providerId: id,
    from,
    what: system.type,
    ...(newWaId !== undefined && newWaId !== from.waId && { newWaId }),
  }
}

function statusItem(place: Place, element: unknown): Item {
  const read = Status.safeParse(element)
  if (!read.success || place.phoneNumberId === '') return otherItem(place, 'statuses', element)
  const { id, status, recipient_id, recipient_user_id, biz_opaque_callback_data, errors, timestamp } = read.data
  const card = cardOf(place, recipient_id, recipient_user_id)
  const [error] = errors ?? []
  return {
    ...place.common(`${id}/${status}`, 'statuses', element, card),
    kind: 'status',
    providerId: id,
    status: status === 'played' ? 'read' : status,
    at: instantOf(timestamp, place.receivedAt),
    recipient: correspondent(recipient_id, recipient_user_id, card),
    ...(biz_opaque_callback_data !== undefined && { opaque: biz_opaque_callback_data }),
    ...(error !== undefined && { error: errorOf(error) }),
  }
}

function typingItem(place: Place, element: unknown): Item {
  const read = Typing.safeParse(element)
  if (!read.success || place.phoneNumberId === '') return otherItem(place, 'typing', element)
  const { from, from_user_id, on, timestamp } = read.data
  const card = cardOf(place, from, from_user_id)
  return {
    ...place.common(`typing/${digestOf(place.phoneNumberId, element)}`, 'typing', element, card),
    kind: 'typing',
    from: correspondent(from, from_user_id, card),
    on,
    at: instantOf(timestamp, place.receivedAt),
  }
}

function templateItem(place: Place): Item | undefined {
  const news = templateNews(place.field, place.value)
  if (news === undefined) return undefined
  const { eventKey, businessId, raw } = otherItem(place, '', undefined)
  return { eventKey, businessId, raw, kind: 'template', news, at: place.toldAt }
}

function itemsOf(place: Place): Item[] {
  const list = (name: string) => listOf(place.value[name])
  const items: Item[] = []
  if (place.field === 'messages') {
    items.push(...list('messages').map((element) => messageItem(place, 'messages', element)))
    items.push(...list('statuses').map((element) => statusItem(place, element)))
  }
  // `smb_message_echoes`: what the business wrote in its own app (Meta, coexistence).
  if (place.field === 'smb_message_echoes')
    items.push(...list('message_echoes').map((element) => messageItem(place, 'message_echoes', element)))
  // Of our simulator only: Meta tells nobody that a person types.
  if (place.field === 'careline_typing') items.push(...list('typing').map((element) => typingItem(place, element)))
  return items.length > 0 ? items : [templateItem(place) ?? otherItem(place, '', undefined)]
}

const lists = ['messages', 'statuses', 'message_echoes', 'typing', 'contacts']

const nobody = (): Contact => ({ wa_id: undefined, user_id: undefined, profile: undefined })

function placeOf(entry: { id: string; time?: unknown }, field: string, value: unknown, receivedAt: number): Place {
  const bag = isBag(value) ? value : {}
  const metadata = Metadata.safeParse(bag.metadata)
  const phoneNumberId = metadata.data?.phone_number_id ?? ''
  const cards = listOf(bag.contacts).map((card) => ({ card, contact: Contact.safeParse(card).data ?? nobody() }))
  const isLone = cards.length === 1 && lists.reduce((sum, name) => sum + listOf(bag[name]).length, 0) === 2
  const aloneOf = (list: string, element: unknown, own: unknown[]) => {
    const around = Object.fromEntries(Object.entries(bag).filter(([key]) => !lists.includes(key)))
    return { ...around, ...(own.length > 0 && { contacts: own }), [list]: [element] }
  }
  return {
    field,
    value: bag,
    contacts: cards.map(({ contact }) => contact),
    isLone,
    phoneNumberId,
    receivedAt,
    toldAt: instantOf(entry.time, receivedAt),
    common(eventKey, list, element, contact) {
      const own = cards.filter((each) => each.contact === contact).map(({ card }) => card)
      // Nearly every one that comes: what it says is one element and whom it is about, and that is all of it.
      const isAll = list === '' || (isLone && own.length === 1)
      const alone = isAll ? value : aloneOf(list, element, own)
      const time = entry.time === undefined ? {} : { time: entry.time }
      const body = {
        object: 'whatsapp_business_account',
        entry: [{ id: entry.id, ...time, changes: [{ field, value: alone }] }],
      }
      return { eventKey, businessId: entry.id, phoneNumberId, raw: JSON.stringify(body) }
    },
  }
}

/**
 * Everything that one POST of Meta tells, in its order. What cannot be read becomes `other` and spoils nothing beside
 * it. `receivedAt` (epoch ms) stands in for a missing timestamp.
 * @throws Problem `not_a_whatsapp_webhook` when the body is something else, `webhook_too_long` beyond 2,000 items
 */
export function parseWebhook(body: unknown, receivedAt = Date.now()): Item[] {
  const envelope = Envelope.safeParse(body)
  if (!envelope.success)
    throw new Problem('invalid', 'not_a_whatsapp_webhook', 'This body is not a webhook of a WhatsApp business account.')
  const items: Item[] = []
  for (const entry of envelope.data.entry)
    for (const { field, value } of entry.changes) {
      items.push(...itemsOf(placeOf(entry, field, value, receivedAt)))
      if (items.length > itemsMax)
        throw new Problem('too_large', 'webhook_too_long', `A webhook may carry at most ${itemsMax} items.`)
    }
  return items
}

/** The item that was kept as `raw`. */
export function parseItem(raw: string, receivedAt = Date.now()): Item {
  const [item] = parseWebhook(JSON.parse(raw), receivedAt)
  if (item === undefined) throw new Problem('invalid', 'not_a_whatsapp_webhook', 'This holds no item.')
  return item
}
