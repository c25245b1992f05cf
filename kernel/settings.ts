import { z } from 'zod'
import type { KnownChannel } from './channel-kind.ts'
import type { KnownTemplate } from './template-known.ts'
import { AssignmentRule } from './assignment.ts'
import { CodeRules } from './codes.ts'
import { ContactRules } from './contact-rules.ts'
import { Hours } from './hours.ts'
import { isZone } from './local-time.ts'
import { Module } from './modules.ts'
import { SlaPolicy, slaPoliciesMax } from './sla.ts'
import { SlackRule, slackRulesMax } from './slack.ts'

// What people may choose. At rest the names are taken as they are: that of a zone may be retired while it is in use.
export const Timezone = z
  .string()
  .max(64)
  .regex(/^[A-Za-z]/, 'A name like Europe/Lisbon is meant.')
  .refine(isZone, 'No such time zone: a name like Europe/Lisbon is meant.')
export const Locale = z
  .string()
  .min(2)
  .max(35)
  .refine((tag) => isLocale(tag), 'No such language: a tag like en or de-AT is meant.')
export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'three letters like EUR')
  .refine((code) => Intl.supportedValuesOf('currency').includes(code), 'No such currency.')

/** What a workspace decides about its rules. Every setting has a default, so an older document is never incomplete. */
export const Settings = z.object({
  /** IANA name; wall-clock rules of the business are read in it. */
  timezone: z.string().min(1).max(64).default('UTC'),
  /** BCP 47. */
  locale: z.string().min(2).max(35).default('en'),
  /** ISO 4217: what prices are in where nobody says otherwise. */
  currency: z.string().length(3).default('EUR'),
  modules: z.array(Module).max(Module.options.length).default(['inbox']),
  hours: Hours.prefault({}),
  codes: CodeRules.prefault({}),
  contact: ContactRules.prefault({}),
  /** What is promised to people who write. People edit them at `/sla-policies`, which keeps these in step. */
  slaPolicies: z.array(SlaPolicy).max(slaPoliciesMax).default([]),
  /** What the staff hears of in Slack; nothing where it is not connected. `/slack` and `/slack-rules` keep these in step. */
  slackRules: z.array(SlackRule).max(slackRulesMax).default([]),
  assignment: AssignmentRule.prefault({}),
  /** How long machines keep silent after a member of the staff wrote, unless the episode is resolved before. */
  pauseHours: z.number().min(0).max(720).default(24),
  /** Whether people are asked how content they were when a matter is resolved, and how long after it. */
  asksForRating: z.boolean().default(false),
  ratingAfterMinutes: z.int().min(0).max(10_080).default(10),
  /** What cannot go by WhatsApp (it failed for good, or its window is closed) goes as a text message. */
  fallsBackToSms: z.boolean().default(false),
  /** Whether what was said can be searched; where it is off, no index of its words is kept. */
  messageSearch: z.boolean().default(true),
  /** How long events can be resumed from. */
  eventRetentionDays: z.int().min(1).max(3_650).default(90),
  /** How long files of conversations are kept; 0 is for ever. */
  fileRetentionDays: z.int().min(0).max(36_500).default(0),
  /** How long the audit is kept: six years is what health care asks for (HIPAA, 45 CFR 164.316). */
  auditRetentionYears: z.int().min(1).max(30).default(6),
  /** From so many errors of one kind within an hour on, admins hear of it once more. */
  errorSpikePerHour: z.int().min(1).max(1_000_000).default(100),
  /** So many letters about errors a day at most. */
  errorLettersPerDay: z.int().min(0).max(100).default(10),
})
/** `channels` and `templates`: those of the workspace, which are settings of their own; at hand for rules. */
export type Settings = z.infer<typeof Settings> & {
  readonly channels?: readonly KnownChannel[]
  readonly templates?: readonly KnownTemplate[]
}

/** What a workspace may use; its operator decides. */
export const Quotas = z.object({
  members: z.int().min(1).max(500).default(200),
  channels: z.int().min(1).max(200).default(50),
  requestsPerMinute: z.int().min(1).max(1_000_000).default(60_000),
  storageBytes: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(50 * 1024 ** 3),
})
export type Quotas = z.infer<typeof Quotas>

export const defaultSettings: Settings = Settings.parse({})
export const defaultQuotas: Quotas = Quotas.parse({})

type Stored = z.infer<typeof Settings>
type NamesOf<Value> = { [Name in keyof Stored]: Stored[Name] extends Value ? Name : never }[keyof Stored]
type Rule = NamesOf<number>
type Switch = NamesOf<boolean>
interface RuleWords {
  group: string
  name: string
  says: string
  unit: string
}

/** The settings that are one number each, in the words in which people set them. */
export const ruleWords: Readonly<Record<Rule, RuleWords>> = {
  pauseHours: {
    group: 'Conversations',
    name: 'Machines keep silent',
    says: 'After a member of the team wrote, automatic answers wait so long, unless the matter is resolved before.',
    unit: 'hours',
  },
  ratingAfterMinutes: {
    group: 'Conversations',
    name: 'A rating is asked for',
    says: 'So long after a matter was resolved, unless the person wrote again.',
    unit: 'minutes',
  },
  eventRetentionDays: {
    group: 'Data',
    name: 'Events are kept',
    says: 'How far back an app that was away can catch up without reading everything anew.',
    unit: 'days',
  },
  fileRetentionDays: {
    group: 'Data',
    name: 'Files of conversations are kept',
    says: 'After so long, photos, recordings and documents are taken away; what was written stays. 0 keeps them.',
    unit: 'days',
  },
  auditRetentionYears: {
    group: 'Data',
    name: 'The audit is kept',
    says: 'Who did what and who read what; what is older is let go of, and the rest stays provable.',
    unit: 'years',
  },
  errorSpikePerHour: {
    group: 'Errors',
    name: 'Many at once',
    says: 'When one kind of error comes so often, admins hear of it again.',
    unit: 'an hour',
  },
  errorLettersPerDay: {
    group: 'Errors',
    name: 'Letters about errors',
    says: 'More than these are not sent in a day; the console shows all of them. None with 0.',
    unit: 'a day',
  },
}

/** Those that are on or off. */
export const switchWords: Readonly<Record<Switch, Omit<RuleWords, 'unit'>>> = {
  asksForRating: {
    group: 'Conversations',
    name: 'Ask for a rating',
    says: 'After a matter is resolved, people are asked how content they were.',
  },
  fallsBackToSms: {
    group: 'Conversations',
    name: 'By SMS where WhatsApp fails',
    says: 'What cannot go by WhatsApp, because it failed for good or the window is closed, goes as a text message.',
  },
  messageSearch: {
    group: 'Data',
    name: 'What was said can be searched',
    says: 'Where it is off, no index of the words is kept: what there is of one is deleted.',
  },
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}
