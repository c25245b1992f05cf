import { z } from 'zod'
import { Outgoing } from '../../../kernel/content.ts'
import { instant } from '../../../kernel/marks.ts'
import { Purpose } from '../../../kernel/consent.ts'
import { Send } from './message.ts'

const id = z.string().min(1).max(128)

/** A conversation keeps no more than these for later. */
export const scheduledMax = 10
/** Nothing is kept for longer, days. */
export const scheduledDaysMax = 366

/** Something that goes at its hour, unless it is cancelled before. */
export const Scheduled = z.object({
  messageId: id,
  sendAt: instant(),
  content: Outgoing,
  channelId: id.nullable(),
  replyTo: id.nullable(),
  class: Purpose,
  about: z.string().max(128).nullable(),
  by: z.object({ kind: z.enum(['staff', 'automation']), id }),
  createdAt: instant(),
  /** It does not go if the person writes before. */
  unlessAnswered: z.boolean(),
  /** Why it waits, where nobody chose the hour: the code of the guard that put it off. */
  waitsFor: z.string().max(64).nullable(),
})
export type Scheduled = z.infer<typeof Scheduled>

const Planned = z.object({ messageId: id, sendAt: instant() })

/** What is said later. */
export const later = {
  schedule: { input: Send.extend({ sendAt: instant(), unlessAnswered: z.boolean().optional() }), reply: Planned },
  /** Only before it goes; what is not named stays. */
  reschedule: {
    input: z.object({ messageId: id, content: Outgoing.optional(), sendAt: instant().optional() }),
    reply: Planned,
  },
  cancelScheduled: { input: z.object({ messageId: id }), reply: z.object({ messageId: id }) },
  /** A reminder: its hour has come. */
  sendDue: { input: z.object({ messageId: id }) },
}
