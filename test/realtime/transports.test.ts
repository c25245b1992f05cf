import { expect } from 'chai'
import { io } from 'socket.io-client'
import { type Floor, openFloor } from './floor.ts'

describe('socket: transports', () => {
  let floor: Floor
  before(async () => {
    floor = await openFloor()
  })
  after(() => floor.close())

  /** What a client that only polls is told: `hello`, or what refused it. */
  const polls = (url: string) =>
    new Promise<string>((said) => {
      const options = { auth: { token: 'staff:ana' }, transports: ['polling'], reconnection: false, forceNew: true }
      const socket = io(url, options)
      const over = (what: string) => {
        socket.close()
        said(what)
      }
      socket.once('hello', () => over('hello'))
      socket.once('connect_error', ({ message }) => over(message))
    })

  it('are WebSocket alone, so that nobody needs sticky sessions', async () => {
    const hall = await floor.gateway()
    expect(await polls(hall.url)).to.equal('xhr poll error')
    await hall.close()
  })

  it('are long-polling as well where the operator says so', async () => {
    const hall = await floor.gateway({ transports: ['websocket', 'polling'] })
    expect(await polls(hall.url)).to.equal('hello')
    await hall.socket('staff:ana')
    await hall.close()
  })
})
