import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** The harmless file that every scanner knows (eicar.org), in two halves: whole, it would be found in our own code. */
export const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')

const command = Buffer.from('zINSTREAM\0')

/** ClamAV's daemon, played: it finds EICAR and nothing else, and refuses streams beyond its bound as clamd does. */
export class ClamdSimulator {
  readonly #server: Server
  readonly #streamMax: number
  readonly #sockets = new Set<Socket>()
  /** How many streams it has judged. */
  scanned = 0

  constructor({ streamMax = 25 * 1024 * 1024 }: { streamMax?: number } = {}) {
    this.#streamMax = streamMax
    this.#server = createServer((socket) => this.#serve(socket))
  }

  async listen(): Promise<{ host: string; port: number }> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready))
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port }
  }

  async close() {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((done) => this.#server.close(done))
  }

  #serve(socket: Socket) {
    this.#sockets.add(socket)
    let held: Buffer = Buffer.alloc(0)
    let stream: Buffer = Buffer.alloc(0)
    let isCommanded = false
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      if (!isCommanded && held.length >= command.length) {
        if (!held.subarray(0, command.length).equals(command)) return void socket.end('UNKNOWN COMMAND\0')
        isCommanded = true
        held = held.subarray(command.length)
      }
      while (isCommanded && held.length >= 4) {
        const length = held.readUInt32BE(0)
        if (length === 0) return this.#judge(socket, stream)
        if (stream.length + length > this.#streamMax) return void socket.end('INSTREAM size limit exceeded. ERROR\0')
        if (held.length < 4 + length) return
        stream = Buffer.concat([stream, held.subarray(4, 4 + length)])
        held = held.subarray(4 + length)
      }
    })
  }

  #judge(socket: Socket, stream: Buffer) {
    this.scanned++
    socket.end(stream.includes(eicar) ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0')
  }
}
