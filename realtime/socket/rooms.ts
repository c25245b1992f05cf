import type { Shorter } from './changes.ts'
import { type Frame, frameOf } from './outlet.ts'

interface Reader {
  send(frames: readonly Frame[], bytes: Buffer): void
  /** It was told all events of this stream from this one on, one by one, and makes use of it. */
  hasHeard(stream: string, first: number): boolean
}

interface Said {
  message: string
  content: unknown
  shorter: Shorter | undefined
}

interface Room<One> {
  readers: Set<One>
  unsent: Said[]
}

/**
 * Who reads which stream at this process. A message is encoded once for all of them, and what a room is told in one turn
 * of the loop is one write to each: the write is nearly all that a delivery costs.
 */
export class Rooms<One extends Reader> {
  readonly #rooms = new Map<string, Room<One>>()
  #unsent: Room<One>[] = []
  #flush: NodeJS.Immediate | undefined

  join(name: string, reader: One) {
    const room = this.#rooms.get(name)
    if (room) room.readers.add(reader)
    else this.#rooms.set(name, { readers: new Set([reader]), unsent: [] })
  }

  leave(name: string, reader: One) {
    const room = this.#rooms.get(name)
    if (room?.readers.delete(reader) && room.readers.size === 0) this.#rooms.delete(name)
  }

  has(name: string) {
    return this.#rooms.has(name)
  }

  readersOf(name: string): ReadonlySet<One> {
    return this.#rooms.get(name)?.readers ?? new Set()
  }

  /**
   * To everybody who is in the room when this turn of the loop ends: `shorter` to those who have heard what it builds on.
   * The content must not change any more.
   */
  say(name: string, message: string, content: unknown, shorter?: Shorter) {
    const room = this.#rooms.get(name)
    if (!room) return
    if (room.unsent.push({ message, content, shorter }) > 1) return
    this.#unsent.push(room)
    this.#flush ??= setImmediate(() => this.flush())
  }

  /** Now, and not when this turn ends. */
  flush() {
    clearImmediate(this.#flush)
    this.#flush = undefined
    const rooms = this.#unsent
    this.#unsent = []
    for (const room of rooms) {
      const said = room.unsent
      room.unsent = []
      const shorter = said.flatMap((one) => one.shorter ?? [])
      const [whole, short] = [new Parcel(said, false), new Parcel(said, true)]
      for (const reader of room.readers) {
        const isShort = shorter.length > 0 && shorter.every(({ stream, first }) => reader.hasHeard(stream, first))
        const { frames, bytes } = isShort ? short : whole
        reader.send(frames, bytes)
      }
    }
  }
}

/** What some of a room are sent at once, made when the first of them is. */
class Parcel {
  readonly #said: readonly Said[]
  readonly #isShort: boolean
  #made: { frames: Frame[]; bytes: Buffer } | undefined

  constructor(said: readonly Said[], isShort: boolean) {
    this.#said = said
    this.#isShort = isShort
  }

  get frames() {
    return this.#make().frames
  }

  get bytes() {
    return this.#make().bytes
  }

  #make() {
    if (this.#made) return this.#made
    const frames = this.#said.map(({ message, content, shorter }) =>
      frameOf(message, (this.#isShort && shorter?.event) || content),
    )
    const [first] = frames
    const bytes = first && frames.length === 1 ? first.bytes : Buffer.concat(frames.map((frame) => frame.bytes))
    return (this.#made = { frames, bytes })
  }
}
