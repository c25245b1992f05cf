import { chmodSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { answerFindById } from './commands/find-by-id.ts'
import { insertOne } from './commands/insert-one.ts'
import { commandFor, taskFor } from './commands/index.ts'
import { Request } from './commands/command.ts'
import type { Command, Store } from './commands/command.ts'
import { Writing } from './commands/writing.ts'
import { DamagedRow } from './engine/rows.ts'
import { StoreError } from './errors.ts'
import { tellDamage } from './observe.ts'
import { failure } from './reply.ts'
import type { Steps } from './steps.ts'
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
  private readonly tcp: Server
  private readonly connections = new Set<Connection>()
  private nextConnection = 1

  constructor(store: Store) {
    this.store = store
    this.server = createServer((socket) => this.accept(socket))
    this.tcp = createServer({ noDelay: true }, (socket) => this.accept(socket))
    for (const server of [this.server, this.tcp]) server.maxConnections = CONNECTIONS_MAX
  }

  /** On the unix socket, and where a port is given (0: any) on this machine's own address; answers that port. */
  async listen(tcpPort: number | null): Promise<number | null> {
    const { socket } = this.store
    rmSync(socket, { force: true })
    await listening(this.server, (done) => this.server.listen(socket, done))
    chmodSync(socket, 0o600)
    if (tcpPort === null) return null
    await listening(this.tcp, (done) => this.tcp.listen(tcpPort, '127.0.0.1', done))
    return (this.tcp.address() as AddressInfo).port
  }

  /** Commands under way are finished and answered, later ones are not begun. */
  async close(): Promise<void> {
    const closed = [this.server, this.tcp].map((server) => new Promise<void>((done) => server.close(() => done())))
    await Promise.all([...this.connections].map((connection) => connection.end()))
    await Promise.all(closed)
  }

  private accept(socket: Socket): void {
    const connection = new Connection(this.store, socket, this.nextConnection++)
    this.connections.add(connection)
    socket.on('close', () => this.connections.delete(connection))
  }
}

function listening(server: Server, listen: (done: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    listen(() => {
      server.off('error', reject)
      resolve()
    })
  })
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
      if (this.frames.isOne(chunk)) this.take(chunk)
      else for (const frame of this.frames.add(chunk)) this.take(frame)
    } catch {
      // A hostile or broken frame, whatever is wrong with it: nothing after it can be understood.
      this.socket.destroy()
      return
    }
    if (this.isBusy && this.waitingBytes > AHEAD_BYTES_MAX) this.socket.pause()
  }

  private take(frame: Buffer): void {
    const isFree = !this.isBusy && this.waiting.length === 0
    if (isFree && (this.answerAtOnce(frame) || this.insertAtOnce(frame))) return
    const message = parseMessage(frame)
    if (isFree) return this.carryOut(message)
    this.waiting.push(message)
    this.waitingBytes += frame.length
  }

  /** The commonest read of all; false for every other command. */
  private answerAtOnce(frame: Buffer): boolean {
    const { observer } = this.store
    const startedAt = performance.now()
    try {
      const reply = answerFindById(this.store, frame)
      if (!reply) return false
      this.socket.write(reply)
    } catch (error) {
      this.send(parseMessage(frame), this.failed(error))
    }
    const ms = performance.now() - startedAt
    if (observer.isSlow(ms)) observer.took(parseMessage(frame).command, ms, ms)
    return true
  }

  /** The commonest write of all, likewise. */
  private insertAtOnce(frame: Buffer): boolean {
    const write = insertOne(this.store, frame)
    if (!write) return false
    this.isBusy = true
    this.store.committer.enter(write, false, (outcome) => {
      this.isBusy = false
      if ('error' in outcome) this.send(parseMessage(frame), this.failed(outcome.error))
      else if (this.socket.writable) this.socket.write(outcome.value as Buffer)
      this.next()
    })
    return true
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
    if (this.socket.isPaused()) this.socket.resume()
    this.idle?.()
  }

  /** At once for a read; a write is answered when its group is durable. Every error has become an answer. */
  private answer({ command, documents, refusal }: Message): Buffer | Promise<Buffer> {
    if (refusal) return this.failed(refusal)
    try {
      const request = new Request(this.store, command, documents, this.id)
      const task = taskFor(request)
      if (task) return task.run(request).catch(this.failed)
      const found = commandFor(request)
      if (found.kind === 'read') return this.read(request, found.command)
      return this.store.committer.submit(new Writing(request, found.command), isLazy(command)).catch(this.failed)
    } catch (error) {
      return this.failed(error)
    }
  }

  private read(request: Request, command: Command): Buffer | Promise<Buffer> {
    const startedAt = performance.now()
    const worked = (workMs: number) =>
      this.store.observer.took(request.command, workMs, performance.now() - request.receivedAt)
    const answer = command.run(request) as Buffer | Steps<Buffer>
    if (Buffer.isBuffer(answer)) {
      worked(performance.now() - startedAt)
      return answer
    }
    const { deadline } = request
    const reply = this.store.turns.carryOut(answer, { deadline, isWanted: () => !this.socket.destroyed, worked })
    return Buffer.isBuffer(reply) ? reply : reply.catch(this.failed)
  }

  /** What a damaged file cannot give is said with the way to restore it, here and to the owner. */
  private readonly failed = (error: unknown): Buffer => {
    if (!isDamage(error)) return failure(error)
    return failure(new StoreError(1, tellDamage(this.store, error as Error)))
  }

  private send(message: Message, reply: Buffer): void {
    if (!message.isUnanswered && this.socket.writable) this.socket.write(frameReply(message, reply))
  }
}

/** `writeConcern: {j: false}`: the caller does not wait for the disk. */
function isLazy({ writeConcern }: Message['command']): boolean {
  return typeof writeConcern === 'object' && writeConcern !== null && (writeConcern as { j?: unknown }).j === false
}

const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

function isDamage(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown }
  if (error instanceof DamagedRow) return true
  return typeof errcode === 'number' && [SQLITE_CORRUPT, SQLITE_NOTADB].includes(errcode & 0xff)
}
