import type { Line } from './line.ts'
import { type Answer, LiveStream } from './live-stream.ts'
import type { Platform } from './platform.ts'
import { ApiProblem, problem } from './problem.ts'
import { reducerOf } from './streams/index.ts'
import type { ShownError, Signal, StreamEvent } from './wire.ts'

interface Entry {
  live: LiveStream
  /** How many handles hold it. */
  holders: number
  /** `since` was asked for and the hole stayed: how often in a row. */
  fruitless: number
  phase: 'due' | 'asked' | 'live' | 'refused'
  /** The question that counts: an answer to one before it says less. */
  question: number
  stopHolding?: () => void
}

const batchMax = 128
const patienceMs = 1_000
// An answer comes right after its events. When it does not, they are shown without it.
const holdMs = 300

/** Of what it was told before, this client need only hear what changed. What is undefined is not said. */
const wish = (stream: string, since: number | undefined) => ({ stream, since, changes: true })

function inBatches<One>(all: One[], ask: (some: One[]) => Promise<void>) {
  for (let from = 0; from < all.length; from += batchMax) void ask(all.slice(from, from + batchMax))
}

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
  readonly #platform: Platform
  /** Streams that the server does not know to be left yet. */
  readonly #leaving = new Set<string>()
  readonly #ears: SubscriptionEars
  #isFlushing = false
  #questions = 0

  constructor(line: () => Line, platform: Platform, ears: SubscriptionEars) {
    this.#line = line
    this.#platform = platform
    this.#ears = ears
  }

  get counts() {
    const behind = [...this.#entries.values()].filter(({ phase }) => phase === 'due' || phase === 'asked')
    return { open: this.#entries.size, behind: behind.length }
  }

  /** How far this client has got on a stream; undefined where it does not follow it. */
  seqOf(stream: string) {
    return this.#entries.get(stream)?.live.seq
  }

  open(stream: string): LiveStream {
    const known = this.#held(stream)
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
    if (!reducer) throw problem('no_such_stream', `No ${stream} here`)
    const live = new LiveStream(stream, reducer, this.#platform)
    const entry: Entry = { live, holders: 1, fruitless: 0, phase: 'due', question: 0 }
    this.#follow(stream, entry)
    return entry.live
  }

  release(stream: string) {
    const entry = this.#held(stream)
    if (!entry || --entry.holders > 0) return
    this.#asleep.delete(stream)
    this.#leave(stream)
  }

  #held(stream: string) {
    return this.#entries.get(stream) ?? this.#asleep.get(stream)
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

  /** What the log has after `since`. Whoever follows it hears nothing of that. */
  async past(stream: string, since: number): Promise<Answer> {
    const asked = { streams: [wish(stream, since)] }
    return (await this.#line().ask<{ streams: [Answer] }>('subscribe', asked)).streams[0]
  }

  /** Events of this stream wait until `letGo`, for so long at most. */
  hold(stream: string) {
    const entry = this.#entries.get(stream)
    if (!entry) return
    entry.stopHolding?.()
    entry.live.isHeld = true
    entry.stopHolding = this.#platform.after(holdMs, () => this.letGo(stream))
  }

  letGo(stream: string) {
    const entry = this.#entries.get(stream)
    if (!entry) return
    entry.stopHolding?.()
    entry.live.isHeld = false
    this.#moved(entry)
  }

  pause() {
    for (const { live } of this.#entries.values()) live.hush()
  }

  event(event: StreamEvent) {
    const entry = this.#entries.get(event.stream)
    if (!entry || entry.phase === 'refused') return
    entry.live.take(event)
    this.#moved(entry)
  }

  signal(signal: Signal) {
    this.#entries.get(signal.stream)?.live.hear(signal)
  }

  /** The server has lost sight of what this client has: from where it stands, the log knows. */
  reset(stream: string) {
    const entry = this.#entries.get(stream)
    if (entry && entry.phase !== 'refused') this.#ask(entry)
  }

  revoked(stream: string, error: ShownError) {
    const entry = this.#entries.get(stream)
    if (!entry) return
    entry.phase = 'refused'
    entry.live.refuse(error)
    this.#ears.moved(stream)
    this.#ears.counted()
  }

  #moved(entry: Entry) {
    this.#ears.moved(entry.live.name)
    if (entry.phase === 'live' && entry.live.hasHole) this.#ask(entry)
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
    const left = [...this.#leaving]
    this.#leaving.clear()
    inBatches(left, (some) => this.#unsubscribe(some))
    const due = [...this.#entries.values()].filter(({ phase }) => phase === 'due')
    inBatches(due, (some) => this.#subscribe(some))
    this.#ears.counted()
  }

  async #unsubscribe(streams: string[]) {
    try {
      await this.#line().ask('unsubscribe', { streams })
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'unreachable' || !error.retryable) return // Whatever was followed ended with the connection.
      for (const stream of streams) if (!this.#entries.has(stream)) this.#leaving.add(stream)
      this.#platform.after(error.retryAfterMs ?? patienceMs, () => this.#soon())
    }
  }

  async #subscribe(entries: Entry[]) {
    const question = ++this.#questions
    for (const entry of entries) Object.assign(entry, { phase: 'asked', question })
    const isCurrent = (entry: Entry) => entry.phase === 'asked' && entry.question === question
    const streams = entries.map(({ live: { name, seq } }) => wish(name, seq))
    try {
      const answer = await this.#line().ask<{ streams: Answer[] }>('subscribe', { streams })
      for (const [index, entry] of entries.entries()) {
        const own = answer.streams[index]
        if (!isCurrent(entry)) continue
        if (own) this.#answered(entry, streams[index]?.since, own)
        else this.#laterAgain(entry)
      }
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      // Lost with its line: the next one resumes everything.
      if (error.code === 'unreachable') return
      const refused = { stream: '', error: error.shown } // All of them alike.
      for (const entry of entries.filter(isCurrent)) this.#answered(entry, undefined, refused)
    }
    this.#ears.counted()
  }

  #answered(entry: Entry, since: number | undefined, answer: Answer) {
    if ('error' in answer && answer.error.retryable) {
      this.#laterAgain(entry, answer.error.retryAfterMs)
      return
    }
    entry.phase = 'error' in answer ? 'refused' : 'live'
    entry.live.answer(answer)
    this.#ears.moved(entry.live.name)
    if (entry.phase !== 'live') return
    this.#ears.followed(entry.live.name)
    if (entry.live.hasHole) this.#fill(entry, since)
    else entry.fruitless = 0
  }

  /** The log could not fill the hole: the next question is for a snapshot, and from then on with patience. */
  #fill(entry: Entry, since: number | undefined) {
    if (entry.live.seq === since) entry.fruitless++
    if (entry.fruitless > 0) entry.live.forget()
    if (entry.fruitless < 3) this.#ask(entry)
    else this.#laterAgain(entry)
  }

  /** Unless it was asked again meanwhile, or is not followed any more. */
  #laterAgain(entry: Entry, ms = patienceMs) {
    const { question } = entry
    this.#platform.after(ms, () => {
      if (this.#entries.get(entry.live.name) === entry && entry.question === question) this.#ask(entry)
    })
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
    if (!idle) throw problem('too_many_streams', 'Too many streams')
    const [stream, entry] = idle
    this.#leave(stream)
    this.#asleep.set(stream, entry)
  }

  #leave(stream: string) {
    const entry = this.#entries.get(stream)
    if (!entry) return
    this.#entries.delete(stream)
    this.#ears.moved(stream)
    entry.stopHolding?.()
    entry.live.isHeld = false
    entry.live.hush()
    this.#leaving.add(stream)
    this.#soon()
    this.#ears.counted()
  }
}
