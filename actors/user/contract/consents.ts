import { z } from 'zod'
import { ChannelKind } from '../../../kernel/channel-kind.ts'
import {
  ConsentMethod,
  ConsentState,
  Proof,
  Purpose,
  Suppressed,
  suppressedMax,
  SuppressionReason,
} from '../../../kernel/consent.ts'
import { instant, sensitive } from '../../../kernel/marks.ts'

const id = z.string().min(1).max(128)
const address = sensitive(z.string().min(1).max(254))
/** Every channel with every purpose. */
const saidMax = 16

/** What was said last of one channel and one purpose. */
export const Consent = z.object({
  channel: ChannelKind,
  purpose: Purpose,
  state: ConsentState,
  method: ConsentMethod,
  at: instant(),
})
export type Consent = z.infer<typeof Consent>

/** What a person wants to get, and by which way; and what no longer goes to them, and why. */
export const Consents = z.object({
  items: z.array(Consent).max(saidMax),
  suppressed: z.array(Suppressed).max(suppressedMax),
})
export type Consents = z.infer<typeof Consents>

/** One thing that was said, with what shows it. Nothing of the ledger is ever changed. */
export const ConsentEntry = z.object({
  _id: id,
  userId: id,
  channel: ChannelKind,
  purpose: Purpose,
  state: ConsentState,
  proof: Proof,
  by: z.object({ role: z.string().max(32), id }),
  at: instant(),
})
export type ConsentEntry = z.infer<typeof ConsentEntry>

const Said = z.object({ channel: ChannelKind, purpose: Purpose, state: ConsentState })
export const ConsentChange = z.object({ changes: z.array(Said).min(1).max(saidMax), proof: Proof })
const Place = z.object({ channel: ChannelKind, address })
const empty = z.object({})

export const consentMessages = {
  /** By the person, by staff who were told, by a form. To grant something for somebody else takes the words of it. */
  setConsents: { input: ConsentChange, reply: Consents },
  consents: { input: empty, reply: Consents },
  /** They wrote STOP or START: message `n` of their conversation. */
  heardWord: {
    input: z.object({
      n: z.int().positive(),
      word: z.enum(['stop', 'start']),
      channel: ChannelKind,
      messageId: id,
      text: sensitive(z.string().max(200)),
      address,
    }),
  },
  /** An address of theirs takes nothing any more: a provider says so, or staff, or a list. */
  suppress: { input: Place.extend({ reason: SuppressionReason }), reply: Consents },
  /** @throws Problem `own_act_needed`: what they ended themselves, they alone can take up again */
  lift: { input: Place, reply: Consents },
  /** What is known of an address that has become theirs: it may have been suppressed before anybody had it. */
  suppressionsFound: { input: z.object({ found: z.array(Suppressed).max(suppressedMax) }) },
  suppressionsKept: { input: empty },
}

export const consentEffects = {
  /** Writes what must outlive the person, under a keyed hash of the address. Without a reason it is taken away. */
  keepSuppressions: {
    input: z.object({ places: z.array(Place.extend({ reason: SuppressionReason.nullable() })).max(60), at: instant() }),
    result: empty,
    answer: 'suppressionsKept' as const,
    repeatable: true as const,
  },
  findSuppressions: {
    input: z.object({ places: z.array(Place).max(60) }),
    result: z.object({ found: z.array(Suppressed).max(suppressedMax) }),
    answer: 'suppressionsFound' as const,
    repeatable: true as const,
  },
}
