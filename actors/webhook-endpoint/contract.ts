import { z } from 'zod'
import { instant, sensitive } from '../../kernel/marks.ts'
import { channel } from '../channel/contract.ts'
import { conversation } from '../conversation/contract.ts'
import { contract, type Shape } from '../runtime/contract.ts'
import { user } from '../user/contract.ts'

const id = z.string().min(1).max(128)
const n = z.int().positive()
const count = z.int().nonnegative()
const empty = z.object({})

/** What of an answer is kept, characters. */
export const answerMax = 2_048

/** How an endpoint answered; `status` is missing where it did not, and `why` says what happened instead. */
export const Answer = z.object({
  status: z.int().min(100).max(999).nullable(),
  why: z.string().max(300).nullable(),
  body: sensitive(z.string().max(answerMax)),
  ms: z.int().nonnegative(),
})
export type Answer = z.infer<typeof Answer>

/** What became of one try. `isFinal`: another would end the same, what was to be sent is not kept any more say. */
export const Tried = z.object({
  n,
  answer: Answer,
  retryAfterMs: z.number().nonnegative().nullable(),
  isFinal: z.boolean(),
})
export type Tried = z.infer<typeof Tried>

/** An event of a stream is kept there already; what is none is carried along, as it will be sent. */
export const Source = z.discriminatedUnion('in', [
  z.object({ in: z.literal('stream'), stream: z.string().max(200), seq: z.int().positive() }),
  z.object({ in: z.literal('payload'), payload: sensitive(z.string().max(200_000)) }),
])
export type Source = z.infer<typeof Source>

/** Something that happened and that somebody outside is to hear of. */
export const Occurrence = z.object({
  /** The same for every endpoint and every repetition: receivers know by it what they had. */
  eventId: id,
  type: z.string().min(1).max(64),
  at: instant(),
  source: Source,
})
export type Occurrence = z.infer<typeof Occurrence>

export const DeliveryStatus = z.enum(['waiting', 'delivered', 'failed'])

/** One occurrence on its way to one endpoint; `n` numbers them densely, in the order in which they leave. */
export const Delivery = z.object({
  _id: z.string().max(200),
  endpointId: id,
  n,
  eventId: id,
  type: z.string().max(64),
  at: instant(),
  /** Of a replay: the number of the delivery whose payload this is. */
  replays: n.nullable(),
  isTest: z.boolean(),
  status: DeliveryStatus,
  tries: count,
  recordedAt: instant(),
  triedAt: instant().nullable(),
  /** When it is tried again; nothing while it waits for those before it. */
  nextAt: instant().nullable(),
  answer: Answer.nullable(),
})
export type Delivery = z.infer<typeof Delivery>

/** Why an endpoint was turned off by itself. */
export const OffReason = z.enum(['failing', 'gone', 'too_far_behind'])
export type OffReason = z.infer<typeof OffReason>

export const Progress = z.object({
  waiting: count,
  /** Failed some times, and lets those after it pass. */
  aside: count,
  /** Since when nothing was taken; null while it works. */
  failingSince: instant().nullable(),
  lastTakenAt: instant().nullable(),
})

/** The deliveries of one endpoint, one after the other. */
export const webhookEndpoint = contract({
  kind: 'webhook-endpoint',

  messages: {
    take: { input: Occurrence },
    /** Sent once, out of turn, whether the endpoint is on or off. */
    test: { input: Occurrence, reply: z.object({ n }) },
    /** At the end of what waits, in the order given. */
    replay: {
      input: z.object({ items: z.array(Delivery.pick({ n: true, eventId: true, type: true, at: true })).max(100) }),
      reply: z.object({ last: count }),
    },
    sent: { input: Tried },
    /** A reminder: the first of those that wait may try again. */
    again: { input: empty },
    /** A reminder: this one, which let others pass, may try again. */
    asideAgain: { input: z.object({ n }) },
    on: { input: empty },
    off: { input: empty },
    turnedOff: { input: empty },
    view: { input: empty, reply: Progress },
  },

  rows: {
    /** `source` is missing in a replay: it is that of the delivery which it repeats. */
    delivery: Delivery.extend({ source: Source.nullable() }),
  },

  effects: {
    /** Under the same id each time: whoever takes it twice can know. */
    send: {
      input: z.object({ n }),
      result: Tried,
      answer: 'sent',
      repeatable: true,
    },
    /** Switches the endpoint off where people set it, and writes to the owner. */
    turnOff: {
      input: z.object({ reason: OffReason, why: z.string().max(300).nullable(), since: instant().nullable() }),
      result: empty,
      answer: 'turnedOff',
      repeatable: true,
    },
  },
})

export const deliveryIdOf = (endpointId: string, number: number) => `${endpointId}.${number}`

/** What of the streams is told to endpoints, in the words in which somebody chooses it. */
export const announced: Readonly<Record<string, { from: Shape; words: string }>> = {
  'message.created': { from: conversation, words: 'A message came in or went out, or a note was left' },
  'message.status_changed': { from: conversation, words: 'A message was sent, delivered, read, or failed' },
  'message.edited': { from: conversation, words: 'Somebody changed what they had written' },
  'message.file_fetched': { from: conversation, words: 'The file of a message is here' },
  'message.call_changed': { from: conversation, words: 'A telephone call rang, was taken, or was over' },
  'message.withdrawn': { from: conversation, words: 'Somebody took a message back' },
  'message.reacted': { from: conversation, words: 'Somebody reacted to a message' },
  'conversation.changed': { from: conversation, words: 'A conversation was assigned, resolved, opened again, read' },
  'question.closed': { from: conversation, words: 'Somebody answered what they were asked, or did not in time' },
  'word.heard': { from: conversation, words: 'Somebody wrote STOP, START, HELP, skip or done' },
  'user.changed': { from: user, words: 'What is known of a person changed' },
  'channel.health_changed': { from: channel, words: 'A channel began or ceased to work' },
}
