import type { Socket } from 'socket.io'
import { conversation } from '../../actors/conversation/contract.ts'
import { streamName } from '../../actors/runtime/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import type { Clock } from '../../kernel/clock.ts'
import { Problem, type ShownError } from '../../kernel/problem.ts'
import type { Seat } from '../commands/command.ts'
import { Bucket } from './bucket.ts'
import type { Limits } from './limits.ts'
import { type Frame, Outlet } from './outlet.ts'
import type { Availability } from './presence.ts'
import type { Rooms } from './rooms.ts'
import type { Signals } from './signals.ts'
import { parseStream } from './wire.ts'

interface Parts {
  rooms: Rooms<Connection>
  signals: Signals
  clock: Clock
  limits: Limits
}

/** As much of ws as is needed to end one that hangs. */
interface WebSocketLike {
  readonly readyState: number
  once(event: 'close', heard: () => void): unknown
  terminate(): void
}
const closed = 3

export const roomOf = (workspaceId: string, stream: string) => `${workspaceId}/${stream}`

/** One socket of somebody who is signed in: what it follows, how fast it may speak, and until when. */
export class Connection implements Seat {
  caller: Caller
  availability: Availability = 'online'
  readonly device: string | undefined
  /** Each with the `seq` that it was answered with. */
  readonly streams = new Map<string, number>()
  /** Of those that it wants to hear only changes of, after which `seq` it has heard each event by itself. */
  readonly #heardAfter = new Map<string, number>()
  /** When it connected, epoch ms. */
  readonly since: number
  readonly bucket: Bucket
  #typing: Map<string, Bucket> | undefined
  readonly #socket: Socket
  readonly #parts: Parts
  readonly #outlet: Outlet
  #cancelExpiry: (() => void) | undefined
  #isSlow = false
  /** What this socket asked to follow and to leave takes effect in its order. */
  #turn: Promise<unknown> | undefined

  constructor(socket: Socket, caller: Caller, device: string | undefined, parts: Parts) {
    this.#socket = socket
    this.#parts = parts
    this.caller = caller
    this.device = device
    this.since = parts.clock.now()
    this.bucket = new Bucket(parts.limits.commandsPerSecond)
    this.#outlet = new Outlet(socket.conn)
    this.renew(caller)
  }

  get socketId() {
    return this.#socket.id
  }

  get isConnected() {
    return this.#socket.connected
  }

  get isBehind() {
    return this.#outlet.waiting > this.#parts.limits.backlogBytes
  }

  send(frames: readonly Frame[], bytes: Buffer) {
    this.#outlet.send(frames, bytes)
    if (this.isBehind) this.#tooSlow()
  }

  /** One after the other: a stream that is left and followed again must end followed. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn ? this.#turn.then(work) : work()
    // Whoever asked gets the error; the next one does not.
    const turn = result
      .catch(() => undefined)
      .finally(() => {
        if (this.#turn === turn) this.#turn = undefined
      })
    this.#turn = turn
    return result
  }

  /** A fresh token: its life counts from now on. */
  renew(caller: Caller) {
    this.caller = caller
    this.#cancelExpiry?.()
    const { expiresAt } = caller
    if (expiresAt !== undefined) this.#cancelExpiry = this.#parts.clock.at(expiresAt, () => this.#expired())
  }

  join(stream: string) {
    if (this.streams.size >= this.#parts.limits.streamsPerSocket && !this.streams.has(stream))
      throw new Problem('conflict', 'too_many_streams', 'Unsubscribe from a stream before you open another one.')
    this.streams.set(stream, this.streams.get(stream) ?? 0)
    // Until it is answered: a snapshot may take the place of what it heard.
    this.#heardAfter.delete(stream)
    this.#parts.rooms.join(roomOf(this.caller.workspaceId, stream), this)
  }

  /** It was told everything up to `seq`, and hears what comes after it. */
  reads(stream: string, seq: number, isToHearChanges = false) {
    if (!this.streams.has(stream)) return
    this.streams.set(stream, seq)
    if (isToHearChanges) this.#heardAfter.set(stream, seq)
  }

  hasHeard(stream: string, first: number) {
    const after = this.#heardAfter.get(stream)
    return after !== undefined && after < first
  }

  leave(stream: string) {
    if (!this.streams.delete(stream)) return
    this.#heardAfter.delete(stream)
    this.#parts.rooms.leave(roomOf(this.caller.workspaceId, stream), this)
    const conversationId = conversationIn(stream)
    if (conversationId !== undefined) this.#parts.signals.left(this, this.#place(conversationId))
  }

  /** They may not read it any more. */
  shutOut(stream: string, error: ShownError) {
    if (!this.streams.has(stream)) return
    this.leave(stream)
    this.#socket.emit('revoked', { stream, error })
  }

  follows(conversationId: string) {
    const own = this.caller.role === 'person' ? 'own' : 'main'
    return this.streams.has(streamName(conversation.kind, own, conversationId))
  }

  typing(conversationId: string, on: boolean) {
    const { signals, limits } = this.#parts
    const typing = (this.#typing ??= new Map<string, Bucket>())
    const bucket = typing.get(conversationId) ?? new Bucket(limits.typingPerSecond)
    typing.set(conversationId, bucket)
    const retryAfterMs = on ? bucket.take() : 0
    if (retryAfterMs > 0)
      throw new Problem('limited', 'rate_limited', 'Typing is said at most once a second.', { retryAfterMs })
    const role = this.caller.role === 'person' ? 'person' : 'staff'
    signals.typing(this.#place(conversationId), { id: this.caller.id, role }, on, this)
  }

  viewing(conversationId: string, on: boolean) {
    this.#parts.signals.viewing(this.#place(conversationId), this.caller.id, on, this)
  }

  isToShowTyping(conversationId: string) {
    return this.#parts.signals.isToShow(this.#place(conversationId))
  }

  /** The sign-in is over. What is not retryable, the client does not come back from. */
  revoke(error: ShownError) {
    this.#socket.emit('revoked', { error })
    if (error.retryable) this.cut()
    else this.#socket.disconnect(true)
  }

  /** Closes so that the client comes back: a disconnect that is announced is taken as final by socket.io-client. */
  cut() {
    this.#socket.conn.close()
  }

  /** Resolves when nothing of it is left; a peer that does not answer is not waited for beyond `graceMs`. */
  async close(graceMs: number) {
    const { transport } = this.#socket.conn as unknown as { transport: { socket?: WebSocketLike } }
    const { socket } = transport
    this.#socket.conn.close(true)
    if (!socket || socket.readyState === closed) return
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<void>((done) => (timer = setTimeout(done, graceMs)))
    await Promise.race([over, new Promise<void>((done) => socket.once('close', done))])
    clearTimeout(timer)
    socket.terminate()
  }

  gone() {
    this.#cancelExpiry?.()
    for (const stream of this.streams.keys()) this.#parts.rooms.leave(roomOf(this.caller.workspaceId, stream), this)
    this.streams.clear()
    this.#heardAfter.clear()
    this.#parts.signals.left(this)
  }

  #expired() {
    this.revoke({ code: 'token_expired', title: 'Please connect again with a fresh token.', retryable: true })
  }

  /** Its streams are taken from it; each `reset` reaches it when it has read what waits, and it resumes by `seq`. */
  #tooSlow() {
    if (this.#isSlow) return
    this.#isSlow = true
    // Not now: the room is still going through its readers.
    queueMicrotask(() => {
      const streams = [...this.streams.keys()]
      for (const stream of streams) this.leave(stream)
      for (const stream of streams) this.#socket.emit('reset', { stream, reason: 'slow_consumer' })
      this.#isSlow = false
    })
  }

  #place(conversationId: string) {
    return { workspaceId: this.caller.workspaceId, conversationId }
  }
}

function conversationIn(stream: string) {
  const { kind, id } = parseStream(stream) ?? {}
  return kind === conversation.kind ? id : undefined
}
