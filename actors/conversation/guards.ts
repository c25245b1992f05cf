import { z } from 'zod'
import { ChannelKind, kindRules } from '../../kernel/channel-kind.ts'
import { isoOf } from '../../kernel/clock.ts'
import { isConsented, noTerms, type Purpose, suppressedAs, Terms } from '../../kernel/consent.ts'
import type { Outgoing } from '../../kernel/content.ts'
import { instant } from '../../kernel/marks.ts'
import { conflict, type Problem } from '../../kernel/problem.ts'
import { quietUntil, type QuietHours } from '../../kernel/quiet.ts'
import { templateFor, whyUnsendable } from '../../kernel/template-known.ts'
import type { Decision, Given } from '../runtime/change.ts'

const id = z.string().max(128)
const hourMs = 60 * 60_000
const dayMs = 24 * hourMs
const toldMax = 32
const marketingMax = 100

/** All that decides what may be said to this person now. */
export const Rules = z.object({
  /** What the person's own actor knows of it. */
  terms: Terms,
  /** A STOP or START that the person's actor may not have taken account of yet: it counts from the moment it is read. */
  word: z.object({ n: z.int(), kind: ChannelKind, isStop: z.boolean() }).nullable(),
  /** When marketing went to them lately. */
  marketingAt: z.array(instant()),
  /** When a machine spoke to them last, by kind of channel. */
  spokenAt: z.partialRecord(ChannelKind, instant()),
  /** When a machine answered a mail of theirs last. */
  mailAnsweredAt: instant().optional(),
  /** What they were told of lately, by whatever name those who tell it have for it. */
  told: z.array(z.object({ about: id, messageId: id })),
})
export type Rules = z.infer<typeof Rules>
export const noRules: Rules = { terms: noTerms, word: null, marketingAt: [], spokenAt: {}, told: [] }

/** A message that is about to leave. */
export interface Leaving {
  messageId: string
  channelId: string
  kind: ChannelKind
  /** The address that it goes to. */
  to: string
  class: Purpose
  content: Outgoing
  /** What it tells, `bk_17/reminder` say: the same is told once, on whatever channel. */
  about?: string | undefined
  /** A machine answers what came in, and nobody of the business looked at it. */
  isOfMachine?: boolean
  /** Until when the provider takes free text, where it does for a while only; undefined where they never wrote. */
  windowExpiresAt: number | undefined
}

/** What a guard needs of a conversation. */
export interface Guarded {
  rules: Rules
  outgoing: readonly { id: string; status: string }[]
  lastIn?: { isSilent?: boolean | undefined } | null
}
type Now = Pick<Given, 'now' | 'settings'>

/** Passed: `rules` takes account of it. Deferred: not before `until`. Refused: `problem` says it to who asked. */
export type Verdict =
  | { is: 'passed'; rules: Rules }
  | { is: 'deferred'; until: number; code: string; decision: Decision }
  | { is: 'refused'; problem: Problem; decision: Decision }

type Objection = { facts: Decision['facts'] } & ({ problem: Problem } | { until: number })
type Check = (state: Guarded, leaving: Leaving, now: Now) => Objection | undefined

/** In this order, and the first that objects names itself in one decision: nothing else is said of the message. */
const checks: readonly (readonly [name: string, check: Check])[] = [
  ['blocked', blocked],
  ['restricted', restricted],
  ['archived', archived],
  ['suppressed', suppressed],
  ['consent', consent],
  ['quiet_hours', quietHours],
  ['frequency_cap', frequencyCap],
  ['window', closedWindow],
  ['template', unfitTemplate],
  ['pair_rate', pairRate],
  ['content', unfitContent],
  ['machine_answer', machineAnswer],
  ['already_told', alreadyTold],
]
export const guardNames = checks.map(([name]) => name)

/** Whether a message may leave at this moment, and which rule says no. */
export function guard(state: Guarded, leaving: Leaving, now: Now): Verdict {
  for (const [name, check] of checks) {
    const objection = check(state, leaving, now)
    if (!objection) continue
    const { messageId, channelId, kind, class: purpose } = leaving
    const facts = { messageId, channelId, channel: kind, class: purpose, ...objection.facts }
    const rule = `guard.${name}@1` as const
    if ('until' in objection) {
      const decision = { rule, outcome: 'deferred', facts: { ...facts, until: isoOf(objection.until) } }
      return { is: 'deferred', until: objection.until, code: name, decision }
    }
    return { is: 'refused', problem: objection.problem, decision: { rule, outcome: 'refused', facts } }
  }
  return { is: 'passed', rules: spoken(state.rules, leaving, now) }
}

const isAnswer = ({ class: purpose }: Pick<Leaving, 'class'>) => purpose === 'conversational'

function spoken(before: Rules, leaving: Leaving, { now }: Now): Rules {
  const { kind, class: purpose, about, messageId } = leaving
  const rules = isMailOfMachine(leaving) ? answeredByMachine(before, now) : before
  if (purpose === 'conversational' && about === undefined) return rules
  const isMarketing = purpose === 'marketing'
  return {
    ...rules,
    spokenAt: purpose === 'conversational' ? rules.spokenAt : { ...rules.spokenAt, [kind]: now },
    marketingAt: isMarketing ? [...rules.marketingAt, now].slice(-marketingMax) : rules.marketingAt,
    told: about === undefined ? rules.told : [...rules.told, { about, messageId }].slice(-toldMax),
  }
}

/** Whether the person takes messages for this purpose by this way at all, whatever hour it is. */
export const isWelcome = (state: Guarded, way: Pick<Leaving, 'kind' | 'to' | 'class'>): boolean =>
  !blocked(state) && !restricted(state, way) && !archived(state, way) && !suppressed(state, way) && !consent(state, way)

export function blocked({ rules }: Guarded): Objection | undefined {
  if (!rules.terms.isBlocked) return undefined
  return { problem: conflict('person_blocked', 'This person is blocked: nothing goes to them.'), facts: {} }
}

/** Their data may rest with us and be used for nothing else, but to answer them (GDPR Art. 18.2): machines keep silent. */
export function restricted({ rules }: Guarded, leaving: Pick<Leaving, 'class' | 'isOfMachine'>): Objection | undefined {
  if (!rules.terms.isRestricted || (isAnswer(leaving) && leaving.isOfMachine !== true)) return undefined
  const says = 'What is known of this person is used for nothing now: only what staff answer goes to them.'
  return { problem: conflict('person_restricted', says), facts: {} }
}

export function archived({ rules }: Guarded, leaving: Pick<Leaving, 'class'>): Objection | undefined {
  if (!rules.terms.isArchived || isAnswer(leaving)) return undefined
  return { problem: conflict('person_archived', 'This person is archived: only answers go to them.'), facts: {} }
}

/** Whether a STOP holds on this kind of channel: what was read here last counts, unless their actor knows more. */
export function isStopped({ terms, word }: Rules, kind: ChannelKind): boolean {
  if (word && word.kind === kind && word.n > terms.wordN) return word.isStop
  return terms.suppressed.some(({ channel, reason }) => channel === kind && reason === 'stop')
}

/** An answer goes to whoever wrote; to somebody who never did nothing is one. */
export function suppressed(
  { rules, lastIn }: Guarded,
  leaving: Pick<Leaving, 'kind' | 'to' | 'class'>,
): Objection | undefined {
  const { kind, to, class: purpose } = leaving
  if (isAnswer(leaving) && lastIn !== null) return undefined
  const isMeant = (address: string | null) => address === null || address === suppressedAs(kind, to)
  const other = rules.terms.suppressed.find(
    ({ channel, address, reason }) => channel === kind && reason !== 'stop' && isMeant(address),
  )
  // Carriers take nothing after a STOP (Twilio 21610); elsewhere what somebody has ordered is still theirs to get.
  const ends = isStopped(rules, kind) && (purpose !== 'transactional' || kind === 'sms')
  const reason = ends ? 'stop' : other?.reason
  if (!reason) return undefined
  const says = `Nothing but answers goes to this person by ${kindRules[kind].says}: ${suppressionWords[reason]}.`
  return { problem: conflict('address_suppressed', says), facts: { reason } }
}

const suppressionWords = {
  stop: 'they said STOP',
  complaint: 'they complained to their provider',
  hard_bounce: 'the address does not exist',
  manual: 'staff took the address out',
  import: 'a list of whom not to write to names the address',
  erased: 'whoever had the address was forgotten at their wish',
} as const

function consent({ rules }: Guarded, { kind, class: purpose }: Pick<Leaving, 'kind' | 'class'>): Objection | undefined {
  if (isConsented(rules.terms, kind, purpose)) return undefined
  const said = rules.terms.consents[`${kind}/${purpose}`] ?? 'never_said'
  const says = `This person has not consented to ${purpose} messages by ${kindRules[kind].says}.`
  return { problem: conflict('consent_missing', says), facts: { consent: said } }
}

function quietHours({ rules }: Guarded, leaving: Leaving, { now, settings }: Now): Objection | undefined {
  const { quietFrom: from, quietTo: to, quietFor } = settings.contact
  if (isAnswer(leaving) || !(quietFor as readonly Purpose[]).includes(leaving.class)) return undefined
  const zone = rules.terms.timezone ?? settings.timezone
  const hours: QuietHours = { from, to }
  const until = quietUntil(hours, now, zone)
  return until > now ? { until, facts: { zone, quiet: `${from} to ${to}` } } : undefined
}

function frequencyCap({ rules }: Guarded, { class: purpose }: Leaving, { now, settings }: Now): Objection | undefined {
  if (purpose !== 'marketing') return undefined
  const { marketingMax: max, marketingDays: days } = settings.contact
  const sent = rules.marketingAt.filter((at) => at > now - days * dayMs).length
  if (sent < max) return undefined
  const says = `This person had ${sent} messages of marketing within ${days} days; ${max} is the most.`
  return { problem: conflict('frequency_cap', says), facts: { sent, max, days } }
}

function closedWindow(_: Guarded, { kind, content, windowExpiresAt }: Leaving, { now }: Now): Objection | undefined {
  if (kindRules[kind].windowMs === null || content.kind === 'template') return undefined
  if (windowExpiresAt !== undefined && now < windowExpiresAt) return undefined
  const says = 'WhatsApp takes free text only within 24 hours of the last message of the person. Send a template.'
  return {
    problem: conflict('wa_window_closed', says),
    facts: { closedAt: windowExpiresAt === undefined ? null : isoOf(windowExpiresAt) },
  }
}

/** Only what its provider has approved goes, with all that it asks for. What nobody here knows the provider decides. */
function unfitTemplate(_: Guarded, leaving: Leaving, { settings }: Now): Objection | undefined {
  const { kind, channelId, content } = leaving
  if (kind !== 'whatsapp' || content.kind !== 'template') return undefined
  const known = templateFor(settings, channelId, content)
  const why = known && whyUnsendable(known, content)
  if (!why) return undefined
  const { name: template, language } = content
  const problem = conflict(why.code, `The template “${template}” (${language}) cannot go: ${why.says}.`)
  return { problem, facts: { template, language, why: why.code } }
}

/** Between two messages of machines to one person, ms. Meta: one in six seconds to the same number, lastingly. */
const pairMs: Readonly<Record<ChannelKind, number>> = { whatsapp: 6_000, sms: 1_000, email: 0, app: 0 }

function pairRate({ rules }: Guarded, leaving: Leaving, { now }: Now): Objection | undefined {
  const last = isAnswer(leaving) ? undefined : rules.spokenAt[leaving.kind]
  const until = last === undefined ? now : last + pairMs[leaving.kind]
  return until > now ? { until, facts: { everyMs: pairMs[leaving.kind] } } : undefined
}

function unfitContent(_: Guarded, { kind, content }: Leaving): Objection | undefined {
  const { says, carries, textMax } = kindRules[kind]
  if (!carries.includes(content.kind)) {
    const words = `${says} cannot carry this (${content.kind}).`
    return { problem: conflict('not_carried', words), facts: { content: content.kind } }
  }
  if (content.kind !== 'text' || content.text.length <= textMax) return undefined
  const words = `${says} takes texts of ${textMax} characters at most.`
  return { problem: conflict('text_too_long', words), facts: { characters: content.text.length, max: textMax } }
}

function alreadyTold({ rules, outgoing }: Guarded, { messageId, about }: Leaving): Objection | undefined {
  if (about === undefined) return undefined
  const isLost = (told: string) => outgoing.some(({ id, status }) => id === told && status === 'failed')
  const before = rules.told.find((one) => one.about === about && one.messageId !== messageId && !isLost(one.messageId))
  if (!before) return undefined
  const problem = conflict('already_told', 'This person was told of it already.')
  return { problem, facts: { about, by: before.messageId } }
}

const isMailOfMachine = ({ kind, isOfMachine, ...leaving }: Pick<Leaving, 'kind' | 'isOfMachine' | 'class'>) =>
  kind === 'email' && isOfMachine === true && isAnswer(leaving)

export const answeredByMachine = (rules: Rules, now: number): Rules => ({ ...rules, mailAnsweredAt: now })

/**
 * Machines do not answer machines, lists and forged senders; and nobody more than once in a while, since not every
 * machine says that it is one: two that answer one another never end (RFC 3834, 2).
 */
export function machineAnswer(
  { rules: { mailAnsweredAt: last }, lastIn }: Pick<Guarded, 'rules' | 'lastIn'>,
  leaving: Pick<Leaving, 'kind' | 'isOfMachine' | 'class'>,
  { now, settings }: Now,
): Objection | undefined {
  if (!isMailOfMachine(leaving)) return undefined
  if (lastIn?.isSilent) {
    const says = 'No machine answers this mail: a machine, a list or a forged sender wrote it.'
    return { problem: conflict('not_for_machines', says), facts: { why: 'silent' } }
  }
  const { mailAnswerHours: hours } = settings.contact
  if (last === undefined || now >= last + hours * hourMs) return undefined
  const says = `A machine answered a mail of this person within the last ${hours} hours.`
  return { problem: conflict('answered_lately', says), facts: { why: 'lately', answeredAt: isoOf(last), hours } }
}
