import type { EventEmitter } from 'node:events'
import { createAdapter } from '@socket.io/redis-adapter'
import type { Server } from 'socket.io'
import { monotonicMs } from '../../kernel/clock.ts'
import type { Receipt } from './ringing.ts'
import type { RosterMessage } from './roster.ts'

/** Two connections to one Redis, as the adapter takes them. */
export interface Links {
  /** Of this installation: all its channels begin with it. */
  prefix: string
  publisher: {
    publish(channel: string, message: string | Buffer): Promise<unknown>
  }
  subscriber: EventEmitter
  /** Runs whenever the subscriber is back after it was away: what was said meanwhile is lost. */
  onReturn(run: () => void): void
  /** Makes the subscriber's connection anew: it hears nothing any more, and does not know. */
  renew(): void
}

interface Hearing {
  event(room: string, json: string): void
  roster(message: RosterMessage): void
  receipt(receipt: Receipt): void
  /** This socket of ours gives its place to another one of its device. */
  cut(socketId: string): void
  /** Events of these streams were lost on the way; without a list, of any. */
  look(rooms: readonly string[] | undefined): void
  onError(error: unknown): void
}

type Said =
  | { kind: 'events'; events: readonly [room: string, json: string][] }
  | { kind: 'roster'; message: RosterMessage }
  | { kind: 'receipt'; receipt: Receipt }
  | { kind: 'cut'; node: string; socketId: string }
  | { kind: 'look'; rooms: readonly string[] | null }

const name = 'careline'
const batchBytesMax = 256 * 1_024
/** More streams than this are not named one by one. */
const unsaidMax = 5_000
const repairMs = 500
/** We hear our own beats as well: whoever hears nothing for so long is deaf, and looks for another connection later. */
const deafMs = 1_200
const renewMs = 3_000

/**
 * The gateways of the other processes, through the Socket.IO Redis adapter. It delivers at most once: what did not leave
 * is remembered, and the others are told to look into the log when it works again.
 */
export class Siblings {
  readonly #io: Pick<Server, 'serverSideEmit'>
  readonly #links: Links
  readonly #node: string
  readonly #timer: NodeJS.Timeout
  #batch: [room: string, json: string][] = []
  #batchBytes = 0
  #flush: NodeJS.Immediate | undefined
  /** How the last message left: the adapter itself does not say. */
  #left: Promise<unknown> = Promise.resolve()
  #unsaid = new Set<string>()
  #unsaidAny = false
  #heardAt = monotonicMs()
  #renewedAt = -Infinity
  readonly #noise = () => {
    this.#heardAt = monotonicMs()
  }
  readonly counters = { sent: 0, failed: 0 }

  constructor(io: Server, links: Links, { node, hearing }: { node: string; hearing: Hearing }) {
    this.#io = io
    this.#links = links
    this.#node = node
    const publisher = {
      publish: (channel: string, message: string | Buffer) => {
        this.#left = links.publisher.publish(channel, message)
        return this.#left.catch(() => this.counters.failed++)
      },
      on: () => publisher,
      off: () => publisher,
    }
    io.adapter(createAdapter(publisher, links.subscriber, { key: `${links.prefix}:sockets` }))
    io.on(name, (said: Said) => this.#hear(said, hearing))
    links.subscriber.on('messageBuffer', this.#noise)
    links.onReturn(() => hearing.look(undefined))
    this.#timer = setInterval(() => this.#tick(), repairMs).unref()
  }

  /** Nothing comes from the others, nor from ourselves. */
  get isDeaf() {
    return monotonicMs() - this.#heardAt > deafMs
  }

  /** What this process committed. What is said in one turn of the loop is one message. */
  event(room: string, json: string) {
    this.#batch.push([room, json])
    this.#batchBytes += json.length
    if (this.#batchBytes > batchBytesMax) this.flush()
    else this.#flush ??= setImmediate(() => this.flush())
  }

  roster(message: RosterMessage) {
    void this.#say({ kind: 'roster', message })
  }

  receipt(receipt: Receipt) {
    void this.#say({ kind: 'receipt', receipt })
  }

  cut(node: string, socketId: string) {
    void this.#say({ kind: 'cut', node, socketId })
  }

  flush() {
    clearImmediate(this.#flush)
    this.#flush = undefined
    const events = this.#batch
    if (events.length === 0) return
    this.#batch = []
    this.#batchBytes = 0
    this.counters.sent += events.length
    this.#say({ kind: 'events', events }).catch(() => this.#remember(events.map(([room]) => room)))
  }

  /** Resolves when what was said has left, or cannot. */
  async close() {
    this.flush()
    clearInterval(this.#timer)
    this.#links.subscriber.off('messageBuffer', this.#noise)
    await this.#left.catch(() => undefined)
  }

  #say(said: Said): Promise<unknown> {
    this.#io.serverSideEmit(name, said)
    const left = this.#left
    left.catch(() => undefined) // Who needs to know looks at it; nobody else must trip over it.
    return left
  }

  #hear(said: Said, hearing: Hearing) {
    try {
      if (said.kind === 'events') for (const [room, json] of said.events) hearing.event(room, json)
      else if (said.kind === 'roster') hearing.roster(said.message)
      else if (said.kind === 'receipt') hearing.receipt(said.receipt)
      else if (said.kind === 'cut' && said.node === this.#node) hearing.cut(said.socketId)
      else if (said.kind === 'look') hearing.look(said.rooms ?? undefined)
    } catch (error) {
      hearing.onError(error)
    }
  }

  #remember(rooms: readonly string[]) {
    for (const room of rooms) this.#unsaid.add(room)
    if (this.#unsaid.size <= unsaidMax) return
    this.#unsaid.clear()
    this.#unsaidAny = true
  }

  #tick() {
    this.#repair()
    const now = monotonicMs()
    if (now - Math.max(this.#heardAt, this.#renewedAt) <= renewMs) return
    this.#renewedAt = now
    this.#links.renew()
  }

  #repair() {
    if (this.#unsaid.size === 0 && !this.#unsaidAny) return
    const rooms = this.#unsaidAny ? null : [...this.#unsaid]
    this.#unsaid = new Set()
    this.#unsaidAny = false
    this.#say({ kind: 'look', rooms }).catch(() => {
      if (rooms) this.#remember(rooms)
      else this.#unsaidAny = true
    })
  }
}
