import { Calendar } from '../../kernel/calendar.ts'
import { isEverOpen } from '../../kernel/hours.ts'
import type { Settings } from '../../kernel/settings.ts'
import type { SlaPolicy } from '../../kernel/sla.ts'
import type { Given } from '../runtime/change.ts'
import type { Promised } from './contract/sla.ts'
import type { Running, SlaState, State } from './state.ts'

const minuteMs = 60_000
/** Staff are warned when so much of the time is over. */
const warnedAfter = 0.8

type Clock = Pick<Calendar, 'after' | 'minutesBetween'>
const always: Clock = {
  after: (time, minutes) => time + minutes * minuteMs,
  minutesBetween: (from, until) => Math.max(0, until - from) / minuteMs,
}

// Settings are one object for as long as they are the same, so its calendar is made once.
const calendars = new WeakMap<Settings, Calendar>()

/** Whoever says no hours is held to all of them: a promise that never falls due would be none. */
function clockOf({ calendar }: Pick<SlaState, 'calendar'>, settings: Settings): Clock {
  if (calendar === 'always' || !isEverOpen(settings.hours)) return always
  const known = calendars.get(settings)
  if (known) return known
  const made = new Calendar(settings.hours, settings.timezone)
  calendars.set(settings, made)
  return made
}

/** The promises as they stand after a turn: clocks begin, stand still, go on and end. */
export function timed(before: State, after: State, given: Given): State {
  const { settings, now } = given
  if (after.sla === null && settings.slaPolicies.length === 0) return after
  if (after.episode === null) return after.sla === null ? after : { ...after, sla: null }
  const policy = policyFor(after, settings.slaPolicies)
  const isNew = before.episode?.id !== after.episode.id
  const sla = begun(isNew ? null : moved(after.sla, policy, given), policy, after)
  if (sla === null) return after.sla === null ? after : { ...after, sla: null }

  const clock = clockOf(sla, settings)
  const runs = !stands(sla, after)
  const clocks = sla.clocks.map((one) => (runs ? going(one, clock, now) : standing(one, clock, now)))
  const isSame = after.sla !== null && JSON.stringify({ ...sla, clocks }) === JSON.stringify(after.sla)
  return isSame ? after : { ...after, sla: { ...sla, clocks } }
}

/** Another policy takes over: what was used so far was used by the hours of the one before. */
function moved(sla: SlaState | null, policy: SlaPolicy | undefined, { settings, now }: Given): SlaState | null {
  if (sla === null || policy === undefined || policy.id === sla.policyId) return sla
  const clock = clockOf(sla, settings)
  return { ...sla, clocks: sla.clocks.map((one) => standing(one, clock, now)) }
}

/** What a conversation is looked at for. */
type Facts = Pick<State, 'priority' | 'teamId' | 'tags' | 'channelId'>

function policyFor(state: Facts, policies: readonly SlaPolicy[]): SlaPolicy | undefined {
  const fitting = policies.filter(({ conditions }) => {
    const { priorities, teamIds, tags, channelIds } = conditions
    return (
      isOneOf(priorities, state.priority) &&
      isOneOf(teamIds, state.teamId) &&
      isOneOf(channelIds, state.channelId) &&
      (tags.length === 0 || tags.some((tag) => state.tags.includes(tag)))
    )
  })
  return fitting.sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1))[0]
}

const isOneOf = (wanted: readonly string[], is: string | null) =>
  wanted.length === 0 || (is !== null && wanted.includes(is))

/** The clocks that there should be; one that goes on under another policy keeps the time that it has used. */
function begun(kept: SlaState | null, policy: SlaPolicy | undefined, state: State): SlaState | null {
  // What was promised stays promised when the policy is gone or changed: only another policy that fits takes its place.
  const isKept = kept !== null && (policy === undefined || policy.id === kept.policyId)
  if (policy === undefined && !isKept) return null
  const terms = isKept || policy === undefined ? kept : termsOf(policy, kept)
  if (terms === null) return null
  const minutesOf = (promised: Promised) =>
    isKept ? kept.clocks.find((one) => one.promised === promised)?.minutes : policy && minutesIn(policy, promised)
  const due = {
    first_response: state.isAnswered || state.waitingSince === null ? null : minutesOf('first_response'),
    next_response: state.isAnswered && state.waitingSince !== null ? terms.nextResponseMinutes : null,
    resolution: minutesOf('resolution'),
  }
  const clocks = (Object.keys(due) as Promised[]).flatMap((promised): Running[] => {
    const minutes = due[promised]
    if (minutes === null || minutes === undefined) return []
    const before = kept?.clocks.find((one) => one.promised === promised)
    if (!before) return [fresh(promised, minutes)]
    return [before.minutes === minutes ? before : { ...before, minutes, since: null, isWarned: false }]
  })
  return { ...terms, clocks }
}

const termsOf = ({ id, nextResponseMinutes, calendar, pausedWhile }: SlaPolicy, kept: SlaState | null): SlaState => ({
  policyId: id,
  nextResponseMinutes,
  calendar,
  pausedWhile,
  clocks: [],
  broken: kept?.broken ?? [],
})

const minutesIn = (policy: SlaPolicy, promised: Promised) =>
  promised === 'first_response' ? policy.firstResponseMinutes : policy.resolutionMinutes

const fresh = (promised: Promised, minutes: number): Running => ({
  promised,
  minutes,
  dueAt: null,
  isWarned: false,
  breachedAt: null,
  usedMs: 0,
  since: null,
  warnAt: null,
})

function stands({ pausedWhile }: SlaState, { status, waitingSince }: State) {
  if (status !== 'open' && status !== 'resolved' && pausedWhile.includes(status)) return true
  return waitingSince === null && pausedWhile.includes('answered')
}

/** Runs from now on, if it did not. One that was broken stays so until it is answered. */
export function going(one: Running, clock: Clock, now: number): Running {
  if (one.since !== null || one.breachedAt !== null) return one
  const usedMinutes = one.usedMs / minuteMs
  const dueAt = clock.after(now, one.minutes - usedMinutes) ?? null
  const warnAt = one.isWarned ? null : (clock.after(now, one.minutes * warnedAfter - usedMinutes) ?? null)
  return { ...one, since: now, dueAt, warnAt }
}

export function standing(one: Running, clock: Clock, now: number): Running {
  if (one.since === null || one.breachedAt !== null) return one
  const usedMs = one.usedMs + Math.round(clock.minutesBetween(one.since, now) * minuteMs)
  return { ...one, usedMs, since: null, dueAt: null, warnAt: null }
}

/** When a clock must be looked at next. */
export function nextLook(sla: SlaState | null): number | null {
  const at = (sla?.clocks ?? [])
    .filter(({ breachedAt }) => breachedAt === null)
    .flatMap(({ warnAt, dueAt, isWarned }) => [isWarned ? null : warnAt, dueAt])
    .filter((one) => one !== null)
  return at.length > 0 ? Math.min(...at) : null
}

/** What became of each promise in this turn. */
export function kept(before: State, after: State): Promised[] {
  return (before.sla?.clocks ?? [])
    .filter(({ promised, breachedAt }) => breachedAt === null && isMet(promised, before, after))
    .map(({ promised }) => promised)
}

function isMet(promised: Promised, before: State, after: State) {
  if (promised === 'resolution') return before.status !== 'resolved' && after.status === 'resolved'
  // A matter that is resolved unanswered leaves the question without an answer, and nothing was kept.
  if (after.status === 'resolved') return false
  if (promised === 'first_response') return !before.isAnswered && after.isAnswered
  return before.waitingSince !== null && after.waitingSince === null
}

/** The clocks that are to be warned of, and those that ran out; `sla` has them marked. */
export function lookedAt(sla: SlaState, { now, settings }: Given) {
  const clock = clockOf(sla, settings)
  // The hours may have been changed since: what is due is asked again.
  const clocks = sla.clocks.map((one) => {
    if (one.since === null || one.breachedAt !== null) return one
    const { since } = one
    return { ...going({ ...one, since: null }, clock, since), since }
  })
  const broken = clocks.filter(({ breachedAt, dueAt }) => breachedAt === null && dueAt !== null && dueAt <= now)
  const warned = clocks.filter(
    (one) => !broken.includes(one) && one.breachedAt === null && one.warnAt !== null && one.warnAt <= now,
  )
  const marked = clocks.map((one) => {
    if (broken.includes(one)) return { ...one, isWarned: true, warnAt: null, breachedAt: now }
    return warned.includes(one) ? { ...one, isWarned: true, warnAt: null } : one
  })
  const names = (some: Running[]) => some.map(({ promised }) => promised)
  return {
    sla: { ...sla, clocks: marked, broken: [...new Set([...sla.broken, ...names(broken)])] },
    broken: names(broken),
    warned: names(warned),
  }
}
