import { WebSocket } from 'ws'
import type { Side } from './place.ts'

export interface Answer {
  ok: boolean
  error?: { code: string; holderId?: string; retryable?: boolean; retryAfterMs?: number }
  result?: unknown
  streams?: { error?: unknown; seq?: number }[]
}
type Heard = (text: string) => void

/**
 * One client that speaks as little as it can: it shares the machine with the server that it measures. Events are handed
 * on as text, and read by whoever wants to know.
 */
export class Line {
  readonly #socket: WebSocket
  readonly #words: Words
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #asked = 0
  /** When the server has let it in. */
  readonly ready: Promise<void>
  onEvent: Heard = () => {}

  constructor(side: Side, url: string, token: string) {
    this.#words = side === 'ws' ? bareWords : socketIoWords
    this.#socket = new WebSocket(this.#words.address(url, token), {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    })
    this.ready = new Promise((ready, refused) => {
      const refuse = (why: string) => refused(new Error(`not let in: ${why}`))
      this.#socket.on('error', (error) => refuse(error.message))
      this.#socket.on('close', () => {
        refuse('closed')
        for (const answer of this.#waiting.values()) answer({ ok: false, error: { code: 'gone' } })
        this.#waiting.clear()
      })
      const send = (text: string) => this.#socket.send(text)
      this.#socket.on('message', (data: Buffer) => {
        const text = data.toString('utf8')
        this.#words.hear(text, {
          send,
          token,
          ready,
          refuse,
          event: () => this.onEvent(text),
          answer: (n, json) => this.#answered(n, json),
        })
      })
    })
  }

  /** `gone` where the connection ended before the answer. */
  ask(name: string, body: object): Promise<Answer> {
    if (this.#socket.readyState > WebSocket.OPEN) return Promise.resolve({ ok: false, error: { code: 'gone' } })
    const n = ++this.#asked
    return new Promise((resolve) => {
      this.#waiting.set(n, resolve)
      this.#socket.send(this.#words.ask(n, name, body))
    })
  }

  drop() {
    this.#socket.terminate()
  }

  get isOpen() {
    return this.#socket.readyState === WebSocket.OPEN
  }

  #answered(n: number, json: string) {
    this.#waiting.get(n)?.(JSON.parse(json) as Answer)
    this.#waiting.delete(n)
  }
}

interface Hearing {
  send(text: string): void
  token: string
  ready(): void
  refuse(why: string): void
  event(): void
  answer(n: number, json: string): void
}
interface Words {
  address(url: string, token: string): string
  ask(n: number, name: string, body: object): string
  hear(text: string, hearing: Hearing): void
}

const eventMark = '42["event"'
const helloMark = '42["hello"'

const socketIoWords: Words = {
  address: (url) => `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`,
  ask: (n, name, body) => `42${n}${JSON.stringify([name, body])}`,
  hear(text, hearing) {
    if (text.startsWith(eventMark)) return hearing.event()
    if (text === '2') return hearing.send('3')
    if (text.startsWith('43')) {
      const at = text.indexOf('[')
      // The answer is the one argument: `[…]` around it is left out.
      return hearing.answer(Number(text.slice(2, at)), text.slice(at + 1, -1))
    }
    if (text.startsWith('0')) return hearing.send(`40${JSON.stringify({ token: hearing.token })}`)
    if (text.startsWith('44')) return hearing.refuse(text)
    if (text.startsWith(helloMark)) hearing.ready()
  },
}

const bareWords: Words = {
  address: (url, token) => `${url.replace('http', 'ws')}/?token=${token}`,
  ask: (n, name, body) => JSON.stringify({ n, name, body }),
  hear(text, hearing) {
    if (text.startsWith('E')) return hearing.event()
    if (text.startsWith('H')) return hearing.ready()
    const at = text.indexOf(' ')
    hearing.answer(Number(text.slice(1, at)), text.slice(at + 1))
  },
}
