/**
 * Writes down each frame that the servers of a process send and receive: of WebSockets as the bytes on the wire have it,
 * under Socket.IO, so that nothing that leaves can miss it; of long-polling each packet. One file per process, one
 * frame per line.
 */
import { mkdirSync, openSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { join } from 'node:path'

interface WebSocketLike {
  on(event: 'message', heard: (data: Buffer, isBinary: boolean) => void): void
}
interface Packet {
  type: string
  data?: unknown
}
/** One client of Engine.IO, whatever carries it at the moment. */
interface Carried {
  transport: { name: string }
  sendPacket(type: string, data?: unknown, ...more: unknown[]): void
  onPacket(packet: Packet): void
}
interface Engine {
  clients: Record<string, Carried>
  onWebSocket(request: { _query: { sid?: string } }, socket: Socket, websocket: WebSocketLike): void
}

// Tests that move time leave this one alone.
const { setTimeout: later } = globalThis
const flushMs = 50
const fullAt = 256 * 1_024
const latelyMax = 1_000

let folder: string | undefined

/** Begins, once. `to` is where the process' own file goes. */
export function record(to: string) {
  if (folder !== undefined) return
  folder = to
  mkdirSync(to, { recursive: true })
  const note = linesTo(join(to, `${process.pid}-${Date.now()}.frames`))
  const isNews = once()
  const require = createRequire(createRequire(import.meta.url).resolve('socket.io'))
  const engine = require('engine.io') as { Server: { prototype: Engine }; Socket: { prototype: Carried } }
  const idOf = counter()
  const { onWebSocket } = engine.Server.prototype
  engine.Server.prototype.onWebSocket = function (request, socket, websocket) {
    // One that comes from long-polling stays the same client.
    const id = idOf(this.clients[request._query.sid ?? ''] ?? websocket)
    websocket.on('message', (data, isBinary) => note(`${id}<${isBinary ? 'binary' : data.toString()}`))
    listen(socket, (text) => {
      if (isNews(text)) note(`${id}>${text}`)
    })
    onWebSocket.call(this, request, socket, websocket)
  }
  recordPolling(engine.Socket.prototype, (client, direction, text) => note(`${idOf(client)}${direction}${text}`))
}

function recordPolling(prototype: Carried, note: (client: object, direction: '<' | '>', text: string) => void) {
  const { sendPacket, onPacket } = prototype
  const isPolled = (client: Carried, type: string) => type === 'message' && client.transport.name === 'polling'
  prototype.sendPacket = function (type, data, ...more) {
    if (isPolled(this, type)) note(this, '>', `4${String(data)}`)
    sendPacket.call(this, type, data, ...more)
  }
  prototype.onPacket = function (packet) {
    if (isPolled(this, packet.type)) note(this, '<', `4${String(packet.data)}`)
    onPacket.call(this, packet)
  }
}

function counter() {
  const known = new WeakMap<object, number>()
  let last = 0
  return (thing: object) => {
    const id = known.get(thing) ?? ++last
    known.set(thing, id)
    return id
  }
}

/** What a process of ours must be started with, so that it is recorded too. */
export const recordingFlags = () =>
  folder === undefined ? [] : ['--import', `${import.meta.resolve('./recorded.ts')}?to=${encodeURIComponent(folder)}`]

/** Whole lines, soon: a process that is killed loses the last moment, never half a frame. */
function linesTo(file: string) {
  const to = openSync(file, 'a')
  let waiting = ''
  const flush = () => {
    if (waiting !== '') writeSync(to, waiting)
    waiting = ''
  }
  process.once('exit', flush)
  return (frame: string) => {
    if (waiting === '') later(flush, flushMs).unref()
    waiting += `${frame.replaceAll('\n', ' ')}\n`
    if (waiting.length > fullAt) flush()
  }
}

/** What goes to everybody who reads a stream is the same for each of them, and is written down for the first. */
function once() {
  const lately = new Set<string>()
  return (text: string) => {
    if (!/^42\["(event|signal)"/.test(text)) return true
    if (lately.has(text)) return false
    lately.add(text)
    for (const oldest of lately) {
      if (lately.size <= latelyMax) break
      lately.delete(oldest)
    }
    return true
  }
}

/** Hears the text of every frame that is written to this socket, however it is written. */
export function listen(socket: Pick<Socket, 'write'>, hear: (text: string) => void) {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  let rest: Buffer = Buffer.alloc(0)
  socket.write = (...args: unknown[]) => {
    const [chunk, encoding] = args
    const bytes =
      typeof chunk === 'string'
        ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
        : (chunk as Buffer)
    rest = framesIn(rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes, hear)
    return write(...args)
  }
}

/** Tells of each whole frame; answers what is left. Servers neither mask nor cut theirs. */
function framesIn(bytes: Buffer, hear: (text: string) => void): Buffer {
  for (;;) {
    if (bytes.length < 2) return bytes
    const { head, length } = sizesOf(bytes)
    if (bytes.length < head + length) return bytes
    const opcode = bytes[0]! & 0x0f
    if (opcode === 1) hear(bytes.toString('utf8', head, head + length))
    if (opcode === 2) hear('binary')
    bytes = bytes.subarray(head + length)
  }
}

/** RFC 6455, 5.2: seven bits say the length, or where it stands. */
function sizesOf(bytes: Buffer) {
  const short = bytes[1]! & 0x7f
  if (short < 126) return { head: 2, length: short }
  if (short === 126) return { head: 4, length: bytes.length < 4 ? Infinity : bytes.readUInt16BE(2) }
  return { head: 10, length: bytes.length < 10 ? Infinity : Number(bytes.readBigUInt64BE(2)) }
}
