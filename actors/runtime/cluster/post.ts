import { decoded, encoded, helloOf, kinds, type Message } from './messages.ts'

/** What carries bytes to the members. Redis stands behind it, or a test's memory. At most once, in order. */
export interface Wire {
  /** Answers how many members heard it. Rejects with `Unsent` where surely nobody did, else when nobody knows. */
  publish(member: string, bytes: Uint8Array): Promise<number>
}

/** What a member does with what it hears. */
export interface Listening {
  message(bytes: Uint8Array): void
  /** Members or owners are others than before. */
  notice(): void
  /** It listens again, after a time in which it heard nothing. */
  again(): void
  failed(error: unknown): void
}

/** Both directions of it, for one member. */
export interface Line extends Wire {
  /** How often it has begun to listen: what was said to it before may be lost. */
  readonly line: number
  listen(on: Listening): Promise<void>
}

/** It never left this process. */
export class Unsent extends Error {}

interface Parts {
  readonly me: string
  readonly wire: Wire
  receive(from: string, message: Message): void
  /** These asks were not heard (`isUnsent`), or nobody knows. */
  failed(member: string, asks: readonly number[], isUnsent: boolean): void
  onError(error: unknown): void
}

interface Parcel {
  chunks: Uint8Array[]
  bytes: number
  asks: number[]
}

const chunksMax = 512
const bytesMax = 512 * 1024

/**
 * What is said to one member at once goes to it as one publication: at the end of the tick, when all who were waked
 * together have spoken. Nobody who speaks alone waits for the event loop to come round.
 */
export class Post {
  readonly #parts: Parts
  readonly #hello: Uint8Array
  readonly #parcels = new Map<string, Parcel>()
  #isScheduled = false

  constructor(parts: Parts) {
    this.#parts = parts
    this.#hello = encoded(helloOf(parts.me))
  }

  /** @throws what cannot be said in MessagePack */
  send(member: string, message: Message, ask?: number) {
    const chunk = encoded(message)
    let parcel = this.#parcels.get(member)
    if (!parcel) this.#parcels.set(member, (parcel = { chunks: [this.#hello], bytes: 0, asks: [] }))
    parcel.chunks.push(chunk)
    parcel.bytes += chunk.length
    if (ask !== undefined) parcel.asks.push(ask)
    if (parcel.chunks.length >= chunksMax || parcel.bytes >= bytesMax) {
      this.#parcels.delete(member)
      void this.#publish(member, parcel)
    }
    if (this.#isScheduled) return
    this.#isScheduled = true
    process.nextTick(this.#flush)
  }

  readonly received = (bytes: Uint8Array) => {
    const { onError, receive } = this.#parts
    let from: string | undefined
    try {
      for (const message of decoded(bytes, onError)) {
        if (message[0] === kinds.hello) from = message[1]
        else if (from === undefined) throw new Error('a publication that does not say from whom it is')
        else receive(from, message)
      }
    } catch (error) {
      onError(error)
    }
  }

  readonly #flush = () => {
    this.#isScheduled = false
    for (const [member, parcel] of this.#parcels) void this.#publish(member, parcel)
    this.#parcels.clear()
  }

  async #publish(member: string, { chunks, asks }: Parcel) {
    try {
      const heard = await this.#parts.wire.publish(member, Buffer.concat(chunks))
      if (heard === 0 && asks.length > 0) this.#parts.failed(member, asks, true)
    } catch (error) {
      if (asks.length > 0) this.#parts.failed(member, asks, error instanceof Unsent)
    }
  }
}
