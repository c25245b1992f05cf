import { expect } from 'chai'
import { until } from '../harness/until.ts'
import { type OutboxEntry, webStorage } from '../../client/outbox-storage.ts'
import { ApiProblem } from '../../client/problem.ts'
import { reached, status } from '../harness/verify-stream.ts'
import { type Floor, type Hall, openFloor } from '../realtime/floor.ts'

const say = (conversationId: string, text: string) => ({ conversationId, content: { kind: 'text' as const, text } })

/** A token that can be withheld, so that a client stays offline for as long as a test wants. */
function door() {
  let way = Promise.resolve()
  let open = () => {}
  return {
    token: () => way.then(() => 'staff:ana'),
    shut: () => void (way = new Promise((opened) => (open = opened))),
    open: () => open(),
  }
}

/** A browser's storage. */
function shelf() {
  const items = new Map<string, string>()
  return {
    get length() {
      return items.size
    },
    key: (index: number) => [...items.keys()][index] ?? null,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
}

describe('client: outbox', () => {
  let floor: Floor
  let hall: Hall
  let made = 0
  before(async () => {
    floor = await openFloor()
  })
  beforeEach(async () => {
    hall = await floor.gateway()
  })
  afterEach(() => hall.close())
  after(() => floor.close())
  const somebody = async () => {
    const person = await floor.person(`Someone${++made}`)
    await person.say('hello')
    return person
  }
  const textsOf = async (stream: `conversation:${string}`) => {
    const client = hall.client('staff:reader')
    const { messages } = await client.open(stream).ready()
    client.close()
    return messages.map(({ content }) => ('text' in content ? content.text : content.kind))
  }

  it('shows a command from the first moment until its stream shows it', async () => {
    const { conversationId, stream } = await somebody()
    const client = hall.client('staff:ana')
    const handle = client.open(stream)
    await handle.ready()
    /** What a screen draws: the stream's messages, and the entries that it does not have. */
    const drawn = () => {
      const messages = handle.state()?.messages ?? []
      const ids = new Set(messages.map(({ _id }) => _id))
      return messages.length + client.outbox().filter(({ result }) => !ids.has((result as any)?.messageId)).length
    }
    const seen = new Set<number>()
    client.onOutbox(() => seen.add(drawn()))
    handle.subscribe(() => seen.add(drawn()))
    const sent = client.command('message.send', say(conversationId, 'hi'))
    expect(client.outbox()).to.have.length(1)
    expect(client.outbox()[0]).to.include({ id: sent.id, name: 'message.send', state: 'sending', attempts: 1 })
    const { messageId } = await sent
    await until(() => client.outbox().length === 0)
    expect(handle.state()?.messages.at(-1)?._id).to.equal(messageId)
    expect([...seen], 'a bubble neither vanished nor doubled').to.deep.equal([2])
  })

  it('keeps what is given offline, and sends it once, in order', async () => {
    const { conversationId, stream } = await somebody()
    const way = door()
    const client = hall.client(way.token)
    await status(client, ({ state }) => state === 'live')
    way.shut()
    client.cut()
    await status(client, ({ state }) => state === 'offline')
    const sent = ['one', 'two', 'three'].map((text) => client.command('message.send', say(conversationId, text)))
    expect(client.status()).to.include({ state: 'offline', unsent: 3 })
    expect(client.outbox().map(({ state }) => state)).to.deep.equal(['waiting', 'waiting', 'waiting'])
    const atOnce: number[] = []
    client.onOutbox((entries) => atOnce.push(entries.filter(({ state }) => state === 'sending').length))
    way.open()
    const answers = await Promise.all(sent)
    expect(answers.map(({ n }) => n)).to.deep.equal([2, 3, 4])
    expect(Math.max(...atOnce), 'one may be refused for a moment: the next must not overtake it').to.equal(1)
    expect(await textsOf(stream)).to.deep.equal(['hello', 'one', 'two', 'three'])
    expect(client.status()).to.include({ unsent: 0 })
  })

  it('sends again what got no answer, and it takes effect once', async () => {
    const { conversationId, stream } = await somebody()
    const client = hall.client('staff:ana')
    await status(client, ({ state }) => state === 'live')
    const [server] = hall.gateway.io.of('/').sockets.values()
    if (!server) throw new Error('no socket')
    // The command arrives and takes effect; the answer is lost with the line.
    const write = server.conn.write.bind(server.conn)
    let lost = 0
    server.conn.write = ((data: string, ...rest: never[]) => {
      if (!/^3\d/.test(data)) return write(data, ...rest)
      lost++
      queueMicrotask(() => server.conn.close())
      return server.conn
    }) as never
    const { n } = await client.command('message.send', say(conversationId, 'once'))
    expect(lost).to.equal(1)
    expect(n).to.equal(2)
    expect(await textsOf(stream)).to.deep.equal(['hello', 'once'])
  })

  it('survives any number of cuts with every command once and in order', async () => {
    const { conversationId, stream } = await somebody()
    const client = hall.client('staff:ana')
    const sent = []
    for (let n = 0; n < 30; n++) {
      sent.push(client.command('message.send', say(conversationId, `${n}`)))
      if (n % 4 === 0) await sent.at(-1)
      if (n % 3 === 0) client.cut()
    }
    await Promise.all(sent)
    expect(await textsOf(stream)).to.deep.equal(['hello', ...Array.from({ length: 30 }, (_, n) => `${n}`)])
  })

  it('survives a restart of the app, for the same person only', async () => {
    const { conversationId, stream } = await somebody()
    const way = door()
    way.shut()
    const browser = shelf()
    const before = hall.client(way.token, { storage: webStorage(browser, 'ana') })
    void before.command('message.send', say(conversationId, 'typed on the train'))
    before.close()

    const other = hall.client('staff:ben', { storage: webStorage(browser, 'ben') })
    expect(other.outbox()).to.deep.equal([])
    const after = hall.client('staff:ana', { storage: webStorage(browser, 'ana') })
    expect(after.outbox()).to.have.length(1)
    await until(() => after.outbox().length === 0)
    expect(await textsOf(stream)).to.deep.equal(['hello', 'typed on the train'])
    expect(browser.length).to.equal(0)
  })

  it('sends from two tabs at once what both of them found, and it takes effect once', async () => {
    const { conversationId, stream } = await somebody()
    const browser = shelf()
    const entry: OutboxEntry = {
      id: 'cmd_tabs',
      name: 'message.send',
      input: say(conversationId, 'one of us'),
      at: Date.now(),
      state: 'sending',
      attempts: 1,
    }
    void webStorage(browser, 'ana').put(entry)
    const tabs = [1, 2].map(() => hall.client('staff:ana', { storage: webStorage(browser, 'ana') }))
    await until(() => tabs.every((tab) => tab.outbox().length === 0))
    expect(await textsOf(stream)).to.deep.equal(['hello', 'one of us'])
  })

  it('keeps what was refused with its reason, until it is discarded', async () => {
    const client = hall.client('staff:ana')
    const refused = await client.command('message.send', say('c_nobody', 'hm')).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(ApiProblem).and.include({ code: 'conversation_missing', status: 0 })
    const [entry] = client.outbox()
    expect(entry).to.include({ state: 'refused', attempts: 1 })
    expect(entry?.error?.title).to.equal('There is no such conversation.')
    client.discard(entry?.id ?? '')
    expect(client.outbox()).to.deep.equal([])
  })

  it('does not hold one conversation up for another that is refused', async () => {
    const { conversationId } = await somebody()
    const client = hall.client('staff:ana')
    const bad = client.command('message.send', say('c_nobody', 'hm')).catch((error: unknown) => error)
    const good = client.command('message.send', say(conversationId, 'hi'))
    const next = client.command('message.send', say('c_nobody', 'hm again')).catch((error: unknown) => error)
    expect(await good).to.include({ n: 2 })
    for (const error of [await bad, await next]) expect(error).to.include({ code: 'conversation_missing' })
  })

  it('waits as long as the server asks, and sends again', async () => {
    await hall.close()
    hall = await floor.gateway({ limits: { commandsPerSecond: 5 } })
    const people = await Promise.all(Array.from({ length: 8 }, somebody))
    const client = hall.client('staff:ana')
    await status(client, ({ state }) => state === 'live')
    const answers = await Promise.all(
      people.map(({ conversationId }) => client.command('message.send', say(conversationId, 'hi'))),
    )
    expect(answers.map(({ n }) => n)).to.deep.equal(people.map(() => 2))
    expect(client.outbox()).to.deep.equal([])
  })

  it('does not keep what is only true now', async () => {
    const { conversationId, stream } = await somebody()
    const way = door()
    const [ana, ben] = [hall.client(way.token), hall.client('staff:ben')]
    const [mine, his] = [ana.open(stream), ben.open(stream)]
    await Promise.all([mine.ready(), his.ready()])
    way.shut()
    ana.cut()
    await status(ana, ({ state }) => state === 'offline')
    ana.typing(conversationId, true)
    expect(ana.outbox()).to.deep.equal([])
    way.open()
    await status(ana, ({ state }) => state === 'live')
    await ana.command('note.add', { conversationId, text: 'after that' })
    await reached(his, await floor.log.head('w1', stream))
    expect(his.signals().typing).to.deep.equal([])
  })
})
