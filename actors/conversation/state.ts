import { z } from 'zod'
import { preview } from '../../kernel/content.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import { missing } from '../../kernel/problem.ts'
import { inbox, type Standing } from '../inbox/contract.ts'
import { conversation, Failure, Header, type Message, MessageStatus, Preview } from './contract.ts'
import type { Change, Given } from '../runtime/change.ts'

const id = z.string().max(128)

export const ConversationState = Header.omit({ userId: true, windowExpiresAt: true }).extend({
  userId: id.nullable(),
  /** By channel: where the person is reached, and until when the provider takes free text. */
  addresses: z.record(id, sensitive(z.string())),
  windows: z.record(id, instant()),
  /** Ends of the ids of the latest that came in, so that one that comes again is known. All messages are rows. */
  recentIn: z.string(),
  lastIn: z.object({ n: z.int(), channelId: id, providerId: z.string() }).nullable(),
  /** Statuses of what went out lately. */
  outgoing: z.array(z.object({ id, status: MessageStatus, error: Failure.nullable() })),
  reactions: z.array(z.object({ id, person: z.string().nullable(), staff: z.string().nullable() })),
  withdrawn: z.array(id),
  last: Preview.nullable(),
  heardAt: instant().nullable(),
})
export type State = z.infer<typeof ConversationState>
export type ConversationChange = Change<typeof conversation, State>

export const initial: State = {
  userId: null,
  name: '',
  contact: '',
  status: 'open',
  assigneeId: null,
  episode: null,
  unread: 0,
  waitingSince: null,
  channelId: null,
  automationPausedUntil: null,
  humanRev: 0,
  messageCount: 0,
  lastMessageAt: null,
  addresses: {},
  windows: {},
  recentIn: '',
  lastIn: null,
  outgoing: [],
  reactions: [],
  withdrawn: [],
  last: null,
  heardAt: null,
}

/** What lists and screens see of it. */
export function headerOf(state: State & { userId: string }): Header {
  const { userId, name, contact, status, assigneeId, episode, unread, waitingSince, channelId } = state
  const { automationPausedUntil, humanRev, messageCount, lastMessageAt } = state
  const windowExpiresAt = channelId === null ? null : (state.windows[channelId] ?? null)
  const rules = { windowExpiresAt, automationPausedUntil, humanRev, messageCount, lastMessageAt }
  return { userId, name, contact, status, assigneeId, episode, unread, waitingSince, channelId, ...rules }
}

/** How it counts in the inbox; nothing before anybody wrote. */
export function standingOf({ userId, status, assigneeId, unread }: State): Standing | null {
  return userId === null ? null : { status, isAssigned: assigneeId !== null, isUnread: unread > 0 }
}

export function lastOf({ _id: messageId, content, direction }: Message): z.infer<typeof Preview> {
  const side = direction === 'in' ? 'in' : 'out'
  return { messageId, text: preview(content), kind: content.kind, direction: side, hasFailed: false }
}

/** Tells the inbox how the conversation stood and stands; its line is read from our document when it is shown. */
export function touch(before: State, after: State, { id: conversationId, workspaceId }: Given) {
  const is = standingOf(after)
  return is ? [inbox.tell(workspaceId).touch({ conversationId, was: standingOf(before), is })] : []
}

// Written with each message, so not more of an id than no two messages of one person ever share, and no list of them.
const tagLength = 16
const recentMax = 16
const tagOf = (messageId: string) => messageId.slice(-tagLength)

export const isRecent = (recentIn: string, messageId: string) => recentIn.split(' ').includes(tagOf(messageId))

export const remembered = (recentIn: string, ...messageIds: string[]) =>
  [...recentIn.split(' '), ...messageIds.map(tagOf)].slice(-recentMax).join(' ')

export const migrations = {
  2: ({ recentIn, ...state }: { recentIn: string[] }) => ({ ...state, recentIn: remembered('', ...recentIn) }),
}

export const ring = <T>(items: readonly T[], item: T, max: number) => [...items, item].slice(-max)

/** The header is other than before: screens and inbox hear of it. */
export function changed(before: State, after: State, given: Given) {
  const state = known(after)
  return {
    state,
    events: [conversation.event('conversation.changed', { conversation: headerOf(state) })],
    tells: touch(before, state, given),
  } satisfies ConversationChange
}

export function known(state: State): State & { userId: string } {
  const { userId } = state
  if (userId === null) throw missing('conversation_missing', 'There is no such conversation.')
  return { ...state, userId }
}
