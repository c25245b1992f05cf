import type { Platform, SocketLike, Transport } from './platform.ts'
import { ApiProblem, asProblem, unreachable } from './problem.ts'
import type { Hello, ShownError, Signal, StreamEvent } from './wire.ts'

export interface Timing {
  /** No answer within this time: the line is taken for dead. Above the server's own deadline of 10 s. */
  ackMs: number
  /** The longest first wait after a cut; it doubles, and each wait is a random part of it. */
  backoffMinMs: number
  backoffMaxMs: number
}

export const defaultTiming: Timing = { ackMs: 15_000, backoffMinMs: 300, backoffMaxMs: 15_000 }

export interface LineOptions {
  url: string
  /** Asked before every connect and before the last token ends. */
  token: () => Promise<string> | string
  device: string
  transports: Transport[]
  timing: Timing
  platform: Platform
}

/** What the line tells its owner. */
export interface LineEars {
  up(): void
  /** Not connected, and when it is tried again; `null` while trying and after the end. */
  down(attempt: number, retryAt: number | null, error: ShownError | null): void
  /** Nothing reconnects any more: signed out, revoked, or (without an error) closed. */
  ended(error: ShownError | null): void
  event: (event: StreamEvent) => void
  signal: (signal: Signal) => void
  reset: (reset: { stream: string; reason: string }) => void
  revoked(revoked: { stream: string; error: ShownError }): void
}

type Answer<T> = ({ ok: true } & T) | { ok: false; error: ShownError }
type TimerName = 'retry' | 'renew' | 'goaway' | 'hello'

// A token is renewed when this much of its life is left, or half of it where it lives shorter.
const renewBeforeMs = 60_000
const refusalsMax = 3
const openMs = 10_000
// The server says something every 15 s at least. Who slept through more than this has a line that may be dead.
const silenceMs = 20_000

/** One socket that comes back by itself: back-off with full jitter, fresh tokens, and the server's wish to be left. */
export class Line {
  readonly #options: LineOptions
  readonly #platform: Platform
  readonly #ears: LineEars
  readonly #socket: SocketLike
  readonly #timers = new Map<TimerName, () => void>()
  /** Questions without an answer yet; each is told when the line is lost. */
  readonly #asked = new Set<() => void>()
  #attempt = 0
  #refusals = 0
  #heardAt = 0
  #isUp = false
  #isEnded = false
  /** Server time minus ours, ms. */
  offsetMs = 0
  /** What the server said first, the last time. */
  hello: Hello | undefined

  constructor(options: LineOptions, ears: LineEars) {
    this.#options = options
    this.#platform = options.platform
    this.#ears = ears
    // Socket.IO's own reconnection stays off: it does not come back from a refusal, nor ask for a fresh token.
    this.#socket = this.#platform.socket(options.url, {
      transports: options.transports,
      forceNew: true,
      reconnection: false,
      autoConnect: false,
      timeout: openMs,
    })
    this.#listen()
  }

  /** Apart from making it, because its ears may ask it something at once. */
  start() {
    void this.#connect()
  }

  get isUp() {
    return this.#isUp
  }

  /** Asks and waits for the acknowledgement. Rejects with ApiProblem: the server's refusal, or `unreachable` (ask again). */
  ask<T extends object>(event: string, request: object) {
    return new Promise<T>((resolve, reject) => {
      if (!this.#isUp) throw unreachable()
      const over = () => {
        stop()
        this.#asked.delete(lost)
      }
      const lost = () => {
        over()
        reject(unreachable())
      }
      // A line that takes but does not answer is cut, so that another one is made.
      const stop = this.#platform.after(this.#options.timing.ackMs, () => {
        lost()
        this.cut()
      })
      this.#asked.add(lost)
      this.#socket.emit(event, request, (answer: Answer<T>) => {
        over()
        if (answer.ok) resolve(answer)
        else reject(new ApiProblem(answer.error))
      })
    })
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

  /** The network is back, or the device: no wait is waited for, and a line that may have died in its sleep is made anew. */
  wake() {
    this.#attempt = 0 // An attempt that is under way may have begun without a network.
    if (this.#timers.has('retry')) {
      this.#stop('retry')
      void this.#connect()
    } else if (this.#platform.now() - this.#heardAt > silenceMs) this.cut()
  }

  end(error: ShownError | null = null) {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#forgetLine()
    for (const name of [...this.#timers.keys()]) this.#stop(name)
    this.#socket.disconnect()
    this.#ears.ended(error)
  }

  #listen() {
    const socket = this.#socket
    const on = <Message>(event: string, heard: (message: Message) => void) =>
      socket.on(event, (message: Message) => {
        this.#heardAt = this.#platform.now()
        heard(message)
      })
    socket.io.on('ping', () => (this.#heardAt = this.#platform.now()))
    // Once the transport is there the server greets, or the way is open in one direction only.
    socket.io.on('open', () => this.#after('hello', this.#options.timing.ackMs, () => socket.io.engine.close()))
    on('hello', (hello: Hello) => this.#greet(hello))
    on('event', this.#ears.event)
    on('signal', this.#ears.signal)
    on('reset', this.#ears.reset)
    on('revoked', ({ stream, error }: { stream?: string; error: ShownError }) => {
      if (stream !== undefined) this.#ears.revoked({ stream, error })
      else if (!error.retryable) this.end(error)
    })
    on('goaway', ({ afterMs = 0, jitterMs = 0 }: { afterMs?: number; jitterMs?: number }) =>
      this.#after('goaway', afterMs + this.#platform.random() * jitterMs, () => this.cut()),
    )
    on('disconnect', () => this.#lost(null))
    on('connect_error', (error: Error & { data?: ShownError }) => {
      if (error.data && !error.data.retryable && ++this.#refusals >= refusalsMax) this.end(error.data)
      else this.#lost(error.data ?? null)
    })
  }

  async #connect() {
    this.#ears.down(this.#attempt, null, null)
    try {
      const token = await this.#freshToken()
      if (this.#isEnded) return
      this.#socket.auth = { token, device: this.#options.device }
      this.#socket.connect()
    } catch (error) {
      const { shown } = asProblem(error)
      if (shown.retryable) this.#lost(shown)
      else this.end(shown)
    }
  }

  /** Whoever makes tokens may wait for a server that does not answer: not for ever. */
  #freshToken() {
    return new Promise<string>((resolve, reject) => {
      const stop = this.#platform.after(this.#options.timing.ackMs, () => reject(unreachable()))
      Promise.resolve(this.#options.token()).then(resolve, reject).finally(stop)
    })
  }

  #greet(hello: Hello) {
    this.#stop('hello')
    this.#attempt = 0
    this.#refusals = 0
    this.#isUp = true
    this.hello = hello
    this.offsetMs = Date.parse(hello.now) - this.#platform.now()
    this.#renewBefore(hello.expiresAt)
    this.#ears.up()
  }

  #lost(error: ShownError | null) {
    if (this.#isEnded) return
    this.#forgetLine()
    const { backoffMinMs, backoffMaxMs } = this.#options.timing
    const longest = Math.min(backoffMaxMs, backoffMinMs * 2 ** this.#attempt++)
    const waitMs = (error?.retryAfterMs ?? 0) + longest * this.#platform.random()
    this.#after('retry', waitMs, () => void this.#connect())
    this.#ears.down(this.#attempt, this.#platform.now() + waitMs, error)
  }

  #forgetLine() {
    this.#isUp = false
    for (const name of ['renew', 'goaway', 'hello'] as const) this.#stop(name)
    for (const lost of [...this.#asked]) lost()
  }

  #renewBefore(expiresAt: string | undefined) {
    if (expiresAt === undefined) return
    const leftMs = Date.parse(expiresAt) - (this.#platform.now() + this.offsetMs)
    this.#after('renew', Math.max(leftMs / 2, leftMs - renewBeforeMs), () => void this.#renew())
  }

  async #renew() {
    try {
      const answer = await this.ask<{ expiresAt?: string }>('token', { token: await this.#freshToken() })
      this.#renewBefore(answer.expiresAt)
    } catch (error) {
      // The server cuts when the old token ends, and the reconnect asks for a token again; but who is signed out, stays so.
      const { shown } = asProblem(error)
      if (!shown.retryable) this.end(shown)
    }
  }

  #after(name: TimerName, ms: number, run: () => void) {
    this.#stop(name)
    const stop = this.#platform.after(ms, () => {
      this.#timers.delete(name)
      run()
    })
    this.#timers.set(name, stop)
  }

  #stop(name: TimerName) {
    this.#timers.get(name)?.()
    this.#timers.delete(name)
  }
}
