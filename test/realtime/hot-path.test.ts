import { expect } from 'chai'
import { until } from '../harness/until.ts'
import { type Floor, type Hall, openFloor } from './floor.ts'

describe('socket: a delivery', () => {
  let floor: Floor
  let hall: Hall
  before(async () => {
    floor = await openFloor()
    hall = await floor.gateway()
  })
  after(async () => {
    await hall.close()
    await floor.close()
  })
  const engines = () => [...hall.gateway.io.of('/').sockets.values()].map(({ conn }: any) => conn)
  const netOf = (engine: any) => engine.transport.socket._socket
  const follow = async (stream: string, token: string) => {
    const socket = await hall.socket(token)
    await socket.ask('subscribe', { streams: [{ stream }] })
    const said = () => socket.heard.flatMap(({ event, message }) => (event === 'test_said' ? [message] : []))
    return Object.assign(socket, { said })
  }

  it('is encoded once for all, and one write for all that is said in one turn, however long it is', async () => {
    const { stream, say } = await floor.person('Pat')
    await say('hello')
    const readers = await Promise.all(['ana', 'ben', 'cay'].map((id) => follow(stream, `staff:${id}`)))
    const writes = engines().map((engine) => {
      const net = netOf(engine)
      const written: unknown[] = []
      const write = net.write.bind(net)
      net.write = (...given: unknown[]) => {
        written.push(given[0])
        return write(...given)
      }
      return written
    })
    const said = ['short', 'ä'.repeat(200), 'long '.repeat(20_000)]
    for (const text of said) hall.gateway.rooms.say(`w1/${stream}`, 'test_said', { text })
    await until(() => readers.every((reader) => reader.said().length === said.length))
    for (const reader of readers) expect(reader.said()).to.deep.equal(said.map((text) => ({ text })))
    expect(writes.map(({ length }) => length)).to.deep.equal([1, 1, 1])
    expect(new Set(writes.flat()).size, 'the same bytes').to.equal(1)
  })

  it('overtakes nothing that waits, and comes after it', async () => {
    const { stream, say } = await floor.person('Eve')
    await say('hello')
    const reader = await follow(stream, 'staff:eve')
    const engine = engines().at(-1)!
    // As while an earlier packet is on its way out.
    engine.transport.writable = false
    hall.gateway.io
      .of('/')
      .sockets.get([...hall.gateway.io.of('/').sockets.keys()].at(-1)!)!
      .emit('test_said', 1)
    hall.gateway.rooms.say(`w1/${stream}`, 'test_said', 2)
    hall.gateway.rooms.say(`w1/${stream}`, 'test_said', 3)
    hall.gateway.rooms.flush()
    engine.transport.writable = true
    engine.flush()
    hall.gateway.rooms.say(`w1/${stream}`, 'test_said', 4)
    await until(() => reader.said().length === 4)
    expect(reader.said()).to.deep.equal([1, 2, 3, 4])
  })
})
