import { preview } from '../../kernel/content.ts'
import { missing, Problem } from '../../kernel/problem.ts'
import { inbox, type Standing } from '../inbox/contract.ts'
import type { Change, Given } from '../runtime/change.ts'
import { conversation } from './contract.ts'
import type { Header, Preview } from './contract/header.ts'
import type { Message } from './contract/message.ts'
import { placed } from './placing.ts'
import { kept, nextLook, timed } from './sla.ts'
import { isListed, type State } from './state.ts'
import type { z } from 'zod'

export type ConversationChange = Change<typeof conversation, State>
type Known = State & { userId: string }

const { event, remind } = conversation

/** What lists and screens see of it. */
export function headerOf(state: Known): Header {
  const { userId, name, contact, status, snoozedUntil, priority, tags, assigneeId, teamId, episode } = state
  const { unread, received, seen, waitingSince, channelId, automationPausedUntil, aiMode, humanRev, sla } = state
  const { messageCount, lastMessageAt } = state
  const windowExpiresAt = channelId === null ? null : (state.windows[channelId] ?? null)
  const who = { userId, name, contact, status, snoozedUntil, priority, tags, assigneeId, teamId, episode }
  const counts = { unread, received, seen, waitingSince, channelId, windowExpiresAt, messageCount, lastMessageAt }
  return { ...who, ...counts, automationPausedUntil, aiMode, humanRev, sla }
}

/** How it counts in the inbox; nothing before anything was said. */
export function standingOf(state: State): Standing | null {
  const { status, assigneeId, unread } = state
  return isListed(state) ? { status, isAssigned: assigneeId !== null, isUnread: unread > 0 } : null
}

export function lastOf({ _id: messageId, content, direction }: Message): z.infer<typeof Preview> {
  const side = direction === 'in' ? 'in' : 'out'
  return { messageId, text: preview(content), kind: content.kind, direction: side, hasFailed: false }
}

/**
 * Tells the inbox how the conversation stood and stands; its line is read from our document when it is shown. The
 * roster hears of what matters to it.
 */
export function touch(before: State, after: State, given: Given) {
  const is = standingOf(after)
  if (!is) return []
  const { id: conversationId, workspaceId } = given
  return [
    inbox.tell(workspaceId).touch({ conversationId, was: standingOf(before), is }),
    ...placed(before, after, given),
  ]
}

/**
 * The header is other than before: screens, inbox and roster hear of it, and the clocks of what was promised go on from
 * it. With a message, its event carries the header.
 */
export function changed(before: State, next: State, given: Given, message?: Message) {
  const state = known({ ...timed(before, next, given), isPlaced: true })
  const header = headerOf(state)
  return {
    state,
    events: [
      message
        ? event('message.created', { message, conversation: header })
        : event('conversation.changed', { conversation: header }),
      ...promisesKept(before, state, header),
    ],
    tells: touch(before, state, given),
    reminders: looks(before, state),
  } satisfies ConversationChange
}

function promisesKept(before: State, after: State, header: Header) {
  const { sla, episode } = before
  if (!sla || !episode) return []
  const about = { policyId: sla.policyId, episodeId: episode.id, conversation: header }
  return kept(before, after).map((promised) => event('sla.met', { promised, ...about }))
}

function looks(before: State, after: State): NonNullable<ConversationChange['reminders']> {
  if (before.sla === after.sla) return {}
  const at = nextLook(after.sla)
  return { sla: at === null ? null : remind('slaDue', at, {}) }
}

/** Several things in one turn, each on what the one before left. */
export function joined(first: ConversationChange, next: (state: State) => ConversationChange): ConversationChange {
  const second = next(first.state)
  const both = <Item>(a: readonly Item[] = [], b: readonly Item[] = []) => [...a, ...b]
  return {
    state: second.state,
    rows: both(first.rows, second.rows),
    events: both(first.events, second.events),
    tells: both(first.tells, second.tells),
    effects: both(first.effects, second.effects),
    decisions: both(first.decisions, second.decisions),
    reminders: { ...first.reminders, ...second.reminders },
  }
}

export function known(state: State): Known {
  const { userId } = state
  if (userId === null) throw missing('conversation_missing', 'There is no such conversation.')
  const { into } = state.joining
  if (into)
    throw new Problem('conflict', 'conversation_merged', 'It goes on in the conversation of the same person.', {
      holderId: into.conversationId,
    })
  return { ...state, userId }
}
