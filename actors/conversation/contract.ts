import { z } from 'zod'
import { ChannelKind } from '../../kernel/channel-kind.ts'
import { Content, Outgoing } from '../../kernel/content.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import { contract } from '../runtime/contract.ts'
import { assignment } from './contract/assignment.ts'
import { callEffects, callEvents, calls, ToForget } from './contract/calls.ts'
import { Header, ListLine } from './contract/header.ts'
import { joining, joiningEffects, joiningEvents } from './contract/joining.ts'
import { later, Scheduled } from './contract/later.ts'
import { Draft, machines } from './contract/machines.ts'
import { Failure, Message, MessageStatus, Reactions, Send, Sent } from './contract/message.ts'
import { rating, Score } from './contract/rating.ts'
import { opening } from './contract/opening.ts'
import { own, ownEvents, ownSignals } from './contract/person.ts'
import { reaching } from './contract/reach.ts'
import { Promised } from './contract/sla.ts'
import { Question, understanding, understandingEvents } from './contract/understanding.ts'
import { workflow } from './contract/workflow.ts'

const id = z.string().min(1).max(128)
const name = sensitive(z.string().max(200))
const empty = z.object({})

/** What a thread shows beside what was said: what is to go later, what a machine would say, and what was asked. */
export const Aside = z.object({
  scheduled: z.array(Scheduled).max(10),
  draft: Draft.nullable(),
  question: Question.nullable(),
})

/** What became of something that was promised to the person. */
const Kept = z.object({ promised: Promised, policyId: id, episodeId: id, conversation: Header })

/** Everything said between one person and the business. Its id derives from the person's. */
export const conversation = contract({
  kind: 'conversation',

  messages: {
    receive: {
      input: z.object({
        messageId: id,
        providerId: z.string().min(1).max(512),
        channelId: id,
        /** WhatsApp where it is missing. */
        kind: ChannelKind.optional(),
        userId: id,
        address: sensitive(z.string().min(1).max(128)),
        name,
        content: Content,
        replyTo: id.nullable(),
        sentAt: instant(),
        /** The provider has read it as a STOP, START or HELP, and has answered it. */
        optOut: z.enum(['stop', 'start', 'help']).optional(),
      }),
      reply: z.object({ n: z.int(), isNew: z.boolean() }),
    },
    edit: { input: z.object({ messageId: id, content: Content, at: instant() }) },
    withdraw: { input: z.object({ messageId: id, at: instant() }) },
    react: { input: z.object({ messageId: id, emoji: z.string().max(32).nullable() }) },
    fileFetched: {
      input: z.object({ messageId: id, content: Content, forget: ToForget.optional() }),
    },
    /** A member of the staff writes to the person. */
    send: { input: Send, reply: Sent },
    /** Sends a failed message again; the edge puts in what it said. */
    retry: { input: z.object({ messageId: id, content: Outgoing, replyTo: id.nullable() }), reply: Sent },
    statusChanged: {
      input: z.object({
        messageId: id,
        status: z.enum(['queued', 'sent', 'delivered', 'read', 'failed']),
        error: Failure.nullable(),
        providerId: z.string().max(512).nullable(),
        /** The channel whose provider says so. */
        channelId: id.optional(),
      }),
    },
    ...workflow,
    ...assignment,
    ...later,
    ...machines,
    ...rating,
    ...reaching,
    ...opening,
    ...own,
    ...joining,
    ...understanding,
    ...calls,
    /** Staff are writing: shown on the person's phone for up to 25 s. */
    typing: { input: empty },
    typingShown: { input: empty },
    renamed: { input: z.object({ name }) },
    view: { input: empty, reply: Header },
    /** As the list shows it. */
    line: { input: empty, reply: ListLine },
    aside: { input: empty, reply: Aside },
  },

  /** `own`: of the person themselves, who is signed in. */
  streams: { main: 'conversations.read', own: 'self' },

  events: {
    'message.created': { stream: 'main', data: z.object({ message: Message, conversation: Header }) },
    'message.status_changed': {
      stream: 'main',
      data: z.object({ messageId: id, status: MessageStatus, error: Failure.nullable() }),
    },
    /** It failed on one channel, and goes by another. */
    'message.rerouted': {
      stream: 'main',
      data: z.object({
        messageId: id,
        channelId: id,
        fellBack: Message.shape.fellBack.unwrap(),
        status: MessageStatus,
        error: Failure.nullable(),
      }),
    },
    'message.edited': { stream: 'main', data: z.object({ messageId: id, content: Content, editedAt: instant() }) },
    'message.file_fetched': { stream: 'main', data: z.object({ messageId: id, content: Content }) },
    'message.withdrawn': {
      stream: 'main',
      data: z.object({ messageId: id, content: Content, deletedAt: instant() }),
    },
    'message.reacted': { stream: 'main', data: z.object({ messageId: id, reactions: Reactions }) },
    ...callEvents,
    ...ownEvents,
    ...joiningEvents,
    ...understandingEvents,
    'conversation.changed': { stream: 'main', data: z.object({ conversation: Header }) },
    'conversation.scheduled_changed': { stream: 'main', data: Aside.pick({ scheduled: true }) },
    'conversation.draft_changed': { stream: 'main', data: Aside.pick({ draft: true }) },
    'sla.warning': { stream: 'main', data: Kept },
    'sla.breached': { stream: 'main', data: Kept },
    'sla.met': { stream: 'main', data: Kept },
  },

  signals: {
    ...ownSignals,
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
    message: Message.extend({
      userId: id,
      statusRank: z.int(),
      providerId: z.string().max(512).nullable(),
      /** When we heard that it is on the person's device. */
      reachedAt: instant().optional(),
    }),
    episode: z.object({
      _id: id,
      conversationId: id,
      openedAt: instant(),
      resolvedAt: instant().nullable(),
      resolvedBy: id.nullable(),
      /** When a member of the staff answered first. */
      firstResponseAt: instant().nullable(),
      sla: z.object({ policyId: id, broken: z.array(Promised).max(3) }).nullable(),
      rating: z.object({ score: Score, comment: sensitive(z.string().max(2_000)), at: instant() }).nullable(),
    }),
  },

  effects: {
    ...joiningEffects,
    ...callEffects,
    /** Brings a file that came in to us before the provider's address for it expires. */
    fetchFile: {
      input: z.object({ messageId: id, channelId: id, content: Content }),
      result: z.object({ messageId: id, content: Content, forget: ToForget.optional() }),
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
    /** Makes the address of the page at which a matter is rated. */
    linkToRate: {
      input: z.object({ episodeId: id }),
      result: z.object({ episodeId: id, link: sensitive(z.string().max(2_048)) }),
      answer: 'linkMade',
      repeatable: true,
    },
  },
})
