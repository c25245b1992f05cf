import { z } from 'zod'
import { instant, sensitive } from '../../../kernel/marks.ts'
import { Label } from '../../../kernel/person.ts'
import { Sla } from './sla.ts'

const id = z.string().min(1).max(128)
const name = sensitive(z.string().max(200))

/** `pending` waits for the person, `snoozed` for a moment; whoever writes brings their conversation back from both. */
export const ConversationStatus = z.enum(['open', 'pending', 'snoozed', 'resolved'])
export type ConversationStatus = z.infer<typeof ConversationStatus>

export const Priority = z.enum(['none', 'low', 'normal', 'high', 'urgent'])
export type Priority = z.infer<typeof Priority>

/** What a language model may do here: nothing, write drafts for staff, or answer by itself. */
export const AiMode = z.enum(['off', 'draft', 'auto'])
export type AiMode = z.infer<typeof AiMode>

/** Of a conversation; people have tags of their own. */
export const tagsMax = 20
export const Tags = z.array(Label).max(tagsMax)

const Episode = z.object({ id, openedAt: instant() })

/** So many members have a mark of their own in one conversation; whoever read it longest ago has the common one. */
export const readersMax = 32

/** What stands above a thread, and beside it in the inbox. */
export const Header = z.object({
  userId: id,
  name,
  /** The person's address on the preferred channel as it may be shown to staff, `+49 151 …`. */
  contact: name,
  status: ConversationStatus,
  snoozedUntil: instant().nullable(),
  priority: Priority,
  tags: Tags,
  assigneeId: id.nullable(),
  teamId: id.nullable(),
  episode: Episode.nullable(),
  /** What none of the staff has seen. */
  unread: z.int().nonnegative(),
  /** How many messages came in so far. */
  received: z.int().nonnegative(),
  /** How many of them each member of the staff has seen who was here; for whoever is missing, `unread` counts. */
  seen: z.record(id, z.int().nonnegative()),
  /** Since when the person waits for an answer. */
  waitingSince: instant().nullable(),
  channelId: id.nullable(),
  /** Until when the provider takes free text (WhatsApp: 24 h after the person's last message). */
  windowExpiresAt: instant().nullable(),
  /** `untilResolved` (kernel/pause.ts) where no hour ends it. */
  automationPausedUntil: instant().nullable(),
  aiMode: AiMode,
  /** Counts what people of the business wrote; a machine's draft says which it had seen. */
  humanRev: z.int().nonnegative(),
  sla: Sla.nullable(),
  messageCount: z.int().nonnegative(),
  lastMessageAt: instant().nullable(),
})
export type Header = z.infer<typeof Header>

/** The last thing said, as the list shows it. */
export const Preview = z.object({
  messageId: id,
  text: sensitive(z.string().max(80)),
  kind: z.string().max(32),
  direction: z.enum(['in', 'out']),
  /** It did not go out, and a person must look. Other statuses are the thread's business. */
  hasFailed: z.boolean(),
})

/** A conversation's line in the list. Notes count as messages, and the list hears of none. */
export const ListLine = z.object({ conversation: Header.omit({ messageCount: true }), last: Preview.nullable() })
