import type { SlackRule } from '../../kernel/slack.ts'
import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { type Alert, slack, type Standing } from './contract.ts'
import { decided, pumped, queued, trimmed } from './lanes.ts'
import { type SlackChange, type State, watchedMax, without } from './state.ts'

const { effect, remind } = slack
const minuteMs = 60_000

type Happening = Pick<Alert, 'why' | 'promised' | 'by' | 'mentions'>
const plain = { promised: null, by: null, mentions: [] } satisfies Partial<Happening>

const fits = ({ teamIds }: SlackRule, { teamId }: Standing) =>
  teamIds.length === 0 || (teamId !== null && teamIds.includes(teamId))

/** Somebody waits, and nobody has it. */
const isLeft = ({ status, assigneeId, waitingSince }: Standing) =>
  status === 'open' && assigneeId === null && waitingSince !== null

/** Messages in Slack say how it stands, and whoever waits with nobody is watched. */
export function stood(state: State, standing: Standing, given: Given): SlackChange {
  const { conversationId } = standing
  const { status, priority, assigneeId, waitingSince } = standing
  const stale = Object.values(state.posts).filter(
    (post) =>
      post.conversationId === conversationId &&
      (post.status !== status ||
        post.priority !== priority ||
        post.assigneeId !== assigneeId ||
        (post.waitingSince === null) !== (waitingSince === null)),
  )
  const shown = { status, priority, assigneeId, waitingSince }
  const told = stale.reduce((before, post) => queued(before, { ...post, ...shown, rev: post.rev + 1 }), state)
  const change = stale.reduce((all, { channel }) => pumped(all, channel, given), { state: told } as SlackChange)
  return watching(change, standing, given)
}

function watching(change: SlackChange, standing: Standing, given: Given): SlackChange {
  const { state } = change
  const { conversationId, waitingSince } = standing
  const before = state.watched[conversationId]
  if (!isLeft(standing) || waitingSince === null) {
    if (!before) return change
    return { ...change, state: { ...state, watched: without(state.watched, conversationId) } }
  }
  if (!before && Object.keys(state.watched).length >= watchedMax)
    return { ...change, decisions: [...(change.decisions ?? []), unwatched(conversationId)] }
  // From the moment at which it came to be nobody's: who gives it back after an hour is no alarm at once.
  const since = before?.standing.waitingSince === waitingSince ? before.since : given.now
  const told = before?.since === since ? before.told : []
  const watched = { ...state.watched, [conversationId]: { standing, since, told } }
  return reminded({ ...change, state: { ...state, watched } }, given.settings.slackRules, [conversationId])
}

const unwatched = (conversationId: string) => ({
  rule: 'slack.alert@1' as const,
  outcome: 'too_many',
  facts: { conversationId, max: watchedMax },
})

/** When the first of these conversations is to be looked at, if that is sooner than the next look. */
function reminded(change: SlackChange, rules: readonly SlackRule[], conversationIds: readonly string[]): SlackChange {
  const { state } = change
  const times = conversationIds.flatMap((id) => dueTimes(state, rules, id))
  if (times.length === 0) return change
  const at = Math.min(...times, state.dueAt ?? Infinity)
  if (at === state.dueAt) return change
  return {
    ...change,
    state: { ...state, dueAt: at },
    reminders: { ...change.reminders, due: remind('due', at, {}) },
  }
}

function dueTimes({ watched }: State, rules: readonly SlackRule[], id: string): number[] {
  const one = watched[id]
  if (!one) return []
  return waitingRules(rules, one.standing)
    .filter(({ channel }) => !one.told.includes(channel))
    .map(({ afterMinutes }) => one.since + afterMinutes * minuteMs)
}

const waitingRules = (rules: readonly SlackRule[], standing: Standing) =>
  rules.filter((rule) => rule.on.includes('unassigned') && fits(rule, standing))

/** Whoever waits for too long is told of, once in each channel. */
export function lookedAt(state: State, given: Given): SlackChange {
  const rules = given.settings.slackRules
  let change: SlackChange = { state: { ...state, dueAt: null } }
  for (const [conversationId, { standing, since, told }] of Object.entries(state.watched)) {
    const due = waitingRules(rules, standing).filter(
      ({ channel, afterMinutes }) => !told.includes(channel) && since + afterMinutes * minuteMs <= given.now,
    )
    if (due.length === 0) continue
    change = alerted(change, standing, { ...plain, why: 'unassigned' }, due, given)
    const known = [...new Set([...told, ...due.map(({ channel }) => channel)])].slice(-50)
    const watched = { ...change.state.watched, [conversationId]: { standing, since, told: known } }
    change = { ...change, state: { ...change.state, watched } }
  }
  return reminded(change, rules, Object.keys(change.state.watched))
}

export function rulesChanged(state: State, rules: readonly SlackRule[], given: Given): SlackChange {
  // What a channel refused that hears of nothing any more is nobody's trouble.
  const failing = Object.fromEntries(
    Object.entries(state.failing).filter(([channel]) => rules.some((rule) => rule.channel === channel)),
  )
  const change = reminded({ state: { ...state, failing, dueAt: null } }, rules, Object.keys(state.watched))
  return { ...change, effects: [effect('readWaiting', String(given.now), {})] }
}

/** Those who wait already are watched as if they had come now: nobody wants a hundred messages at once. */
export function waitingRead(state: State, waiting: readonly Standing[], given: Given): SlackChange {
  const unknown = waiting.filter(({ conversationId }) => !state.watched[conversationId])
  return unknown.reduce<SlackChange>((change, standing) => watching(change, standing, given), { state })
}

/** A promise, or a colleague who is named: said at once, to whoever is to hear of it. */
export function happened(
  state: State,
  { why, standing, promised, by, mentions }: InputOf<typeof slack, 'happened'>,
  given: Given,
): SlackChange {
  const rules = given.settings.slackRules.filter((rule) => rule.on.includes(why) && fits(rule, standing))
  return alerted({ state }, standing, { why, promised, by, mentions }, rules, given)
}

/** One message in each channel, however many rules lead there. */
function alerted(change: SlackChange, standing: Standing, what: Happening, rules: readonly SlackRule[], given: Given) {
  return [...new Set(rules.map(({ channel }) => channel))].reduce((all, channel) => {
    const namesPerson = rules.some((rule) => rule.channel === channel && rule.namesPerson)
    return posted(all, { ...standingOf(standing), ...what, channel, namesPerson }, given)
  }, change)
}

const standingOf = ({ conversationId, status, priority, assigneeId, waitingSince }: Standing) => ({
  conversationId,
  status,
  priority,
  assigneeId,
  waitingSince,
})

function posted(change: SlackChange, alert: Omit<Alert, 'postId' | 'at'>, given: Given): SlackChange {
  const fresh = { rev: 1, sentRev: 0, ts: null, isUnsure: false, triedAt: null }
  const post = { ...alert, postId: given.newId('slk'), at: given.now, ...fresh }
  const { state, lost } = trimmed(queued(change.state, post))
  const decisions = [decided(post, 'told', null), ...lost.map((one) => decided(one, 'too_many', null))]
  return pumped({ ...change, state, decisions: [...(change.decisions ?? []), ...decisions] }, post.channel, given)
}

/** Says that it works. Its id is the answer. */
export function tested(state: State, channel: string, given: Given) {
  const about = {
    conversationId: null,
    status: 'open',
    priority: 'none',
    assigneeId: null,
    waitingSince: null,
  } as const
  const change = posted({ state }, { ...about, ...plain, why: 'test', channel, namesPerson: false }, given)
  const [post] = Object.values(change.state.posts).slice(-1)
  return { ...change, reply: { postId: post?.postId ?? '' } }
}
