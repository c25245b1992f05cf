import { z } from 'zod'
import { backoffMs } from '../../kernel/backoff.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import { missing } from '../../kernel/problem.ts'
import { actor, type Change, type Given } from '../runtime/change.ts'
import { breakerAfter, Breaker, closed, mayTry } from './breaker.ts'
import { channel, Health, Limits, type Outcome, type Parcel, Priority, type Sending } from './contract.ts'
import { nextTurn, spend, triesMax } from './pace.ts'
import { failure, statusOf } from './words.ts'

const id = z.string().max(128)

/** A parcel that waits. Its text stays in the message's row: the queue must not weigh down each write. */
const Waiting = z.object({
  messageId: id,
  conversationId: id,
  to: sensitive(z.string()),
  replyTo: id.nullable(),
  priority: Priority,
  notAfter: instant(),
  notBefore: instant(),
  tries: z.int().nonnegative(),
})
type Waiting = z.infer<typeof Waiting>

/** What is in the state of each message of which nobody knows yet whether it was taken. */
const UnderWay = Waiting.omit({ notBefore: true })

export const ChannelState = z.object({
  limits: Limits,
  queue: z.array(Waiting),
  /**
   * Those whose outcome the provider is to say. What merely waits for the provider's answer is not here: the outbox has
   * it, and the answer brings it back. An earlier version kept all of them here.
   */
  underWay: z.record(id, UnderWay),
  tokens: z.number(),
  tokensAt: instant(),
  /** By conversation: when the same person may get the next message. */
  pairs: z.record(z.string(), instant()),
  breaker: Breaker,
  health: Health.nullable(),
  /** Somebody has set it up: an id that nobody knows is no channel. */
  isKnown: z.boolean(),
})
type State = z.infer<typeof ChannelState>
type ChannelChange = Change<typeof channel, State>

const queueMax = 256
/** How long we wait for the provider's word on a message of which we do not know whether it was taken. */
const unknownMs = 60_000

const { event, effect, remind } = channel

export const channelActor = actor(channel, {
  state: ChannelState,
  initial: {
    limits: { perSecond: 80, burst: 80, pairMs: 0 },
    queue: [],
    underWay: {},
    tokens: 80,
    tokensAt: 0,
    pairs: {},
    breaker: closed,
    health: null,
    isKnown: false,
  },

  on: {
    configure(state, { limits }, { now }) {
      const tokens = Math.min(state.tokens, limits.burst)
      // From now on it can be looked at: two who look must be told the same.
      return { state: { ...state, limits, tokens, isKnown: true, health: state.health ?? healthOf(state, now) } }
    },

    enqueue(state, { content, ...parcel }, given) {
      if (state.queue.length >= queueMax) {
        const error = failure('channel_full', 'Too many messages wait for this channel.', true)
        return { state, tells: [statusOf(parcel, 'failed', { error })] }
      }
      const waiting = { ...parcel, notBefore: given.now, tries: 0 }
      const change = pumped(
        { ...state, queue: [...state.queue, waiting] },
        given,
        content ? { [parcel.messageId]: content } : {},
      )
      const isWaiting = change.state.queue.includes(waiting)
      return isWaiting ? { ...change, tells: [...change.tells, statusOf(parcel, 'queued')] } : change
    },

    sent(before, { result, parcel: brought, isTold }, given) {
      const parcel = before.underWay[result.messageId] ?? brought
      if (!parcel) return { state: before }
      const state = without(before, result.messageId)
      if (result.outcome === 'accepted') {
        const change = pumped({ ...state, breaker: closed }, given)
        if (isTold) return change
        return and(change, { tells: [statusOf(parcel, 'sent', { providerId: result.providerId })] })
      }
      // It is kept until the provider speaks: sending again could deliver it twice.
      if (result.outcome === 'unknown') {
        const at = given.now + unknownMs
        const due = { [`outcome/${result.messageId}`]: remind('outcomeDue', at, { messageId: result.messageId }) }
        const underWay = { ...state.underWay, [result.messageId]: parcel }
        const breaker = breakerAfter(state.breaker, 'unknown', given.now)
        return and(pumped({ ...state, underWay, breaker }, given), {
          reminders: due,
          tells: [statusOf(parcel, 'queued')],
        })
      }
      return refused(state, parcel, result, given)
    },

    pump(state, _, given) {
      return pumped(state, given)
    },

    outcomeDue(state, { messageId }, given) {
      const parcel = state.underWay[messageId]
      if (!parcel) return { state }
      const why = 'The provider did not say whether it took this message. It may have arrived.'
      const told = statusOf(parcel, 'failed', { error: failure('outcome_unknown', why, true) })
      return and(pumped(without(state, messageId), given), { tells: [told] })
    },

    view(state, _, { now }) {
      if (!state.isKnown) throw missing('channel_missing', 'There is no such channel.')
      return { state, reply: { ...(state.health ?? healthOf(state, now)), waiting: state.queue.length } }
    },
  },
})

/** The provider said no: again later, never, or not by this channel at all. */
function refused(
  state: State,
  parcel: Sending,
  { error, action, retryAfterMs }: Extract<Outcome, { outcome: 'refused' }>,
  given: Given,
) {
  const breaker = breakerAfter(state.breaker, action, given.now, retryAfterMs, error.title)
  const tries = parcel.tries + 1
  const at = given.now + Math.max(retryAfterMs ?? 0, backoffMs(tries, given.random()))
  const mayPass = action !== 'never' && action !== 'broken' && tries < triesMax && at <= parcel.notAfter
  if (!mayPass) {
    const told = statusOf(parcel, 'failed', { error })
    return and(pumped({ ...state, breaker }, given), { tells: [told] })
  }
  const waiting: Waiting = { ...parcel, tries, notBefore: at }
  return and(pumped({ ...state, breaker, queue: [...state.queue, waiting] }, given), {
    tells: [statusOf(parcel, 'queued')],
  })
}

/** Sends all that may go now, drops what comes too late, and wakes up for the next. */
function pumped(before: State, given: Given, texts: Record<string, Parcel['content']> = {}) {
  const { now } = given
  const late = before.queue.filter(({ notAfter }) => notAfter <= now)
  let state = late.length > 0 ? { ...before, queue: before.queue.filter((one) => !late.includes(one)) } : before
  const effects: NonNullable<ChannelChange['effects']> = []
  for (let next = nextTurn(state, now); next && mayTry(state.breaker, now); next = nextTurn(state, now)) {
    const parcel = next
    state = {
      ...spend(state, parcel.conversationId, now),
      queue: state.queue.filter((one) => one !== parcel),
      breaker: state.breaker.status === 'open' ? { ...state.breaker, status: 'half_open' } : state.breaker,
    }
    const { notBefore: _, ...sending } = parcel
    const { messageId, tries } = parcel
    effects.push(effect('deliver', `${messageId}/${tries}`, { ...sending, content: texts[messageId] ?? null }))
  }
  const health = healthOf(state, now)
  const isNews = state.health?.state !== health.state || state.health.reason !== health.reason
  return {
    state: isNews ? { ...state, health } : state,
    effects,
    tells: late.map((parcel) => {
      return statusOf(parcel, 'failed', { error: failure('too_late', 'It could not be sent in time.', true) })
    }),
    events: isNews ? [event('channel.health_changed', health)] : [],
    reminders: { pump: awake(state, now) },
  } satisfies ChannelChange
}

/** Of most messages nothing is here. */
function without(state: State, messageId: string): State {
  if (!(messageId in state.underWay)) return state
  const { [messageId]: _, ...underWay } = state.underWay
  return { ...state, underWay }
}

/** When the first of those that wait may go. */
function awake(state: State, now: number) {
  // While one message tries whether the channel works again, its result wakes the others.
  if (state.queue.length === 0 || state.breaker.status === 'half_open') return null
  const earliest = Math.min(...state.queue.map((one) => Math.max(one.notBefore, state.pairs[one.conversationId] ?? 0)))
  const retryAt = state.breaker.status === 'closed' ? 0 : state.breaker.retryAt
  const tokenAt =
    state.tokens >= 1 ? 0 : state.tokensAt + Math.ceil(((1 - state.tokens) / state.limits.perSecond) * 1_000)
  return remind('pump', Math.max(now + 1, earliest, retryAt, tokenAt), {})
}

function healthOf({ breaker, health }: State, now: number): Health {
  const works = breaker.failures > 0 ? 'degraded' : 'up'
  const state = breaker.status === 'closed' ? works : 'down'
  const since = health?.state === state ? health.since : now
  const retryAt = breaker.status === 'closed' ? null : breaker.retryAt
  return { state, reason: breaker.reason, since, retryAt }
}

function and<C extends ChannelChange>(change: C, more: Pick<ChannelChange, 'tells' | 'reminders'>) {
  return {
    ...change,
    tells: [...(change.tells ?? []), ...(more.tells ?? [])],
    reminders: { ...change.reminders, ...more.reminders },
  }
}
