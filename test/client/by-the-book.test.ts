import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { actors } from '../../actors/index.ts'
import { codes } from '../../realtime/socket/codes.ts'
import { defaultLimits } from '../../realtime/socket/limits.ts'
import { password, withApp } from '../harness/boot.ts'
import { until } from '../harness/until.ts'
import { BookClient, signIn } from './book.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8')
const section = (heading: string) => page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''

describe('client: by the book', () => {
  const app = withApp({ SOCKET_TRANSPORTS: 'websocket,polling' })
  const opened: BookClient[] = []
  afterEach(() => {
    for (const client of opened.splice(0)) client.close()
  })
  let session: Awaited<ReturnType<typeof signIn>>
  before(async () => {
    session = await signIn(app.url, 'owner@clinic.test', password)
  })

  const connect = async (token = session.token, transports?: string[]) => {
    const client = new BookClient(app.url, token, transports)
    opened.push(client)
    await client.connect()
    return client
  }
  const newcomer = async (stream: string) => {
    const client = await connect()
    const opened = client.open(stream)
    await until(() => opened.seq !== undefined)
    return opened
  }
  const somebody = async (name: string) => {
    const person = app.business.person(name)
    person.sends('Hello')
    await app.settled()
    const api = await app.business.as('owner')
    const { items } = await api.conversations.list()
    const line = items.find(({ conversation }) => conversation.name === name)!
    return {
      person,
      id: line.conversationId,
      userId: line.conversation.userId,
      stream: `conversation:${line.conversationId}`,
    }
  }
  const text = (conversationId: string, words: string) => ({ conversationId, content: { kind: 'text', text: words } })

  it('connects, and is told who it is, or why not', async () => {
    const { hello } = await connect()
    expect(hello)
      .to.include({ v: 1 })
      .and.to.have.all.keys('v', 'node', 'now', 'session', 'expiresAt', 'limits', 'user')
    expect(hello.user).to.deep.equal({ id: session.userId, role: 'owner', workspaceId: session.workspaceId })
    const { streamsPerSocket: streams, payloadBytes, commandsPerSecond } = defaultLimits
    expect(hello.limits).to.deep.equal({ streams, payloadBytes, commandsPerSecond })
    const refused = await connect(() => 'nobody').catch((error: unknown) => error)
    expect(refused).to.include({ code: 'unauthorized', retryable: false })
  })

  it('ends with the state of a newcomer on every stream, whatever was cut and missed', async () => {
    const { person, id, userId, stream } = await somebody('Ada')
    const client = await connect()
    const names = [stream, `inbox:${session.workspaceId}`, `user:${userId}`, `channel:${app.business.channel.id}`]
    const streams = names.map((name) => client.open(name))
    await until(() => streams.every(({ seq }) => seq !== undefined))
    for (let round = 0; round < 4; round++) {
      const mine = client.give('message.send', text(id, `answer ${round}`))
      client.cut()
      person.sends(`question ${round}`)
      if (round % 2 === 0) person.opens()
      await app.settled()
      expect((await mine).ok).to.equal(true)
    }
    person.closes()
    await client.give('note.add', { conversationId: id, text: 'a note' })
    await client.give('conversation.assign', { conversationId: id, assigneeId: session.userId })
    await app.settled()
    for (const [index, name] of names.entries()) {
      const fresh = await newcomer(name)
      await until(() => streams[index]!.seq! >= fresh.seq!)
      expect(streams[index]!.state, name).to.deep.equal(fresh.state)
      if (fresh.seq! > 0) expect(streams[index]!.snapshots, `${name} by delta`).to.equal(1)
    }
    const words = streams[0]!.state.messages.map(({ content }: any) => content.text)
    for (let round = 0; round < 4; round++)
      expect(words.filter((one: string) => one === `answer ${round}`)).to.have.length(1)
  })

  it('asks for what it did not hear, and says why there is nothing', async () => {
    const { id, stream } = await somebody('Bea')
    const client = await connect()
    const thread = client.open(stream)
    const none = client.open('conversation:c_nobody')
    await until(() => thread.seq !== undefined && none.error)
    expect(none.error).to.include({ code: 'no_such_stream', retryable: false })
    thread.seq = thread.seq! - 1 // As if the last one had been lost on the way.
    await client.give('note.add', { conversationId: id, text: 'after the hole' })
    await until(() => thread.state.messages.at(-1)?.content.text === 'after the hole')
    expect(thread.snapshots).to.equal(1)
    await client.say('unsubscribe', { streams: [stream] })
    await client.give('note.add', { conversationId: id, text: 'not heard' })
    expect(thread.state.messages.at(-1).content.text).to.equal('after the hole')
  })

  it('gives a command once however often, and learns what refuses it', async () => {
    const { id, stream } = await somebody('Cem')
    const client = await connect()
    const command = { id: client.newId(), name: 'message.send', input: text(id, 'once') }
    const [first, again] = [await client.say('command', command), await client.say('command', command)]
    expect(first).to.include({ ok: true })
    expect(first.result).to.have.all.keys('messageId', 'n')
    expect(again.result).to.deep.equal(first.result)
    expect(first.effect.stream).to.equal(stream)
    const refusal = async (name: string, input: object, more = {}) => {
      const answer = await client.say('command', { id: client.newId(), name, input, ...more })
      return answer.error?.code
    }
    expect(await refusal('message.send', text('c_nobody', 'hm'))).to.equal('conversation_missing')
    expect(await refusal('message.retry', { messageId: first.result.messageId })).to.equal('not_failed')
    expect(await refusal('nothing.such', {})).to.equal('no_such_command')
    expect(await refusal('note.add', { conversationId: id })).to.equal('invalid_request')
    expect(await refusal('conversation.typing', { conversationId: id, on: true })).to.equal('not_subscribed')
    const expectations = { expect: { stream, seq: 1 } }
    expect(await refusal('conversation.set_status', { conversationId: id, status: 'resolved' }, expectations)).to.equal(
      'stale',
    )
    expect(await refusal('conversation.take', { conversationId: id })).to.equal(undefined)
  })

  it('sees and shows who writes and who looks', async () => {
    const { id, stream } = await somebody('Dan')
    const [mine, theirs] = [await connect(), await connect((await tokenOf('ravi')).token)]
    const [seen, thread] = [mine.open(stream), theirs.open(stream)]
    const people = mine.open(`inbox:${session.workspaceId}`)
    await until(() => seen.seq !== undefined && thread.seq !== undefined && people.seq !== undefined)
    const input = { conversationId: id, on: true }
    expect(await theirs.give('conversation.typing', input)).to.deep.include({ ok: true, result: {} })
    expect(await theirs.give('conversation.viewing', input)).to.include({ ok: true })
    expect(await theirs.say('presence', { status: 'busy' })).to.deep.equal({ ok: true })
    const of = (signals: any[], type: string) => signals.filter((one) => one.type === type).at(-1)?.data
    await until(() => of(seen.signals, 'conversation.viewing')?.viewers.length === 1)
    expect(of(seen.signals, 'conversation.typing')).to.deep.equal({ id: theirs.hello.user.id, role: 'staff', on: true })
    await until(() => people.signals.some(({ data }) => data.people.some(({ status }: any) => status === 'busy')))
    expect(await mine.say('received', { stream, seq: 1 })).to.deep.equal({ ok: true })
  })

  it('renews its token in place, and comes back when it is asked to leave', async () => {
    const own = await tokenOf('sam')
    const client = await connect(own.token)
    await own.refresh()
    const answer = await client.say('token', { token: own.token() })
    expect(answer).to.have.all.keys('ok', 'expiresAt')
    const { hello } = client
    app.careline.gateway.goaway('closing', { jitterMs: 50 })
    await until(() => client.hello !== hello && client.socket.connected)
    expect((await client.say('presence', { status: 'online' })).ok).to.equal(true)
  })

  it('keeps to the bounds, or hears of them', async () => {
    const client = await connect()
    const many = Array.from({ length: 25 }, () => client.say('presence', { status: 'online' }))
    const refused = (await Promise.all(many)).find(({ ok }) => !ok)
    expect(refused.error).to.include({ code: 'rate_limited', retryable: true })
    expect(refused.error.retryAfterMs).to.be.within(1, 1_000)
    client.isOver = true
    const gone = new Promise((done) => client.socket.once('disconnect', done))
    void client.say('note', { text: 'x'.repeat(64 * 1_024) }).catch(() => undefined)
    await gone
    for (const [name, value] of [
      ['streams of one socket', `${defaultLimits.streamsPerSocket}`],
      ['one message', `${defaultLimits.payloadBytes / 1_024} KiB`],
      ['messages of one socket', `${defaultLimits.commandsPerSecond} a second`],
      ['sockets of one account', `${defaultLimits.socketsPerAccount}, `],
      ['unread bytes', `${defaultLimits.backlogBytes / 2 ** 20} MiB`],
      ['ping', `every ${defaultLimits.pingMs / 1_000} s; no answer within ${defaultLimits.pingTimeoutMs / 1_000} s`],
    ])
      expect(section('Limits')).to.match(new RegExp(`\\| ${name}.*\\| ${value}`))
  })

  it('polls where the operator lets it, at the process that knows it', async () => {
    const client = await connect(session.token, ['polling'])
    const inbox = client.open(`inbox:${session.workspaceId}`)
    await until(() => inbox.seq !== undefined)
    const elsewhere = await fetch(`${app.url}/socket.io/?EIO=4&transport=polling&sid=of-another-process`)
    expect([elsewhere.status, (await elsewhere.json()).message]).to.deep.equal([400, 'Session ID unknown'])
  })

  it('needs no library', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
    const heard: string[] = []
    socket.onmessage = ({ data }) => {
      heard.push(String(data))
      if (data === '2') socket.send('3')
      else if (String(data).startsWith('0{')) socket.send(`40${JSON.stringify({ token: session.token() })}`)
      else if (String(data).startsWith('42["hello"'))
        socket.send(`425["subscribe",{"streams":[{"stream":"inbox:${session.workspaceId}"}]}]`)
    }
    const answer = await until(() => heard.find((one) => one.startsWith('435[')))
    expect(JSON.parse(answer.slice(3))[0]).to.include({ ok: true })
    expect(JSON.parse(heard[0]!.slice(1))).to.include({ pingInterval: 15_000, pingTimeout: 10_000 })
    expect(heard[1]).to.match(/^40\{"sid":/)
    socket.close()
    const stranger = new WebSocket(socket.url)
    const refused = await new Promise<string>((said) => {
      stranger.onmessage = ({ data }) =>
        String(data).startsWith('0') ? stranger.send('40{"token":"nobody"}') : said(String(data))
    })
    expect(refused).to.match(/^44\{"message":"refused","data":\{"code":"unauthorized"/)
    stranger.close()
  })

  it('finds every code, event and signal on the page, and none that is not there any more', () => {
    const named = [...section('Errors').matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, code]) => code),
    )
    expect(named).to.have.members(Object.keys(codes))
    const client = new BookClient('', () => '')
    const events = actors.flatMap(({ contract }) => Object.keys(contract.events))
    expect(Object.keys(client.reductions)).to.have.members(events)
  })

  async function tokenOf(name: string) {
    await app.business.member(name)
    return signIn(app.url, `${name}@clinic.test`, password)
  }
})
