/** Socket.IO as it comes, written as its pages say: tokens, rooms, who is there, acknowledgements; nothing is kept. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdapter } from '@socket.io/redis-adapter'
import { Redis } from 'ioredis'
import jwt from 'jsonwebtoken'
import { Server } from 'socket.io'
import { answer } from '../program.ts'
import { eventOf, pingMs, type Place, secret, type StartOptions, usage } from './place.ts'
import { madeBeside, type Say, Turns } from './said.ts'

const http = createServer()
const links: Redis[] = []
let io: Server
let place: Place

answer({
  async start(options: StartOptions): Promise<Place> {
    const { redis, made = madeBeside(options) } = options
    io = new Server(http, { transports: ['websocket'], serveClient: false, pingInterval: pingMs })
    if (redis !== undefined) await spread(redis)
    serve()
    await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready))
    place = { ...made, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
    return place
  },
  standing: () => place.streams,
  usage: () => usage(),
  collected: () => usage(true),
  stop() {
    links.forEach((redis) => redis.disconnect())
    ;(io as Server | undefined)?.engine.close()
    http.close()
  },
})

async function spread(url: string) {
  const [publisher, subscriber] = [new Redis(url), new Redis(url)]
  links.push(publisher, subscriber)
  io.adapter(createAdapter(publisher, subscriber))
  await subscriber.ping()
}

function serve() {
  const turns = new Turns()
  const present = new Map<string, Set<string>>()
  io.use((socket, next) => {
    const { token } = socket.handshake.auth as { token: string }
    jwt.verify(token, secret, { algorithms: ['HS256'] }, (error, claims) => {
      if (error) return next(new Error('unauthorized'))
      socket.data = claims as object
      next()
    })
  })
  io.on('connection', (socket) => {
    const { sub } = socket.data as { sub: string }
    const theirs = present.get(sub) ?? new Set()
    present.set(sub, theirs.add(socket.id))
    socket.on('disconnect', () => {
      if (theirs.delete(socket.id) && theirs.size === 0) present.delete(sub)
    })
    socket.on('subscribe', ({ streams }: { streams: { stream: string; since: number }[] }, ack: Say) => {
      void socket.join(streams.map(({ stream }) => stream))
      ack({ ok: true, streams: streams.map(({ stream, since }) => ({ stream, seq: since, events: [], signals: [] })) })
    })
    socket.on('received', (_: unknown, ack: Say) => ack({ ok: true }))
    socket.on(
      'command',
      ({ name, input }: { name: string; input: { conversationId: string; text?: string } }, ack: Say) => {
        const stream = `conversation:${input.conversationId}`
        if (name !== 'note.add')
          return ack({ ok: true, result: { unread: 1 }, effect: { stream, seq: turns.now(stream) } })
        const seq = turns.next(stream)
        io.to(stream).emit('event', eventOf(stream, seq, input.text ?? ''))
        ack({ ok: true, result: { messageId: `msg_${seq}`, n: seq }, effect: { stream, seq } })
      },
    )
    socket.emit('hello', { v: 1, session: socket.id })
  })
}
