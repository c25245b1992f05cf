import { z } from 'zod'
import { Outgoing } from '../../kernel/content.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import { Failure } from '../conversation/contract/message.ts'
import { contract } from '../runtime/contract.ts'

const id = z.string().min(1).max(128)

/** Lower goes first. A person's answer never waits behind a campaign. */
export const Priority = z.enum(['staff', 'transactional', 'bulk'])

export const Parcel = z.object({
  messageId: id,
  conversationId: id,
  to: sensitive(z.string().min(1).max(128)),
  content: Outgoing,
  /** Our id of the message that this one answers. */
  replyTo: id.nullable(),
  priority: Priority,
  /** The last moment at which sending still makes sense. */
  notAfter: instant(),
})
export type Parcel = z.infer<typeof Parcel>

/** A message that was handed to the provider: all that its channel has to know of it when the answer comes. */
export const Sending = Parcel.omit({ content: true }).extend({ tries: z.int().nonnegative() })
export type Sending = z.infer<typeof Sending>

/** What became of a send. `unknown`: the provider may have taken it; asking again could deliver it twice. */
export const Outcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('accepted'), messageId: id, providerId: z.string().max(512) }),
  z.object({
    outcome: z.literal('refused'),
    messageId: id,
    error: Failure,
    action: z.enum(['retry', 'never', 'cool_off', 'broken']),
    retryAfterMs: z.number().nonnegative().nullable(),
  }),
  z.object({ outcome: z.literal('unknown'), messageId: id, why: z.string().max(200) }),
])
export type Outcome = z.infer<typeof Outcome>

/**
 * Without its parcel it is known to the channel: an earlier version handed it out, or asked for its outcome. `isTold`: its
 * conversation knows already that it was taken.
 */
const Sent = z.object({ result: Outcome, parcel: Sending.optional(), isTold: z.boolean().optional() })

export const Limits = z.object({
  perSecond: z.number().positive().max(100_000),
  burst: z.number().positive().max(100_000),
  /** At least this long between two messages to the same person, ms. */
  pairMs: z.number().nonnegative().max(60_000),
})

export const Health = z.object({
  state: z.enum(['up', 'degraded', 'down']),
  reason: z.string().max(500).nullable(),
  since: instant(),
  retryAt: instant().nullable(),
})
export type Health = z.infer<typeof Health>
/** With how many messages wait at this moment, which no event follows. */
export const HealthNow = Health.extend({ waiting: z.int().nonnegative() })

/** One account at a provider, one WhatsApp number say: what goes out through it, how fast, and whether it works. */
export const channel = contract({
  kind: 'channel',

  messages: {
    configure: { input: z.object({ limits: Limits }) },
    /** Without its content it is read from the message's row when it goes. */
    enqueue: { input: Parcel.extend({ content: Outgoing.nullable() }) },
    sent: { input: Sent },
    /** A reminder: something may go now. */
    pump: { input: z.object({}) },
    /** A reminder: the provider has not said what became of this message. */
    outcomeDue: { input: z.object({ messageId: id }) },
    view: { input: z.object({}), reply: HealthNow },
  },

  streams: { main: 'channels.read' },

  events: {
    'channel.health_changed': { stream: 'main', data: Health },
  },

  effects: {
    /**
     * `content` is missing where the parcel waited: the queue keeps no texts, the message's row has them. What an earlier
     * version handed out does not say how it may be tried again.
     */
    deliver: {
      input: Sending.partial({ notAfter: true, priority: true, tries: true }).extend({ content: Outgoing.nullable() }),
      result: Sent,
      answer: 'sent',
      repeatable: false,
    },
  },
})
