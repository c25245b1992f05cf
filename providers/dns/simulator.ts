import { createSocket, type Socket } from 'node:dgram'

/** `TXT clinic.test` to its values; of `MX` like `10 mail.clinic.test`. */
export type Zone = Readonly<Record<string, readonly string[]>>

const types: Record<number, string> = { 5: 'CNAME', 15: 'MX', 16: 'TXT' }

/** A name server that knows one zone, and speaks as real ones do (RFC 1035, over UDP). */
export class DnsSimulator {
  readonly #zone: Zone
  readonly #socket: Socket = createSocket('udp4')
  /** Cannot find out about anything at the moment. */
  isBroken = false

  constructor(zone: Zone) {
    this.#zone = zone
    this.#socket.on('message', (message, { port, address }) => {
      this.#socket.send(this.#answer(message), port, address)
    })
  }

  /** Resolves with `address:port`. */
  open(): Promise<string> {
    return new Promise((ready) => {
      this.#socket.bind(0, '127.0.0.1', () => ready(`127.0.0.1:${String(this.#socket.address().port)}`))
    })
  }

  close() {
    return new Promise<void>((done) => this.#socket.close(() => done()))
  }

  #answer(query: Buffer): Buffer {
    const { name, end } = nameAt(query, 12)
    const code = query.readUInt16BE(end)
    const found = this.isBroken ? [] : (this.#zone[`${types[code] ?? ''} ${name}`] ?? [])
    const isKnown = Object.keys(this.#zone).some((key) => key.endsWith(` ${name}`))
    const head = Buffer.alloc(12)
    query.copy(head, 0, 0, 2)
    // An answer, with recursion, and its code: SERVFAIL, NOERROR or NXDOMAIN.
    head.writeUInt16BE(0x8180 + this.#codeOf(isKnown), 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(found.length, 6)
    const records = found.map((value) => recordOf(code, dataOf(types[code] ?? '', value)))
    return Buffer.concat([head, query.subarray(12, end + 4), ...records])
  }

  #codeOf(isKnown: boolean) {
    if (this.isBroken) return 2
    return isKnown ? 0 : 3
  }
}

function nameAt(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = []
  let at = start
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 }
}

const named = (name: string) =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ])

function dataOf(type: string, value: string): Buffer {
  if (type === 'CNAME') return named(value)
  if (type === 'MX') {
    const [priority = '10', exchange = ''] = value.split(' ')
    const head = Buffer.alloc(2)
    head.writeUInt16BE(Number(priority))
    return Buffer.concat([head, named(exchange)])
  }
  // Pieces of 255 bytes at most, as a long key needs.
  const pieces = value.match(/.{1,255}/gs) ?? ['']
  return Buffer.concat(pieces.map((piece) => Buffer.from([piece.length, ...Buffer.from(piece, 'latin1')])))
}

/** The name is the question's own (a pointer to it); an hour to live. */
function recordOf(code: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(code, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(3_600, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}
