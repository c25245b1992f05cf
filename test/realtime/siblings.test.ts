import { expect } from 'chai'
import { conversation } from '../../actors/conversation/contract.ts'
import { createLog } from '../../kernel/log.ts'
import { Writable } from 'node:stream'
import { RedisLinks } from '../../server/main/redis.ts'
import { PrivateRedis } from '../harness/redis.ts'
import { until } from '../harness/until.ts'
import { caughtUp, reached } from '../harness/verify-stream.ts'
import { type Floor, type Hall, openFloor } from './floor.ts'

const log = createLog('error', new Writable({ write: (_chunk, _encoding, done) => done() }))

describe('sockets of several processes', () => {
  let redis: PrivateRedis
  let floor: Floor
  let pat: Awaited<ReturnType<Floor['person']>>
  let links: RedisLinks[]
  /** Where the actors are, and where they are not. */
  let here: Hall
  let there: Hall
  before(async () => {
    redis = await PrivateRedis.start()
    floor = await openFloor({ isAlone: false })
    pat = await floor.person('Pat')
    await pat.say('hello')
  })
  beforeEach(async () => {
    links = await Promise.all([RedisLinks.open(redis.url, 'test', log), RedisLinks.open(redis.url, 'test', log)])
    here = await floor.gateway({ limits: { socketsPerAccount: 2 }, links: links[0]! })
    there = await floor.gateway({ limits: { socketsPerAccount: 2 }, links: links[1]!, commits: false })
    await until(() => here.gateway.nodes.length === 2 && there.gateway.nodes.length === 2)
  })
  afterEach(async () => {
    await Promise.all([here.close(), there.close()])
    for (const one of links) one.close()
  })
  after(async () => {
    await floor.close()
    await redis.stop()
  })
  let said = 0
  const thread = () => floor.machine().at(conversation, pat.conversationId)
  const head = () => floor.log.head('w1', pat.stream)
  const follow = async (hall: Hall, token: string, since?: number) => {
    const socket = await hall.socket(token)
    const streams = [{ stream: pat.stream, ...(since !== undefined && { since }) }]
    const [opened] = (await socket.ask('subscribe', { streams })).streams
    const of = (name: string) => socket.heard.filter(({ event }) => event === name).map(({ message }) => message)
    const say = (name: string, on: boolean) =>
      socket.ask('command', { id: `s${++said}`, name, input: { conversationId: pat.conversationId, on } })
    return { socket, opened, events: () => of('event'), signals: () => of('signal'), say }
  }

  it('hear what another process committed, once and in order', async () => {
    const [one, two] = [await follow(here, 'staff:ana'), await follow(there, 'staff:ben')]
    expect(two.opened.seq).to.equal(await head())
    for (const text of ['a', 'b', 'c']) await pat.say(text)
    await until(() => two.events().length === 3)
    expect(two.events()).to.deep.equal(one.events())
    expect(await follow(there, 'staff:cay', two.opened.seq).then(({ opened }) => opened.events)).to.deep.equal(
      two.events(),
    )
  })

  it('are told by any process where a stream ends, and what they missed of it', async () => {
    const first = (await follow(there, 'staff:ben')).opened.seq
    await pat.say('news')
    await thread().note({ text: 'more news' })
    expect((await follow(there, 'staff:cay')).opened.seq).to.equal(await head())
    const { opened } = await follow(there, 'staff:dan', first)
    expect(opened.events.map(({ seq }: any) => seq)).to.deep.equal([first + 1, first + 2])
    const id = 'c-expect'
    const command = { id, name: 'note.add', input: { conversationId: pat.conversationId, text: 'seen all' } }
    const answer = await (
      await there.socket('staff:eve')
    ).ask('command', { ...command, expect: { stream: pat.stream, seq: await head() } })
    expect(answer).to.deep.include({ ok: true, effect: { stream: pat.stream, seq: await head() } })
  })

  it('get what was lost between the processes from the log, in order, before they notice', async () => {
    const two = await follow(there, 'staff:ben')
    const publisher = links[0]!.publisher
    const publish = publisher.publish.bind(publisher)
    let losing = true
    publisher.publish = (channel: string, message: Buffer) =>
      losing && String(message).includes('"events"') ? Promise.resolve(0) : publish(channel, message)
    await pat.say('lost')
    await pat.say('lost too')
    losing = false
    await pat.say('heard')
    await until(() => two.events().length === 3)
    const first = two.opened.seq + 1
    expect(two.events().map(({ seq }) => seq)).to.deep.equal([first, first + 1, first + 2])
    expect(two.events().map(({ data }) => data.message.content.text)).to.deep.equal(['lost', 'lost too', 'heard'])
  })

  it('get what did not leave its process as soon as it can say so, also when nothing follows it', async () => {
    const two = await follow(there, 'staff:ben')
    const publisher = links[0]!.publisher
    const publish = publisher.publish.bind(publisher)
    publisher.publish = () => Promise.reject(new Error('the link is cut'))
    await pat.say('the last word')
    await floor.settled()
    expect(two.events()).to.deep.equal([])
    publisher.publish = publish
    await until(() => two.events().length === 1)
    expect(two.events()[0].data.message.content.text).to.equal('the last word')
  })

  it('go on when Redis comes back empty, with what was said meanwhile', async () => {
    const two = there.client('staff:ben')
    const shown = two.open(pat.stream)
    await shown.ready()
    await redis.kill()
    await thread().note({ text: 'while nobody heard' })
    await redis.restart()
    await reached(shown, await head())
    await thread().note({ text: 'and after' })
    await reached(shown, await head())
    expect(two.status().state).to.equal('live')
  })

  it('make a deaf connection anew', async () => {
    const two = await follow(there, 'staff:ben')
    // Everything that comes is thrown away, as when a firewall forgot the connection.
    const stream = (links[1]!.subscriber as unknown as { stream: { removeAllListeners(event: string): void } }).stream
    stream.removeAllListeners('data')
    await thread().note({ text: 'not heard' })
    await until(() => two.events().length === 1)
  })

  it('see who types and who looks on another process, with the subscription as well', async () => {
    const [one, two] = [await follow(here, 'staff:ana'), await follow(there, 'staff:ben')]
    await one.say('conversation.typing', true)
    await one.say('conversation.viewing', true)
    await two.say('conversation.viewing', true)
    await until(() => two.signals().length === 3 && one.signals().length === 3)
    const viewers = (signals: any[]) => signals.at(-1).data.viewers.map(({ id }: any) => id)
    expect(viewers(one.signals())).to.deep.equal(['ana', 'ben'])
    const late = await follow(there, 'staff:cay')
    expect(late.opened.signals.map(({ type }: any) => type)).to.have.members([
      'conversation.typing',
      'conversation.viewing',
    ])
    one.socket.close()
    await until(() => two.signals().length === 5)
    expect(viewers(two.signals())).to.deep.equal(['ben'])
    expect(two.signals().find(({ data }) => data.on === false)?.data.id).to.equal('ana')
  })

  it('show a person who writes at two screens until both are still', async () => {
    const [one, two, ben] = [
      await follow(here, 'staff:ana'),
      await follow(there, 'staff:ana'),
      await follow(there, 'staff:ben'),
    ]
    await one.say('conversation.typing', true)
    await two.say('conversation.typing', true)
    await until(() => ben.signals().length === 2)
    two.socket.close()
    await thread().note({ text: 'time passes' })
    await until(() => ben.events().length > 0)
    expect(ben.signals().filter(({ data }) => !data.on)).to.deep.equal([])
    one.socket.close()
    await until(() => ben.signals().at(-1).data.on === false)
  })

  it('show the person that somebody writes once, whoever of them it is', async () => {
    const [one, two] = [await follow(here, 'staff:ana'), await follow(there, 'staff:ben')]
    floor.shownTyping.length = 0
    await one.say('conversation.typing', true)
    await until(() => two.signals().length === 1)
    await two.say('conversation.typing', true)
    await until(() => one.signals().length === 2)
    await floor.settled()
    expect(floor.shownTyping).to.have.length(1)
  })

  it('are counted per account over all processes, and make room for the device that comes back', async () => {
    const [desk, phone] = [here.client('staff:ana', { device: 'desk' }), there.client('staff:ana', { device: 'phone' })]
    await Promise.all([desk, phone].map(caughtUp))
    await until(() => [here, there].every(({ gateway }) => gateway.present('w1').length === 1))
    let refused: any
    await until(async () => {
      refused = await there.socket('staff:ana').catch((error) => error)
      refused.close?.() // It did not know of the desk yet.
      return refused.data !== undefined
    })
    expect(refused.data).to.include({ code: 'too_many_sockets', retryable: true })
    const cut = new Promise<void>((done) => {
      desk.onStatus(({ state }) => {
        if (state !== 'live') done()
      })
    })
    const again = there.client('staff:ana', { device: 'desk' })
    await caughtUp(again)
    await cut
    desk.close()
    await until(() => there.gateway.counts().sockets === 2)
  })

  it('say goodbye: the others do not count on a process that leaves', async () => {
    await follow(here, 'staff:ana')
    await until(() => there.gateway.present('w1').length === 1)
    await here.close()
    // Sooner than its lease would have ended.
    await until(() => there.gateway.nodes.length === 1)
  })
})
