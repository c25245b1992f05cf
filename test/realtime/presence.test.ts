import { Writable } from 'node:stream'
import { expect } from 'chai'
import type { Client } from '../../client/connect.ts'
import { createLog } from '../../kernel/log.ts'
import { RedisLinks } from '../../server/main/redis.ts'
import { PrivateRedis } from '../harness/redis.ts'
import { until } from '../harness/until.ts'
import { caughtUp } from '../harness/verify-stream.ts'
import { type Floor, type Hall, HandClock, openFloor } from './floor.ts'

const log = createLog('error', new Writable({ write: (_chunk, _encoding, done) => done() }))
/** What this screen was told of a person, one after the other, as `status/devices`. */
function watch(client: Client, id: string) {
  const inbox = client.open('inbox:w1')
  const seen: string[] = []
  const now = () => {
    const { status, devices } = inbox.signals().people[id] ?? { status: 'offline', devices: 0 }
    return `${status}/${devices}`
  }
  inbox.subscribe(() => {
    if (now() !== seen.at(-1)) seen.push(now())
  })
  return { inbox, seen, now }
}

describe('socket: presence', () => {
  let redis: PrivateRedis
  let floor: Floor
  let links: RedisLinks[]
  let here: Hall
  let there: Hall
  let clock: HandClock
  before(async () => {
    redis = await PrivateRedis.start()
    floor = await openFloor({ isAlone: false })
  })
  beforeEach(async () => {
    clock = new HandClock()
    links = await Promise.all([RedisLinks.open(redis.url, 'test', log), RedisLinks.open(redis.url, 'test', log)])
    here = await floor.gateway({ links: links[0]!, clock })
    there = await floor.gateway({ links: links[1]!, clock, commits: false })
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

  const screen = async (hall: Hall, id: string) => {
    const client = hall.client('staff:ben')
    const watched = watch(client, id)
    await watched.inbox.ready()
    const marks = [watch(client, 'm1'), watch(client, 'm2')]
    const markers = [await here.socket('staff:m1'), await there.socket('staff:m2')]
    let rounds = 0
    /** Resolves when everything that changed before was told: what changes after it is told later. */
    const told = async () => {
      const status = rounds++ % 2 === 0 ? 'busy' : 'away'
      for (const marker of markers) await marker.ask('presence', { status })
      await until(() => marks.every(({ now }) => now() === `${status}/1`))
    }
    return { client, told, ...watched }
  }
  /** As a cable that is pulled. */
  const pull = (socket: { io: { engine: { close(): void } } }) => socket.io.engine.close()

  it('says who is there, at first and as it changes, on whichever process they are', async () => {
    const [one, two] = [await here.socket('staff:ana'), await there.socket('staff:ana')]
    const ben = await screen(there, 'ana')
    await until(() => ben.now() === 'online/2')
    await two.ask('presence', { status: 'busy' })
    await until(() => ben.now() === 'busy/2')
    two.disconnect()
    await ben.told()
    expect(ben.now(), 'within the grace').to.equal('busy/2')
    clock.advance(3_000)
    await until(() => ben.now() === 'online/1')
    await one.ask('presence', { status: 'away' })
    await until(() => ben.now() === 'away/1')
    one.disconnect()
    await until(() => here.gateway.counts().sockets === 1)
    clock.advance(2_999)
    await ben.told()
    expect(ben.now()).to.equal('away/1')
    clock.advance(1)
    await until(() => ben.now() === 'offline/0')
    expect(ben.seen.slice(-4)).to.deep.equal(['busy/2', 'online/1', 'away/1', 'offline/0'])
    expect(floor.errors).to.deep.equal([])
  })

  it('waits ten seconds for a device that was lost, and shows nothing when it comes back', async () => {
    const ana = here.client('staff:ana', { device: 'desk' })
    await caughtUp(ana)
    ana.presence('busy')
    const ben = await screen(there, 'ana')
    await until(() => ben.now() === 'busy/1')
    const seen = ben.seen.length
    const [server] = [...here.gateway.io.of('/').sockets.values()]
    ana.cut()
    await until(() => server?.connected === false)
    await caughtUp(ana) // It says how it is by itself.
    await ben.told()
    clock.advance(10_000)
    await ben.told()
    expect(ben.seen.slice(seen)).to.deep.equal([])

    const lost = await here.socket('staff:cay')
    const cay = watch(ben.client, 'cay')
    await until(() => cay.now() === 'online/1')
    pull(lost)
    await until(() => here.gateway.counts().sockets === 2)
    clock.advance(9_999)
    await ben.told()
    expect(cay.now()).to.equal('online/1')
    clock.advance(1)
    await until(() => cay.now() === 'offline/0')
  })

  it('a device that moves to another process leaves nothing behind', async () => {
    const desk = await here.socket('staff:ana', 'desk')
    const ben = await screen(there, 'ana')
    await until(() => ben.now() === 'online/1')
    pull(desk)
    await until(() => here.gateway.counts().sockets === 1)
    const again = await there.socket('staff:ana', 'desk')
    await ben.told()
    again.disconnect()
    await until(() => there.gateway.counts().sockets === 2)
    await ben.told()
    clock.advance(3_000) // After a goodbye; what was lost before does not count any more.
    await until(() => ben.now() === 'offline/0')
    expect(ben.seen.filter((one) => one === 'online/2')).to.deep.equal([])
  })

  it('is told of changes only, of many together, and of staff to staff', async () => {
    const { told } = await screen(there, 'ana')
    await told()
    const ben = await there.socket('staff:cay')
    const { streams } = await ben.ask('subscribe', { streams: [{ stream: 'inbox:w1' }] })
    expect(streams[0].signals).to.have.length(1)
    expect(streams[0].signals[0]).to.deep.include({ stream: 'inbox:w1', type: 'inbox.presence' })
    const first = streams[0].signals[0].data.people.filter(({ id }: any) => id !== 'cay')
    expect(first).to.have.deep.members([
      { id: 'ben', status: 'online', devices: 1 },
      ...['m1', 'm2'].map((id) => ({ id, status: 'busy', devices: 1 })),
    ])
    await told()
    const signals = () => ben.heard.filter(({ event }) => event === 'signal').map(({ message }) => message.data.people)
    const named = () => new Set(signals().slice(before).flat().map(({ id }: any) => id)) // prettier-ignore
    let before = signals().length
    await Promise.all(Array.from({ length: 20 }, (_, n) => here.socket(`staff:s${n}`)))
    await here.socket('person:pat')
    await here.socket('staff:eve@w2')
    await told()
    expect(named()).to.deep.equal(new Set(['m1', 'm2', ...Array.from({ length: 20 }, (_, n) => `s${n}`)]))
    expect(signals().length - before, 'of 20 people').to.be.lessThan(10)

    before = signals().length
    const flash = await here.socket('staff:s1', 'flash')
    for (const status of ['away', 'online']) await flash.ask('presence', { status })
    await flash.ask('presence', { status: 'online' })
    await told()
    expect(signals().slice(before).flat().filter(({ id }: any) => id === 's1')).to.deep.equal([{ id: 's1', status: 'online', devices: 2 }]) // prettier-ignore
  })
})
