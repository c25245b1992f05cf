import { z } from 'zod'
import { Content } from '../../../kernel/content.ts'
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

/** How many of their own messages, the latest ones, nobody of the business has seen. */
const unseen = z.int().nonnegative()

/** What somebody sees of their own conversation. */
export const OwnConversation = z.object({
  messages: z.array(OwnMessage).max(100),
  hasMore: z.boolean(),
  unseen,
})

export const ownEvents = {
  'own.seen': { stream: 'own', data: z.object({ unseen }) },
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

/** Somebody of the business writes: not who, and not to how many others. */
export const ownSignals = {
  'own.typing': { stream: 'own', data: z.object({ on: z.boolean() }) },
} as const

export const own = {
  /** The person writes, in the app; the edge has looked up what they said (`vouched`, kernel/own-words.ts). */
  write: {
    input: z.object({ content: Content, replyTo: id.optional() }),
    reply: z.object({ messageId: id, n: z.int() }),
  },
  /** What a screen of theirs shows beside the messages; of somebody who never wrote, too. */
  ownView: { input: z.object({}), reply: z.object({ unseen }) },
  /** The person has seen, in the app, everything up to this message. */
  seenByPerson: { input: z.object({ upTo: z.int().nonnegative() }) },
  /** No device of theirs could be told that this is in the app: it goes another way, where the business wants that. */
  unreached: { input: z.object({ messageId: id, channelId: id, code: z.string().max(64) }) },
}

/** What a person may see of a message; undefined for what is for staff alone. */
export function ownOf(message: Message): OwnMessage | undefined {
  const { direction, n } = message
  if (n === 0 || (direction !== 'in' && direction !== 'out')) return undefined
  const { _id, channelId, replyTo, reactions, status, at, editedAt, deletedAt } = message
  const content = ownContent(message.content)
  return { _id, n, channelId, content, replyTo, reactions, direction, status, at, editedAt, deletedAt }
}

/** To whom else a mail went in secret is nobody's business but the sender's. */
export function ownContent(content: Content): Content {
  if (content.kind !== 'email' || content.bcc === undefined) return content
  const { bcc: _, ...rest } = content
  return rest
}
