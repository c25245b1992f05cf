import { z } from 'zod'
import { instant, sensitive } from '../../kernel/marks.ts'
import { contract } from '../runtime/contract.ts'
import { OffReason } from '../webhook-endpoint/contract.ts'

const id = z.string().min(1).max(128)
const secret = (max: number) => sensitive(z.string().max(max))

/** What was changed of the ways in which somebody signs in. */
export const SecurityChange = z.enum([
  'app_added',
  'app_removed',
  'passkey_added',
  'passkey_removed',
  'recovery_codes_renewed',
  'recovery_code_used',
  'google_linked',
  'google_unlinked',
  'phone_added',
  'phone_removed',
  'email_changed',
  'slack_linked',
  'slack_unlinked',
])
export type SecurityChange = z.infer<typeof SecurityChange>

/** What a letter is about; its words are chosen when it is sent. Links and codes open doors: they rest encrypted. */
export const Letter = z.discriminatedUnion('about', [
  z.object({
    about: z.literal('sign_in'),
    link: secret(2_048),
    code: secret(16),
    minutes: z.int().positive().max(1_440),
  }),
  /** Google lets us into a mailbox no more. */
  z.object({
    about: z.literal('mailbox_lost'),
    link: secret(2_048),
    workspace: z.string().max(200),
    name: z.string().max(120),
    mailbox: z.string().max(254),
  }),
  /** Somebody who is looked after signs in to the app of a business. */
  z.object({
    about: z.literal('person_code'),
    code: secret(16),
    minutes: z.int().positive().max(1_440),
    workspace: z.string().max(200),
  }),
  z.object({ about: z.literal('password'), link: secret(2_048), minutes: z.int().positive().max(1_440) }),
  z.object({
    about: z.literal('invitation'),
    link: secret(2_048),
    workspace: z.string().max(200),
    name: z.string().max(200),
    days: z.int().positive().max(365),
  }),
  /** Somebody wants to open a business with this address. */
  z.object({
    about: z.literal('welcome'),
    link: secret(2_048),
    name: z.string().max(200),
    workspace: z.string().max(200),
    hours: z.int().positive().max(720),
  }),
  /** Somebody wants to open a business with an address that has an account already. */
  z.object({ about: z.literal('have_account'), link: secret(2_048) }),
  /** Somebody says that this address is theirs. */
  z.object({ about: z.literal('confirm_email'), link: secret(2_048), hours: z.int().positive().max(720) }),
  /** So many codes went out that more would cost too much: somebody may be making money with them. */
  z.object({ about: z.literal('codes_paused'), link: secret(2_048), workspace: z.string().max(200) }),
  /** How somebody signs in was changed: if it was not them, they should know at once. */
  z.object({
    about: z.literal('security'),
    what: SecurityChange,
    link: secret(2_048),
    /** From which address of the internet, where it is known. */
    ip: secret(64).nullable(),
  }),
  /** An endpoint of webhooks was turned off by itself. */
  z.object({
    about: z.literal('webhook_off'),
    link: secret(2_048),
    workspace: z.string().max(200),
    name: z.string().max(120),
    reason: OffReason,
  }),
  /** A colleague asks to act as somebody. */
  z.object({ about: z.literal('impersonation'), link: secret(2_048), name: z.string().max(200) }),
  /** Somebody changed what was written into the audit. */
  z.object({
    about: z.literal('audit_broken'),
    link: secret(2_048),
    workspace: z.string().max(200),
    findings: z.int().positive().max(1_000),
  }),
  /** Something went wrong that never did, that was thought to be mended, or too often. Names of the code alone. */
  z.object({
    about: z.literal('error'),
    link: secret(2_048),
    workspace: z.string().max(200),
    news: z.enum(['first', 'again', 'spike']),
    name: z.string().max(100),
    place: z.string().max(200),
  }),
  /** A workspace was closed; it can be taken back until then (a date, YYYY-MM-DD). */
  z.object({
    about: z.literal('closing'),
    link: secret(2_048),
    workspace: z.string().max(200),
    ends: z.string().max(10),
  }),
  /** That time is nearly over. */
  z.object({
    about: z.literal('closing_soon'),
    link: secret(2_048),
    workspace: z.string().max(200),
    ends: z.string().max(10),
  }),
  /** An export is ready to be fetched. */
  z.object({
    about: z.literal('export_ready'),
    link: secret(2_048),
    workspace: z.string().max(200),
    hours: z.int().positive().max(720),
  }),
  /** Colleagues, or a promise to a person, ask for somebody's attention. */
  z.object({
    about: z.literal('called'),
    link: secret(2_048),
    calls: z.int().positive().max(1_000),
    workspace: z.string().max(200),
  }),
  /** Somebody who is looked after asks for their data or to be erased; it has to be answered by a date, YYYY-MM-DD. */
  z.object({
    about: z.literal('privacy_request'),
    link: secret(2_048),
    workspace: z.string().max(200),
    kind: z.enum(['erasure', 'export']),
    news: z.enum(['new', 'soon']),
    ends: z.string().max(10),
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
  /** In whose name and colour; our own where it is missing. */
  brand: z.object({ name: z.string().max(120), colour: z.string().regex(/^(#[0-9a-f]{6})?$/i) }).optional(),
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
