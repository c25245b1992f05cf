/** As much of engine.io and of ws as is needed to speak past them. */
interface Engine {
  readonly readyState: string
  /** What waits for the transport. */
  readonly writeBuffer: readonly { readonly data?: unknown }[]
  readonly transport: { readonly socket?: WebSocketLike }
  write(packet: string, options: { compress: boolean }): unknown
}
interface WebSocketLike {
  readonly readyState: number
  /** What was handed to it and has not left this process. */
  readonly bufferedAmount: number
  /** Under TLS or not; ws itself writes whole frames to it, as we do. */
  readonly _socket?: { write(bytes: Buffer): boolean } | null
}
const open = 1
const textFrame = 0x81

/** A message of the server as it leaves: encoded once, however many read it. */
export interface Frame {
  /** As Socket.IO writes it. */
  packet: string
  /** The WebSocket frame around it. */
  bytes: Buffer
}

export function frameOf(name: string, message: unknown): Frame {
  const packet = `2${JSON.stringify([name, message])}`
  return { packet, bytes: webSocketFrame(`4${packet}`) }
}

/** A whole text message from a server: not masked, not compressed (RFC 6455, 5.2). */
function webSocketFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const head = headOf(length)
  const bytes = Buffer.allocUnsafeSlow(head.length + length)
  bytes.set(head)
  bytes.write(text, head.length)
  return bytes
}

function headOf(length: number): readonly number[] {
  if (length < 126) return [textFrame, length]
  if (length < 0x1_00_00) return [textFrame, 126, length >> 8, length & 0xff]
  return [textFrame, 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff]
}

/** What leaves for one client, and what waits because it reads more slowly than things happen. */
export class Outlet {
  readonly #engine: Engine

  constructor(engine: unknown) {
    this.#engine = engine as Engine
  }

  /**
   * Frames that many clients are sent, and all of them as the bytes of one write. They overtake nothing: where packets
   * wait for the transport, or it is long-polling, they go the long way and wait behind them.
   */
  send(frames: readonly Frame[], bytes: Buffer): void {
    const { readyState, writeBuffer, transport } = this.#engine
    if (readyState !== 'open') return
    const { socket } = transport
    if (writeBuffer.length === 0 && socket?.readyState === open && socket._socket) socket._socket.write(bytes)
    else for (const { packet } of frames) this.#engine.write(packet, { compress: false })
  }

  /** Bytes that were said and have not left. */
  get waiting() {
    const { writeBuffer, transport } = this.#engine
    let bytes = transport.socket?.bufferedAmount ?? 0
    for (const { data } of writeBuffer) if (typeof data === 'string') bytes += Buffer.byteLength(data)
    return bytes
  }
}
