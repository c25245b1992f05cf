import { expect } from 'chai'
import { until } from '../harness/until.ts'
import { conversation } from '../../actors/conversation/contract.ts'
import { reached } from '../harness/verify-stream.ts'
import { type Floor, type Hall, openFloor } from './floor.ts'

/** The network under a client, which a test can stop and let flow. */
const wireOf = (engine: any) => engine.transport.ws._socket as { pause(): void; resume(): void }

describe('socket: slow consumers', () => {
  let floor: Floor
  let hall: Hall
  before(async () => {
    floor = await openFloor()
    hall = await floor.gateway({ limits: { backlogBytes: 256 * 1_024 } })
  })
  after(async () => {
    await hall.close()
    await floor.close()
  })

  it('are cut off from their streams, keep the others going, and resume by seq', async () => {
    const pat = await floor.person('Pat')
    await pat.say('hello')
    const [slow, quick] = [await hall.socket('staff:ana'), hall.client('staff:ben')]
    await slow.ask('subscribe', { streams: [{ stream: pat.stream }] })
    const steady = quick.open(pat.stream)
    await steady.ready()

    wireOf(slow.io.engine).pause()
    // The kernel's own buffers take some megabytes first. The quick one reads each batch before the next is written.
    const thread = floor.machine().at(conversation, pat.conversationId)
    const noteOf = '文'.repeat(4_000)
    let n = 0
    while (hall.gateway.counts().subscriptions === 2 && n < 2_000) {
      await Promise.all(Array.from({ length: 10 }, () => thread.note({ text: noteOf })))
      await reached(steady, await floor.log.head('w1', pat.stream))
      n += 10
    }
    expect(hall.gateway.counts(), `after ${n} notes`).to.deep.equal({ sockets: 2, accounts: 2, subscriptions: 1 })
    await pat.say('only the quick hear this')

    wireOf(slow.io.engine).resume()
    await until(() => slow.heard.some(({ event }) => event === 'reset'))
    const reset = slow.heard.findIndex(({ event }) => event === 'reset')
    expect(slow.heard[reset]?.message).to.deep.equal({ stream: pat.stream, reason: 'slow_consumer' })
    expect(slow.heard.slice(reset).filter(({ event }) => event === 'event')).to.deep.equal([])

    const seqs = slow.heard.flatMap(({ event, message }) => (event === 'event' ? [message.seq] : []))
    const since = seqs.at(-1)
    const head = await floor.log.head('w1', pat.stream)
    await reached(steady, head)
    const { streams } = await slow.ask('subscribe', { streams: [{ stream: pat.stream, since }] })
    expect(streams[0]).to.include({ seq: head })
  })

  it('are brought up to date by the client without anybody noticing', async () => {
    const eve = await floor.person('Eve')
    await eve.say('hello')
    const client = hall.client('staff:ana')
    const handle = client.open(eve.stream)
    await handle.ready()
    const mine = [...hall.gateway.io.of('/').sockets.values()].at(-1)
    const room = `w1/${eve.stream}`
    for (const reader of hall.gateway.rooms.readersOf(room)) hall.gateway.rooms.leave(room, reader)
    await eve.say('missed')
    mine?.emit('reset', { stream: eve.stream, reason: 'slow_consumer' })
    await reached(handle, await floor.log.head('w1', eve.stream))
    expect(handle.state()?.messages).to.have.length(2)
  })

  it('leave a stream that they may not read any more', async () => {
    const joe = await floor.person('Joe')
    await joe.say('hello')
    const client = hall.client('staff:ana')
    const handle = client.open(joe.stream)
    await handle.ready()
    const mine = [...hall.gateway.io.of('/').sockets.values()].at(-1)
    const error = { code: 'not_allowed', title: 'No longer.', retryable: false }
    mine?.emit('revoked', { stream: joe.stream, error })
    await until(() => handle.error() !== undefined)
    expect(handle.error()).to.deep.equal(error)
    expect(client.status()).to.include({ state: 'live', isEnded: false })
  })
})
