import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { contract } from '../runtime/contract.ts'

const id = z.string().min(1).max(128)
/** So many are kept; the oldest make room. */
export const callsMax = 100

/** Why a colleague should look at a conversation. */
export const Why = z.enum(['mentioned', 'sla_warning', 'sla_breached', 'privacy_requested', 'privacy_due'])

/** A call for somebody's attention: `messageId` is the note that names them. */
export const Called = z.object({
  why: Why,
  conversationId: id,
  messageId: id.nullable(),
  by: id,
  at: instant(),
})
export const Call = Called.extend({ callId: id, seenAt: instant().nullable() })
export type Call = z.infer<typeof Call>

export const Calls = z.object({ calls: z.array(Call).max(callsMax), unseen: z.int().nonnegative() })

/** What calls for the attention of one member of the staff; its id is the member's. Nobody else may read it. */
export const attention = contract({
  kind: 'attention',

  messages: {
    called: { input: Called },
    /** They have looked at all that was said of this conversation; without one, at everything. */
    look: { input: z.object({ conversationId: id.optional() }), reply: z.object({ unseen: z.int() }) },
    /** A reminder: nobody looked for a while. */
    letterDue: { input: z.object({}) },
    lettered: { input: z.object({ isSent: z.boolean() }) },
    view: { input: z.object({}), reply: Calls },
  },

  streams: { main: 'self' },

  events: { 'attention.changed': { stream: 'main', data: Calls } },

  effects: {
    /** Writes to them, unless they are at a screen. */
    letter: {
      input: z.object({ calls: z.int().positive(), conversationId: id }),
      result: z.object({ isSent: z.boolean() }),
      answer: 'lettered',
      repeatable: true,
    },
  },
})
