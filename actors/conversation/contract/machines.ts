import { z } from 'zod'
import { Purpose } from '../../../kernel/consent.ts'
import { Outgoing, outgoingTextMax } from '../../../kernel/content.ts'
import { instant, sensitive } from '../../../kernel/marks.ts'

const id = z.string().min(1).max(128)
const empty = z.object({})
const PausedUntil = z.object({ automationPausedUntil: instant().nullable() })
const humanRev = z.int().nonnegative()

/** What a machine would say, for staff to send, change or drop. */
export const Draft = z.object({
  draftId: id,
  text: sensitive(z.string().max(outgoingTextMax)),
  /** What people of the business had written when it was made. */
  sawRev: humanRev,
  by: id,
  at: instant(),
})
export type Draft = z.infer<typeof Draft>

/** What became of what a machine wanted to say, and why where it did not go. */
export const Verdict = z.object({
  outcome: z.enum(['sent', 'drafted', 'held', 'scheduled']),
  messageId: id.nullable(),
  why: z.string().max(64).nullable(),
})

const HandedOver = PausedUntil.extend({
  status: z.literal('open'),
  assigneeId: id.nullable(),
  teamId: id.nullable(),
})

/** Machines that speak, and what keeps them from it. */
export const machines = {
  /** Without `hours`: until the matter is resolved. */
  pauseAutomation: { input: z.object({ hours: z.number().positive().max(720).optional() }), reply: PausedUntil },
  resumeAutomation: { input: empty, reply: PausedUntil },
  /** A language model's answer to what it saw: sent, drafted or held back, as the mode and the staff say. */
  propose: {
    input: z.object({ text: sensitive(z.string().min(1).max(outgoingTextMax)), sawRev: humanRev }),
    reply: Verdict,
  },
  /** An automation's message. `sawRev` is asked for where it answers; `rule` names what decided it, `welcome@3` say. */
  say: {
    input: z.object({
      content: Outgoing,
      channelId: id.optional(),
      class: Purpose,
      about: z.string().min(1).max(128).optional(),
      sawRev: humanRev.optional(),
      rule: z.string().regex(/^[\w.-]{1,60}@\d{1,6}$/),
    }),
    reply: Verdict,
  },
  /** People are to go on: it waits for them, machines are silent until it is resolved, and the summary is a note. */
  handOff: {
    input: z.object({
      reason: sensitive(z.string().trim().min(1).max(500)).optional(),
      summary: sensitive(z.string().trim().min(1).max(4_096)).optional(),
      /** The team that is to have it; as it was where it is missing. */
      teamId: id.nullable().optional(),
    }),
    reply: HandedOver,
  },
  /** Staff have used the draft (their message goes by `send`), or do not want it. */
  settleDraft: { input: z.object({ draftId: id, isUsed: z.boolean() }), reply: z.object({ draftId: id }) },
}
