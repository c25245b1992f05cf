import { z } from 'zod'
import { ChannelKind, type IdentityKind } from './channel-kind.ts'
import { instant, sensitive } from './marks.ts'

/**
 * What a message is for. `conversational` answers somebody, `transactional` is what they asked for (a confirmation, a
 * code, a receipt), `operational` keeps things running, `marketing` is all that they could do without.
 */
export const purposes = ['conversational', 'transactional', 'operational', 'marketing'] as const
export const Purpose = z.enum(purposes)
export type Purpose = z.infer<typeof Purpose>

/** What was said of a channel and a purpose. Where nothing was, the law of the purpose holds: see `isConsented`. */
export const ConsentState = z.enum(['granted', 'revoked'])
export type ConsentState = z.infer<typeof ConsentState>

/** How it came to us. */
export const ConsentMethod = z.enum(['form', 'keyword', 'link', 'preferences', 'import', 'verbal', 'api'])
export type ConsentMethod = z.infer<typeof ConsentMethod>

/** What shows that it was said. */
export const Proof = z.object({
  method: ConsentMethod,
  /** The very words: what they agreed to, or what they wrote. */
  text: sensitive(z.string().max(2_000)).nullable(),
  /** Which version of that text. */
  textVersion: z.string().max(64).nullable(),
  messageId: z.string().max(128).nullable(),
  /** The address that they said it from. */
  address: sensitive(z.string().max(254)).nullable(),
  ip: sensitive(z.string().max(64)).nullable(),
})
export type Proof = z.infer<typeof Proof>
export const noProof = { text: null, textVersion: null, messageId: null, address: null, ip: null }

/** `email/marketing` */
export const consentKey = (channel: ChannelKind, purpose: Purpose) => `${channel}/${purpose}`

/** Why an address gets nothing any more. `erased`: its owner is forgotten, and this is all that is left. */
export const SuppressionReason = z.enum(['stop', 'complaint', 'hard_bounce', 'manual', 'import', 'erased'])
export type SuppressionReason = z.infer<typeof SuppressionReason>

/** What its owner alone can lift: by START, or on the page that a letter leads to. */
const liftedByOwner: readonly SuppressionReason[] = ['stop', 'complaint', 'erased']
export const needsOwner = (reason: SuppressionReason) => liftedByOwner.includes(reason)

export const Suppressed = z.object({
  channel: ChannelKind,
  /** As `suppressedAs` writes it; null: every address of this person on the channel. */
  address: sensitive(z.string().max(254)).nullable(),
  reason: SuppressionReason,
  at: instant(),
})
export type Suppressed = z.infer<typeof Suppressed>

/** A person has no more of them that count. */
export const suppressedMax = 24

/** What a person's document holds of what may be said to them, by `consentKey`. */
export const Consenting = z.object({
  said: z.record(
    z.string().max(64),
    z.object({ state: ConsentState, method: ConsentMethod, at: instant(), wasGranted: z.boolean() }),
  ),
  suppressed: z.array(Suppressed).max(suppressedMax),
  /** The number of the last STOP or START that was heard of. */
  wordN: z.int().nonnegative(),
})
export type Consenting = z.infer<typeof Consenting>
export const noConsents: Consenting = { said: {}, suppressed: [], wordN: 0 }

/** What may be said to a person, as their conversation knows it: it decides alone, and reads nothing. */
export const Terms = z.object({
  isBlocked: z.boolean(),
  /** Nothing but what staff answer leaves to them. */
  isRestricted: z.boolean().optional(),
  /** They are in no list: nothing but answers leaves to them. */
  isArchived: z.boolean().optional(),
  /** IANA; where none is known, that of the business counts. */
  timezone: z.string().max(64).nullable(),
  locale: z.string().max(35).nullable(),
  consents: z.record(z.string().max(64), ConsentState),
  suppressed: z.array(Suppressed).max(suppressedMax),
  /** The number of the last message that was a STOP or START and that this takes account of. */
  wordN: z.int().nonnegative(),
})
export type Terms = z.infer<typeof Terms>
export const noTerms: Terms = {
  isBlocked: false,
  timezone: null,
  locale: null,
  consents: {},
  suppressed: [],
  wordN: 0,
}

/** With what a message is refused for what a person is to us, whatever its channel and purpose. */
export const personCodes = ['person_blocked', 'person_restricted', 'person_archived'] as const

/**
 * Marketing needs a yes (GDPR Art. 7, TCPA); what they asked for, or what concerns it, goes until they say no; an
 * answer to what they wrote is no question of consent.
 */
export function isConsented({ consents }: Pick<Terms, 'consents'>, channel: ChannelKind, purpose: Purpose): boolean {
  if (purpose === 'conversational') return true
  const said = consents[consentKey(channel, purpose)]
  return purpose === 'marketing' ? said === 'granted' : said !== 'revoked'
}

/** An address as its hash is made of it: however it was written, it is the same one. */
export function suppressedAs(channel: ChannelKind, address: string): string {
  if (channel === 'email') return address.trim().toLowerCase()
  return channel === 'app' || !/\d{5}/.test(address) ? address : address.replace(/\D/g, '')
}

/** On which channels somebody with this identity is reached, where what is said of one address counts. */
const reachedOn: Readonly<Record<IdentityKind, readonly ChannelKind[]>> = {
  wa_id: ['whatsapp', 'sms'],
  wa_bsuid: ['whatsapp'],
  phone: ['sms', 'whatsapp'],
  email: ['email'],
  app: ['app'],
}
export const channelsOf = (kind: IdentityKind): readonly ChannelKind[] => reachedOn[kind]
