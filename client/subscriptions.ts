import type { Line } from './line.ts'
import { type Answer, LiveStream } from './live-stream.ts'
import { ApiProblem, asShown } from './problem.ts'
import { reducerOf } from './streams/index.ts'
import type { ShownError, Signal, StreamEvent } from './wire.ts'

interface Entry {
  live: LiveStream
  /** How many handles hold it. */
  holders: number
  /** `since` was asked for and the hole stayed: how often in a row. */
  fruitless: number
  phase: 'due' | 'asked' | 'live' | 'refused'
  letGo?: ReturnType<typeof setTimeout>
}

const batchMax = 128
const patienceMs = 1_000
// An answer comes right after its events. When it does not, they are shown without it.
const holdMs = 300

export interface SubscriptionEars {
  /** A stream begins or ends to be open or behind. */
  counted(): void
  /** A stream is followed again: its first answer, or the one after a reconnect. */
  followed(stream: string): void
  /** What this client has seen of a stream is more than before, or nothing any more. */
  moved(stream: string): void
}

/** All streams of one client on one line: asks for them in batches, and again for whatever was missed. */
export class Subscriptions {
  readonly #entries = new Map<string, Entry>()
  /** Held, but not followed for now: more than a socket may have, and nobody listens. */
  readonly #asleep = new Map<string, Entry>()
  readonly #line: () => Line
  /** Streams that the server does not know to be left yet. */
  readonly #leaving = new Set<string>()
  readonly #ears: SubscriptionEars
  #isFlushing = false

  constructor(line: () => Line, ears: SubscriptionEars) {
    this.#line = line
    this.#ears = ears
  }

  get counts() {
    const phases = [...this.#entries.values()].map(({ phase }) => phase)
    return { open: phases.length, behind: phases.filter((phase) => phase === 'due' || phase === 'asked').length }
  }

  /** How far this client has got on a stream; undefined where it does not follow it. */
  seqOf(stream: string) {
    return this.#entries.get(stream)?.live.seq
  }

  open(stream: string): LiveStream {
    const known = this.#entries.get(stream) ?? this.#asleep.get(stream)
    if (known) {
      known.holders++
      this.wake(stream)
      if (known.phase === 'refused') {
        known.live.error = undefined
        this.#ask(known)
      }
      return known.live
    }
    const reducer = reducerOf(stream)
    if (!reducer) throw refusal('no_such_stream', `This client knows no stream ${stream}.`)
    const entry: Entry = { live: new LiveStream(stream, reducer), holders: 1, fruitless: 0, phase: 'due' }
    this.#follow(stream, entry)
    return entry.live
  }

  release(stream: string) {
    const entry = this.#entries.get(stream) ?? this.#asleep.get(stream)
    if (!entry || --entry.holders > 0) return
    this.#asleep.delete(stream)
    this.#leave(stream)
  }

  /** Somebody listens again: it goes on from where it stood. */
  wake(stream: string) {
    const entry = this.#asleep.get(stream)
    if (entry) this.#follow(stream, entry)
  }

  /** After a reconnect: everything again from where it stands, in one round trip. */
  resume() {
    this.#leaving.clear() // A new connection follows nothing.
    for (const entry of this.#entries.values()) entry.phase = 'due'
    this.#flush()
  }

  /** Events of this stream wait until `letGo`, for so long at most. */
  hold(stream: string) {
    const entry = this.#entries.get(stream)
    if (!entry) return
    clearTimeout(entry.letGo)
    entry.live.isHeld = true
    entry.letGo = setTimeout(() => this.letGo(stream), holdMs)
  }

  letGo(stream: string) {
    const entry = this.#entries.get(stream)
    if (!entry) return
    clearTimeout(entry.letGo)
    entry.live.isHeld = false
    this.#ears.moved(stream)
    if (entry.phase === 'live' && entry.live.hasHole) this.#ask(entry)
  }

  pause() {
    for (const { live } of this.#entries.values()) live.hush()
  }

  event(event: StreamEvent) {
    const entry = this.#entries.get(event.stream)
    if (!entry) return
    entry.live.take(event)
    this.#ears.moved(event.stream)
    if (entry.phase === 'live' && entry.live.hasHole) this.#ask(entry)
  }

  signal(signal: Signal) {
    this.#entries.get(signal.stream)?.live.hear(signal)
  }

  reset(stream: string, reason: string) {
    const entry = this.#entries.get(stream)
    if (!entry) return
    if (reason !== 'slow_consumer') entry.live.forget() // What was known may not be what the server has now.
    this.#ask(entry)
  }

  revoked(stream: string, error: ShownError) {
    const entry = this.#entries.get(stream)
    if (!entry) return
    entry.phase = 'refused'
    entry.live.refuse(error)
    this.#ears.counted()
  }

  #ask(entry: Entry) {
    entry.phase = 'due'
    this.#ears.counted()
    this.#soon()
  }

  #soon() {
    if (this.#isFlushing) return
    this.#isFlushing = true
    // Everything that one screen opens goes in one batch.
    queueMicrotask(() => {
      this.#isFlushing = false
      this.#flush()
    })
  }

  #flush() {
    if (!this.#line().isUp) return
    void this.#unsubscribe()
    const due = [...this.#entries.values()].filter(({ phase }) => phase === 'due')
    for (let from = 0; from < due.length; from += batchMax) void this.#subscribe(due.slice(from, from + batchMax))
    this.#ears.counted()
  }

  async #unsubscribe() {
    const streams = [...this.#leaving].slice(0, batchMax)
    if (streams.length === 0) return
    for (const stream of streams) this.#leaving.delete(stream)
    try {
      await this.#line().ask('unsubscribe', { streams })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'unreachable' || !error.retryable) return // Whatever was followed ended with the connection.
      for (const stream of streams) if (!this.#entries.has(stream)) this.#leaving.add(stream)
      setTimeout(() => this.#soon(), error.retryAfterMs ?? patienceMs)
    }
  }

  async #subscribe(entries: Entry[]) {
    for (const entry of entries) entry.phase = 'asked'
    const streams = entries.map(({ live: { name: stream, seq: since } }) => ({
      stream,
      ...(since !== undefined && { since }),
    }))
    try {
      const answer = await this.#line().ask<{ streams: Answer[] }>('subscribe', { streams })
      for (const [index, entry] of entries.entries())
        this.#answered(entry, streams[index]?.since, answer.streams[index])
    } catch (error) {
      if (error instanceof ApiProblem && error.code !== 'unreachable') this.#later(entries, error)
    }
    this.#ears.counted()
  }

  #answered(entry: Entry, since: number | undefined, answer: Answer | undefined) {
    if (entry.phase !== 'asked' || !answer) return // Asked anew or closed meanwhile: the later answer counts.
    if ('error' in answer && answer.error.retryable) {
      setTimeout(() => this.#again(entry), answer.error.retryAfterMs ?? patienceMs)
      return
    }
    entry.phase = 'error' in answer ? 'refused' : 'live'
    entry.live.answer(answer)
    this.#ears.moved(entry.live.name)
    if (entry.phase === 'live') this.#ears.followed(entry.live.name)
    if (entry.phase === 'live' && entry.live.hasHole) this.#fill(entry, since)
    else entry.fruitless = 0
  }

  /** The log could not fill the hole: the next question is for a snapshot, and from then on with patience. */
  #fill(entry: Entry, since: number | undefined) {
    if (entry.live.seq === since) entry.fruitless++
    if (entry.fruitless > 0) entry.live.forget()
    if (entry.fruitless < 3) this.#ask(entry)
    else setTimeout(() => this.#again(entry), patienceMs)
  }

  #later(entries: Entry[], error: ApiProblem) {
    if (error.retryable) setTimeout(() => entries.forEach((one) => this.#again(one)), error.retryAfterMs ?? patienceMs)
    else for (const { live } of entries) this.revoked(live.name, asShown(error))
  }

  #again(entry: Entry) {
    if (this.#entries.get(entry.live.name) === entry && entry.phase !== 'refused') this.#ask(entry)
  }

  #follow(stream: string, entry: Entry) {
    if (this.#entries.size >= batchMax) this.#makeRoom()
    this.#asleep.delete(stream)
    this.#leaving.delete(stream)
    this.#entries.set(stream, entry)
    this.#ask(entry)
  }

  #makeRoom() {
    const [idle] = [...this.#entries].filter(([, { live }]) => live.listeners.count === 0)
    if (!idle) throw refusal('too_many_streams', `No more than ${batchMax} streams can be open at once.`)
    const [stream, entry] = idle
    this.#leave(stream)
    this.#asleep.set(stream, entry)
  }

  #leave(stream: string) {
    const entry = this.#entries.get(stream)
    if (!entry) return
    this.#entries.delete(stream)
    this.#ears.moved(stream)
    clearTimeout(entry.letGo)
    entry.live.isHeld = false
    entry.live.hush()
    this.#leaving.add(stream)
    this.#soon()
    this.#ears.counted()
  }
}

const refusal = (code: string, title: string) => new ApiProblem({ code, title, retryable: false })
