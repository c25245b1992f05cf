import { z } from 'zod'
import { Consenting, noConsents } from '../../kernel/consent.ts'
import { instant } from '../../kernel/marks.ts'
import {
  Birth,
  birthdayOf,
  Counters,
  engagementFallsAt,
  engagementOf,
  type Identity,
  labelsMax,
} from '../../kernel/person.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import type { Change, Given } from '../runtime/change.ts'
import { type Activity, type Private, Private as PrivateSchema, Profile, user } from './contract.ts'

const { event, insert, remind } = user

export const partedMax = 50

/** At the top what people are searched and grouped by: plain, and named as `personFields` of the filter names it. */
export const UserState = Profile.omit({ userId: true, birthday: true, engagement: true }).extend({
  createdAt: instant().nullable(),
  birth: Birth.nullable(),
  /** Of engagement, as it was counted last. */
  score: z.int(),
  counters: Counters,
  private: PrivateSchema,
  consents: Consenting,
  /** Merges that this person waits for as the winner: meanwhile they can be taken in by nobody. */
  expecting: z.array(z.object({ mergeId: z.string(), loserId: z.string(), at: instant() })).max(20),
  /** Who was taken in, and speaks no more: the newest last. */
  joined: z.array(z.object({ mergeId: z.string(), userId: z.string() })).max(50),
  /** Merges that were undone: what comes late of one of them joins nobody again. */
  parted: z.array(z.string()).max(partedMax),
})
export type State = z.infer<typeof UserState>
export type Known = State & { createdAt: number }
export type UserChange = Change<typeof user, State>

export const initial: State = {
  name: '',
  firstName: '',
  lastName: '',
  stage: 'lead',
  statusId: null,
  timezone: null,
  locale: null,
  birth: null,
  tags: [],
  custom: {},
  source: '',
  acquisition: null,
  isBetaTester: false,
  referralCode: null,
  referrerId: null,
  identities: [],
  isBlocked: false,
  blockedAt: null,
  isRestricted: false,
  archivedAt: null,
  aliasOf: null,
  erasedAt: null,
  createdAt: null,
  lastSeenAt: null,
  rev: 0,
  privateRev: 0,
  score: 0,
  counters: { activeDays: 0, ratings: 0, ratingSum: 0 },
  private: {
    gender: '',
    address: '',
    demographics: {},
    psychographics: {},
    metadata: {},
    custom: {},
    blockReason: '',
    phoneConfig: {},
  },
  consents: noConsents,
  expecting: [],
  joined: [],
  parted: [],
}

interface Version1 {
  identities: { kind: Identity['kind']; value: string }[]
  createdAt: number | null
}

type Held = 'isRestricted' | 'archivedAt'
type Version3 = Omit<State, 'parted' | Held>

/** Of before a person had more than one page: addresses were neither named, nor said to be theirs by a date. */
export const migrations = {
  2: ({ identities, createdAt, ...state }: Version1) => ({
    ...initial,
    ...state,
    createdAt,
    counters: { ...initial.counters, activeDays: createdAt === null ? 0 : 1 },
    identities: identities.map((one, nth) => ({
      ...one,
      id: `idn_${String(nth + 1)}`,
      label: '',
      // Version 1 knew only those from which somebody had written.
      verifiedAt: createdAt,
      isPrimary: identities.findIndex(({ kind }) => kind === one.kind) === nth,
      since: createdAt ?? 0,
    })),
  }),
  3: (state: Version3) => ({ ...state, parted: [] }),
  4: (state: Omit<State, Held>): State => ({ ...state, isRestricted: false, archivedAt: null }),
}

/** As staff see them. */
export function profileOf(state: Known, { id, now }: Pick<Given, 'id' | 'now'>): Profile {
  const {
    birth,
    counters: _,
    score: __,
    private: ___,
    expecting: ____,
    joined: _____,
    consents: ______,
    parted: _______,
    ...shown
  } = state
  const engagement = engagementOf(state, now)
  return { ...shown, userId: id, birthday: birth && birthdayOf(birth), engagement }
}

type What = Activity['what']

/** A line of the timeline. */
export function activity(kind: Activity['kind'], what: What, given: Given, at = given.now) {
  const { role, id } = given.by
  const entry: Activity = { _id: given.newId('act'), userId: given.id, kind, what, by: { role, id }, at }
  return { rows: [insert('activity', entry)], events: [event('user.activity', entry)] }
}

/** Staff and streams hear of it, and it stands in the timeline. */
export function changed(before: State, after: Known, given: Given, line?: { kind: Activity['kind']; what: What }) {
  const counted = { ...after, score: engagementOf(after, given.now).score }
  const profile = profileOf(counted, given)
  const said = line ? activity(line.kind, line.what, given) : { rows: [], events: [] }
  const { name, timezone, locale } = profile
  const isOwn = name !== before.name || timezone !== before.timezone || locale !== before.locale
  return {
    state: counted,
    reply: profile,
    rows: said.rows,
    events: [
      event('user.changed', profile),
      ...(isOwn ? [event('user.me_changed', { name, timezone, locale })] : []),
      ...said.events,
    ],
  }
}

/** The score falls with silence, step by step. */
export function fading(lastSeenAt: number | null, { now }: Pick<Given, 'now'>) {
  const at = engagementFallsAt(lastSeenAt, now)
  return { fade: at === undefined ? null : remind('fade', at, {}) }
}

/** Somebody who is there, and is still somebody: what staff change. */
export function own(state: State): Known {
  const known = present(state)
  if (known.erasedAt !== null) throw conflict('person_erased', 'This person was erased: nothing of them is kept.')
  if (known.aliasOf !== null)
    throw conflict('person_merged', 'This person was merged with another one, who stands for both.')
  return known
}

/** One change more that people made: who has seen an earlier one does not overwrite it unknowingly. */
export const raised = (state: Known): Known => ({ ...state, rev: state.rev + 1 })

/** Somebody who is there, whatever became of them. */
export function present(state: State): Known {
  const { createdAt } = state
  if (createdAt === null) throw missing('user_missing', 'There is no such person.')
  return { ...state, createdAt }
}

export const labelled = (tags: readonly string[], add: readonly string[], remove: readonly string[]) => {
  const after = [...new Set([...tags.filter((tag) => !remove.includes(tag)), ...add])]
  if (after.length > labelsMax) throw conflict('too_many_tags', `A person has ${String(labelsMax)} tags at most.`)
  return after
}

export const emptyPrivate: Private = initial.private
