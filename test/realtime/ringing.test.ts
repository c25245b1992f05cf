import { expect } from 'chai'
import { z } from 'zod'
import { actor } from '../../actors/runtime/change.ts'
import { contract } from '../../actors/runtime/contract.ts'
import { createLog } from '../../kernel/log.ts'
import type { Ring } from '../../realtime/socket/ringing.ts'
import { staff, stream, streamsOf } from '../../realtime/socket/stream.ts'
import { JointMemory } from '../../server/joint-memory.ts'
import { marksIn } from '../../server/main/doors.ts'
import { RedisLinks } from '../../server/main/redis.ts'
import { PrivateRedis } from '../harness/redis.ts'
import { until } from '../harness/until.ts'
import { HandClock } from './floor.ts'
import { openOwn } from './own-streams.ts'

const Call = z.object({ to: z.string().max(32) })
const call = contract({
  kind: 'test_call',
  messages: { begin: { input: Call }, view: { input: z.object({}), reply: Call } },
  streams: { main: 'staff' },
  events: { 'test_call.ringing': { stream: 'main', data: Call } },
})
const callActor = actor(call, {
  state: Call,
  initial: { to: '' },
  on: {
    begin: (_, { to }) => ({ state: { to }, events: [call.event('test_call.ringing', { to })] }),
    view: (state) => ({ state, reply: state }),
  },
})
const source = streamsOf(call, {
  main: stream({
    allow: staff,
    shape: Call,
    snapshot: ({ workspace, id }) => workspace.at(call, id).view(),
    rings: ({ data }) => [(data as { to: string }).to],
  }),
})
const name = 'test_call:c1'

describe('socket: what rings', () => {
  let own: ReturnType<typeof openOwn>
  let pushed: Ring[]
  const push = async (ring: Ring) => void pushed.push(ring)
  const toldOf = () => pushed.map(({ userId, event }) => `${userId} ${event.seq}`)
  const ring = (to: string) => own.workspace.at(call, 'c1').begin({ to })
  type Hall = Awaited<ReturnType<typeof own.hall>>
  const follow = async (hall: Hall, token: string) => {
    const socket = await hall.socket(token)
    await socket.ask('subscribe', { streams: [{ stream: name }] })
    return { ...socket, has: (seq: number) => until(() => socket.events.at(-1)?.seq === seq), ask: socket.ask }
  }
  beforeEach(() => {
    own = openOwn([callActor])
    pushed = []
  })
  afterEach(async () => {
    await own.close()
    expect(own.errors).to.deep.equal([])
  })

  it('is pushed as well when nobody says within two seconds that it is shown, once', async () => {
    const clock = new HandClock()
    const hall = await own.hall({ sources: [source], push, clock })
    const [ana, ben] = [await follow(hall, 'staff:ana'), await follow(hall, 'staff:ben')]
    await ring('ana')
    await ana.has(1)
    await ana.ask('received', { stream: name, seq: 1 })
    await ring('ana')
    await ben.has(2)
    await ben.ask('received', { stream: name, seq: 2 }) // Not the one who is called.
    clock.advance(1_999)
    expect(toldOf()).to.deep.equal([])
    clock.advance(1)
    await until(() => pushed.length > 0)
    clock.advance(60_000)
    expect(toldOf()).to.deep.equal(['ana 2'])
    expect(pushed[0]).to.deep.include({ workspaceId: 'w1', userId: 'ana' })
    expect(pushed[0]?.event).to.deep.equal(ana.events[1])
  })

  it('is pushed at once to somebody who is not there', async () => {
    const clock = new HandClock()
    await own.hall({ sources: [source], push, clock })
    await ring('cay')
    await until(() => pushed.length > 0)
    clock.advance(60_000)
    expect(toldOf()).to.deep.equal(['cay 1'])
  })

  it('waits for nothing more when its process leaves', async () => {
    const hall = await own.hall({ sources: [source], push, clock: new HandClock() })
    const ana = await follow(hall, 'staff:ana')
    await ring('ana')
    await ana.has(1)
    await hall.gateway.close()
    expect(toldOf()).to.deep.equal(['ana 1'])
  })

  it('is pushed once by all processes together, and not at all where any of them was told that it is shown', async () => {
    const redis = await PrivateRedis.start()
    const log = createLog('error')
    const links = await Promise.all([RedisLinks.open(redis.url, 'ring', log), RedisLinks.open(redis.url, 'ring', log)])
    const clocks = [new HandClock(), new HandClock()]
    const [here, there] = await Promise.all(
      links.map((link, nth) => {
        const marks = marksIn(new JointMemory(link.publisher, link.prefix))
        return own.hall({ sources: [source], push, clock: clocks[nth]!, links: link, marks, commits: nth === 0 })
      }),
    )
    await until(() => here!.gateway.nodes.length === 2 && there!.gateway.nodes.length === 2)
    const ana = await follow(there!, 'staff:ana')
    await until(() => here!.gateway.present('w1').length === 1)
    const pass = async (...nths: number[]) => {
      for (const nth of nths) clocks[nth]!.advance(2_000)
    }

    await ring('ana')
    await ana.has(1)
    await ana.ask('received', { stream: name, seq: 1 })
    // What one process says arrives in its order: who knows this knows of the receipt.
    await ana.ask('presence', { status: 'away' })
    await until(() => here!.gateway.present('w1').some(({ status }) => status === 'away'))
    const zoe = await follow(here!, 'staff:zoe')
    await until(() => there!.gateway.present('w1').length === 2)
    await ring('zoe')
    await ana.has(2)
    await zoe.ask('received', { stream: name, seq: 2 })
    await pass(0)
    await ring('ana')
    await ana.has(3)
    await pass(0, 1)
    await until(() => pushed.length > 0)
    await pass(0, 1)
    expect(toldOf()).to.deep.equal(['ana 3'])

    // The process whose event it is stands still, or is gone.
    await ring('ana')
    await ana.has(4)
    await pass(1)
    await until(() => pushed.length > 1)
    await pass(0)
    expect(toldOf()).to.deep.equal(['ana 3', 'ana 4'])
    for (const link of links) link.close()
    await redis.stop()
  })
})
