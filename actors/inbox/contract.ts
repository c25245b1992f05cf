import { z } from 'zod'
import { sensitive } from '../../kernel/marks.ts'
import { ConversationStatus, Header } from '../conversation/contract.ts'
import { contract } from '../runtime/contract.ts'

const count = z.int().nonnegative()

/** How a conversation counts. A touch says how it counted before and counts now, so no conversation counts twice. */
export const Standing = z.object({ status: ConversationStatus, isAssigned: z.boolean(), isUnread: z.boolean() })
export type Standing = z.infer<typeof Standing>

/** The last thing said, as the list shows it. */
export const Preview = z.object({
  messageId: z.string().max(128),
  text: sensitive(z.string().max(80)),
  kind: z.string().max(32),
  direction: z.enum(['in', 'out']),
  /** It did not go out, and a person must look. Other statuses are the thread's business. */
  hasFailed: z.boolean(),
})

export const Line = z.object({
  conversationId: z.string().max(128),
  // Notes count as messages, and the list hears of none.
  conversation: Header.omit({ messageCount: true }),
  last: Preview.nullable(),
})
export type Line = z.infer<typeof Line>

/** Open conversations, those of them that nobody has taken, all with unread messages, and the resolved ones. */
export const Counts = z.object({ open: count, unassigned: count, unread: count, resolved: count })
export type Counts = z.infer<typeof Counts>

/** What all staff of a workspace see at the left: one inbox per workspace, its id is the workspace's. */
export const inbox = contract({
  kind: 'inbox',

  messages: {
    touch: { input: z.object({ line: Line, was: Standing.nullable(), is: Standing }) },
    view: { input: z.object({}), reply: Counts },
  },

  streams: { main: 'staff' },

  events: {
    'inbox.line_changed': { stream: 'main', data: z.object({ line: Line, counts: Counts }) },
  },
})
