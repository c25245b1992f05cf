import { expect } from 'chai'
import { demandOn } from '../../kernel/modules.ts'
import type { Command } from '../../realtime/commands/command.ts'
import type { Parts as CommandParts } from '../../realtime/socket/commanding.ts'
import { until } from '../harness/until.ts'
import { conversation } from '../../actors/conversation/contract.ts'
import { commandShapes } from '../../realtime/commands/contract.ts'
import { commands } from '../../realtime/commands/index.ts'
import { type Floor, type Hall, openFloor } from './floor.ts'

describe('socket: commands', () => {
  let floor: Floor
  let hall: Hall
  let made = 0
  const text = (words: string) => ({ kind: 'text', text: words })
  before(async () => {
    floor = await openFloor()
  })
  beforeEach(async () => {
    hall = await floor.gateway()
  })
  afterEach(() => hall.close())
  after(() => floor.close())
  const somebody = async () => {
    const person = await floor.person(`Person${++made}`)
    await person.say('hello')
    return person
  }
  const view = (conversationId: string) => floor.machine().at(conversation, conversationId).view()

  it('are all registered, each under its own name', () => {
    expect(commands.map(({ name }) => name).sort()).to.deep.equal(Object.keys(commandShapes).sort())
  })

  it('answer with the result, and with where their events ended', async () => {
    const { conversationId, stream } = await somebody()
    const socket = await hall.socket('staff:ana')
    await socket.ask('subscribe', { streams: [{ stream }] })
    const input = { conversationId, content: text('hello') }
    const { result, ...ack } = await socket.ask('command', { id: 'c1', name: 'message.send', input })
    expect(ack).to.deep.equal({ ok: true, effect: { stream, seq: 2 } })
    await until(() => socket.heard.some(({ message }) => message.seq === 2))
    const event = socket.heard.find(({ message }) => message.seq === 2)?.message
    expect(event.data.message).to.include({ _id: result.messageId, n: result.n, status: 'pending' })
    expect(event.data.message.author).to.deep.equal({ kind: 'staff', id: 'ana' })
  })

  it('take effect once, however often they come, and answer the same', async () => {
    const { conversationId } = await somebody()
    const [socket, other] = [await hall.socket('staff:ana'), await hall.socket('staff:ana')]
    const command = { id: 'c2', name: 'message.send', input: { conversationId, content: text('once') } }
    const answers = await Promise.all([socket, other, socket].map((one) => one.ask('command', command)))
    answers.push(await other.ask('command', command))
    expect(new Set(answers.map(({ result }) => JSON.stringify(result))).size).to.equal(1)
    expect(await view(conversationId)).to.include({ messageCount: 2 })
  })

  it('belong to their caller: the same id from somebody else is another command', async () => {
    const { conversationId } = await somebody()
    const command = { id: 'c3', name: 'note.add', input: { conversationId, text: 'mine' } }
    const [ana, ben] = [await hall.socket('staff:ana'), await hall.socket('staff:ben')]
    const [first, second] = [await ana.ask('command', command), await ben.ask('command', command)]
    expect(first.result.messageId).not.to.equal(second.result.messageId)
  })

  it('do what they say', async () => {
    const person = await somebody()
    const { conversationId } = person
    await person.say('two')
    const socket = await hall.socket('staff:ana')
    const give = (name: string, input: object) => socket.ask('command', { id: `x${++made}`, name, input })
    expect((await give('message.read', { conversationId, upTo: 1 })).result).to.deep.equal({ unread: 1, mine: 1 })
    expect((await give('note.add', { conversationId, text: 'careful' })).result).to.include({ n: 3 })
    expect((await give('conversation.assign', { conversationId, assigneeId: 'ana' })).result).to.deep.equal({
      assigneeId: 'ana',
    })
    expect((await give('conversation.set_status', { conversationId, status: 'pending' })).result).to.deep.equal({
      status: 'pending',
      snoozedUntil: null,
    })
    expect(await view(conversationId)).to.include({ unread: 1, assigneeId: 'ana', status: 'pending', messageCount: 4 })
  })

  it('put off, label, plan, draft and ask, each with its answer', async () => {
    const { conversationId } = await somebody()
    const socket = await hall.socket('staff:ana')
    const give = async (name: string, input: object = {}) => {
      const asked = { id: `w${++made}`, name, input: { conversationId, ...input } }
      const { ok, result, error } = await socket.ask('command', asked)
      expect({ ok, code: error?.code }, name).to.deep.equal({ ok: true, code: undefined })
      return result
    }
    const sendAt = new Date(Date.now() + 3_600_000).toISOString()
    expect(await give('conversation.set_priority', { priority: 'high' })).to.deep.equal({ priority: 'high' })
    expect(await give('conversation.tag', { add: ['vip'] })).to.deep.equal({ tags: ['vip'] })
    expect(await give('conversation.set_team', { teamId: null })).to.deep.equal({ teamId: null })
    expect(await give('conversation.pause_automation', { hours: 1 })).to.have.property('automationPausedUntil')
    expect(await give('conversation.resume_automation')).to.deep.equal({ automationPausedUntil: null })
    expect(await give('conversation.set_ai_mode', { aiMode: 'draft' })).to.deep.equal({ aiMode: 'draft' })
    const { messageId } = await give('message.schedule', { content: text('later'), sendAt })
    expect(await give('message.reschedule', { messageId, content: text('sooner') })).to.deep.equal({
      messageId,
      sendAt,
    })
    expect(await give('message.cancel', { messageId })).to.deep.equal({ messageId })
    const thread = floor.machine().at(conversation, conversationId)
    await thread.propose({ text: 'A draft', sawRev: (await thread.view()).humanRev })
    const draftId = (await thread.aside()).draft?.draftId
    expect(draftId).to.be.a('string')
    expect(await give('draft.settle', { draftId, isUsed: false })).to.deep.equal({ draftId })
    expect(await give('rating.ask')).to.have.property('episodeId')
    expect(await give('attention.look')).to.deep.equal({ unseen: 0 })
  })

  it('send a failed message again, and only a failed one', async () => {
    const { conversationId } = await somebody()
    const socket = await hall.socket('staff:ana')
    const sent = await socket.ask('command', {
      id: 'f1',
      name: 'message.send',
      input: { conversationId, content: text('hm') },
    })
    const { messageId } = sent.result
    await floor.settled()
    const retry = (id: string) => socket.ask('command', { id, name: 'message.retry', input: { messageId } })
    expect((await retry('f2')).error).to.include({ code: 'not_failed' })
    const error = { code: 'rejected', title: 'No.', providerCode: 1, retryable: true }
    await floor
      .machine()
      .at(conversation, conversationId)
      .statusChanged({ messageId, status: 'failed', error, providerId: null })
    expect(await retry('f3'))
      .to.deep.include({ ok: true })
      .and.have.nested.property('result.messageId', messageId)
    const missing = { id: 'f4', name: 'message.retry', input: { messageId: 'msg_none' } }
    expect((await socket.ask('command', missing)).error).to.include({ code: 'message_missing' })
  })

  it('are refused to who may not, and change nothing', async () => {
    const { conversationId, userId } = await somebody()
    const wide = await floor.gateway({ limits: { commandsPerSecond: 100 } }) // There are more than one may say at once.
    const [person, ana] = [await wide.socket(`person:${userId}`), await wide.socket('staff:ana')]
    for (const { name, allow } of commands.filter(({ alsoSelf }) => alsoSelf !== true)) {
      // What people do in their app is theirs alone, as the rest is the staff's.
      const socket = allow === 'self' ? ana : person
      const { ok, error } = await socket.ask('command', { id: `n${name}`, name, input: {} })
      expect({ ok, code: error?.code }, name).to.deep.equal({ ok: false, code: 'not_allowed' })
    }
    await wide.close()
    expect(await view(conversationId)).to.include({ messageCount: 1, unread: 1 })
  })

  it('give a conversation to nobody who does not work here', async () => {
    const { conversationId } = await somebody()
    const socket = await hall.socket('staff:ana')
    const input = { conversationId, assigneeId: 'nobody' }
    const refused = await socket.ask('command', { id: 'a1', name: 'conversation.assign', input })
    expect(refused).to.have.nested.property('error.code', 'invalid_request')
    expect(await view(conversationId)).to.include({ assigneeId: null })
  })

  it('find nothing of another workspace', async () => {
    const { conversationId } = await somebody()
    const socket = await hall.socket('staff:eve@w2')
    const inputs: Record<string, object> = {
      'message.send': { content: text('hi') },
      'note.add': { text: 'hi' },
      'conversation.assign': { assigneeId: 'eve' },
      'conversation.set_status': { status: 'resolved' },
    }
    for (const [name, input] of Object.entries(inputs)) {
      const { error } = await socket.ask('command', { id: name, name, input: { conversationId, ...input } })
      expect(error?.code, name).to.equal('conversation_missing')
    }
    const typing = { id: 't', name: 'conversation.typing', input: { conversationId, on: true } }
    expect((await socket.ask('command', typing)).error).to.include({ code: 'not_subscribed' })
    expect(await view(conversationId)).to.include({ messageCount: 1, assigneeId: null, status: 'open' })
  })

  it('are refused when what they rest on is not the latest any more, but not because of themselves', async () => {
    const { conversationId, stream, say } = await somebody()
    const socket = await hall.socket('staff:ana')
    const answer = (id: string, seq: number) =>
      socket.ask('command', {
        id,
        name: 'message.send',
        input: { conversationId, content: text(id) },
        expect: { stream, seq },
      })
    await say('and another thing')
    expect((await answer('e1', 1)).error).to.deep.include({ code: 'stale', retryable: false })
    const first = await answer('e2', 2)
    expect(first.ok).to.equal(true)
    await floor.settled()
    expect((await answer('e2', 2)).result).to.deep.equal(first.result)
  })

  it('are counted: more than 20 at once get when to try again', async () => {
    const { conversationId } = await somebody()
    const socket = await hall.socket('staff:ana')
    const give = (id: number) =>
      socket.ask('command', { id: `r${id}`, name: 'message.read', input: { conversationId, upTo: 0 } })
    const answers = await Promise.all(Array.from({ length: 40 }, (_, id) => give(id)))
    const refused = answers.filter(({ ok }) => !ok)
    expect(refused.length).to.be.within(1, 20)
    for (const { error } of refused) expect(error).to.deep.include({ code: 'rate_limited', retryable: true })
    const waitMs = Math.max(...refused.map(({ error }) => error.retryAfterMs))
    expect(waitMs).to.be.within(1, 60)
  })

  const bad: Record<string, unknown[]> = {
    subscribe: [
      undefined,
      null,
      1,
      'x',
      [],
      {},
      { streams: [] },
      { streams: 'inbox:w1' },
      { streams: [{}] },
      { streams: [null] },
      { streams: [{ stream: 7 }] },
      { streams: [{ stream: 'inbox:w1', since: -1 }] },
      { streams: [{ stream: 'inbox:w1', since: 1.5 }] },
      { streams: [{ stream: 'x'.repeat(201) }] },
      { streams: Array.from({ length: 129 }, () => ({ stream: 'inbox:w1' })) },
    ],
    unsubscribe: [undefined, {}, { streams: [] }, { streams: [1] }, { streams: [{ stream: 'inbox:w1' }] }],
    command: [
      undefined,
      {},
      { id: 'x', input: {} },
      { id: '', name: 'message.send', input: {} },
      { id: 'a b', name: 'message.send', input: {} },
      { id: 'x'.repeat(129), name: 'message.send', input: {} },
      { id: 1, name: 'message.send' },
      { id: 'x', name: 'message.send', input: null },
      { id: 'x', name: 'message.send', input: { conversationId: 'c' } },
      { id: 'x', name: 'message.send', input: { conversationId: { $gt: '' }, content: {} } },
      {
        id: 'x',
        name: 'message.send',
        input: { conversationId: 'c', content: { kind: 'text', text: 'x'.repeat(4_097) } },
      },
      { id: 'x', name: 'message.read', input: { conversationId: 'c', upTo: -1 } },
      { id: 'x', name: 'note.add', input: {}, expect: { stream: 'a' } },
    ],
    token: [undefined, {}, { token: '' }, { token: 5 }, 'staff:ana'],
    presence: [undefined, {}, { status: 'asleep' }],
    received: [undefined, {}, { stream: 'inbox:w1' }, { stream: 'inbox:w1', seq: 'x' }],
    teapot: [undefined, {}],
    constructor: [{}],
  }
  it('and all else that makes no sense is answered with what is wrong, and with nothing else', async () => {
    await hall.close()
    hall = await floor.gateway({ limits: { commandsPerSecond: 1_000 } })
    for (const [event, requests] of [...Object.entries(bad), ['__proto__', [{}]] as const]) {
      const socket = await hall.socket('staff:ana')
      for (const request of requests) {
        const answer = await socket.ask(event, ...(request === undefined ? [] : [request]))
        expect(answer.ok, `${event} ${JSON.stringify(request)}`).to.equal(false)
        expect(answer.error, `${event} ${JSON.stringify(request)}`).to.include({
          code: 'invalid_request',
          retryable: false,
        })
        socket.emit(event, request) // Nobody waits for it: no answer, and nothing breaks.
      }
      expect(socket.heard.filter(({ event: name }) => name !== 'hello')).to.deep.equal([])
      socket.close()
    }
    expect(floor.errors).to.deep.equal([])
  })

  it('may weigh 64 KB and no more', async () => {
    const socket = await hall.socket('staff:ana')
    const gone = new Promise((lost) => socket.once('disconnect', lost))
    socket.emit('command', { id: 'big', name: 'note.add', input: { text: 'x'.repeat(70_000) } })
    await gone
    const { ok } = await (await hall.socket('staff:ben')).ask('presence', { status: 'away' })
    expect(ok).to.equal(true)
    expect(hall.gateway.present('w1')).to.deep.include({ id: 'ben', status: 'away', devices: 1 })
  })

  it('name what is unknown', async () => {
    const socket = await hall.socket('staff:ana')
    expect((await socket.ask('command', { id: 'u', name: 'teapot.fill', input: {} })).error).to.include({
      code: 'no_such_command',
    })
    const { error } = await socket.ask('command', {
      id: 'u',
      name: 'message.read',
      input: { conversationId: '', upTo: 'x' },
    })
    expect(error.errors.map(({ path }: any) => path)).to.deep.equal(['conversationId', 'upTo'])
  })

  it('of a module that is switched off are refused, and nothing has happened', async () => {
    const { conversationId } = await somebody()
    const without = await floor.gateway({ demand: (_, module) => demandOn(['bookings'], module) })
    const socket = await without.socket('staff:ana')
    const { error } = await socket.ask('command', { id: 'off', name: 'note.add', input: { conversationId, text: 'x' } })
    expect(error).to.include({ code: 'module_off', retryable: false })
    expect(await view(conversationId)).to.include({ messageCount: 1 })
    await without.close()
  })

  it('that are audited are written down with what became of them', async () => {
    const acts: object[] = []
    const audited: NonNullable<CommandParts['audited']> = async ({ caller, ...act }, run) => {
      const ended = (result: string) => acts.push({ by: caller.id, ...act, result })
      return run().then(
        (reply) => (ended('done'), reply),
        (error: unknown) => {
          ended('refused')
          throw error
        },
      )
    }
    const named = (name: string) => commands.find((one) => one.name === name) as Command
    const own = [{ ...named('note.add'), name: 'test.note_audited', audit: 'note.added' }]
    const watched = await floor.gateway({ audited, commands: own })
    const { conversationId } = await somebody()
    const socket = await watched.socket('staff:ana')
    const add = (id: string, to: string) =>
      socket.ask('command', { id, name: 'test.note_audited', input: { conversationId: to, text: 'x' } })
    expect((await add('a1', conversationId)).ok).to.equal(true)
    expect((await add('a2', 'cnv_none')).ok).to.equal(false)
    await socket.ask('command', { id: 'a3', name: 'note.add', input: { conversationId, text: 'x' } })
    expect(acts).to.deep.equal([
      { by: 'ana', action: 'note.added', target: conversationId, result: 'done' },
      { by: 'ana', action: 'note.added', target: 'cnv_none', result: 'refused' },
    ])
    await watched.close()
  })
})
