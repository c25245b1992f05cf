import { io, type Socket } from 'socket.io-client'
import { ApiProblem, asShown } from './problem.ts'
import type { Hello, ShownError, Signal, StreamEvent } from './wire.ts'

export interface Timing {
  /** No answer within this time: the line is taken for dead. Above the server's own deadline of 10 s. */
  ackMs: number
  /** The first wait after a cut; it doubles, with jitter. */
  backoffMinMs: number
  backoffMaxMs: number
}

export const defaultTiming: Timing = { ackMs: 15_000, backoffMinMs: 300, backoffMaxMs: 15_000 }

export interface LineOptions {
  url: string
  /** Asked before every connect and before the last token ends. */
  token: () => Promise<string> | string
  device: string
  timing: Timing
}

/** What the line tells its owner. */
export interface LineEars {
  up(): void
  /** Not connected, and when it is tried again; `null` while trying and after the end. */
  down(attempt: number, retryAt: number | null, error: ShownError | null): void
  /** Nothing reconnects any more: signed out, revoked, or closed. */
  ended(error: ShownError | null): void
  event(event: StreamEvent): void
  signal(signal: Signal): void
  reset(reset: { stream: string; reason: string }): void
  revoked(revoked: { stream: string; error: ShownError }): void
}

type Answer<T> = ({ ok: true } & T) | { ok: false; error: ShownError }

// A token is renewed when this much of its life is left, or half of it where it lives shorter.
const renewBeforeMs = 60_000
const refusalsMax = 3

/** One socket that comes back by itself: back-off with jitter, fresh tokens, and the server's wish to be left. */
export class Line {
  readonly #options: LineOptions
  readonly #ears: LineEars
  readonly #socket: Socket
  readonly #timers = new Map<'retry' | 'renew' | 'goaway', ReturnType<typeof setTimeout>>()
  #attempt = 0
  #refusals = 0
  #isUp = false
  #isEnded = false
  /** Server time minus ours, ms. */
  offsetMs = 0
  /** What the server said first, the last time. */
  hello: Hello | undefined

  constructor(options: LineOptions, ears: LineEars) {
    this.#options = options
    this.#ears = ears
    // Socket.IO's own reconnection stays off: it does not come back from a refusal, nor ask for a fresh token.
    const settings = {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      autoConnect: false,
      timeout: 10_000,
    }
    this.#socket = options.url ? io(options.url, settings) : io(settings)
    this.#listen()
  }

  /** Apart from making it, because its ears may ask it something at once. */
  start() {
    void this.#connect()
  }

  get isUp() {
    return this.#isUp
  }

  /** Asks and waits for the acknowledgement. Throws ApiProblem: the server's refusal, or `unreachable` (ask again). */
  async ask<T extends object>(event: string, request: object): Promise<T> {
    if (!this.#isUp) throw unreachable()
    const answer = await this.#answer<T>(event, request)
    if (!answer.ok) throw new ApiProblem(answer.error)
    return answer
  }

  async #answer<T>(event: string, request: object): Promise<Answer<T>> {
    const { engine } = this.#socket.io
    try {
      return (await this.#socket.timeout(this.#options.timing.ackMs).emitWithAck(event, request)) as Answer<T>
    } catch {
      // Lost on the way, in either direction. A line that takes but does not answer is cut, so that another one is made.
      if (this.#isUp && this.#socket.io.engine === engine) this.cut()
      throw unreachable()
    }
  }

  /** For what is not worth waiting for: dropped when the line is down. */
  say(event: string, request: object) {
    if (this.#isUp) this.#socket.emit(event, request)
  }

  /** Drops the connection and makes another one. While one is being made there is nothing to cut. */
  cut() {
    // Socket.IO's manager does not hear of an engine that closes before it was open, and would wait for its time-out.
    if (this.#isUp) this.#socket.io.engine.close()
  }

  /** At once instead of after the wait, because the network is back say. */
  retryNow() {
    if (!this.#timers.has('retry')) return
    this.#stop('retry')
    void this.#connect()
  }

  end(error: ShownError | null = null) {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#isUp = false
    for (const name of [...this.#timers.keys()]) this.#stop(name)
    this.#socket.disconnect()
    this.#ears.ended(error)
  }

  #listen() {
    const socket = this.#socket
    socket.on('hello', (hello: Hello) => this.#greet(hello))
    socket.on('event', (event: StreamEvent) => this.#ears.event(event))
    socket.on('signal', (signal: Signal) => this.#ears.signal(signal))
    socket.on('reset', (reset: { stream: string; reason: string }) => this.#ears.reset(reset))
    socket.on('revoked', ({ stream, error }: { stream?: string; error: ShownError }) => {
      if (stream !== undefined) this.#ears.revoked({ stream, error })
      else if (!error.retryable) this.end(error)
    })
    socket.on('goaway', ({ afterMs = 0, jitterMs = 0 }: { afterMs?: number; jitterMs?: number }) =>
      this.#after('goaway', afterMs + Math.random() * jitterMs, () => this.cut()),
    )
    socket.on('disconnect', () => this.#lost(null))
    socket.on('connect_error', (error: Error & { data?: ShownError }) => {
      if (error.data && !error.data.retryable && ++this.#refusals >= refusalsMax) this.end(error.data)
      else this.#lost(error.data ?? null)
    })
  }

  async #connect() {
    this.#ears.down(this.#attempt, null, null)
    try {
      const token = await this.#options.token()
      if (this.#isEnded) return
      this.#socket.auth = { token, device: this.#options.device }
      this.#socket.connect()
    } catch (error) {
      if (error instanceof ApiProblem && !error.retryable) this.end(asShown(error))
      else this.#lost(asShown(error))
    }
  }

  #greet(hello: Hello) {
    this.#attempt = 0
    this.#refusals = 0
    this.#isUp = true
    this.hello = hello
    this.offsetMs = Date.parse(hello.now) - Date.now()
    if (hello.expiresAt !== undefined) this.#renewBefore(hello.expiresAt)
    this.#ears.up()
  }

  #lost(error: ShownError | null) {
    if (this.#isEnded) return
    this.#isUp = false
    this.#stop('renew')
    this.#stop('goaway')
    const { backoffMinMs, backoffMaxMs } = this.#options.timing
    const longest = Math.min(backoffMaxMs, backoffMinMs * 2 ** this.#attempt++)
    const waitMs = Math.max(error?.retryAfterMs ?? 0, longest * (0.5 + Math.random() / 2))
    this.#after('retry', waitMs, () => void this.#connect())
    this.#ears.down(this.#attempt, Date.now() + waitMs, error)
  }

  #renewBefore(expiresAt: string) {
    const leftMs = Date.parse(expiresAt) - (Date.now() + this.offsetMs)
    this.#after('renew', Math.max(leftMs / 2, leftMs - renewBeforeMs), () => void this.#renew())
  }

  async #renew() {
    try {
      const answer = await this.ask<{ expiresAt?: string }>('token', { token: await this.#options.token() })
      if (answer.expiresAt !== undefined) this.#renewBefore(answer.expiresAt)
    } catch (error) {
      // The server cuts when the old token ends, and the reconnect asks for a token again; but who is signed out, stays so.
      if (error instanceof ApiProblem && !error.retryable) this.end(asShown(error))
    }
  }

  #after(name: 'retry' | 'renew' | 'goaway', ms: number, run: () => void) {
    this.#stop(name)
    const longestMs = 2_147_483_647 // Beyond it, setTimeout fires at once.
    const timer = setTimeout(
      () => {
        this.#timers.delete(name)
        run()
      },
      Math.min(Math.max(0, ms), longestMs),
    )
    this.#timers.set(name, timer)
  }

  #stop(name: 'retry' | 'renew' | 'goaway') {
    clearTimeout(this.#timers.get(name))
    this.#timers.delete(name)
  }
}

const unreachable = () =>
  new ApiProblem({ code: 'unreachable', title: 'The server cannot be reached.', retryable: true })
