import { z } from 'zod'
import { instant, sensitive } from '../../kernel/marks.ts'
import { contract } from '../runtime/contract.ts'

const id = z.string().min(1).max(128)
const why = z.string().max(500).nullable()

export const Way = z.enum(['sms', 'whatsapp'])
export type Way = z.infer<typeof Way>

/** What a text is about; its words are chosen when it leaves. Codes open doors: they rest encrypted. */
export const Words = z.discriminatedUnion('about', [
  z.object({
    /** `sign_in`, or the proof that a number is one's own. */
    about: z.enum(['sign_in', 'own_number']),
    code: sensitive(z.string().max(16)),
    minutes: z.int().positive().max(1_440),
  }),
  /** A text was asked for to a number that is nobody's: it costs the same, and nothing leaves. */
  z.object({ about: z.literal('nobody') }),
])
export type Words = z.infer<typeof Words>

export const Text = z.object({
  textId: id,
  /** E.164. */
  to: sensitive(z.string().max(20)),
  /** BCP 47. */
  language: z.string().max(35),
  words: Words,
  /** How it may go, in this order: by the next where the one before is refused for good. */
  ways: z.array(Way).min(1).max(2),
  /** Whose number at WhatsApp it goes by; null where it goes by SMS only. */
  workspaceId: id.nullable(),
  /** The last moment at which it is of any use. */
  notAfter: instant(),
})
export type Text = z.infer<typeof Text>

/** One text on one way. */
export const Going = Text.omit({ ways: true }).extend({ way: Way, since: instant() })
export type Going = z.infer<typeof Going>

/** What became of handing it over. `unknown`: it may have been taken; asking again could send it twice. */
export const Handed = z.object({
  textId: id,
  way: Way,
  outcome: z.enum(['accepted', 'retry', 'never', 'broken', 'unknown']),
  /** In the provider's words. */
  why,
  retryAfterMs: z.number().nonnegative().nullable(),
})
export type Handed = z.infer<typeof Handed>

/** The platform's own short messages of one workspace, or of none: codes, by SMS or WhatsApp. */
export const messenger = contract({
  kind: 'messenger',

  messages: {
    text: { input: Text },
    handed: { input: Handed },
    /** A reminder: it may try again. */
    again: { input: z.object({ textId: id }) },
    /** A reminder: nobody has said whether it was taken; the provider is asked what it has. */
    ask: { input: z.object({ textId: id }) },
    /** A reminder: of no use any more. */
    over: { input: z.object({ textId: id }) },
    /** The provider tells what became of one that it took. */
    told: { input: z.object({ textId: id, status: z.enum(['sent', 'delivered', 'failed']), why }) },
    view: {
      input: z.object({}),
      reply: z.object({
        waiting: z.int(),
        sent: z.int(),
        delivered: z.int(),
        failed: z.int(),
        /** Why the last one failed. */
        why,
      }),
    },
  },

  effects: {
    /** Neither Twilio nor WhatsApp takes a key: after a crash it is looked up, never made again blindly. */
    send: { input: Going, result: Handed, answer: 'handed', repeatable: false },
    find: { input: Going, result: Handed, answer: 'handed', repeatable: true },
  },
})
