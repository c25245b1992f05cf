import { conversationIdOf } from '../../kernel/id.ts'
import type { Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { conversation } from './contract.ts'
import type { Brought } from './contract/joining.ts'
import { initial, isListed, type State } from './state.ts'
import { changed, headerOf, known, touch } from './telling.ts'

const { event, effect } = conversation
type Input<M extends keyof typeof conversation.messages> = InputOf<typeof conversation, M>

/** Two threads of one person become one, and two again. The messages are rows: an effect numbers them anew. */
export const joiningHandlers = {
  joinInto(state: State, { userId, name }: Input<'joinInto'>, given: Given) {
    if (state.joining.into?.userId === userId) return { state }
    const { status, lastMessageAt, unread, messageCount } = state
    const was = { status, lastMessageAt, unread, messageCount }
    const into = { conversationId: conversationIdOf(userId), userId, was }
    // What has no last message is in no list; what it holds is shown where it goes on.
    const rest = { status: 'resolved' as const, lastMessageAt: null, unread: 0, messageCount: 0 }
    const after = { ...state, ...rest, joining: { ...state.joining, into } }
    return {
      state: after,
      tells: [
        ...(isListed(state) ? touch(state, after, given) : []),
        conversation.tell(into.conversationId).takeIn({ ...broughtOf(state, given.id), name, userId }),
      ],
    }
  },

  takeIn(state: State, { userId, ...brought }: Input<'takeIn'>, given: Given) {
    // Whoever never wrote brings only where they go on from now.
    if (brought.messageCount === 0) return { state }
    const most = state.messageCount + brought.messageCount
    const after = known({
      ...state,
      userId,
      name: state.name || brought.name,
      contact: state.contact || brought.contact,
      channelId: state.channelId ?? brought.channelId,
      status: brought.status === 'open' ? ('open' as const) : openOf(state, brought),
      addresses: { ...brought.addresses, ...state.addresses },
      windows: later(state.windows, brought.windows),
      unread: state.unread + brought.unread,
      received: state.received + brought.received,
      seen: Object.fromEntries(
        Object.entries(state.seen).map(([member, n]) => [member, n + brought.received - brought.unread]),
      ),
      waitingSince: earlier(state.waitingSince, brought.waitingSince),
      messageCount: most,
      lastMessageAt: Math.max(state.lastMessageAt ?? 0, brought.lastMessageAt ?? 0),
      last: (brought.lastMessageAt ?? 0) > (state.lastMessageAt ?? 0) ? brought.last : state.last,
      lastIn: state.lastIn && { ...state.lastIn, n: most },
      joining: { ...state.joining, taken: [...state.joining.taken, { ...brought, most }].slice(-20) },
    })
    const key = `${brought.from}/in/${String(given.now)}`
    return {
      ...changed(state, after, given),
      effects: [effect('rearrange', key, { from: brought.from, into: given.id, most, isJoined: true, userId })],
    }
  },

  letGo(state: State, { from }: Input<'letGo'>, given: Given) {
    const one = state.joining.taken.find((brought) => brought.from === from)
    if (!one) return { state, tells: [conversation.tell(from).standAlone()] }
    const isQuiet = state.messageCount === one.most
    const gone = (channelId: string) => state.addresses[channelId] === one.addresses[channelId]
    const own = <T>(all: Record<string, T>) =>
      Object.fromEntries(Object.entries(all).filter(([channelId]) => !(channelId in one.addresses && gone(channelId))))
    const after = known({
      ...state,
      addresses: own(state.addresses),
      windows: own(state.windows),
      unread: Math.max(0, state.unread - one.unread),
      received: state.received - one.received,
      seen: Object.fromEntries(
        Object.entries(state.seen).map(([member, n]) => [member, Math.max(0, n - one.received + one.unread)]),
      ),
      // What was said since the merge stays here, under its number.
      messageCount: isQuiet ? one.most - one.messageCount : state.messageCount,
      joining: { ...state.joining, taken: state.joining.taken.filter((brought) => brought !== one) },
    })
    const input = { from, into: given.id, most: one.most, isJoined: false, userId: after.userId }
    return {
      ...changed(state, after, given),
      effects: [effect('rearrange', `${from}/out/${String(given.now)}`, input)],
    }
  },

  standAlone(state: State, _: unknown, given: Given) {
    const { into } = state.joining
    if (!into) return { state }
    const joining = { ...state.joining, into: null }
    if (state.userId === null) return { state: { ...state, joining } }
    return changed(state, known({ ...state, ...into.was, joining }), given)
  },

  rearranged(state: State, { from, isJoined, messages }: Input<'rearranged'>) {
    const { userId } = state
    if (userId === null) return { state }
    return {
      state,
      events: [event('conversation.rearranged', { conversation: headerOf({ ...state, userId }), messages })],
      tells: isJoined ? [] : [conversation.tell(from).standAlone()],
    }
  },

  erasePerson(state: State, _: unknown, given: Given) {
    if (state.userId === null) return { state }
    const { userId, messageCount, joining, assigneeId } = state
    const after: State = { ...initial, userId, messageCount, joining, assigneeId, status: 'resolved' }
    return joining.into ? { state: after } : changed(state, known(after), given)
  },
}

/** What comes for a thread that goes on elsewhere is told there. */
export function forwarded(state: State, input: Input<'receive'>) {
  const { into } = state.joining
  if (!into) return undefined
  return {
    state,
    reply: { n: state.messageCount, isNew: true },
    tells: [conversation.tell(into.conversationId).receive({ ...input, userId: into.userId })],
  }
}

function broughtOf(state: State, from: string): Brought {
  const { name, contact, status, addresses, windows, channelId, messageCount } = state
  const { received, unread, waitingSince, lastMessageAt, last } = state
  const counted = { messageCount, received, unread, waitingSince, lastMessageAt, last }
  return { from, name, contact, status, addresses, windows, channelId, ...counted }
}

const openOf = ({ userId, status }: State, brought: Brought) => (userId === null ? brought.status : status)

function earlier(a: number | null, b: number | null) {
  if (a === null) return b
  return b === null ? a : Math.min(a, b)
}

function later(a: Record<string, number>, b: Record<string, number>) {
  const channels = new Set([...Object.keys(a), ...Object.keys(b)])
  return Object.fromEntries([...channels].map((channel) => [channel, Math.max(a[channel] ?? 0, b[channel] ?? 0)]))
}
