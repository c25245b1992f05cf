import { expect } from 'chai'
import { until } from '../harness/until.ts'
import { type Floor, type Hall, HandClock, openFloor } from './floor.ts'

describe('socket: signals', () => {
  let floor: Floor
  let hall: Hall
  let clock: HandClock
  let pat: Awaited<ReturnType<Floor['person']>>
  before(async () => {
    floor = await openFloor()
    pat = await floor.person('Pat')
    await pat.say('hello')
  })
  beforeEach(async () => {
    clock = new HandClock()
    hall = await floor.gateway({ clock })
    floor.shownTyping.length = 0
  })
  afterEach(() => hall.close())
  after(() => floor.close())

  let made = 0
  const seat = async (token: string) => {
    const socket = await hall.socket(token)
    const { streams } = await socket.ask('subscribe', { streams: [{ stream: pat.stream }] })
    const say = (name: string, on: boolean) =>
      socket.ask('command', {
        id: `s${++made}`,
        name: `conversation.${name}`,
        input: { conversationId: pat.conversationId, on },
      })
    const signals = () => socket.heard.filter(({ event }) => event === 'signal').map(({ message }) => message)
    return {
      socket,
      present: streams[0].signals,
      typing: (on: boolean) => say('typing', on),
      viewing: (on: boolean) => say('viewing', on),
      signals,
    }
  }

  it('show who types, and for six seconds only', async () => {
    const [ana, ben] = [await seat('staff:ana'), await seat('staff:ben')]
    expect(await ana.typing(true)).to.deep.equal({ ok: true, result: {} })
    await until(() => ben.signals().length === 1)
    expect(ben.signals()[0]).to.deep.include({
      stream: pat.stream,
      type: 'conversation.typing',
      data: { id: 'ana', role: 'staff', on: true },
    })
    expect(ben.signals()[0]).not.to.have.property('seq')

    expect((await seat('staff:cay')).present.map(({ data }: any) => data)).to.deep.equal([
      { id: 'ana', role: 'staff', on: true },
    ])
    clock.advance(5_999)
    expect((await seat('staff:dan')).present).to.have.length(1)
    clock.advance(1)
    await until(() => ben.signals().length === 2)
    expect(ben.signals()[1].data).to.deep.equal({ id: 'ana', role: 'staff', on: false })
    expect((await seat('staff:eve')).present).to.deep.equal([])
  })

  it('last as long as they are renewed, and end when it is said', async () => {
    await hall.close()
    hall = await floor.gateway({ clock, limits: { typingPerSecond: 1_000 } })
    const [ana, ben] = [await seat('staff:ana'), await seat('staff:ben')]
    await ana.typing(true)
    clock.advance(5_000)
    await ana.typing(true)
    clock.advance(5_000)
    expect((await seat('staff:cay')).present).to.have.length(1)
    await ana.typing(false)
    await until(() => ben.signals().at(-1)?.data.on === false)
  })

  it('say typing at most once a second', async () => {
    const ana = await seat('staff:ana')
    await ana.typing(true)
    expect((await ana.typing(true)).error).to.deep.include({ code: 'rate_limited', retryable: true })
    expect((await ana.typing(false)).ok).to.equal(true)
  })

  it('show the person at most every twenty seconds that somebody writes', async () => {
    const [ana, ben] = [await seat('staff:ana'), await seat('staff:ben')]
    await ana.typing(true)
    await ben.typing(true)
    await floor.settled()
    expect(floor.shownTyping).to.have.length(1)
  })

  it('end with their socket, also when it dies without a word', async () => {
    const [ana, ben] = [await seat('staff:ana'), await seat('staff:ben')]
    await ana.typing(true)
    await ana.viewing(true)
    await until(() => ben.signals().length === 2)
    ana.socket.io.engine.close()
    await until(() => ben.signals().length === 4)
    expect(
      ben
        .signals()
        .slice(2)
        .map(({ data }) => data),
    ).to.deep.equal([{ id: 'ana', role: 'staff', on: false }, { viewers: [] }])
    expect((await seat('staff:cay')).present).to.deep.equal([])
  })

  it('show who looks, each once however many screens they have, until the last is gone', async () => {
    const [one, two, ben] = [await seat('staff:ana'), await seat('staff:ana'), await seat('staff:ben')]
    await one.viewing(true)
    await two.viewing(true)
    await ben.viewing(true)
    await until(() => ben.signals().length === 2)
    const since = new Date(clock.now()).toISOString()
    expect(ben.signals()[1].data).to.deep.equal({
      viewers: [
        { id: 'ana', since },
        { id: 'ben', since },
      ],
    })
    await one.viewing(false)
    await two.socket.ask('unsubscribe', { streams: [pat.stream] })
    await until(() => ben.signals().length === 3)
    expect(ben.signals()[2].data).to.deep.equal({ viewers: [{ id: 'ben', since }] })
    expect((await seat('staff:cay')).present.map(({ type }: any) => type)).to.deep.equal(['conversation.viewing'])
  })

  it('are for who follows the conversation', async () => {
    const socket = await hall.socket('staff:ana')
    for (const name of ['conversation.typing', 'conversation.viewing']) {
      const { error } = await socket.ask('command', {
        id: name,
        name,
        input: { conversationId: pat.conversationId, on: true },
      })
      expect(error, name).to.include({ code: 'not_subscribed' })
    }
  })

  it('reach the client as one value, and go with the line', async () => {
    const [ana, ben] = [hall.client('staff:ana'), hall.client('staff:ben')]
    const [hers, his] = [ana.open(pat.stream), ben.open(pat.stream)]
    await Promise.all([hers.ready(), his.ready()])
    const end = ana.viewing(pat.conversationId)
    ana.typing(pat.conversationId, true)
    ana.typing(pat.conversationId, true)
    await until(() => his.signals().typing.length === 1 && his.signals().viewers.length === 1)
    expect(his.signals().typing).to.deep.equal([{ id: 'ana', role: 'staff' }])

    ana.cut()
    await until(() => his.signals().typing.length === 0)
    await until(() => his.signals().viewers.length === 1)
    end()
    await until(() => his.signals().viewers.length === 0)
  })
})
