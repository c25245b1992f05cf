import type { Caller } from '../../kernel/caller.ts'
import type { Clock } from '../../kernel/clock.ts'
import { roomOf } from './connection.ts'
import type { StreamSource } from './stream.ts'
import { parseStream, type WireEvent } from './wire.ts'

/** What somebody has to be told of in another way than by a socket. */
export interface Ring {
  workspaceId: string
  userId: string
  event: WireEvent
}
export interface Receipt {
  room: string
  seq: number
  userId: string
}

export interface Parts {
  sources: readonly StreamSource[]
  clock: Clock
  /** Asked at most once for each person and event, by all processes together. Without it nothing rings. */
  push?(ring: Ring): Promise<void>
  /** True for the first process that claims this key; undefined where nobody can say. Missing where there is one alone. */
  claim?(key: string): Promise<boolean | undefined>
  /** Whether any device of this person is connected, to whichever process. */
  isConnected(workspaceId: string, userId: string): boolean
  onError(error: unknown): void
}

/** So long an app has to say that it shows what rings, ms. */
const patienceMs = 2_000
/** A receipt may be here before its event, or long before it is asked for, ms. */
const keptMs = 3 * patienceMs
const receiptsMax = 10_000

/**
 * What rings must reach a person: an event that no device of theirs has acknowledged within two seconds, at whichever
 * process, is pushed as well; at once where they have none. Each process that heard of the event looks, so one that
 * dies meanwhile keeps nothing from ringing.
 */
export class Ringing {
  readonly #parts: Parts
  readonly #sources: ReadonlyMap<string, StreamSource>
  /** By person and event, with when each came; the oldest first. */
  readonly #receipts = new Map<string, number>()
  /** Each rings now, and not when its time has come. */
  readonly #waiting = new Set<() => Promise<void>>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#sources = new Map(parts.push ? parts.sources.map((source) => [source.kind, source]) : [])
  }

  /** Whether events of this stream may have to ring. */
  isFor(stream: string) {
    return this.#sources.size > 0 && this.#ringsOf(stream) !== undefined
  }

  /** Of this process's own commits (`isOurs`), or another's. */
  heard(workspaceId: string, event: WireEvent, isOurs: boolean) {
    const people = this.#ringsOf(event.stream)?.(event) ?? []
    for (const userId of new Set(people)) {
      const isAway = isOurs && !this.#parts.isConnected(workspaceId, userId)
      if (isAway) void this.#ring({ workspaceId, userId, event }, isOurs)
      else this.#later({ workspaceId, userId, event }, isOurs)
    }
  }

  /** A device of theirs shows it. The answer is for the other processes; nothing where it is for nobody. */
  received({ workspaceId, id }: Caller, { stream, seq }: { stream: string; seq: number }): Receipt | undefined {
    if (!this.isFor(stream)) return undefined
    const receipt = { room: roomOf(workspaceId, stream), seq, userId: id }
    this.keep(receipt)
    return receipt
  }

  /** A receipt, of whichever process. */
  keep({ room, seq, userId }: Receipt) {
    this.#settled(keyOf(room, seq, userId))
  }

  /** Nobody here hears of a receipt any more: what waits rings now. */
  async close() {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    await Promise.all(waiting.map((ringNow) => ringNow()))
  }

  #settled(key: string) {
    const now = this.#parts.clock.now()
    this.#receipts.delete(key)
    this.#receipts.set(key, now)
    for (const [oldest, at] of this.#receipts) {
      if (this.#receipts.size <= receiptsMax && now - at <= keptMs) break
      this.#receipts.delete(oldest)
    }
  }

  #later(ring: Ring, isOurs: boolean) {
    const { clock } = this.#parts
    const cancel = clock.at(clock.now() + patienceMs, () => void ringNow())
    const ringNow = () => {
      cancel()
      this.#waiting.delete(ringNow)
      return this.#ring(ring, isOurs)
    }
    this.#waiting.add(ringNow)
  }

  async #ring(ring: Ring, isOurs: boolean) {
    const { push, claim, onError } = this.#parts
    const { workspaceId, userId, event } = ring
    const key = keyOf(roomOf(workspaceId, event.stream), event.seq, userId)
    if (this.#receipts.has(key)) return
    this.#settled(key) // What a crash left may be told twice.
    try {
      // Where nobody can say who is first, it is whose event it is.
      if ((await claim?.(key)) ?? isOurs) await push?.(ring)
    } catch (error) {
      onError(error)
    }
  }

  #ringsOf(stream: string) {
    const { kind, part } = parseStream(stream) ?? {}
    const streams = kind === undefined ? undefined : this.#sources.get(kind)?.streams
    return streams && part !== undefined && Object.hasOwn(streams, part) ? streams[part]?.rings : undefined
  }
}

const keyOf = (room: string, seq: number, userId: string) => `${room}#${seq}/${userId}`
