import { z } from 'zod'
import { Content, Outgoing } from '../../kernel/content.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import { contract } from '../runtime/contract.ts'

const id = z.string().min(1).max(128)
const name = sensitive(z.string().max(200))

/** In the order in which a message lives through them; `failed` ends it. What a person sent is `received`. */
export const MessageStatus = z.enum(['received', 'pending', 'queued', 'sent', 'delivered', 'read', 'failed'])
export type MessageStatus = z.infer<typeof MessageStatus>

/** Why a message failed: our stable code, the provider's own words, and whether trying again can help. */
export const Failure = z.object({
  code: z.string().max(64),
  title: z.string().max(500),
  providerCode: z.int().nullable(),
  retryable: z.boolean(),
})
export type Failure = z.infer<typeof Failure>

const Reactions = z.object({ person: z.string().max(32).nullable(), staff: z.string().max(32).nullable() })

/** `n` numbers the messages of one conversation densely, in the order in which we took them. */
export const Message = z.object({
  _id: id,
  conversationId: id,
  n: z.int().positive(),
  direction: z.enum(['in', 'out', 'note']),
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
})
export type Message = z.infer<typeof Message>

export const ConversationStatus = z.enum(['open', 'pending', 'resolved'])
const Episode = z.object({ id, openedAt: instant() })

/** What stands above a thread, and beside it in the inbox. */
export const Header = z.object({
  userId: id,
  name,
  /** The person's address on the preferred channel as it may be shown to staff, `+49 151 …`. */
  contact: name,
  status: ConversationStatus,
  assigneeId: id.nullable(),
  episode: Episode.nullable(),
  unread: z.int().nonnegative(),
  /** Since when the person waits for an answer. */
  waitingSince: instant().nullable(),
  channelId: id.nullable(),
  /** Until when the provider takes free text (WhatsApp: 24 h after the person's last message). */
  windowExpiresAt: instant().nullable(),
  automationPausedUntil: instant().nullable(),
  /** Counts what people of the business wrote; a machine's draft says which it had seen. */
  humanRev: z.int().nonnegative(),
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

const empty = z.object({})
const Send = z.object({ content: Outgoing, channelId: id.optional(), replyTo: id.optional() })
const Sent = z.object({ messageId: id, n: z.int() })

/** Everything said between one person and the business. Its id derives from the person's. */
export const conversation = contract({
  kind: 'conversation',

  messages: {
    receive: {
      input: z.object({
        messageId: id,
        providerId: z.string().min(1).max(512),
        channelId: id,
        userId: id,
        address: sensitive(z.string().min(1).max(128)),
        name,
        content: Content,
        replyTo: id.nullable(),
        sentAt: instant(),
      }),
      reply: z.object({ n: z.int(), isNew: z.boolean() }),
    },
    edit: { input: z.object({ messageId: id, content: Content, at: instant() }) },
    withdraw: { input: z.object({ messageId: id, at: instant() }) },
    react: { input: z.object({ messageId: id, emoji: z.string().max(32).nullable() }) },
    fileFetched: {
      input: z.object({
        messageId: id,
        content: Content,
      }),
    },
    /** A member of the staff writes to the person. */
    send: { input: Send, reply: Sent },
    /** Staff only: the person never sees it. */
    note: { input: z.object({ text: sensitive(z.string().min(1).max(4_096)) }), reply: Sent },
    /** Sends a failed message again; the edge puts in what it said. */
    retry: { input: z.object({ messageId: id, content: Outgoing, replyTo: id.nullable() }), reply: Sent },
    statusChanged: {
      input: z.object({
        messageId: id,
        status: z.enum(['queued', 'sent', 'delivered', 'read', 'failed']),
        error: Failure.nullable(),
        providerId: z.string().max(512).nullable(),
      }),
    },
    /** Staff have seen everything up to this message. */
    read: { input: z.object({ upTo: z.int().nonnegative() }), reply: z.object({ unread: z.int() }) },
    setStatus: { input: z.object({ status: ConversationStatus }), reply: z.object({ status: ConversationStatus }) },
    assign: { input: z.object({ assigneeId: id.nullable() }), reply: z.object({ assigneeId: id.nullable() }) },
    /** Of many who take it at once, one has it, and the others are told who (`already_taken`). */
    take: { input: empty, reply: z.object({ assigneeId: id }) },
    resumeAutomation: { input: empty, reply: z.object({ automationPausedUntil: z.null() }) },
    /** Staff are writing: shown on the person's phone for up to 25 s. */
    typing: { input: empty },
    typingShown: { input: empty },
    renamed: { input: z.object({ name }) },
    view: { input: empty, reply: Header },
    /** As the list shows it. */
    line: { input: empty, reply: ListLine },
  },

  streams: { main: 'conversations.read' },

  events: {
    'message.created': { stream: 'main', data: z.object({ message: Message, conversation: Header }) },
    'message.status_changed': {
      stream: 'main',
      data: z.object({ messageId: id, status: MessageStatus, error: Failure.nullable() }),
    },
    'message.edited': { stream: 'main', data: z.object({ messageId: id, content: Content, editedAt: instant() }) },
    'message.file_fetched': { stream: 'main', data: z.object({ messageId: id, content: Content }) },
    'message.withdrawn': {
      stream: 'main',
      data: z.object({ messageId: id, content: Content, deletedAt: instant() }),
    },
    'message.reacted': { stream: 'main', data: z.object({ messageId: id, reactions: Reactions }) },
    'conversation.changed': { stream: 'main', data: z.object({ conversation: Header }) },
  },

  signals: {
    'conversation.typing': {
      stream: 'main',
      data: z.object({ id, role: z.enum(['person', 'staff']), on: z.boolean() }),
    },
    'conversation.viewing': {
      stream: 'main',
      data: z.object({ viewers: z.array(z.object({ id, since: instant() })).max(10_000) }),
    },
  },

  rows: {
    /** `statusRank` guards updates: a status that comes late never overwrites a later one. */
    message: Message.extend({ userId: id, statusRank: z.int(), providerId: z.string().max(512).nullable() }),
    episode: z.object({
      _id: id,
      conversationId: id,
      openedAt: instant(),
      resolvedAt: instant().nullable(),
    }),
  },

  effects: {
    /** Brings a file that came in to us before the provider's address for it expires. */
    fetchFile: {
      input: z.object({ messageId: id, channelId: id, content: Content }),
      result: z.object({ messageId: id, content: Content }),
      answer: 'fileFetched',
      repeatable: true,
    },
    /** Marks the person's messages as read on their phone, and shows that somebody writes. */
    showPresence: {
      input: z.object({ channelId: id, providerId: z.string().max(512), typing: z.boolean() }),
      result: empty,
      answer: 'typingShown',
      repeatable: true,
    },
  },
})
