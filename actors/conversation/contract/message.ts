import { z } from 'zod'
import { Purpose } from '../../../kernel/consent.ts'
import { Content, Outgoing } from '../../../kernel/content.ts'
import { instant } from '../../../kernel/marks.ts'

const id = z.string().min(1).max(128)

/**
 * In the order in which a message lives through them; `failed` and `cancelled` end it. What a person sent is
 * `received`; `scheduled` waits for its hour, and is in no thread before it.
 */
export const MessageStatus = z.enum([
  'received',
  'scheduled',
  'pending',
  'queued',
  'sent',
  'delivered',
  'read',
  'failed',
  'cancelled',
])
export type MessageStatus = z.infer<typeof MessageStatus>

/** Why a message failed: our stable code, the provider's own words, and whether trying again can help. */
export const Failure = z.object({
  code: z.string().max(64),
  title: z.string().max(500),
  providerCode: z.int().nullable(),
  retryable: z.boolean(),
})
export type Failure = z.infer<typeof Failure>

export const Reactions = z.object({ person: z.string().max(32).nullable(), staff: z.string().max(32).nullable() })

/** Members of the staff whose attention a note asks for. */
export const Mentions = z.array(id).max(20)

/**
 * `n` numbers the messages of one conversation densely, in the order in which we took them; 0 is not in the thread yet.
 * Of the directions, `note` and `activity` are for staff alone: the person never sees them.
 */
export const Message = z.object({
  _id: id,
  conversationId: id,
  n: z.int().nonnegative(),
  direction: z.enum(['in', 'out', 'note', 'activity']),
  author: z.object({ kind: z.enum(['person', 'staff', 'automation']), id }),
  episodeId: id,
  channelId: id.nullable(),
  content: Content,
  replyTo: id.nullable(),
  status: MessageStatus,
  error: Failure.nullable(),
  reactions: Reactions,
  at: instant(),
  editedAt: instant().nullable(),
  deletedAt: instant().nullable(),
  /** What it is for, of what the business says; an answer where it is missing. */
  class: Purpose.optional(),
  /** By which channel it failed before it went by the present one, and why. */
  fellBack: z.object({ channelId: id, code: z.string().max(64), title: z.string().max(500) }).optional(),
  /** Of a note. */
  mentions: Mentions.optional(),
  /** Of what was scheduled: when it was to go. */
  sendAt: instant().optional(),
})
export type Message = z.infer<typeof Message>

/** What is to be said, and by which way: the person's usual one where it is missing. */
export const Send = z.object({
  content: Outgoing,
  channelId: id.optional(),
  replyTo: id.optional(),
  /** What it is for: an answer where it is missing. */
  class: Purpose.optional(),
  /** What it tells, `bk_1/reminder` say: the same is told once, on whatever channel. */
  about: z.string().min(1).max(128).optional(),
})
export const Sent = z.object({ messageId: id, n: z.int() })
