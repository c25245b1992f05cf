import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { ObjectId, serialize } from 'bson'

/*
 * A client that costs next to nothing: frames made beforehand, answers only counted. The driver spends more on a call
 * than the store does, and would hide what is measured here.
 */

const HEADER_BYTES = 21

/** One command as an OP_MSG with a body alone. */
export function frameOf(command: object): Buffer {
  const body = serialize(command)
  const frame = Buffer.alloc(HEADER_BYTES + body.length)
  frame.writeInt32LE(frame.length, 0)
  frame.writeInt32LE(1, 4)
  frame.writeInt32LE(2013, 12)
  frame.set(body, HEADER_BYTES)
  return frame
}

/** Frames that differ in one ObjectId, which stands once in `command`. */
export function framesWithId(command: (id: ObjectId) => object): (id: Uint8Array) => Buffer {
  const mark = new ObjectId('0123456789abcdef01234567')
  const pattern = frameOf(command(mark))
  const at = pattern.indexOf(mark.id)
  return (id) => {
    const frame = Buffer.from(pattern)
    frame.set(id, at)
    return frame
  }
}

/** One connection with one request under way. */
export class RawConnection {
  readonly #socket: Socket
  #parts: Buffer[] = []
  #length = 0
  #done: ((reply: Buffer) => void) | null = null
  #failed: ((error: Error) => void) | null = null

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('close', () => this.#failed?.(new Error('The store has closed the connection.')))
  }

  static async open(uri: string): Promise<RawConnection> {
    const socket = connect(decodeURIComponent(uri.split('/')[2] ?? ''))
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  ask(frame: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#done = resolve
      this.#failed = reject
      this.#socket.write(frame)
    })
  }

  close(): void {
    this.#failed = null
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    this.#parts.push(chunk)
    this.#length += chunk.length
    const first = this.#parts[0] as Buffer
    if (this.#length < first.readInt32LE(0)) return
    const reply = this.#parts.length === 1 ? first : Buffer.concat(this.#parts)
    this.#parts = []
    this.#length = 0
    this.#done?.(reply)
  }
}
