import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { contract } from '../runtime/contract.ts'

const id = z.string().min(1).max(128)
const code = z.string().max(64)
/** So many devices of one person are told at most. */
export const devicesMax = 20

/** Something that was said to a person, in the app. `seq`: of their own stream. */
export const Told = z.object({
  messageId: id,
  conversationId: id,
  channelId: id,
  seq: z.int().positive(),
})

export const Device = z.object({ id, service: z.enum(['fcm', 'apns', 'webpush']) })

/** Whether it has to be told at all, and where. */
export const Verdict = z.discriminatedUnion('is', [
  /** Nobody need be told any more, or may be. */
  z.object({ is: z.literal('over'), why: z.enum(['read', 'withdrawn', 'rerouted', 'failed', 'blocked', 'connected']) }),
  /** Not at this hour. */
  z.object({ is: z.literal('held'), until: instant() }),
  z.object({ is: z.literal('due'), devices: z.array(Device).max(devicesMax) }),
])

/** What became of one try at one device. */
export const Tried = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('told') }),
  /** Its address is nobody's any more, and is let go of. */
  z.object({ outcome: z.literal('gone'), code }),
  z.object({ outcome: z.literal('failed'), code }),
  z.object({ outcome: z.literal('again'), code, retryAfterMs: z.number().nonnegative().nullable() }),
  /** It may be shown there: it is not told twice. */
  z.object({ outcome: z.literal('unknown') }),
])
export type Tried = z.infer<typeof Tried>

/** Tells one person, on their devices, of what came while the app was closed; its id is theirs. */
export const push = contract({
  kind: 'push',

  messages: {
    /** Something is on their stream: unless a device of theirs shows it soon, they are told. */
    told: { input: Told },
    /** A device of theirs shows everything up to here. */
    shown: { input: z.object({ seq: z.int().positive() }) },
    /** A reminder: nothing has shown it. */
    due: { input: z.object({ messageId: id }) },
    looked: { input: z.object({ messageId: id, tries: z.int().nonnegative(), verdict: Verdict }) },
    tried: { input: z.object({ messageId: id, deviceId: id, result: Tried }) },
    view: { input: z.object({}), reply: z.object({ waiting: z.int().nonnegative() }) },
  },

  effects: {
    /** Reads whether it has to be told by now, and where. */
    look: {
      input: z.object({ messageId: id, tries: z.int().nonnegative(), channelId: id }),
      result: z.object({ messageId: id, tries: z.int().nonnegative(), verdict: Verdict }),
      answer: 'looked',
      repeatable: true,
    },
    /** One notice to one device. */
    notify: {
      input: z.object({ messageId: id, conversationId: id, channelId: id, deviceId: id }),
      result: z.object({ messageId: id, deviceId: id, result: Tried }),
      answer: 'tried',
      // Push services know no message again.
      repeatable: false,
    },
  },
})
