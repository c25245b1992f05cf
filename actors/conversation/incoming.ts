import { type Content, mediaKinds, preview } from '../../kernel/content.ts'
import type { Change, Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { user } from '../user/contract.ts'
import { conversation, type Message } from './contract.ts'
import { heardMs, standing, windowMs } from './rules.ts'
import { headerOf, isRecent, lastOf, remembered, ring, type State, touch } from './state.ts'

const reactionsMax = 50
const withdrawnMax = 20

const { event, insert, update, effect } = conversation
type Input<M extends keyof typeof conversation.messages> = InputOf<typeof conversation, M>

/** What the person says and does. */
export const incoming = {
  receive(state: State, input: Input<'receive'>, given: Given) {
    // Repetitions are met at the door; this catches those that come while the first is still under way.
    if (isRecent(state.recentIn, input.messageId)) return { state, reply: { n: state.messageCount, isNew: false } }

    const { now } = given
    const n = state.messageCount + 1
    const episode = state.episode ?? { id: given.newId('eps'), openedAt: now }
    const message = written(input, n, episode.id, given)
    const opens = Math.max(state.windows[input.channelId] ?? 0, input.sentAt + windowMs)
    const isHeard = state.heardAt === null || now - state.heardAt >= heardMs || input.name !== state.name
    const after = {
      ...state,
      ...addressed(state, input),
      episode,
      status: 'open' as const,
      unread: state.unread + 1,
      waitingSince: state.waitingSince ?? now,
      windows: { ...state.windows, [input.channelId]: opens },
      messageCount: n,
      lastMessageAt: now,
      recentIn: remembered(state.recentIn, input.messageId),
      lastIn: { n, channelId: input.channelId, providerId: input.providerId },
      last: lastOf(message),
      heardAt: isHeard ? now : state.heardAt,
    }
    const { userId, name } = input
    return {
      state: after,
      reply: { n, isNew: true },
      rows: [
        ...(state.episode ? [] : [episodeRow(episode, given)]),
        insert('message', { ...message, ...standing('received', null), userId, providerId: input.providerId }),
      ],
      events: [event('message.created', { message, conversation: headerOf(after) })],
      tells: [...touch(state, after, given), ...(isHeard ? [user.tell(userId).heard({ at: now, name })] : [])],
      effects: isFile(input.content) ? [effect('fetchFile', input.messageId, file(input))] : [],
    } satisfies Change<typeof conversation, State, { n: number; isNew: boolean }>
  },

  edit(state: State, { messageId, content, at }: Input<'edit'>, given: Given) {
    return {
      ...relisted(state, messageId, content, given),
      rows: [update('message', messageId, { content, editedAt: at })],
      events: [event('message.edited', { messageId, content, editedAt: at })],
    }
  },

  /** The person took it back: we keep that there was something, not what it said. */
  withdraw(state: State, { messageId, at }: Input<'withdraw'>, given: Given) {
    const content: Content = { kind: 'unsupported', what: 'withdrawn' }
    const withdrawn = ring(state.withdrawn, messageId, withdrawnMax)
    return {
      ...relisted({ ...state, withdrawn }, messageId, content, given),
      rows: [update('message', messageId, { content, deletedAt: at })],
      events: [event('message.withdrawn', { messageId, content, deletedAt: at })],
    }
  },

  react(state: State, { messageId, emoji }: Input<'react'>) {
    return reacted(state, messageId, { person: emoji })
  },

  /** The file is with us now, or will never be; the content says which. */
  fileFetched(state: State, { messageId, content }: Input<'fileFetched'>) {
    if (state.withdrawn.includes(messageId)) return { state }
    return {
      state,
      rows: [update('message', messageId, { content })],
      events: [event('message.file_fetched', { messageId, content })],
    }
  },
}

/** What the list shows as the last word follows what became of that word. */
function relisted(state: State, messageId: string, content: Content, given: Given) {
  if (state.last?.messageId !== messageId) return { state, tells: [] }
  const after = { ...state, last: { ...state.last, kind: content.kind, text: preview(content) } }
  return { state: after, tells: touch(state, after, given) }
}

/** Each side has one reaction on a message; the newest counts. */
export function reacted(state: State, messageId: string, change: { person?: string | null; staff?: string | null }) {
  const before = state.reactions.find(({ id }) => id === messageId) ?? { id: messageId, person: null, staff: null }
  const after = { ...before, ...change }
  const others = state.reactions.filter(({ id }) => id !== messageId)
  const reactions = { person: after.person, staff: after.staff }
  return {
    state: { ...state, reactions: ring(others, after, reactionsMax) },
    rows: [update('message', messageId, { reactions })],
    events: [event('message.reacted', { messageId, reactions })],
  }
}

/** The conversation goes on over the channel on which the person wrote last. */
function addressed(state: State, { userId, name, address, channelId }: Input<'receive'>) {
  const contact = /^\d+$/.test(address) ? `+${address}` : address
  // An address that has not changed is not written, and not encrypted, again.
  const isSame = state.addresses[channelId] === address
  const addresses = isSame ? state.addresses : { ...state.addresses, [channelId]: address }
  return { userId, name: name || state.name, contact, channelId, addresses }
}

function written(input: Input<'receive'>, n: number, episodeId: string, { id, now }: Given): Message {
  const { messageId, userId, channelId, content, replyTo } = input
  return {
    _id: messageId,
    conversationId: id,
    n,
    direction: 'in',
    author: { kind: 'person', id: userId },
    episodeId,
    channelId,
    content,
    replyTo,
    status: 'received',
    error: null,
    reactions: { person: null, staff: null },
    at: now,
    editedAt: null,
    deletedAt: null,
  }
}

export function episodeRow({ id: _id, openedAt }: { id: string; openedAt: number }, { id }: Given) {
  return insert('episode', { _id, conversationId: id, openedAt, resolvedAt: null })
}

const file = ({ messageId, channelId, content }: Input<'receive'>) => ({ messageId, channelId, content })

const isFile = ({ kind }: Content) => (mediaKinds as readonly string[]).includes(kind)
