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
  readonly #all = new Set<Line>()
  readonly #max: number

  constructor(url: string, path: string, connectionsMax: number) {
    const { host, port } = new URL(url)
    this.#port = Number(port)
    this.#max = connectionsMax
    this.#head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`
  }

  /** Resolves with the status. */
  async post(body: object): Promise<number> {
    const bytes = Buffer.from(JSON.stringify(body))
    const signature = createHmac('sha256', secret).update(bytes).digest('hex')
    const rest = `X-Hub-Signature-256: sha256=${signature}\r\nContent-Length: ${bytes.length}\r\n\r\n`
    return this.#send(Buffer.concat([Buffer.from(this.#head + rest), bytes]))
  }

  close() {
    for (const line of this.#all) line.close()
  }

  /** A server closes a connection that rested for some seconds; as Meta would, we come again with what it did not take. */
  async #send(request: Buffer): Promise<number> {
    const line = await this.#take()
    const status = await line.send(request)
    if (!line.isOpen) this.#all.delete(line)
    const next = this.#waiting.shift()
    if (next) next(line.isOpen ? line : this.#opened())
    else if (line.isOpen) this.#free.push(line)
    return status ?? this.#send(request)
  }

  #take(): Promise<Line> | Line {
    for (let free = this.#free.pop(); free; free = this.#free.pop()) {
      if (free.isOpen) return free
      this.#all.delete(free)
    }
    return this.#all.size < this.#max ? this.#opened() : new Promise((resolve) => this.#waiting.push(resolve))
  }

  #opened() {
    const line = new Line(this.#port)
    this.#all.add(line)
    return line
  }
}

class Line {
  isOpen = true
  readonly #socket: Socket
  #resolve: (status: number | undefined) => void = () => {}
  #answer = ''

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => this.#read(text))
    this.#socket.on('error', () => this.close())
    this.#socket.on('close', () => this.close())
  }

  /** Resolves with the status, or with nothing when the connection ended first. */
  send(bytes: Buffer): Promise<number | undefined> {
    return new Promise((resolve) => {
      this.#resolve = resolve
      if (this.isOpen) this.#socket.write(bytes)
      else resolve(undefined)
    })
  }

  close() {
    this.isOpen = false
    this.#socket.destroy()
    this.#resolve(undefined)
  }

  #read(text: string) {
    this.#answer += text
    const end = this.#answer.indexOf('\r\n\r\n')
    if (end < 0) return
    const length = Number(/content-length: (\d+)/i.exec(this.#answer.slice(0, end))?.[1] ?? 0)
    if (this.#answer.length < end + 4 + length) return
    const status = Number(this.#answer.slice(9, 12))
    this.#answer = ''
    this.#resolve(status)
  }
}
