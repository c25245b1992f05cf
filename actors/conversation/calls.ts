import { type CallNews, callAfter, isOver } from '../../kernel/call.ts'
import type { CallContent } from '../../kernel/content.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import { type Change, type Given, Refused } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { authorOf, unsent } from './activity.ts'
import { silenced, tookOver } from './attending.ts'
import { mayCall, wayToCall } from './calling.ts'
import { conversation } from './contract.ts'
import type { KnownCall } from './contract/calls.ts'
import type { Message } from './contract/message.ts'
import { relisted } from './listing.ts'
import type { Way } from './reach.ts'
import { episodeRow } from './rows.ts'
import { standing } from './rules.ts'
import { ring, type State } from './state.ts'
import { changed, type ConversationChange, joined, known, lastOf } from './telling.ts'

const { effect, event, insert, remind, update } = conversation
type Input<M extends keyof typeof conversation.messages> = InputOf<typeof conversation, M>

const callsMax = 8
const minuteMs = 60_000
/** A call lasts hours at most: of which nobody has told an end by then nobody will. */
const followedMs = 6 * 60 * minuteMs

const keyOf = (messageId: string) => `call/${messageId}`
const lookLater = ({ messageId }: Pick<KnownCall, 'messageId'>, at: number) => ({
  [keyOf(messageId)]: remind('callDue', at, { messageId }),
})

export const contentOf = ({ status, seconds, why }: CallNews): CallContent => ({
  kind: 'call',
  status,
  ...(seconds !== undefined && { seconds }),
  ...(why !== undefined && { why }),
})

/** A call that came in is in the thread: it is followed until it is over. */
export function followed(change: ConversationChange, call: KnownCall): ConversationChange {
  const { state } = change
  return {
    ...change,
    state: { ...state, calls: ring(state.calls, call, callsMax) },
    reminders: { ...change.reminders, ...(!isOver(call) && lookLater(call, call.at + 10 * minuteMs)) },
  }
}

/** Telephone calls: what is told of them, and those that the staff makes. */
export const calls = {
  call(state: State, { channelId }: Input<'call'>, given: Given) {
    known(state)
    const messageId = given.newId('msg')
    const way = wayToCall(state, channelId, given.settings)
    if (!way) throw missing('address_missing', 'There is no number to call from, or none of this person to call.')
    const verdict = mayCall(state, { messageId, way }, given)
    if (verdict.is === 'refused') throw new Refused(verdict.problem, [verdict.decision])
    if (state.calls.some((one) => one.isOurs && isUnderway(one, given)))
      throw conflict('call_underway', 'This person is being called already.')
    return placed(state, messageId, way, given)
  },

  hangUp(state: State, { messageId }: Input<'hangUp'>): ConversationChange {
    const call = known(state).calls.find((one) => one.messageId === messageId)
    if (!call || isOver(call)) throw conflict('call_over', 'This call is over.')
    const { sid, channelId } = call
    if (sid === null) throw conflict('call_unknown', 'Nobody knows yet whether this call was made. Try again.')
    return { state, effects: [effect('endCall', messageId, { channelId, sid })] }
  },

  callPlaced(state: State, { messageId, placed: came }: Input<'callPlaced'>, given: Given): ConversationChange {
    const call = state.calls.find((one) => one.messageId === messageId)
    if (!call) return { state }
    if (came.outcome === 'refused') return told(state, call, { status: 'failed', why: came.why }, given)
    return came.outcome === 'accepted' ? { state: kept(state, { ...call, sid: came.sid }) } : { state }
  },

  callChanged(state: State, { messageId, sid, ...news }: Input<'callChanged'>, given: Given): ConversationChange {
    const before = state.calls.find((one) => one.messageId === messageId)
    // One of long ago: what became of it was looked up then.
    if (!before) return { state }
    // Where nobody knew whether it was placed, this says so.
    const call = sid === undefined || before.sid !== null ? before : { ...before, sid }
    return told(kept(state, call), call, news, given)
  },

  callDue(state: State, { messageId }: Input<'callDue'>): ConversationChange {
    const call = state.calls.find((one) => one.messageId === messageId)
    return !call || isOver(call) ? { state } : { state, effects: [effect('lookAtCall', messageId, { call })] }
  },

  callSeen(state: State, { messageId, news }: Input<'callSeen'>, given: Given): ConversationChange {
    const call = state.calls.find((one) => one.messageId === messageId)
    if (!call || isOver(call)) return { state }
    const after = news.reduce<KnownCall>(callAfter, call)
    if (isOver(after)) return told(state, call, after, given)
    const isLost = call.sid === null || given.now - call.at >= followedMs
    if (isLost) return told(state, call, { status: 'failed', why: 'Nobody said what became of it.' }, given)
    return { ...told(state, call, after, given), reminders: lookLater(call, given.now + 30 * minuteMs) }
  },

  /** An effect that changes nothing here. */
  callAside(state: State): ConversationChange {
    return { state }
  },
}

/** One of which nobody knows whether it was made does not keep the next waiting for long. */
const isUnderway = (call: KnownCall, { now }: Given) => !isOver(call) && (call.sid !== null || now - call.at < minuteMs)

const kept = (state: State, call: KnownCall): State => ({
  ...state,
  calls: state.calls.map((one) => (one.messageId === call.messageId ? call : one)),
})

/** Only what is new of it is told on. */
export function told(state: State, call: KnownCall, news: CallNews, given: Given): ConversationChange {
  const after = callAfter(call, news)
  if (after === call) return { state }
  const { messageId } = call
  const content = contentOf(after)
  const shown = relisted(kept(state, after), messageId, content, given)
  const change: ConversationChange = {
    ...shown,
    rows: [update('message', messageId, { content })],
    events: [event('message.call_changed', { messageId, content })],
    reminders: isOver(after) ? { [keyOf(messageId)]: null } : {},
  }
  return after.status === 'completed' ? joined(change, (next) => spoken(next, call, given)) : change
}

/** The two have spoken: who waited for that waits no more. */
function spoken(state: State, { at }: KnownCall, given: Given): ConversationChange {
  const { waitingSince } = state
  if (waitingSince === null || waitingSince > at) return { state }
  return changed(state, { ...state, waitingSince: null, isAnswered: true }, given)
}

function placed(
  state: State,
  messageId: string,
  { channelId, to }: Way,
  given: Given,
): Change<typeof conversation, State, { messageId: string; n: number }> {
  const { userId } = known(state)
  const { now: at, by } = given
  const begun = state.episode ?? { id: given.newId('eps'), openedAt: at }
  const call: KnownCall = { messageId, channelId, sid: null, isOurs: true, at, status: 'dialing' }
  const message: Message = {
    ...unsent,
    _id: messageId,
    conversationId: given.id,
    n: state.messageCount + 1,
    direction: 'out',
    author: authorOf(given),
    episodeId: begun.id,
    channelId,
    content: contentOf(call),
    status: 'sent',
    at,
  }
  const after: State = {
    ...tookOver(state, at, given.settings.pauseHours),
    // Whoever was not reached was not answered.
    isAnswered: state.isAnswered,
    episode: begun,
    lastEpisodeId: begun.id,
    status: state.status === 'resolved' ? 'open' : state.status,
    messageCount: message.n,
    lastMessageAt: at,
    last: lastOf(message),
  }
  const change = changed(state, after, given, message)
  const whole = followed({ ...change, decisions: [silenced(change.state, given)] }, call)
  return {
    ...whole,
    reply: { messageId, n: message.n },
    rows: [
      ...(state.episode === null ? [episodeRow(begun, given)] : []),
      insert('message', { ...message, ...standing('sent', null), userId, providerId: null }),
    ],
    effects: [effect('placeCall', messageId, { messageId, channelId, memberId: by.id, to, at })],
  }
}
