import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where a server listens: the path of a unix socket, or `host:port`. */
export type Place = string

/** What becomes of one piece of what a client sends. `answer` is called with what the server says to it. */
export type Verdict =
  | {
      do: 'forward'
      /** What is forwarded in its place. */
      piece?: Buffer
      /** It waits for this, and so does what comes after it. */
      after?: Promise<void>
      answer?: (piece: Buffer) => Buffer | 'drop' | 'cut'
    }
  /** The client's connection ends, and the server never hears of it. */
  | { do: 'cut' }

/** How a protocol is read: pieces out of a stream of bytes, and which answer belongs to which request. */
export interface Protocol {
  /** The length of the first piece, once it is known. */
  lengthOf(bytes: Buffer): number | undefined
  idOf(request: Buffer): number
  answers(answer: Buffer): number
}

/** Between clients and one server: forwards, waits, cuts in one direction or both, or does with a request what it likes. */
export class Proxy {
  readonly path: string
  /** How long each request waits before it is forwarded, ms. */
  delayMs = 0
  /** Judges each request; without it, and without a protocol, everything is forwarded. */
  judge: ((request: Buffer) => Verdict) | undefined
  readonly #target: Place
  readonly #protocol: Protocol | undefined
  readonly #directory = mkdtempSync(join(tmpdir(), 'clp-'))
  readonly #server: Server
  readonly #links = new Set<Link>()
  #isRefusing = false
  #holds = { requests: false, answers: false }

  private constructor(target: Place, protocol: Protocol | undefined) {
    this.path = join(this.#directory, 's.sock')
    this.#target = target
    this.#protocol = protocol
    this.#server = createServer((client) => this.#accept(client))
  }

  static async before(target: Place, protocol?: Protocol): Promise<Proxy> {
    const proxy = new Proxy(target, protocol)
    proxy.#server.listen(proxy.path)
    await once(proxy.#server, 'listening')
    return proxy
  }

  /** Nothing passes in these directions any more, and nobody is told: connections stay as they are. */
  hold({ requests = false, answers = false }) {
    this.#holds = { requests, answers }
  }

  /** Every connection ends, and new ones end at once. */
  refuse() {
    this.#isRefusing = true
    this.cut()
  }

  /** Every connection ends; new ones are welcome. */
  cut() {
    for (const link of this.#links) link.end()
  }

  /** All is as it was; connections over which something was held are ended, since a part of it is missing. */
  heal() {
    const wasHeld = this.#holds.requests || this.#holds.answers
    this.#isRefusing = false
    this.#holds = { requests: false, answers: false }
    this.delayMs = 0
    this.judge = undefined
    if (wasHeld) this.cut()
  }

  async close() {
    this.refuse()
    this.#server.close()
    await once(this.#server, 'close')
    rmSync(this.#directory, { recursive: true, force: true })
  }

  #accept(client: Socket) {
    if (this.#isRefusing) return void client.destroy()
    const link = new Link(client, connectTo(this.#target), this.#protocol, {
      judge: (request) => this.judge?.(request) ?? { do: 'forward' },
      holds: () => this.#holds,
      delayMs: () => this.delayMs,
      ended: () => this.#links.delete(link),
    })
    this.#links.add(link)
  }
}

interface Rules {
  judge(request: Buffer): Verdict
  holds(): { requests: boolean; answers: boolean }
  delayMs(): number
  ended(): void
}

/** One client's connection, and ours to the server. */
class Link {
  readonly #client: Socket
  readonly #server: Socket
  readonly #rules: Rules
  readonly #protocol: Protocol | undefined
  readonly #waiting = new Map<number, (piece: Buffer) => Buffer | 'drop' | 'cut'>()

  constructor(client: Socket, server: Socket, protocol: Protocol | undefined, rules: Rules) {
    this.#client = client
    this.#server = server
    this.#protocol = protocol
    this.#rules = rules
    for (const socket of [client, server]) {
      socket.on('error', () => this.end()) // The other end is gone; so is this one now.
      socket.on('close', () => this.end())
    }
    client.on(
      'data',
      inOrder(protocol, (piece) => this.#request(piece)),
    )
    server.on(
      'data',
      inOrder(protocol, (piece) => this.#answer(piece)),
    )
  }

  end() {
    this.#client.destroy()
    this.#server.destroy()
    this.#rules.ended()
  }

  #request(piece: Buffer): Promise<void> | undefined {
    const delayMs = this.#rules.delayMs()
    if (delayMs === 0) return this.#forward(piece)
    return new Promise<void>((done) => setTimeout(done, delayMs)).then(() => this.#forward(piece))
  }

  #forward(piece: Buffer): Promise<void> | undefined {
    if (this.#rules.holds().requests) return undefined
    if (!this.#protocol) return void this.#server.write(piece)
    const verdict = this.#rules.judge(piece)
    if (verdict.do === 'cut') return void this.end()
    if (verdict.answer) this.#waiting.set(this.#protocol.idOf(piece), verdict.answer)
    const forwarded = () => void this.#server.write(verdict.piece ?? piece)
    return verdict.after ? verdict.after.then(forwarded) : forwarded()
  }

  #answer(piece: Buffer): undefined {
    const id = this.#protocol?.answers(piece)
    const change = id === undefined ? undefined : this.#waiting.get(id)
    if (id !== undefined) this.#waiting.delete(id)
    const changed = change ? change(piece) : piece
    if (changed === 'cut') this.end()
    else if (changed !== 'drop' && !this.#rules.holds().answers) this.#client.write(changed)
  }
}

function connectTo(place: Place): Socket {
  if (place.startsWith('/')) return connect(place)
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(place) ?? []
  return connect(Number(port), host)
}

/** Cuts a stream into pieces and hands them out one after another; a piece that waits keeps the later ones waiting. */
function inOrder(protocol: Protocol | undefined, take: (piece: Buffer) => Promise<void> | undefined) {
  let rest: Buffer = Buffer.alloc(0)
  let before: Promise<void> | undefined
  const next = (piece: Buffer) => {
    before = before ? before.then(() => take(piece)) : take(piece)
    const mine = before
    void mine?.then(() => {
      if (before === mine) before = undefined
    })
  }
  return (chunk: Buffer) => {
    if (!protocol) return next(chunk)
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let length = protocol.lengthOf(rest); length !== undefined && rest.length >= length;) {
      next(rest.subarray(0, length))
      rest = rest.subarray(length)
      length = protocol.lengthOf(rest)
    }
  }
}
