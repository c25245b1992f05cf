import { type Frame, frameOf } from './outlet.ts'

interface Reader {
  send(frames: readonly Frame[], bytes: Buffer): void
}

interface Room<One> {
  readers: Set<One>
  unsent: Frame[]
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

  readersOf(name: string): Iterable<One> {
    return this.#rooms.get(name)?.readers ?? []
  }

  /** To everybody who is in the room when this turn of the loop ends. */
  say(name: string, message: string, content: unknown) {
    const room = this.#rooms.get(name)
    if (!room) return
    if (room.unsent.push(frameOf(message, content)) > 1) return
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
      const frames = room.unsent
      room.unsent = []
      const [first] = frames
      const bytes = first && frames.length === 1 ? first.bytes : Buffer.concat(frames.map((frame) => frame.bytes))
      for (const reader of room.readers) reader.send(frames, bytes)
    }
  }
}
