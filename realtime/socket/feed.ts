import type { WireEvent } from './wire.ts'

interface Served {
  /** The last `seq` that went to the sockets of this process; undefined until the log or an event said where we are. */
  head: number | undefined
  /** The latest events, up to `head`; everything after `base` is here. */
  base: number
  recent: WireEvent[]
  /** What came before its turn. */
  ahead: Map<number, WireEvent>
  isFilling: boolean
  /** How often in a row the log could not say. */
  failures: number
}

export interface Parts {
  /** The events after `since`; undefined where the log does not reach back to it, or has too much to be replayed. */
  after(room: string, since: number): Promise<WireEvent[] | undefined>
  /** To every socket of this process that is in the room. */
  deliver(room: string, event: WireEvent): void
  /** Nobody can say what the sockets of this room missed: they are to subscribe again. */
  lost(room: string): void
  /** Whether any socket of this process is in the room. */
  isRead(room: string): boolean
  onError(error: unknown): void
  /** Runs after so many ms; a test brings its own. */
  later?(ms: number, run: () => void): void
}

interface Bounds {
  /** Events that are kept in memory, of each stream and of how many streams. */
  recentEvents: number
  recentStreams: number
}

/** What may come before its turn, of one stream. */
const aheadMax = 500
/** How long an event that the log has already may be on its way to us. */
const onItsWayMs = 100
const againMs = 250
const againMaxMs = 5_000
/** Streams whose memory is looked through when one more is opened and there are too many. */
const tidiedAtOnce = 4
/** Reads of the log at the same time, when many streams are looked at. */
const looksAtOnce = 16

/**
 * Brings the events of each stream to the sockets of this process in order, whoever committed them. What the network
 * between processes lost is read from the log before any client could notice. The latest events stay in memory, so that
 * a thousand clients who come back at once read memory, not MongoDB.
 */
export class Feed {
  readonly #served = new Map<string, Served>()
  readonly #opening = new Map<string, Promise<void>>()
  readonly #parts: Parts
  readonly #bounds: Bounds
  readonly counters = { holes: 0, filled: 0, lost: 0 }

  constructor(parts: Parts, bounds: Bounds) {
    this.#parts = parts
    this.#bounds = bounds
  }

  serves(room: string) {
    return this.#served.has(room)
  }

  /** From now on this stream is followed. Before anybody joins or the log is read, so that nothing in between is lost. */
  begin(room: string) {
    const known = this.#served.get(room)
    const served = known ?? { head: undefined, base: 0, recent: [], ahead: new Map(), isFilling: false, failures: 0 }
    if (known)
      this.#served.delete(room) // The one that was used last goes last.
    else this.#makeRoom()
    this.#served.set(room, served)
  }

  /** The log ended here when it was read after `begin`. */
  anchor(room: string, head: number) {
    const served = this.#served.get(room)
    if (!served) return
    if (served.head === undefined) {
      served.head = served.base = head
      this.#drain(room, served)
    } else if (head > served.head) this.#soon(room, head)
  }

  /** An event of this or of another process. */
  heard(room: string, event: WireEvent) {
    const served = this.#served.get(room)
    if (!served) return // Nobody here reads it.
    const { head } = served
    if (head === undefined) served.base = event.seq - 1
    if (head === undefined || event.seq === head + 1) {
      this.#pass(room, served, event)
      if (served.ahead.size > 0) this.#drain(room, served)
    } else if (event.seq > head) {
      served.ahead.set(event.seq, event)
      if (served.ahead.size > aheadMax) this.#giveUp(room, served)
      else if (!served.isFilling) {
        this.counters.holes++
        void this.#fill(room, served)
      }
    }
  }

  /** The events after `since`; undefined where the log has to be asked. */
  after(room: string, since: number): WireEvent[] | undefined {
    const served = this.#served.get(room)
    if (served?.head === undefined) return undefined
    return since < served.base || since > served.head ? undefined : served.recent.slice(since - served.base)
  }

  /** Runs once for all who ask at the same time: a stream is read from the log once, however many come back to it. */
  async opening(room: string, read: () => Promise<void>) {
    const known = this.#opening.get(room)
    if (known) return known
    const opening = read().finally(() => this.#opening.delete(room))
    this.#opening.set(room, opening)
    return opening
  }

  /** Puts older events before what is kept, as the log has them. `events` end where `anchor` was told. */
  recall(room: string, events: readonly WireEvent[]) {
    const served = this.#served.get(room)
    const first = events[0]
    if (!served || served.head === undefined || !first) return
    const older = events.filter(({ seq }) => seq <= served.base)
    if (older.at(-1)?.seq !== served.base) return // They do not meet.
    const free = this.#bounds.recentEvents - served.recent.length
    const kept = free > 0 ? older.slice(-free) : []
    if (!kept[0]) return
    served.recent.unshift(...kept)
    served.base = kept[0].seq - 1
  }

  /** Messages may be missing of these streams, or of all: the log says. */
  async look(rooms: Iterable<string> = this.#served.keys()) {
    const next = [...rooms].filter((room) => this.#served.get(room)?.head !== undefined).values()
    const worker = async () => {
      for (const room of next) {
        const served = this.#served.get(room)
        if (!served) continue
        if (this.#parts.isRead(room)) await this.#fill(room, served)
        else this.#served.delete(room)
      }
    }
    await Promise.all(Array.from({ length: looksAtOnce }, worker))
  }

  #pass(room: string, served: Served, event: WireEvent) {
    served.head = event.seq
    served.recent.push(event)
    if (served.recent.length > this.#bounds.recentEvents) served.base = served.recent.shift()?.seq ?? served.base
    this.#parts.deliver(room, event)
  }

  #drain(room: string, served: Served) {
    for (;;) {
      const next = (served.head ?? 0) + 1
      const event = served.ahead.get(next)
      if (!event) break
      served.ahead.delete(next)
      this.#pass(room, served, event)
    }
    for (const seq of served.ahead.keys()) if (seq <= (served.head ?? 0)) served.ahead.delete(seq)
  }

  /** The log is behind nobody: rows are down before an event leaves its process. */
  async #fill(room: string, served: Served) {
    if (served.isFilling || served.head === undefined) return
    served.isFilling = true
    try {
      const missed = await this.#parts.after(room, served.head)
      if (!missed) return this.#giveUp(room, served)
      for (const event of missed) {
        if (event.seq !== served.head + 1) continue
        this.counters.filled++
        this.#pass(room, served, event)
      }
      this.#drain(room, served)
      served.failures = 0
      // Only where the log answered from a copy that lags.
      if (served.ahead.size > 0) this.#again(room, served)
    } catch (error) {
      if (served.failures++ === 0) this.#parts.onError(error)
      this.#again(room, served)
    } finally {
      served.isFilling = false
    }
  }

  #again(room: string, served: Served) {
    const ms = Math.min(againMs * 2 ** served.failures, againMaxMs)
    this.#later(ms, () => {
      if (this.#served.get(room) === served) void this.#fill(room, served)
    })
  }

  #soon(room: string, head: number) {
    this.#later(onItsWayMs, () => {
      const served = this.#served.get(room)
      if (served?.head !== undefined && served.head < head) void this.#fill(room, served)
    })
  }

  #giveUp(room: string, served: Served) {
    this.counters.lost++
    Object.assign(served, { head: undefined, base: 0, recent: [], ahead: new Map() })
    this.#parts.lost(room)
  }

  /** What nobody reads goes; of what is read, only the memory of it. */
  #makeRoom() {
    let left = tidiedAtOnce
    for (const [room, served] of this.#served) {
      if (this.#served.size < this.#bounds.recentStreams || left-- === 0) return
      this.#served.delete(room)
      if (!this.#parts.isRead(room)) continue
      served.recent = []
      served.base = served.head ?? 0
      this.#served.set(room, served)
    }
  }

  #later(ms: number, run: () => void) {
    if (this.#parts.later) this.#parts.later(ms, run)
    else setTimeout(run, ms).unref()
  }
}
