import type { CommandName, CommandShapes } from '../commands/contract.ts'
import type { z } from 'zod'

// One example of each message, as its document shows it; a test holds each against its schema.

const at = '2026-11-21T09:30:00.000Z'
const earlier = '2026-11-21T09:29:52.000Z'
const tomorrow = '2026-11-22T09:29:52.000Z'
const text = { kind: 'text', text: 'Yes, we have a place at six.' } as const
const refusal = { code: 'conversation_missing', title: 'There is no such conversation.', retryable: false }

const header = {
  userId: 'usr_amina',
  name: 'Amina Benali',
  contact: '+49 151 2345678',
  status: 'open',
  snoozedUntil: null,
  priority: 'high',
  tags: ['allergy'],
  assigneeId: 'mem_ravi',
  teamId: 'team_reception',
  episode: { id: 'eps_7', openedAt: earlier },
  unread: 0,
  received: 7,
  seen: { mem_ravi: 7 },
  waitingSince: null,
  channelId: 'chn_reception',
  windowExpiresAt: tomorrow,
  automationPausedUntil: null,
  aiMode: 'off',
  humanRev: 3,
  sla: {
    policyId: 'sla_reception',
    clocks: [{ promised: 'resolution', minutes: 480, dueAt: tomorrow, isWarned: false, breachedAt: null }],
  },
  messageCount: 12,
  lastMessageAt: at,
}
const message = {
  _id: 'msg_12',
  conversationId: 'example',
  n: 12,
  direction: 'out',
  author: { kind: 'staff', id: 'mem_ravi' },
  episodeId: 'eps_7',
  channelId: 'chn_reception',
  content: text,
  replyTo: null,
  status: 'pending',
  error: null,
  reactions: { person: null, staff: null },
  at,
  editedAt: null,
  deletedAt: null,
}
const { messageCount: _, ...listed } = header
const line = {
  conversationId: 'example',
  conversation: listed,
  last: { messageId: 'msg_12', text: text.text, kind: 'text', direction: 'out', hasFailed: false },
}
const profile = {
  userId: 'example',
  name: 'Amina Benali',
  firstName: 'Amina',
  lastName: 'Benali',
  stage: 'customer',
  statusId: null,
  timezone: 'Europe/Berlin',
  locale: 'de',
  birthday: '9999-05-15',
  tags: ['vip'],
  custom: { shoe_size: 38 },
  source: 'wa_id',
  acquisition: null,
  isBetaTester: false,
  referralCode: null,
  referrerId: null,
  identities: [
    {
      kind: 'wa_id',
      value: '491512345678',
      id: 'idn_1',
      label: '',
      verifiedAt: earlier,
      isPrimary: true,
      since: earlier,
    },
  ],
  isBlocked: false,
  blockedAt: null,
  isRestricted: false,
  archivedAt: null,
  aliasOf: null,
  erasedAt: null,
  engagement: { score: 53, parts: { recency: 40, days: 3, ways: 10, rating: 0 } },
  createdAt: earlier,
  lastSeenAt: at,
  rev: 3,
  privateRev: 0,
}
const activity = {
  _id: 'act_1',
  userId: 'example',
  kind: 'tagged',
  what: { added: 'vip' },
  by: { role: 'staff', id: 'mem_ravi' },
  at,
}
const presence = { people: [{ id: 'mem_ravi', status: 'online', devices: 2 }] }

const board = {
  members: [{ id: 'mem_ravi', status: 'online', open: 4, capacity: 20, takes: true, lastAt: earlier }],
  waiting: [{ teamId: null, count: 1 }],
  queue: [{ conversationId: 'c_usr_amina', since: earlier, teamId: null, why: 'all_full' }],
}

/** What an event of this type says. */
export const eventExamples: Record<string, unknown> = {
  'message.created': { message, conversation: header },
  'message.status_changed': { messageId: 'msg_12', status: 'delivered', error: null },
  'message.rerouted': {
    messageId: 'msg_12',
    channelId: 'ch_2',
    fellBack: { channelId: 'ch_1', code: 'undeliverable', title: 'This number is not on WhatsApp.' },
    ...{ status: 'pending', error: null },
  },
  'message.edited': { messageId: 'msg_11', content: { kind: 'text', text: 'At six, please.' }, editedAt: at },
  'message.file_fetched': {
    messageId: 'msg_10',
    content: { kind: 'image', mime: 'image/jpeg', mediaId: '1094…', fileId: 'fil_3', sizeBytes: 48_210 },
  },
  'message.call_changed': { messageId: 'msg_15', content: { kind: 'call', status: 'completed', seconds: 185 } },
  'message.withdrawn': {
    messageId: 'msg_9',
    content: { kind: 'unsupported', what: 'withdrawn' },
    deletedAt: at,
  },
  'message.reacted': { messageId: 'msg_12', reactions: { person: '👍', staff: null } },
  'own.message_created': {
    message: {
      ...{ _id: 'msg_12', n: 12, channelId: 'ch_2', content: { kind: 'text', text: 'Yes, we have a place at six.' } },
      ...{ replyTo: null, reactions: { person: null, staff: null }, at, editedAt: null, deletedAt: null },
      ...{ direction: 'out', status: 'sent' },
    },
  },
  'own.message_changed': { messageId: 'msg_12', status: 'delivered' },
  'own.seen': { unseen: 0 },
  'conversation.changed': { conversation: { ...header, status: 'resolved' } },
  'conversation.scheduled_changed': {
    scheduled: [
      {
        messageId: 'msg_14',
        sendAt: tomorrow,
        content: text,
        channelId: null,
        replyTo: null,
        class: 'conversational',
        about: null,
        by: { kind: 'staff', id: 'mem_ravi' },
        createdAt: at,
        unlessAnswered: true,
        waitsFor: null,
      },
    ],
  },
  'conversation.draft_changed': {
    draft: { draftId: 'drf_1', text: 'Yes, at six there is room.', sawRev: 3, by: 'key_assistant', at },
  },
  'question.asked': {
    question: {
      questionId: 'qst_1',
      for: { kind: 'booking', ref: 'bk_17' },
      choices: [
        { id: 'mon', title: 'Monday, 9:00' },
        { id: 'tue', title: 'Tuesday, 14:00' },
      ],
      messageId: 'msg_12',
      askedAt: at,
      expiresAt: tomorrow,
    },
  },
  'question.closed': {
    questionId: 'qst_1',
    for: { kind: 'booking', ref: 'bk_17' },
    outcome: 'answered',
    choiceId: 'tue',
    messageId: 'msg_13',
  },
  'word.heard': { messageId: 'msg_13', word: 'skip', language: 'en' },
  'sla.warning': { promised: 'resolution', policyId: 'sla_reception', episodeId: 'eps_7', conversation: header },
  'sla.breached': { promised: 'next_response', policyId: 'sla_reception', episodeId: 'eps_7', conversation: header },
  'sla.met': { promised: 'first_response', policyId: 'sla_reception', episodeId: 'eps_7', conversation: header },
  'attention.changed': {
    calls: [
      {
        callId: 'cal_1',
        why: 'mentioned',
        conversationId: 'example',
        messageId: 'msg_13',
        by: 'mem_ravi',
        at,
        seenAt: null,
      },
    ],
    unseen: 1,
  },
  'roster.changed': board,
  'roster.staff_changed': board,
  'inbox.lines_changed': {
    lines: [line],
    changes: [{ conversationId: 'con_9', conversation: { assigneeId: 'mem_ravi' } }],
    counts: { open: 4, unassigned: 1, unread: 2, resolved: 31 },
  },
  'user.changed': profile,
  'user.activity': activity,
  'conversation.rearranged': { conversation: header, messages: [message] },
  'user.me_changed': { name: 'Amina Benali', timezone: 'Europe/Berlin', locale: 'de' },
  'channel.health_changed': {
    state: 'degraded',
    reason: 'The provider answers slowly.',
    since: at,
    retryAt: '2026-11-21T09:31:00.000Z',
  },
}

/** What a signal of this type says. */
export const signalExamples: Record<string, unknown> = {
  'conversation.typing': { id: 'usr_amina', role: 'person', on: true },
  'own.typing': { on: true },
  'conversation.viewing': { viewers: [{ id: 'mem_ravi', since: earlier }] },
  'settings.changed': { resource: 'teams', id: 'tea_reception', rev: 4 },
  'inbox.presence': presence,
}

const conversationId = 'example'

/** What a command takes and gives. */
export const commandExamples: {
  [Name in CommandName]: {
    input: z.input<CommandShapes[Name]['input']>
    result: z.input<CommandShapes[Name]['result']>
  }
} = {
  'own_message.send': { input: { content: text }, result: { messageId: 'msg_13', n: 13 } },
  'own_message.read': { input: { upTo: 12 }, result: {} },
  'message.send': { input: { conversationId, content: text }, result: { messageId: 'msg_12', n: 12 } },
  'message.read': { input: { conversationId, upTo: 12 }, result: { unread: 0, mine: 0 } },
  'message.retry': { input: { messageId: 'msg_12' }, result: { messageId: 'msg_12', n: 12 } },
  'note.add': { input: { conversationId, text: 'She prefers evenings.' }, result: { messageId: 'msg_13', n: 13 } },
  'conversation.assign': { input: { conversationId, assigneeId: 'mem_ravi' }, result: { assigneeId: 'mem_ravi' } },
  'conversation.take': { input: { conversationId }, result: { assigneeId: 'mem_ravi' } },
  'conversation.set_status': {
    input: { conversationId, status: 'snoozed', until: tomorrow },
    result: { status: 'snoozed', snoozedUntil: tomorrow },
  },
  'conversation.set_priority': { input: { conversationId, priority: 'high' }, result: { priority: 'high' } },
  'conversation.tag': { input: { conversationId, add: ['allergy'], remove: [] }, result: { tags: ['allergy'] } },
  'conversation.set_team': {
    input: { conversationId, teamId: 'team_reception' },
    result: { teamId: 'team_reception' },
  },
  'conversation.pause_automation': {
    input: { conversationId, hours: 24 },
    result: { automationPausedUntil: tomorrow },
  },
  'conversation.resume_automation': { input: { conversationId }, result: { automationPausedUntil: null } },
  'conversation.set_ai_mode': { input: { conversationId, aiMode: 'draft' }, result: { aiMode: 'draft' } },
  'message.schedule': {
    input: { conversationId, content: text, sendAt: tomorrow, unlessAnswered: true },
    result: { messageId: 'msg_14', sendAt: tomorrow },
  },
  'message.reschedule': {
    input: { conversationId, messageId: 'msg_14', sendAt: tomorrow },
    result: { messageId: 'msg_14', sendAt: tomorrow },
  },
  'message.cancel': { input: { conversationId, messageId: 'msg_14' }, result: { messageId: 'msg_14' } },
  'draft.settle': { input: { conversationId, draftId: 'drf_1', isUsed: true }, result: { draftId: 'drf_1' } },
  'rating.ask': { input: { conversationId }, result: { episodeId: 'eps_7' } },
  'attention.look': { input: { conversationId }, result: { unseen: 0 } },
  'conversation.typing': { input: { conversationId, on: true }, result: {} },
  'conversation.viewing': { input: { conversationId, on: true }, result: {} },
}

const stream = 'conversation:example'

/** The messages of the connection itself. */
export const connectionExamples = {
  connect: { token: 'eyJhbGciOiJIUzI1NiJ9…', device: 'reception-tablet' },
  connect_error: {
    message: 'refused',
    data: { code: 'unauthorized', title: 'Please sign in again.', retryable: false },
  },
  hello: {
    v: 1,
    node: 'web-1',
    now: at,
    session: 'ses_4',
    expiresAt: '2026-11-21T09:45:00.000Z',
    limits: { streams: 128, payloadBytes: 65_536, commandsPerSecond: 20 },
    user: { id: 'mem_ravi', role: 'staff', workspaceId: 'wks_harbour' },
  },
  reset: { stream, reason: 'slow_consumer' },
  revoked: { error: { code: 'session_revoked', title: 'You have been signed out.', retryable: false } },
  goaway: { reason: 'deploy', afterMs: 0, jitterMs: 2_000 },
  subscribe: {
    streams: [
      { stream, since: 41 },
      { stream: 'inbox:wks_harbour', changes: true },
    ],
  },
  'subscribe.done': {
    ok: true,
    streams: [
      { stream, seq: 42, events: [changed()], signals: [] },
      {
        stream: 'inbox:wks_harbour',
        seq: 7,
        snapshot: { counts: { open: 4, unassigned: 1, unread: 2, resolved: 31 }, lines: [line] },
        signals: [{ stream: 'inbox:wks_harbour', type: 'inbox.presence', at, data: presence }],
      },
      {
        stream: 'conversation:nothing',
        error: { code: 'no_such_stream', title: 'There is no stream conversation:nothing.', retryable: false },
      },
    ],
  },
  unsubscribe: { streams: [stream] },
  'unsubscribe.done': { ok: true },
  token: { token: 'eyJhbGciOiJIUzI1NiJ9…' },
  'token.done': { ok: true, expiresAt: '2026-11-21T10:00:00.000Z' },
  presence: { status: 'away' },
  'presence.done': { ok: true },
  received: { stream, seq: 42 },
  'received.done': { ok: true },
  refused: { ok: false, error: refusal },
}

function changed() {
  const data = eventExamples['message.status_changed']
  return { stream, seq: 42, id: `${stream}:42`, type: 'message.status_changed', at, data }
}
