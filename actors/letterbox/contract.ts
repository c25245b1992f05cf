import { z } from 'zod'
import { instant, sensitive } from '../../kernel/marks.ts'
import { contract } from '../runtime/contract.ts'

const id = z.string().min(1).max(128)
const secret = (max: number) => sensitive(z.string().max(max))

/** What a letter is about; its words are chosen when it is sent. Links and codes open doors: they rest encrypted. */
export const Letter = z.discriminatedUnion('about', [
  z.object({
    about: z.literal('sign_in'),
    link: secret(2_048),
    code: secret(16),
    minutes: z.int().positive().max(1_440),
  }),
  z.object({ about: z.literal('password'), link: secret(2_048), minutes: z.int().positive().max(1_440) }),
  z.object({
    about: z.literal('invitation'),
    link: secret(2_048),
    workspace: z.string().max(200),
    name: z.string().max(200),
    days: z.int().positive().max(365),
  }),
  /** Somebody asked for a letter to an address that is nobody's: it costs the same, and nothing leaves. */
  z.object({ about: z.literal('nobody') }),
])
export type Letter = z.infer<typeof Letter>

export const Posted = z.object({
  letterId: id,
  to: sensitive(z.string().max(320)),
  /** BCP 47. */
  language: z.string().max(35),
  letter: Letter,
  /** The last moment at which it is of any use. */
  notAfter: instant(),
})
export type Posted = z.infer<typeof Posted>

export const Sent = z.object({
  letterId: id,
  outcome: z.enum(['accepted', 'retry', 'never', 'broken']),
  /** The provider's own reason. */
  why: z.string().max(500).nullable(),
  retryAfterMs: z.number().nonnegative().nullable(),
})

/** The platform's own letters of one workspace, or of none: sign-in links, codes, invitations. */
export const letterbox = contract({
  kind: 'letterbox',

  messages: {
    post: { input: Posted },
    sent: { input: Sent },
    /** A reminder: this letter may try again. */
    again: { input: z.object({ letterId: id }) },
    view: {
      input: z.object({}),
      reply: z.object({ waiting: z.int(), sent: z.int(), failed: z.int(), why: z.string().max(500).nullable() }),
    },
  },

  effects: {
    mail: {
      input: Posted.omit({ notAfter: true }),
      result: Sent,
      answer: 'sent',
      // The provider takes our key, and sends what comes twice once.
      repeatable: true,
    },
  },
})
