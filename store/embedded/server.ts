import { chmodSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { commandFor } from './commands/index.ts'
import { Request } from './commands/command.ts'
import type { Store } from './commands/command.ts'
import { failure } from './reply.ts'
import { Frames, frameReply, parseMessage } from './wire.ts'
import type { Message } from './wire.ts'

/** A client may send this many bytes ahead of the answers before it is made to wait. */
const AHEAD_BYTES_MAX = 1_048_576
const CONNECTIONS_MAX = 1000
/** How long a client may take to receive its last answer when the store closes. */
const END_MS_MAX = 1000

/** The unix socket and its connections. */
export class StoreServer {
  private readonly store: Store
  private readonly server: Server
  private readonly connections = new Set<Connection>()
  private nextConnection = 1

  constructor(store: Store) {
    this.store = store
    this.server = createServer((socket) => this.accept(socket))
    this.server.maxConnections = CONNECTIONS_MAX
  }

  listen(): Promise<void> {
    const { socket } = this.store
    rmSync(socket, { force: true })
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(socket, () => {
        chmodSync(socket, 0o600)
        this.server.off('error', reject)
        resolve()
      })
    })
  }

  /** Commands under way are finished and answered, later ones are not begun. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    await Promise.all([...this.connections].map((connection) => connection.end()))
    await closed
  }

  private accept(socket: Socket): void {
    const connection = new Connection(this.store, socket, this.nextConnection++)
    this.connections.add(connection)
    socket.on('close', () => this.connections.delete(connection))
  }
}

/** One client. Its messages are carried out one after another, in their order. */
class Connection {
  private readonly store: Store
  private readonly socket: Socket
  private readonly id: number
  private readonly frames = new Frames()
  private waiting: Message[] = []
  private waitingBytes = 0
  private isBusy = false
  private isEnding = false
  private idle: (() => void) | null = null

  constructor(store: Store, socket: Socket, id: number) {
    this.store = store
    this.socket = socket
    this.id = id
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
    // A client that goes away is no error of ours; what it had asked for is carried out all the same.
    socket.on('error', () => socket.destroy())
  }

  async end(): Promise<void> {
    this.isEnding = true
    this.waiting = []
    if (this.isBusy) await new Promise<void>((resolve) => (this.idle = resolve))
    const patience = setTimeout(() => this.socket.destroy(), END_MS_MAX)
    await new Promise<void>((resolve) => this.socket.once('close', resolve).end(() => this.socket.destroy()))
    clearTimeout(patience)
  }

  private receive(chunk: Buffer): void {
    if (this.isEnding) return
    try {
      for (const frame of this.frames.add(chunk)) {
        this.waitingBytes += frame.length
        const message = parseMessage(frame)
        if (this.isBusy || this.waiting.length > 0) this.waiting.push(message)
        else this.carryOut(message)
      }
    } catch {
      // A hostile or broken frame, whatever is wrong with it: nothing after it can be understood.
      this.socket.destroy()
      return
    }
    if (this.isBusy && this.waitingBytes > AHEAD_BYTES_MAX) this.socket.pause()
  }

  private carryOut(message: Message): void {
    const answer = this.answer(message)
    if (Buffer.isBuffer(answer)) return this.send(message, answer)
    this.isBusy = true
    void answer.then((reply) => {
      this.isBusy = false
      this.send(message, reply)
      this.next()
    })
  }

  private next(): void {
    while (!this.isBusy) {
      const message = this.waiting.shift()
      if (!message) break
      this.carryOut(message)
    }
    if (this.isBusy) return
    this.waitingBytes = 0
    this.socket.resume()
    this.idle?.()
  }

  /** At once for a read; a write is answered when its group is durable. Every error has become an answer. */
  private answer({ command, documents }: Message): Buffer | Promise<Buffer> {
    try {
      const request = new Request(this.store, command, documents, this.id)
      const found = commandFor(request)
      if (found.kind === 'read') return found.command.run(request)
      return this.store.committer.submit(() => found.command.run(request), isLazy(command)).catch(failure)
    } catch (error) {
      return failure(error)
    }
  }

  private send(message: Message, reply: Buffer): void {
    if (!message.isUnanswered && this.socket.writable) this.socket.write(frameReply(message, reply))
  }
}

/** `writeConcern: {j: false}`: the caller does not wait for the disk. */
function isLazy({ writeConcern }: Message['command']): boolean {
  return typeof writeConcern === 'object' && writeConcern !== null && (writeConcern as { j?: unknown }).j === false
}
