import { z } from 'zod'
import { ConversationStatus, ListLine } from '../conversation/contract/header.ts'
import { contract } from '../runtime/contract.ts'

const id = z.string().min(1).max(128)
const count = z.int().nonnegative()
/** More lines than this do not change at once on one event; the next one brings the others. */
export const linesMax = 200

/** How a conversation counts. A touch says how it counted before and counts now, so no conversation counts twice. */
export const Standing = z.object({ status: ConversationStatus, isAssigned: z.boolean(), isUnread: z.boolean() })
export type Standing = z.infer<typeof Standing>

export const Line = ListLine.extend({ conversationId: id })
export type Line = z.infer<typeof Line>
/** What changed of a line that was told before: whole values of those fields, by which it is put together again. */
export const LineChange = z.object({
  conversationId: id,
  conversation: ListLine.shape.conversation.partial().optional(),
  last: ListLine.shape.last.optional(),
})
export type LineChange = z.infer<typeof LineChange>
const Lines = z.object({ lines: z.array(Line).max(linesMax) })

/** Open conversations, those of them that nobody has taken, all with unread messages, and the resolved ones. */
export const Counts = z.object({ open: count, unassigned: count, unread: count, resolved: count })
export type Counts = z.infer<typeof Counts>

/** One signal names so many; where there are more, several follow one another. */
export const peopleMax = 500

/** How somebody of the staff says they are, and on how many devices they are connected. */
export const Presence = z.object({ id, status: z.enum(['online', 'away', 'busy', 'offline']), devices: count })
export type Presence = z.infer<typeof Presence>

/** One of what people edit was made, changed or deleted: whoever shows it reads it again. `rev` counts its changes. */
export const SettingsChanged = z.object({ resource: z.string().min(1).max(64), id, rev: count })

/** What all staff of a workspace see at the left: one inbox per workspace, its id is the workspace's. */
export const inbox = contract({
  kind: 'inbox',

  messages: {
    touch: { input: z.object({ conversationId: id, was: Standing.nullable(), is: Standing }) },
    /** A reminder: lines wait to be shown. */
    flush: { input: z.object({}) },
    linesRead: { input: Lines },
    /** The counts that the stream showed last. */
    view: { input: z.object({}), reply: Counts },
  },

  streams: { main: 'conversations.read' },

  events: {
    /** At most four a second, whatever happens: each line as it was when it was read, hence not older than its touch. */
    'inbox.lines_changed': { stream: 'main', data: Lines.extend({ counts: Counts }) },
  },

  signals: {
    /** Who of the staff is there: those for whom something changed, or at first everybody who is not offline. */
    'inbox.presence': { stream: 'main', data: z.object({ people: z.array(Presence).max(peopleMax) }) },
    /** Not only of the inbox: this is the stream that every console has open. */
    'settings.changed': { stream: 'main', data: SettingsChanged },
  },

  effects: {
    readLines: {
      input: z.object({ conversationIds: z.array(id).max(linesMax) }),
      result: Lines,
      answer: 'linesRead',
      repeatable: true,
    },
  },
})
