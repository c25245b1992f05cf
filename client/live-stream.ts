import { Listeners, raise } from './listeners.ts'
import { here, type Platform } from './platform.ts'
import type { Reducer } from './streams/index.ts'
import type { ShownError, Signal, StreamEvent } from './wire.ts'

/** What the server answers for one stream of a `subscribe`. */
export type Answer =
  | { stream: string; seq: number; events: StreamEvent[]; signals?: Signal[] }
  | { stream: string; seq: number; snapshot: unknown; signals?: Signal[] }
  | { stream: string; error: ShownError }

/** What changed: `event` where it was one, `signal` likewise; neither after a snapshot or an error. */
export interface Update {
  readonly event?: StreamEvent
  readonly signal?: Signal
}

// Beyond it a hole is not waited for: a snapshot is asked for.
const earlyMax = 1_000
// The server ends a typing after 6 s without renewal; this is for the case that the end was lost.
const typingMs = 8_000

/** One stream as this client knows it: a snapshot, and every event after it exactly once and in order. */
export class LiveStream {
  readonly name: string
  readonly listeners = new Listeners<Update>()
  readonly #reducer: Reducer
  readonly #platform: Pick<Platform, 'after'>
  readonly #early = new Map<number, StreamEvent>()
  /** What events told since the last snapshot, of what they may say less about later. */
  readonly #told = new Map<string, unknown>()
  readonly #ends = new Map<string, () => void>()
  state: unknown
  signals: unknown
  seq: number | undefined
  error: ShownError | undefined
  #isHeld = false

  constructor(name: string, reducer: Reducer, platform: Pick<Platform, 'after'> = here) {
    this.name = name
    this.#reducer = reducer
    this.#platform = platform
    this.signals = reducer.signals?.none
  }

  /** Something before what is known is missing, or nothing is known at all. */
  get hasHole() {
    return !this.#isHeld && (this.#early.size > 0 || this.seq === undefined)
  }

  /** While it is held, events wait: for the answer to a command of ours that may have caused them. */
  set isHeld(isHeld: boolean) {
    this.#isHeld = isHeld
    this.#drain()
  }

  /** Nothing that is known may be built on: the next answer must be a snapshot. The old state stays in sight until then. */
  forget() {
    this.seq = undefined
  }

  answer(answer: Answer) {
    if ('error' in answer) {
      this.refuse(answer.error)
      return
    }
    this.error = undefined
    if ('events' in answer) for (const event of answer.events) this.take(event)
    else {
      this.#told.clear()
      this.state = answer.snapshot
      this.seq = answer.seq
    }
    this.#resetSignals(answer.signals)
    this.listeners.tell({})
    this.#drain()
  }

  refuse(error: ShownError) {
    this.error = error
    this.forget()
    this.#early.clear()
    this.listeners.tell({})
  }

  /** Keeps it until its turn, and drops it if it is known. */
  take(event: StreamEvent) {
    this.#early.set(event.seq, event)
    this.#drain()
    if (this.#early.size > earlyMax) {
      this.#early.clear()
      this.#early.set(event.seq, event)
      this.forget()
    }
  }

  hear(signal: Signal) {
    const { signals } = this.#reducer
    if (!signals) return
    this.#expire(signal)
    this.signals = signals.reduce(this.signals, signal)
    this.listeners.tell({ signal })
  }

  /** The line is down: nobody knows any more who types or looks. */
  hush() {
    if (this.#reducer.signals && this.signals !== this.#reducer.signals.none) {
      this.#resetSignals([])
      this.listeners.tell({})
    }
  }

  #apply(heard: StreamEvent) {
    this.seq = heard.seq
    try {
      const event = this.#reducer.whole?.(heard, this.#told) ?? heard
      this.state = this.#reducer.reduce(this.state, event)
      this.listeners.tell({ event })
    } catch (error) {
      this.forget() // A snapshot holds what this event could not be made of.
      raise(error)
    }
  }

  #drain() {
    for (let next = this.#next(); next; next = this.#next()) {
      this.#early.delete(next.seq)
      this.#apply(next)
    }
    const { seq = 0 } = this
    for (const early of this.#early.keys()) if (early <= seq) this.#early.delete(early)
  }

  #next() {
    return this.seq === undefined || this.#isHeld ? undefined : this.#early.get(this.seq + 1)
  }

  #resetSignals(present: Signal[] = []) {
    for (const end of this.#ends.values()) end()
    this.#ends.clear()
    const { signals } = this.#reducer
    if (!signals) return
    this.signals = signals.none
    for (const signal of present) {
      this.#expire(signal)
      this.signals = signals.reduce(this.signals, signal)
    }
  }

  /** Whatever signal says `{on: true}` ends by itself. */
  #expire(signal: Signal) {
    const { id, on } = signal.data as { id?: string; on?: boolean }
    const key = `${signal.type}/${id}`
    this.#ends.get(key)?.()
    this.#ends.delete(key)
    if (!on) return
    const over = { ...signal, data: { ...(signal.data as object), on: false } }
    this.#ends.set(
      key,
      this.#platform.after(typingMs, () => this.hear(over)),
    )
  }
}
