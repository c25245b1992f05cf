import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Problem } from '../../kernel/problem.ts'
import type { ReceivedItem } from '../received.ts'
import { normal, parsedParties } from './addresses.ts'
import { opaqueIn } from './resend.ts'

const short = z.string().max(2_000)
const Event = z.object({
  type: z.string().max(64),
  created_at: z.string().max(64).optional(),
  data: z.object({
    email_id: z.string().min(1).max(128),
    to: z.union([z.array(short).max(200), short]).optional(),
    tags: z.union([z.record(short, short), z.array(z.object({ name: short, value: short })).max(50)]).optional(),
    bounce: z
      .object({
        message: short.optional(),
        type: z.string().max(64).optional(),
        subType: z.string().max(64).optional(),
      })
      .optional(),
    failed: z.object({ reason: short.optional() }).optional(),
  }),
})
type Event = z.infer<typeof Event>

/** What became of a mail, or that one came, which is then asked for by its id. */
export interface ResendEvent {
  item: ReceivedItem
  /** Of a mail that came: `GET /emails/receiving/{id}`. */
  receivedId: string | null
  /** Whoever wants no more of ours, or cannot be reached: in lower case. */
  suppress: { address: string; reason: 'hard_bounce' | 'complaint' } | null
}

const statuses: Record<string, 'sent' | 'delivered' | 'read' | 'failed'> = {
  'email.sent': 'sent',
  'email.delivered': 'delivered',
  'email.opened': 'read',
  'email.bounced': 'failed',
  'email.failed': 'failed',
  'email.suppressed': 'failed',
}

/** One webhook is one event. `eventId`: `svix-id`, the same for every try. @throws Problem `not_a_mail_webhook` */
export function resendEvent(raw: string, eventId: string): ResendEvent {
  const read = Event.safeParse(parsed(raw))
  if (!read.success) throw new Problem('malformed', 'not_a_mail_webhook', 'This is no event of Resend.')
  const { type, data } = read.data
  const eventKey = `resend/${eventId || createHash('sha256').update(raw).digest('hex').slice(0, 40)}`
  const recipient = parsedParties([data.to ?? []].flat()[0] ?? '')[0]
  const address = recipient && normal(recipient.address)
  const suppress = address ? suppressed(type, data, address) : null
  const receivedId = type === 'email.received' ? data.email_id : null
  const item = statusOf(read.data, { eventKey, raw }, address) ?? { eventKey, raw, kind: 'other' as const }
  return { item, receivedId, suppress }
}

function statusOf(
  { type, created_at: at = '', data }: Event,
  common: { eventKey: string; raw: string },
  address?: string,
) {
  const status = statuses[type]
  if (!status) return undefined
  const opaque = opaqueIn(tagOf(data))
  return {
    ...common,
    kind: 'status' as const,
    providerId: data.email_id,
    status,
    at: Date.parse(at) || 0,
    ...(address && { recipient: { email: address } }),
    ...(opaque !== undefined && { opaque }),
    ...(status === 'failed' && { error: errorOf(type, data) }),
  }
}

function tagOf({ tags }: Event['data']) {
  if (Array.isArray(tags)) return tags.find(({ name }) => name === 'careline')?.value
  return tags?.['careline']
}

const isForGood = ({ bounce }: Event['data']) => !/^(transient|undetermined|temporary)$/i.test(bounce?.type ?? '')

function suppressed(type: string, data: Event['data'], address: string): ResendEvent['suppress'] {
  if (type === 'email.complained') return { address, reason: 'complaint' }
  return type === 'email.bounced' && isForGood(data) ? { address, reason: 'hard_bounce' } : null
}

function errorOf(type: string, data: Event['data']) {
  const isBounce = type === 'email.bounced'
  const code = isBounce && isForGood(data) ? 'hard_bounce' : type.slice('email.'.length)
  const title = (data.bounce?.message ?? data.failed?.reason ?? 'The mail did not arrive.').slice(0, 500)
  return { code, providerCode: null, title, action: isForGood(data) ? ('never' as const) : ('retry' as const) }
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    throw new Problem('malformed', 'malformed_json', 'The body is not JSON that can be read.')
  }
}
