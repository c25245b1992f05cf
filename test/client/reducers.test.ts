import { expect } from 'chai'
import fc from 'fast-check'
import { type ConversationState, onConversation } from '../../client/streams/conversation.ts'
import { reducers } from '../../client/streams/index.ts'
import { onInbox } from '../../client/streams/inbox.ts'
import type { ConversationEvent, Header, Line, Message, MessageStatus } from '../../client/wire.ts'
import { actors } from '../../actors/index.ts'

const at = '2026-01-05T09:00:00.000Z'
const header: Header = {
  userId: 'usr_pat',
  name: 'Pat',
  contact: '+49 151 …',
  status: 'open',
  snoozedUntil: null,
  priority: 'none',
  tags: [],
  assigneeId: null,
  teamId: null,
  episode: null,
  unread: 0,
  received: 0,
  seen: {},
  waitingSince: null,
  channelId: null,
  windowExpiresAt: null,
  automationPausedUntil: null,
  aiMode: 'off',
  humanRev: 0,
  sla: null,
  messageCount: 0,
  lastMessageAt: at,
}
const message = (n: number, status: MessageStatus = 'pending'): Message => ({
  _id: `m${n}`,
  conversationId: 'c1',
  n,
  direction: 'out',
  author: { kind: 'staff', id: 'ana' },
  episodeId: 'e1',
  channelId: null,
  content: { kind: 'text', text: `${n}` },
  replyTo: null,
  status,
  error: null,
  reactions: { person: null, staff: null },
  at,
  editedAt: null,
  deletedAt: null,
})
const created = (n: number): ConversationEvent => ({
  type: 'message.created',
  data: { message: message(n), conversation: { ...header, messageCount: n } },
})
const empty: ConversationState = {
  conversation: header,
  messages: [],
  hasMore: false,
  scheduled: [],
  draft: null,
  question: null,
}
const line = (id: string, minute: number, status: Header['status'] = 'open'): Line => ({
  conversationId: id,
  conversation: { ...header, status, lastMessageAt: `2026-01-05T09:${String(minute).padStart(2, '0')}:00.000Z` },
  last: null,
})
const counts = { open: 0, unassigned: 0, unread: 0, resolved: 0 }

describe('client: reducers', () => {
  it('are there for every stream that an actor has', () => {
    const streams = actors.flatMap(({ contract }) =>
      Object.keys(contract.streams).map((name) => (name === 'main' ? contract.kind : `${contract.kind}.${name}`)),
    )
    expect(Object.keys(reducers).sort()).to.deep.equal(streams.sort())
  })

  it('leave alone what they do not know, and make nothing of it', () => {
    for (const [kind, { reduce }] of Object.entries(reducers)) {
      const state = Object.freeze({ known: kind })
      const event = { stream: `${kind}:x`, seq: 1, id: 'x', at, type: `${kind}.of_tomorrow`, data: null }
      expect(reduce(state, event), kind).to.equal(state)
    }
  })

  it('end the same whatever the order in which statuses come, and however often', () => {
    const failed = { code: 'rejected', title: 'No.', providerCode: 1, retryable: false }
    const changes: ConversationEvent[] = (['queued', 'sent', 'delivered', 'read', 'failed'] as const).map((status) => ({
      type: 'message.status_changed',
      data: { messageId: 'm1', status, error: status === 'failed' ? failed : null },
    }))
    fc.assert(
      fc.property(fc.shuffledSubarray([...changes, ...changes], { minLength: 10 }), (shuffled) => {
        const end = shuffled.reduce(onConversation, onConversation(empty, created(1)))
        const arrived = shuffled.findIndex(
          ({ data }) => 'status' in data && ['delivered', 'read'].includes(data.status ?? ''),
        )
        const broken = shuffled.findIndex(({ data }) => 'status' in data && data.status === 'failed')
        // What arrived cannot fail any more, and what failed before it arrived stays failed: a provider says one of both.
        expect(end.messages[0]?.status).to.equal(broken < arrived ? 'failed' : 'read')
      }),
    )
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...changes.slice(0, 4), ...changes.slice(0, 4)], { minLength: 8 }),
        (shuffled) => {
          const end = shuffled.reduce(onConversation, onConversation(empty, created(1)))
          expect(end.messages[0]).to.include({ status: 'read', error: null })
        },
      ),
    )
  })

  it('take each event once however often it comes', () => {
    const once = [1, 2, 3].map(created).reduce(onConversation, empty)
    const twice = [1, 2, 3, 1, 2, 3].map(created).reduce(onConversation, empty)
    expect(twice.messages).to.deep.equal(once.messages)
    expect(once.messages.map(({ n }) => n)).to.deep.equal([1, 2, 3])
  })

  it('keep a thread in the order of its numbers, and bounded', () => {
    const state = Array.from({ length: 1_100 }, (_, index) => created(index + 1)).reduce(onConversation, empty)
    expect(state.messages).to.have.length(1_000)
    expect(state).to.include({ hasMore: true })
    expect(state.messages.at(-1)?.n).to.equal(1_100)
    const late = onConversation({ ...empty, messages: [message(1), message(3)] }, created(2))
    expect(late.messages.map(({ n }) => n)).to.deep.equal([1, 2, 3])
  })

  it('change nothing that a screen would have to draw again', () => {
    const state = onConversation(empty, created(1))
    const elsewhere = onConversation(state, {
      type: 'message.file_fetched',
      data: { messageId: 'old', content: { kind: 'text', text: 'x' } },
    })
    expect(elsewhere).to.equal(state)
    const [kept] = onConversation(state, created(2)).messages
    expect(kept).to.equal(state.messages[0])
  })

  it('keep the list as the server sorts it, and open ones only', () => {
    const lines = [line('a', 1), line('b', 2), line('c', 3), line('d', 3), line('a', 5)]
    const state = lines.reduce(
      (before, one) => onInbox(before, { type: 'inbox.lines_changed', data: { lines: [one], counts } }),
      { counts, lines: [] as readonly Line[] },
    )
    expect(state.lines.map(({ conversationId }) => conversationId)).to.deep.equal(['a', 'd', 'c', 'b'])
    const after = onInbox(state, {
      type: 'inbox.lines_changed',
      data: { lines: [line('a', 5, 'resolved')], counts: { ...counts, resolved: 1 } },
    })
    expect(after.lines.map(({ conversationId }) => conversationId)).to.deep.equal(['d', 'c', 'b'])
    expect(after.counts.resolved).to.equal(1)
  })
})
