import { z } from 'zod'
import { instant, sensitive } from '../../kernel/marks.ts'
import { SlackChannelId, SlackRule, slackRulesMax, SlackTrigger } from '../../kernel/slack.ts'
import { ConversationStatus, Priority } from '../conversation/contract/header.ts'
import { Promised } from '../conversation/contract/sla.ts'
import { contract } from '../runtime/contract.ts'

const id = z.string().min(1).max(128)
const words = z.string().max(500)
const count = z.int().nonnegative()
const empty = z.object({})

/** So many who wait already are watched from the moment at which somebody wants to hear of them. */
export const waitingReadMax = 500

/** How a conversation stands, as far as Slack is told of it. */
export const Standing = z.object({
  conversationId: id,
  status: ConversationStatus,
  priority: Priority,
  assigneeId: id.nullable(),
  teamId: id.nullable(),
  waitingSince: instant().nullable(),
})
export type Standing = z.infer<typeof Standing>

/** Why something stands in Slack. */
export const SlackWhy = z.enum([...SlackTrigger.options, 'test'])

/** What a message in Slack says. Its words, and the names of members, are found when it leaves. */
export const Alert = z.object({
  postId: id,
  channel: SlackChannelId,
  why: SlackWhy,
  at: instant(),
  conversationId: id.nullable(),
  /** Whether it says who the person is: read when it leaves, and kept here nowhere. */
  namesPerson: z.boolean(),
  status: ConversationStatus,
  priority: Priority,
  assigneeId: id.nullable(),
  waitingSince: instant().nullable(),
  promised: Promised.nullable(),
  /** Who named somebody, and whom. */
  by: id.nullable(),
  mentions: z.array(id).max(20),
})
export type Alert = z.infer<typeof Alert>

const Ts = z.string().max(64)

/** What became of one try. `unknown`: it may stand there. */
export const Outcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('accepted'), ts: Ts }),
  z.object({
    outcome: z.literal('refused'),
    action: z.enum(['retry', 'never', 'broken']),
    code: z.string().max(200),
    why: words,
    retryAfterMs: z.number().nonnegative().nullable(),
  }),
  z.object({ outcome: z.literal('unknown'), why: words }),
])
export type Outcome = z.infer<typeof Outcome>

/** A button of a message of ours. */
export const Press = z.object({
  /** The same for the same press. */
  key: z.string().min(1).max(500),
  userId: z.string().max(64),
  userTeamId: z.string().max(64),
  act: z.enum(['take', 'resolve']),
  conversationId: id,
  /** Whoever has it may answer in our name for half an hour. */
  responseUrl: sensitive(z.string().max(2_048)),
})
export type Press = z.infer<typeof Press>

/** What members do from Slack: by a button alone, or by a form that it opens. */
export const SlackAct = z.enum([...Press.shape.act.options, 'reply', 'note', 'assign'])
export type SlackAct = z.infer<typeof SlackAct>

export const Acted = z.object({
  key: z.string().max(500),
  act: SlackAct,
  conversationId: id,
  /** `done`, or the code of what kept it from being done. */
  outcome: z.string().min(1).max(64),
  /** Who it was; null where Slack's user is nobody here. */
  memberId: id.nullable(),
})

const Failing = z.object({ code: z.string().max(200), why: words, at: instant() })
/** Whether Slack takes what it is told. */
export const SlackHealth = z.object({
  waiting: count,
  /** Nothing leaves until somebody mends the connection. */
  broken: Failing.nullable(),
  /** By channel: the last refusal since something was taken there. */
  failing: z.record(SlackChannelId, Failing),
  lastTakenAt: instant().nullable(),
})

/** What the staff of a workspace hears of in Slack; its id is the workspace's. */
export const slack = contract({
  kind: 'slack',

  messages: {
    /** A conversation stands so now. */
    stands: { input: Standing },
    /** Something that does not wait: a promise, a colleague who is named. */
    happened: {
      input: z.object({
        why: SlackTrigger.exclude(['unassigned']),
        standing: Standing,
        promised: Promised.nullable(),
        by: id.nullable(),
        mentions: z.array(id).max(20),
      }),
    },
    /** A reminder: somebody waits for too long. */
    due: { input: empty },
    /** Who hears of what was changed: those who wait are looked at again. */
    rulesChanged: { input: z.object({ rules: z.array(SlackRule).max(slackRulesMax) }) },
    /** Who waits already when it begins. */
    waitingRead: { input: z.object({ waiting: z.array(Standing).max(waitingReadMax) }) },
    /** Says in a channel that it works. */
    test: { input: z.object({ channel: SlackChannelId }), reply: z.object({ postId: id }) },
    /** A reminder: this channel may get another one. */
    laneDue: { input: z.object({ channel: SlackChannelId }) },
    delivered: { input: z.object({ postId: id, channel: SlackChannelId, rev: count, result: Outcome }) },
    pressed: { input: Press, reply: z.object({ isNew: z.boolean() }) },
    acted: { input: Acted },
    /** What became of a form, or why it was not opened. */
    filled: { input: Acted },
    /** Slack says that the app, or its token, is gone. */
    gone: {
      input: z.object({ eventId: id, what: z.enum(['app_uninstalled', 'tokens_revoked']), why: words }),
      reply: z.object({ isNew: z.boolean() }),
    },
    /** The connection was made or mended: what waits goes on. */
    mended: { input: empty },
    /** It was switched off, or taken away: what waits is forgotten. */
    off: { input: empty },
    view: { input: empty, reply: SlackHealth },
  },

  effects: {
    /** Posts a message, or changes it where it has a `ts`. */
    deliver: {
      input: z.object({ alert: Alert, ts: Ts.nullable(), rev: count, isUnsure: z.boolean() }),
      result: z.object({ postId: id, channel: SlackChannelId, rev: count, result: Outcome }),
      answer: 'delivered',
      // Slack knows no key by which it would take what comes twice once.
      repeatable: false,
    },
    /** Who waits with nobody, the longest first. */
    readWaiting: {
      input: empty,
      result: z.object({ waiting: z.array(Standing).max(waitingReadMax) }),
      answer: 'waitingRead',
      repeatable: true,
    },
    /** Does what a button says, on behalf of the member who pressed it. */
    act: { input: Press, result: Acted, answer: 'acted', repeatable: true },
  },
})
