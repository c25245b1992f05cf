import { isoOf } from '../../kernel/clock.ts'
import { conflict, invalid, Problem, taken } from '../../kernel/problem.ts'
import { isStaff } from '../../kernel/role.ts'
import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { lived } from './activity.ts'
import { seenBy, unseenBy } from './attending.ts'
import { conversation } from './contract.ts'
import { type ConversationStatus, tagsMax } from './contract/header.ts'
import { askLater } from './rating.ts'
import { episodeRow } from './rows.ts'
import type { State } from './state.ts'
import { changed, known } from './telling.ts'

type Input<M extends keyof typeof conversation.messages> = InputOf<typeof conversation, M>
const { effect, remind, update } = conversation
const snoozeDaysMax = 366
const dayMs = 24 * 60 * 60_000

/** From what to what; anything else is refused, and changes nothing. */
const ways: Readonly<Record<ConversationStatus, readonly ConversationStatus[]>> = {
  open: ['pending', 'snoozed', 'resolved'],
  pending: ['open', 'snoozed', 'resolved'],
  snoozed: ['open', 'pending', 'snoozed', 'resolved'],
  resolved: ['open'],
}
const said = { open: 'opened', pending: 'waiting', snoozed: 'snoozed', resolved: 'resolved' } as const

/** What staff do with a conversation besides talking. */
export const workflow = {
  setStatus(state: State, { status, until, reason }: Input<'setStatus'>, given: Given) {
    const before = known(state)
    if ((status === 'snoozed') !== (until !== undefined)) throw untilAsked(status)
    if (until !== undefined) demandFuture(until, given)
    const isSame = status === before.status && (status !== 'snoozed' || until === before.snoozedUntil)
    if (isSame) return { state, reply: { status, snoozedUntil: before.snoozedUntil } }
    if (!ways[before.status].includes(status)) throw wrongWay(before.status, status)

    const after = moved(before, status, until ?? null, given)
    const words = { ...(reason !== undefined && { text: reason }), ...(until !== undefined && { until: isoOf(until) }) }
    const change = lived(state, after, { what: said[status], ...words }, given)
    return {
      ...change,
      reply: { status, snoozedUntil: after.snoozedUntil },
      rows: [...change.rows, ...episodes(state, change.state, given)],
      reminders: { ...change.reminders, ...alarms(before, change.state, given) },
    }
  },

  wake(state: State, { until }: Input<'wake'>, given: Given) {
    // It came back, or was put off again, before this.
    if (state.status !== 'snoozed' || state.snoozedUntil !== until) return { state }
    return lived(state, { ...state, status: 'open', snoozedUntil: null }, { what: 'woke' }, given)
  },

  setPriority(state: State, { priority }: Input<'setPriority'>, given: Given) {
    if (priority === known(state).priority) return { state, reply: { priority } }
    return { ...changed(state, { ...state, priority }, given), reply: { priority } }
  },

  tag(state: State, { add = [], remove = [] }: Input<'tag'>, given: Given) {
    const before = known(state).tags
    const tags = [...new Set([...before.filter((tag) => !remove.includes(tag)), ...add])]
    if (tags.length > tagsMax) throw conflict('too_many_tags', `A conversation has ${String(tagsMax)} tags at most.`)
    if (tags.join('\n') === before.join('\n')) return { state, reply: { tags: before } }
    return { ...changed(state, { ...state, tags }, given), reply: { tags } }
  },

  setTeam(state: State, { teamId }: Input<'setTeam'>, given: Given) {
    if (teamId === known(state).teamId) return { state, reply: { teamId } }
    return { ...changed(state, { ...state, teamId }, given), reply: { teamId } }
  },

  assign(state: State, { assigneeId }: Input<'assign'>, given: Given) {
    if (assigneeId === known(state).assigneeId) return { state, reply: { assigneeId } }
    return { ...changed(state, { ...state, assigneeId }, given), reply: { assigneeId } }
  },

  take(state: State, _: Input<'take'>, given: Given) {
    const { assigneeId: holderId } = known(state)
    if (!isStaff(given.by)) throw new Problem('forbidden', 'not_allowed', 'Only a person can look after somebody.')
    const reply = { assigneeId: given.by.id }
    if (holderId === given.by.id) return { state, reply }
    if (holderId !== null) throw taken(holderId)
    return { ...changed(state, { ...state, assigneeId: given.by.id }, given), reply }
  },

  read(state: State, { upTo }: Input<'read'>, given: Given) {
    const { lastIn } = known(state)
    const left = lastIn && upTo < lastIn.n ? lastIn.n - upTo : 0
    const unread = Math.min(state.unread, left)
    // A program sees nothing: what it calls read is read for all.
    const isMember = isStaff(given.by)
    const mine = isMember ? Math.min(unseenBy(state, given.by.id), left) : unread
    const seen = isMember ? seenBy(state, given.by.id, mine) : state.seen
    const reply = { unread, mine }
    if (unread === state.unread && seen === state.seen) return { state, reply }
    return {
      ...changed(state, { ...state, unread, seen }, given),
      reply,
      effects: lastIn && unread !== state.unread ? [presence(lastIn, false)] : [],
    }
  },
}

/** The person's phone shows what they sent as read, and (for up to 25 s) that somebody writes. */
export function presence({ channelId, providerId }: NonNullable<State['lastIn']>, typing: boolean) {
  return effect('showPresence', `${providerId}/${typing ? 'typing' : 'read'}`, { channelId, providerId, typing })
}

function alarms(before: State, after: State, given: Given) {
  const { snoozedUntil: until } = after
  return {
    ...(before.snoozedUntil !== null && { wake: null }),
    ...(until !== null && { wake: remind('wake', until, { until }) }),
    ...(after.status === 'resolved' && askLater(after, given)),
  }
}

function moved(before: State, status: ConversationStatus, snoozedUntil: number | null, given: Given): State {
  const state = { ...before, status, snoozedUntil }
  if (status === 'resolved') {
    // It ends the silence of the machines (facts, D4), and nobody waits any more.
    const rest = { episode: null, waitingSince: null, automationPausedUntil: null, unread: 0, seen: {} }
    return { ...state, ...rest }
  }
  if (before.status !== 'resolved') return state
  const episode = { id: given.newId('eps'), openedAt: given.now }
  return { ...state, episode, lastEpisodeId: episode.id, isAnswered: false }
}

function episodes(before: State, after: State, given: Given) {
  const { now, by } = given
  if (before.episode === null) return after.episode === null ? [] : [episodeRow(after.episode, given)]
  if (after.episode !== null) return []
  const sla = before.sla && { policyId: before.sla.policyId, broken: before.sla.broken }
  return [update('episode', before.episode.id, { resolvedAt: now, resolvedBy: by.id, sla })]
}

function untilAsked(status: ConversationStatus) {
  const message = status === 'snoozed' ? 'Say until when.' : 'Only what is put off has an hour to come back.'
  return invalid('invalid_time', message, [{ path: 'until', message }])
}

function demandFuture(until: number, { now }: Given) {
  if (until > now && until <= now + snoozeDaysMax * dayMs) return
  const message = `It must be in the future, and within ${String(snoozeDaysMax)} days.`
  throw invalid('invalid_time', message, [{ path: 'until', message }])
}

const wrongWay = (from: ConversationStatus, to: ConversationStatus) =>
  conflict('wrong_status', `A conversation that is ${from} cannot become ${to}.`)
