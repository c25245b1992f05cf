import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Finding, ScanFailed, type Scanner, StreamTooLong } from './port.ts'

interface Where {
  host: string
  port: number
  /** Without a byte for so long, it is given up, ms. */
  silenceMs?: number
}

const answerMax = 4_096

/** ClamAV's daemon over TCP, by its INSTREAM command (clamd(8)): pieces with their lengths, an empty one ends. */
export class Clamd implements Scanner {
  readonly #where: Where

  constructor(where: Where) {
    this.#where = where
  }

  async scan(bytes: AsyncIterable<Uint8Array>): Promise<Finding> {
    const { host, port, silenceMs = 60_000 } = this.#where
    const socket = connect({ host, port, noDelay: true })
    socket.setTimeout(silenceMs, () => socket.destroy(new ScanFailed('the scanner fell silent')))
    // It may answer, and hang up, before it has read everything: that answer is what counts.
    const answer = answerOf(socket)
    const sent = send(socket, bytes)
    try {
      const [said] = await Promise.all([answer, sent.catch(() => undefined)])
      return findingOf(said)
    } finally {
      socket.destroy()
    }
  }
}

async function send(socket: Socket, bytes: AsyncIterable<Uint8Array>) {
  const write = async (chunk: Uint8Array) => {
    if (socket.destroyed) throw new ScanFailed('the scanner hung up')
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
  }
  try {
    await once(socket, 'connect')
    await write(Buffer.from('zINSTREAM\0'))
    for await (const chunk of bytes) {
      if (chunk.length === 0) continue // An empty piece would be the end.
      const length = Buffer.alloc(4)
      length.writeUInt32BE(chunk.length)
      await write(length)
      await write(chunk)
    }
    await write(Buffer.alloc(4))
  } catch (error) {
    if (!socket.destroyed) socket.destroy(error as Error)
    throw error
  }
}

function answerOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
      if (said.length > answerMax) socket.destroy(new ScanFailed('the scanner says too much'))
      if (said.includes('\0')) resolve(said.slice(0, said.indexOf('\0')))
    })
    socket.on('error', (cause) => reject(new ScanFailed('the scanner cannot be reached', { cause })))
    socket.on('close', () => reject(new ScanFailed('the scanner hung up without an answer')))
  })
}

function findingOf(said: string): Finding {
  if (said === 'stream: OK') return { isClean: true }
  if (said.startsWith('INSTREAM size limit exceeded')) throw new StreamTooLong('the scanner takes no file of this size')
  const name = /^stream: (.{1,200}) FOUND$/.exec(said)?.[1]
  if (name === undefined) throw new ScanFailed(`the scanner answers: ${said.slice(0, 200)}`)
  return { isClean: false, name }
}
