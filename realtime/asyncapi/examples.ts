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
  assigneeId: 'mem_ravi',
  episode: { id: 'eps_7', openedAt: earlier },
  unread: 0,
  waitingSince: null,
  channelId: 'chn_reception',
  windowExpiresAt: tomorrow,
  automationPausedUntil: null,
  humanRev: 3,
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
  name: 'Amina Benali',
  stage: 'customer',
  timezone: 'Europe/Berlin',
  locale: 'de',
  identities: [{ kind: 'wa_id', value: '491512345678' }],
  createdAt: earlier,
  lastSeenAt: at,
}
const presence = { people: [{ id: 'mem_ravi', status: 'online', devices: 2 }] }

/** What an event of this type says. */
export const eventExamples: Record<string, unknown> = {
  'message.created': { message, conversation: header },
  'message.status_changed': { messageId: 'msg_12', status: 'delivered', error: null },
  'message.edited': { messageId: 'msg_11', content: { kind: 'text', text: 'At six, please.' }, editedAt: at },
  'message.file_fetched': {
    messageId: 'msg_10',
    content: { kind: 'image', mime: 'image/jpeg', mediaId: '1094…', fileId: 'fil_3', sizeBytes: 48_210 },
  },
  'message.withdrawn': {
    messageId: 'msg_9',
    content: { kind: 'unsupported', what: 'withdrawn' },
    deletedAt: at,
  },
  'message.reacted': { messageId: 'msg_12', reactions: { person: '👍', staff: null } },
  'conversation.changed': { conversation: { ...header, status: 'resolved' } },
  'inbox.lines_changed': { lines: [line], counts: { open: 4, unassigned: 1, unread: 2, resolved: 31 } },
  'user.changed': profile,
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
  'message.send': { input: { conversationId, content: text }, result: { messageId: 'msg_12', n: 12 } },
  'message.read': { input: { conversationId, upTo: 12 }, result: { unread: 0 } },
  'message.retry': { input: { messageId: 'msg_12' }, result: { messageId: 'msg_12', n: 12 } },
  'note.add': { input: { conversationId, text: 'She prefers evenings.' }, result: { messageId: 'msg_13', n: 13 } },
  'conversation.assign': { input: { conversationId, assigneeId: 'mem_ravi' }, result: { assigneeId: 'mem_ravi' } },
  'conversation.take': { input: { conversationId }, result: { assigneeId: 'mem_ravi' } },
  'conversation.set_status': { input: { conversationId, status: 'resolved' }, result: { status: 'resolved' } },
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
  subscribe: { streams: [{ stream, since: 41 }, { stream: 'inbox:wks_harbour' }] },
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
