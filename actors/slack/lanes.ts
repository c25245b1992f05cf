import { backoffMs } from '../../kernel/backoff.ts'
import type { Decision, Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { type Alert, type Outcome, slack } from './contract.ts'
import { dayMs, type Lane, type Post, postsMax, type SlackChange, type State, without } from './state.ts'

const { effect, remind } = slack
/** Slack asks for no more than one message a second and channel. */
const paceMs = 1_000
const idle: Lane = { queue: [], underWay: null, tries: 0, readyAt: null }
/** Machines wait for machines: it goes on while the time of a sandbox stands still. */
const pause = { isPause: true } as const

/** The message stands, or is to stand, otherwise: its turn comes after those that wait in its channel. */
export function queued(state: State, post: Post): State {
  const lane = state.lanes[post.channel] ?? idle
  const posts = { ...state.posts, [post.postId]: post }
  const waits = lane.queue.includes(post.postId)
  if (waits) return { ...state, posts }
  const lanes = { ...state.lanes, [post.channel]: { ...lane, queue: [...lane.queue, post.postId] } }
  return { ...state, posts, lanes }
}

/** More are not followed: those that stand there longest are left as they are, or, if none stands, never said. */
export function trimmed(state: State): { state: State; lost: Post[] } {
  const posts = Object.values(state.posts)
  if (posts.length <= postsMax) return { state, lost: [] }
  const isLeaving = ({ channel, postId }: Post) => state.lanes[channel]?.underWay === postId
  const waits = ({ channel, postId }: Post) => state.lanes[channel]?.queue.includes(postId) ?? false
  const oldest = posts
    .filter((post) => !isLeaving(post))
    .sort((a, b) => Number(waits(a)) - Number(waits(b)) || a.at - b.at)
  const gone = oldest.slice(0, posts.length - postsMax)
  return { state: gone.reduce(dropped, state), lost: gone.filter(({ ts }) => ts === null) }
}

function dropped(state: State, { postId, channel }: Pick<Post, 'postId' | 'channel'>): State {
  const posts = without(state.posts, postId)
  const lane = state.lanes[channel]
  if (!lane) return { ...state, posts }
  const left = { ...lane, queue: lane.queue.filter((one) => one !== postId) }
  return { ...state, posts, lanes: { ...state.lanes, [channel]: left } }
}

const alertOf = ({ rev: _, sentRev: __, ts: ___, isUnsure: ____, triedAt: _____, ...alert }: Post): Alert => alert

/** The first that waits in this channel leaves, unless one is on its way, or it is too soon. */
export function pumped(change: SlackChange, channel: string, given: Given, isDue = false): SlackChange {
  const { state } = change
  const lane = state.lanes[channel]
  if (!lane || state.broken || lane.underWay !== null) return change
  const post = state.posts[lane.queue[0] ?? '']
  if (!post) return tidied(change, channel, given)
  const isEarly = !isDue && lane.readyAt !== null && given.now < lane.readyAt
  return isEarly ? paced(change, channel, lane.readyAt ?? 0) : sent(change, post, lane, given)
}

const paced = (change: SlackChange, channel: string, at: number): SlackChange => ({
  ...change,
  reminders: { ...change.reminders, [`lane/${channel}`]: dueAt(channel, at) },
})

function sent(change: SlackChange, post: Post, lane: Lane, { now }: Given): SlackChange {
  const { state } = change
  const { postId, channel, ts, rev, isUnsure } = post
  const send = effect('deliver', `${postId}/${rev}/${lane.tries}/${now}`, { alert: alertOf(post), ts, rev, isUnsure })
  return {
    ...change,
    state: {
      ...state,
      posts: { ...state.posts, [postId]: { ...post, triedAt: post.triedAt ?? now } },
      lanes: { ...state.lanes, [channel]: { ...lane, underWay: postId } },
    },
    effects: [...(change.effects ?? []), send],
    reminders: { ...change.reminders, [`lane/${channel}`]: null },
  }
}

const dueAt = (channel: string, at: number) => remind('laneDue', at, { channel }, pause)

/** A channel to which nothing goes is not kept, once its pace is. */
function tidied(change: SlackChange, channel: string, { now }: Given): SlackChange {
  const { state } = change
  const lane = state.lanes[channel]
  if (!lane || lane.queue.length > 0 || (lane.readyAt !== null && lane.readyAt > now)) return change
  return { ...change, state: { ...state, lanes: without(state.lanes, channel) } }
}

export function pumpedAll(change: SlackChange, given: Given): SlackChange {
  return Object.keys(change.state.lanes).reduce((all, channel) => pumped(all, channel, given), change)
}

type Delivered = InputOf<typeof slack, 'delivered'>

/** What became of the one that was on its way. */
export function settled(state: State, { postId, channel, rev, result }: Delivered, given: Given): SlackChange {
  const lane = state.lanes[channel]
  const post = state.posts[postId]
  // Forgotten while it was on its way.
  if (lane?.underWay !== postId || !post) return { state }
  const free = { ...state, lanes: { ...state.lanes, [channel]: { ...lane, underWay: null } } }
  if (result.outcome === 'accepted')
    return taken(free, { ...post, ts: result.ts, sentRev: rev, isUnsure: false }, given)
  return refused(free, post, result, given)
}

type Failed = Exclude<Outcome, { outcome: 'accepted' }>

function refused(state: State, post: Post, result: Failed, given: Given): SlackChange {
  const { channel, ts, triedAt } = post
  const { code, action } = result.outcome === 'unknown' ? { code: 'unknown', action: 'retry' } : result
  const failure = { code, why: result.why, at: given.now }
  if (action === 'broken') return { state: { ...state, broken: failure }, decisions: [decided(post, 'broken', code)] }
  // That one message cannot be changed any more says nothing of its channel.
  const told = ts === null ? { ...state, failing: { ...state.failing, [channel]: failure } } : state
  const isOver = triedAt !== null && given.now - triedAt > dayMs
  if (!isOver && action === 'retry') return later(told, post, result, given)
  const decisions = [decided(post, isOver ? 'given_up' : 'refused', code)]
  return pumped({ state: dropped(told, post), decisions }, channel, given)
}

function taken(state: State, post: Post, given: Given): SlackChange {
  const { channel, postId } = post
  const after = dropped(state, post)
  const lane = after.lanes[channel] ?? idle
  const rested = { ...lane, tries: 0, readyAt: given.now + paceMs }
  const next: State = {
    ...after,
    lanes: { ...after.lanes, [channel]: rested },
    failing: without(state.failing, channel),
    lastTakenAt: given.now,
  }
  // What is over says no more, and a test never does.
  const isDone = post.rev === post.sentRev && (post.status === 'resolved' || post.why === 'test')
  if (isDone) return pumped({ state: next }, channel, given)
  const kept = { ...post, triedAt: null }
  const following = post.rev > post.sentRev ? queued(next, kept) : { ...next, posts: { ...next.posts, [postId]: kept } }
  return pumped({ state: following }, channel, given)
}

/** The same again, in its place. */
function later(state: State, post: Post, result: Failed, given: Given): SlackChange {
  const { channel, postId } = post
  const lane = state.lanes[channel] ?? idle
  const tries = lane.tries + 1
  const asked = result.outcome === 'refused' ? (result.retryAfterMs ?? 0) : 0
  const at = given.now + Math.max(asked, backoffMs(Math.min(tries, 6), given.random()))
  const isUnsure = post.isUnsure || (result.outcome === 'unknown' && post.ts === null)
  const lanes = { ...state.lanes, [channel]: { ...lane, tries, readyAt: at } }
  return {
    state: { ...state, lanes, posts: { ...state.posts, [postId]: { ...post, isUnsure } } },
    reminders: { [`lane/${channel}`]: dueAt(channel, at) },
  }
}

/** The connection works again: what is no news any more is not said. */
export function goingOn(state: State, given: Given): SlackChange {
  const old = Object.values(state.posts).filter(({ ts, at }) => ts === null && given.now - at > dayMs)
  const fresh = old.reduce(dropped, { ...state, broken: null })
  const lanes = Object.fromEntries(
    Object.entries(fresh.lanes).map(([channel, lane]) => [channel, { ...lane, tries: 0, readyAt: null }]),
  )
  const decisions = old.map((post) => decided(post, 'too_late', null))
  return pumpedAll({ state: { ...fresh, lanes }, decisions }, given)
}

export const decided = (
  { why, channel, conversationId }: Pick<Post, 'why' | 'channel' | 'conversationId'>,
  outcome: string,
  code: string | null,
): Decision => ({ rule: 'slack.alert@1', outcome, facts: { why, channel, conversationId, code } })
