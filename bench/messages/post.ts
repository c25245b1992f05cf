import { createHmac } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { secret } from './place.ts'

/**
 * Posts signed webhooks over kept-alive connections, one request at a time on each. It shares the machine with the
 * server that it measures, so it is no more than that needs: written by hand over sockets.
 */
export class Poster {
  readonly #head: string
  readonly #port: number
  readonly #free: Line[] = []
  readonly #waiting: ((line: Line) => void)[] = []
  readonly #all: Line[] = []
  readonly #max: number

  constructor(url: string, path: string, connectionsMax: number) {
    const { host, port } = new URL(url)
    this.#port = Number(port)
    this.#max = connectionsMax
    this.#head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`
  }

  /** Resolves with the status. */
  async post(body: object): Promise<number> {
    const line = await this.#take()
    const bytes = Buffer.from(JSON.stringify(body))
    const signature = createHmac('sha256', secret).update(bytes).digest('hex')
    const rest = `X-Hub-Signature-256: sha256=${signature}\r\nContent-Length: ${bytes.length}\r\n\r\n`
    try {
      return await line.send(Buffer.concat([Buffer.from(this.#head + rest), bytes]))
    } finally {
      const next = this.#waiting.shift()
      if (next) next(line)
      else this.#free.push(line)
    }
  }

  close() {
    for (const line of this.#all) line.close()
  }

  #take(): Promise<Line> | Line {
    const free = this.#free.pop()
    if (free) return free
    if (this.#all.length >= this.#max) return new Promise((resolve) => this.#waiting.push(resolve))
    const line = new Line(this.#port)
    this.#all.push(line)
    return line
  }
}

class Line {
  readonly #socket: Socket
  #resolve: ((status: number) => void) | undefined
  #reject: ((error: Error) => void) | undefined
  #answer = ''

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => this.#read(text))
    this.#socket.on('close', () => this.#reject?.(new Error('the server closed the connection')))
    this.#socket.on('error', (error) => this.#reject?.(error))
  }

  send(bytes: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#socket.write(bytes)
    })
  }

  close() {
    this.#reject = undefined
    this.#socket.destroy()
  }

  #read(text: string) {
    this.#answer += text
    const end = this.#answer.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/content-length: (\d+)/i.exec(this.#answer.slice(0, end))?.[1] ?? 0)
    if (this.#answer.length < end + 4 + length) return
    const status = Number(this.#answer.slice(9, 12))
    this.#answer = ''
    this.#resolve?.(status)
  }
}
