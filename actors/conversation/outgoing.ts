import type { Content } from '../../kernel/content.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import { channel } from '../channel/contract.ts'
import type { Change, Decision, Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { conversation, type Message } from './contract.ts'
import { episodeRow, reacted } from './incoming.ts'
import { pausedUntil, refuseClosedWindow, sendForMs, standing } from './rules.ts'
import { headerOf, known, lastOf, ring, type State, touch } from './state.ts'

const outgoingMax = 16

const { event, insert, update } = conversation
type Said = Change<typeof conversation, State, { messageId: string; n: number }>
type Input<M extends keyof typeof conversation.messages> = InputOf<typeof conversation, M>

/** What the business says. */
export const outgoing = {
  send(state: State, { content, channelId, replyTo }: Input<'send'>, given: Given) {
    const messageId = given.newId('msg')
    const parcel = packed(state, { messageId, content, channelId, replyTo: replyTo ?? null }, given)
    if (content.kind === 'reaction') {
      const change = reacted(state, content.to, { staff: content.emoji })
      return { ...change, reply: { messageId, n: state.messageCount }, tells: [parcel.tell] }
    }
    const message = written(state, messageId, 'out', content, given)
    const change = said(state, { ...message, channelId: parcel.channelId, replyTo: replyTo ?? null }, given)
    return {
      ...change,
      tells: [...change.tells, parcel.tell],
      decisions: isProgram(given) ? [] : [silenced(change.state, given)],
    }
  },

  /** Staff only: no clock stops, no list moves, nothing is sent. */
  note(state: State, { text }: Input<'note'>, given: Given) {
    const message = written(state, given.newId('msg'), 'note', { kind: 'text', text }, given)
    const after = { ...known(state), messageCount: message.n }
    return {
      state: after,
      reply: { messageId: message._id, n: message.n },
      rows: [...opened(state, message, given), row(message, after.userId)],
      events: [event('message.created', { message, conversation: headerOf(after) })],
    } satisfies Said
  },

  retry(state: State, { messageId, content, replyTo }: Input<'retry'>, given: Given) {
    const failed = state.outgoing.find(({ id }) => id === messageId)
    if (failed?.status !== 'failed') throw conflict('not_failed', 'Only a message that failed can be sent again.')

    const parcel = packed(state, { messageId, content, channelId: undefined, replyTo }, given)
    const outgoing = state.outgoing.map((one) => (one === failed ? { id: messageId, ...pending } : one))
    const last = state.last?.messageId === messageId ? { ...state.last, hasFailed: false } : state.last
    const after = { ...known(state), outgoing, last }
    return {
      state: after,
      reply: { messageId, n: state.messageCount },
      rows: [update('message', messageId, standing('pending', null))],
      events: [event('message.status_changed', { messageId, ...pending })],
      tells: [...(last === state.last ? [] : touch(state, after, given)), parcel.tell],
    } satisfies Said
  },
}

const pending = { status: 'pending' as const, error: null }

interface Words {
  messageId: string
  content: InputOf<typeof conversation, 'send'>['content']
  channelId: string | undefined
  replyTo: string | null
}

/** Hands the words to the channel on which the person is reached. */
function packed(state: State, { messageId, content, channelId: wanted, replyTo }: Words, { id, now }: Given) {
  const channelId = wanted ?? known(state).channelId
  const to = channelId !== null && Object.hasOwn(state.addresses, channelId) ? state.addresses[channelId] : undefined
  if (channelId === null || !to) throw missing('address_missing', 'We know no address of this person on that channel.')
  refuseClosedWindow(content, state.windows[channelId], now)
  const parcel = { messageId, conversationId: id, to, content, replyTo, priority: 'staff' as const }
  return { channelId, tell: channel.tell(channelId).enqueue({ ...parcel, notAfter: now + sendForMs }) }
}

/** Another program of the business, by an API key: it has seen nothing, and nobody has taken over from the machines. */
const isProgram = ({ by }: Given) => by.role === 'key'

/** A member of the staff spoke: nobody waits any more, everything is seen, and machines keep silent for a while. */
const attended = (state: State, { now, settings }: Given) => ({
  unread: 0,
  waitingSince: null,
  automationPausedUntil: pausedUntil(now, settings.pauseHours),
  humanRev: state.humanRev + 1,
})

function said(state: State, message: Message, given: Given) {
  const { now } = given
  const { userId } = known(state)
  const after = {
    ...state,
    userId,
    episode: { id: message.episodeId, openedAt: state.episode?.openedAt ?? now },
    status: state.status === 'resolved' ? ('open' as const) : state.status,
    ...(isProgram(given) ? {} : attended(state, given)),
    messageCount: message.n,
    lastMessageAt: now,
    outgoing: ring(state.outgoing, { id: message._id, ...pending }, outgoingMax),
    last: lastOf(message),
  }
  return {
    state: after,
    reply: { messageId: message._id, n: message.n },
    rows: [...opened(state, message, given), row(message, userId)],
    events: [event('message.created', { message, conversation: headerOf(after) })],
    tells: touch(state, after, given),
  } satisfies Said
}

const silenced = ({ automationPausedUntil }: State, { by }: Given): Decision => ({
  rule: 'staff_pauses_automation@1',
  outcome: 'paused',
  facts: { until: automationPausedUntil, by: by.id },
})

function opened(state: State, { episodeId, at }: Message, given: Given) {
  return state.episode ? [] : [episodeRow({ id: episodeId, openedAt: at }, given)]
}

const row = (message: Message, userId: string) =>
  insert('message', { ...message, ...standing(message.status, null), userId, providerId: null })

function written(state: State, _id: string, direction: 'out' | 'note', content: Content, given: Given): Message {
  known(state)
  return {
    _id,
    conversationId: given.id,
    n: state.messageCount + 1,
    direction,
    author: { kind: isProgram(given) ? 'automation' : 'staff', id: given.by.id },
    episodeId: state.episode?.id ?? given.newId('eps'),
    channelId: null,
    content,
    replyTo: null,
    status: direction === 'note' ? 'received' : 'pending',
    error: null,
    reactions: { person: null, staff: null },
    at: given.now,
    editedAt: null,
    deletedAt: null,
  }
}
