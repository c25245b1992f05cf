import { z } from 'zod'
import { Content, Outgoing } from '../../../kernel/content.ts'
import { instant } from '../../../kernel/marks.ts'
import { Message, MessageStatus } from './message.ts'

const id = z.string().min(1).max(128)

/**
 * A message as the person sees it who it was said to: nothing of who of the staff wrote it, of notes, of episodes or of
 * what failed on the way.
 */
export const OwnMessage = Message.pick({
  _id: true,
  n: true,
  channelId: true,
  content: true,
  replyTo: true,
  reactions: true,
  at: true,
  editedAt: true,
  deletedAt: true,
}).extend({
  direction: z.enum(['in', 'out']),
  /** Of what they wrote: `received`. */
  status: MessageStatus,
})
export type OwnMessage = z.infer<typeof OwnMessage>

/** What somebody sees of their own conversation. */
export const OwnConversation = z.object({
  messages: z.array(OwnMessage).max(100),
  hasMore: z.boolean(),
})

export const ownEvents = {
  'own.message_created': { stream: 'own', data: z.object({ message: OwnMessage }) },
  'own.message_changed': {
    stream: 'own',
    data: z.object({
      messageId: id,
      channelId: id.optional(),
      status: MessageStatus.optional(),
      content: Content.optional(),
      reactions: Message.shape.reactions.optional(),
      editedAt: instant().optional(),
      deletedAt: instant().optional(),
    }),
  },
} as const

/** What somebody can write in the app. */
export const OwnWords = z.object({ content: Outgoing, replyTo: id.optional() })

export const own = {
  /** The person writes, in the app. */
  write: { input: OwnWords, reply: z.object({ messageId: id, n: z.int() }) },
  /** The person has seen, in the app, everything up to this message. */
  seenByPerson: { input: z.object({ upTo: z.int().nonnegative() }) },
}

/** What a person may see of a message; undefined for what is for staff alone. */
export function ownOf(message: Message): OwnMessage | undefined {
  const { direction, n } = message
  if (n === 0 || (direction !== 'in' && direction !== 'out')) return undefined
  const { _id, channelId, content, replyTo, reactions, status, at, editedAt, deletedAt } = message
  return { _id, n, channelId, content, replyTo, reactions, direction, status, at, editedAt, deletedAt }
}
