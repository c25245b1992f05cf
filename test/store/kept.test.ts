import { expect } from 'chai'
import { conversation } from '../../actors/conversation/contract.ts'
import type { Message } from '../../actors/conversation/contract/message.ts'
import type { Published } from '../../actors/runtime/contract.ts'
import { type Brought, broughtOf, type Kept, keptOf } from '../../store/kept.ts'

describe('store: what a commit brings, as it rests until it is down', () => {
  const to = { workspaceId: 'w1', kind: 'conversation', id: 'c_1' }
  const stream = 'conversation:c_1'
  const text = 'May I come an hour later on Thursday?'
  const message: Message = {
    _id: 'msg_1',
    conversationId: 'c_1',
    n: 7,
    direction: 'in',
    author: { kind: 'person', id: 'usr_1' },
    episodeId: 'eps_1',
    channelId: 'ch_1',
    content: { kind: 'text', text },
    replyTo: null,
    status: 'received',
    error: null,
    reactions: { person: null, staff: null },
    at: 1_000,
    editedAt: null,
    deletedAt: null,
  }
  const row = { ...message, statusRank: 0, userId: 'usr_1', providerId: 'wamid.1' }
  const told = (seq: number, type: string, data: object): Published => {
    return { _id: `${stream}:${seq}`, workspaceId: 'w1', stream, seq, type, at: 1_000, data }
  }
  const created = (shown: Message) => told(8, 'message.created', { message: shown, conversation: { unread: 3 } })
  const changed = told(9, 'message.status_changed', { messageId: 'msg_0', status: 'read', error: null })
  const brought = (...events: Published[]): Brought => {
    const rows = [
      { kind: 'conversation', row: 'message', id: 'msg_0', set: { status: 'read' } },
      { kind: 'conversation', row: 'message', id: 'msg_1', insert: row },
    ]
    return { rev: 4, rows, events, decisions: [] }
  }
  const rested = (kept: Kept) => JSON.stringify(kept)
  const opened = (resting: string) => broughtOf(conversation, to, JSON.parse(resting) as Kept)

  it('comes back as it was, and says nothing twice', () => {
    const all = brought(created(message), changed)
    const resting = rested(keptOf(conversation, all))
    expect(opened(resting)).to.deep.equal(all)
    expect(resting.split(text)).to.have.length(2)
    expect(resting).not.to.include(stream)
  })

  it('an event that shows something else than the row is kept whole', () => {
    const all = brought(created({ ...message, content: { kind: 'text', text: 'Another.' } }))
    const resting = rested(keptOf(conversation, all))
    expect(resting).to.include('Another.')
    expect(opened(resting)).to.deep.equal(all)
  })

  it('what an earlier release kept is read as well', () => {
    const all = brought(created(message), changed)
    expect(opened(JSON.stringify(all))).to.deep.equal(all)
  })
})
