import { createHash, createPublicKey, verify } from 'node:crypto'
import { z } from 'zod'
import { Problem } from '../../kernel/problem.ts'
import type { ReceivedItem } from '../received.ts'
import { normal } from './addresses.ts'

/**
 * Whether SendGrid signed this: ECDSA over its timestamp and the bytes as they came, their last line break as well. How
 * old it is says nothing: events are repeated for a day, and each is applied once.
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 */
export function isFromSendGrid(
  keys: readonly string[],
  { signature, timestamp, body }: { signature: string; timestamp: string; body: Buffer },
): boolean {
  const signed = Buffer.concat([Buffer.from(timestamp), body])
  return keys.some((key) => isSigned(key, signed, signature))
}

function isSigned(key: string, signed: Buffer, signature: string) {
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' })
    return verify('sha256', signed, publicKey, Buffer.from(signature, 'base64'))
  } catch {
    return false // A key that was made up to simulate it is no key.
  }
}

const short = z.string().max(2_000)
const Event = z.looseObject({
  event: z.string().max(64),
  email: z.string().max(320),
  timestamp: z.number().nonnegative().max(1e11),
  sg_event_id: z.string().max(200).optional(),
  sg_message_id: z.string().max(300).optional(),
  'smtp-id': z.string().max(500).optional(),
  careline: z.string().max(512).optional(),
  reason: short.nullish(),
  response: short.nullish(),
  status: z.string().max(64).nullish(),
  type: z.string().max(64).nullish(),
})
type Event = z.infer<typeof Event>
const Events = z.array(Event).min(1).max(2_000)

export interface SendGridEvent {
  item: ReceivedItem
  suppress: { address: string; reason: 'hard_bounce' | 'complaint' } | null
}

const statuses: Record<string, 'sent' | 'delivered' | 'read' | 'failed'> = {
  processed: 'sent',
  delivered: 'delivered',
  open: 'read',
  bounce: 'failed',
  dropped: 'failed',
}

/** A webhook of SendGrid is a list. @throws Problem `not_a_mail_webhook` */
export function sendGridEvents(raw: string): SendGridEvent[] {
  const read = Events.safeParse(parsed(raw))
  if (!read.success) throw new Problem('malformed', 'not_a_mail_webhook', 'These are no events of SendGrid.')
  return read.data.map(eventOf)
}

function eventOf(event: Event): SendGridEvent {
  const raw = JSON.stringify([event])
  const key = event.sg_event_id ?? createHash('sha256').update(raw).digest('hex').slice(0, 40)
  const address = normal(event.email)
  const status = statuses[event.event]
  const common = { eventKey: `sendgrid/${key}`, raw }
  const suppress = suppressed(event, address)
  if (!status) return { item: { ...common, kind: 'other' }, suppress }
  const item = {
    ...common,
    kind: 'status' as const,
    providerId: event['smtp-id'] ?? event.sg_message_id ?? key,
    status,
    at: event.timestamp * 1_000,
    recipient: { email: address },
    ...(event.careline !== undefined && { opaque: event.careline }),
    ...(status === 'failed' && { error: errorOf(event) }),
  }
  return { item, suppress }
}

/** `blocked` is a server's mood of the day; a bounce names an address that is not there. */
const isForGood = ({ event, type }: Event) => event === 'bounce' && type !== 'blocked'

function suppressed(event: Event, address: string): SendGridEvent['suppress'] {
  if (event.event === 'spamreport') return { address, reason: 'complaint' }
  return isForGood(event) ? { address, reason: 'hard_bounce' } : null
}

function errorOf(event: Event) {
  const code = isForGood(event) ? 'hard_bounce' : event.event
  const title = (event.reason || event.response || 'The mail did not arrive.').slice(0, 500)
  const action = event.type === 'blocked' ? ('retry' as const) : ('never' as const)
  return { code, providerCode: null, title, action }
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    throw new Problem('malformed', 'malformed_json', 'The body is not JSON that can be read.')
  }
}
