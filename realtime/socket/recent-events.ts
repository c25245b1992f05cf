import type { WireEvent } from './wire.ts'

interface Ring {
  /** Everything after it is in `events`; undefined until the log or an event said where we are. */
  base: number | undefined
  events: WireEvent[]
}

/**
 * The latest events of the streams that this process serves, so that a thousand clients who come back at once read
 * memory, not MongoDB. It trusts that this process hears every event of a stream that it keeps.
 */
export class RecentEvents {
  readonly #rings = new Map<string, Ring>()
  readonly #perStream: number
  readonly #streamsMax: number

  constructor(perStream: number, streamsMax: number) {
    this.#perStream = perStream
    this.#streamsMax = streamsMax
  }

  has(room: string) {
    return this.#rings.has(room)
  }

  /** From now on this stream is kept. Before the log is read, so that what happens in between is not lost. */
  begin(room: string) {
    const ring = this.#rings.get(room) ?? { base: undefined, events: [] }
    this.#rings.delete(room) // The one that was used last goes last.
    for (const oldest of this.#rings.keys()) {
      if (this.#rings.size < this.#streamsMax) break
      this.#rings.delete(oldest)
    }
    this.#rings.set(room, ring)
  }

  /** The log ended here when it was read after `begin`. */
  anchor(room: string, head: number) {
    const ring = this.#rings.get(room)
    if (ring) ring.base ??= head
  }

  keep(room: string, event: WireEvent) {
    const ring = this.#rings.get(room)
    if (!ring) return
    ring.base ??= event.seq - 1
    const last = ring.events.at(-1)?.seq ?? ring.base
    if (event.seq <= last) return
    if (event.seq > last + 1) {
      this.#rings.delete(room) // It missed something: the log knows.
      return
    }
    ring.events.push(event)
    if (ring.events.length > this.#perStream) ring.base = ring.events.shift()?.seq
  }

  /** The events after `since`; undefined where the log has to be asked. */
  after(room: string, since: number): WireEvent[] | undefined {
    const ring = this.#rings.get(room)
    if (ring?.base === undefined) return undefined
    const head = ring.events.at(-1)?.seq ?? ring.base
    return since < ring.base || since > head ? undefined : ring.events.slice(since - ring.base)
  }
}
