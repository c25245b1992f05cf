/** The bare `ws`: what any server in Node pays for its sockets at the least. Frames are JSON, acknowledgements numbered. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import jwt from 'jsonwebtoken'
import { type WebSocket, WebSocketServer } from 'ws'
import { answer } from '../program.ts'
import { eventOf, pingMs, type Place, secret, type StartOptions, usage } from './place.ts'
import { madeBeside, Turns } from './said.ts'

const http = createServer()
let server: WebSocketServer
let place: Place

answer({
  async start(options: StartOptions): Promise<Place> {
    server = new WebSocketServer({ server: http, perMessageDeflate: false })
    serve()
    await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready))
    place = { ...madeBeside(options), url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
    return place
  },
  standing: () => place.streams,
  usage: () => usage(),
  collected: () => usage(true),
  stop() {
    for (const socket of server.clients) socket.terminate()
    http.close()
  },
})

interface Asked {
  n: number
  name: string
  body: {
    name?: string
    streams?: { stream: string; since: number }[]
    input?: { conversationId: string; text?: string }
  }
}

const turns = new Turns()
const rooms = new Map<string, Set<WebSocket>>()
const present = new Map<string, Set<WebSocket>>()

function serve() {
  server.on('connection', (socket, request) => {
    const token = new URL(request.url ?? '', 'http://here').searchParams.get('token') ?? ''
    const { sub } = jwt.verify(token, secret, { algorithms: ['HS256'] }) as { sub: string }
    const theirs = (present.get(sub) ?? new Set()).add(socket)
    present.set(sub, theirs)
    const mine = new Set<Set<WebSocket>>()
    const ping = setInterval(() => socket.ping(), pingMs)
    socket.on('close', () => {
      clearInterval(ping)
      for (const room of mine) room.delete(socket)
      if (theirs.delete(socket) && theirs.size === 0) present.delete(sub)
    })
    socket.on('message', (data: Buffer) => {
      const asked = JSON.parse(data.toString()) as Asked
      if (asked.name === 'subscribe') for (const one of asked.body.streams ?? []) mine.add(joined(one.stream, socket))
      socket.send(`A${asked.n} ${JSON.stringify({ ok: true, ...answered(asked) })}`)
    })
    socket.send(`H${JSON.stringify({ v: 1 })}`)
  })
}

function joined(stream: string, socket: WebSocket) {
  const room = (rooms.get(stream) ?? new Set()).add(socket)
  rooms.set(stream, room)
  return room
}

function answered({ name, body: { name: command, streams, input } }: Asked) {
  if (name === 'received') return {}
  if (streams) return { streams: streams.map(({ stream, since }) => ({ stream, seq: since, events: [], signals: [] })) }
  const stream = `conversation:${input?.conversationId}`
  if (command !== 'note.add') return { result: { unread: 1 }, effect: { stream, seq: turns.now(stream) } }
  const seq = turns.next(stream)
  const event = `E${JSON.stringify(eventOf(stream, seq, input?.text ?? ''))}`
  for (const one of rooms.get(stream) ?? []) one.send(event)
  return { result: { messageId: `msg_${seq}`, n: seq }, effect: { stream, seq } }
}
