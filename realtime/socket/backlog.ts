import { EventEmitter } from 'node:events'

/** The parts of an engine.io socket that say how much it could not get rid of yet. */
interface Engine extends EventEmitter {
  readonly transport: { readonly writable: boolean; readonly socket?: { readonly bufferedAmount?: number } }
}

/** Bytes that wait for a reader who is slower than what happens. */
export class Backlog {
  readonly #engine: Engine
  #waiting = 0

  /** `onMore` is told after each packet that could not go at once. */
  constructor(engine: unknown, onMore: (bytes: number) => void) {
    this.#engine = engine as Engine
    this.#engine.on('packetCreate', ({ data }: { data?: unknown }) => {
      if (this.#engine.transport.writable) return // It goes in this very tick.
      this.#waiting += typeof data === 'string' ? Buffer.byteLength(data) : 0
      onMore(this.bytes)
    })
    this.#engine.on('flush', () => (this.#waiting = 0))
  }

  get bytes() {
    return this.#waiting + (this.#engine.transport.socket?.bufferedAmount ?? 0)
  }
}
