import { io, type Socket } from 'socket.io-client'
import { type Client, connect, type Handle } from '../../../client/connect.ts'
import type { ConversationEvent } from '../../../client/wire.ts'

type Name = `conversation:${string}`

const timing = { backoffMinMs: 50, backoffMaxMs: 2_000 }

/** One screen with the reference client: what it was shown of one conversation, one thing after the other. */
export class Watcher {
  readonly client: Client
  readonly handle: Handle<Name>
  readonly inbox: Handle<`inbox:${string}`>
  /** The `seq` and, of a note, the text of each event that it was shown. */
  readonly shown: { seq: number; text: string | undefined }[] = []
  /** How often it came back, and how often it was then given a snapshot in place of what it had missed. */
  returns = 0
  snapshots = 0
  /** How often it was not up to date. */
  behind = 0
  /** Events that were not the next one. */
  unordered = 0
  #at: number | undefined
  #wasAway = true

  constructor(url: string, token: string, stream: Name, workspaceId: string) {
    this.client = connect({ url, token: () => token, timing })
    this.handle = this.client.open(stream)
    this.inbox = this.client.open(`inbox:${workspaceId}`)
    this.client.onStatus(({ state }) => {
      if (state === 'live' && this.#wasAway) this.returns++
      if (state === 'live') this.#wasAway = false
      else {
        this.behind++
        if (state !== 'catching_up') this.#wasAway = true
      }
    })
    this.inbox.subscribe(() => undefined)
    this.handle.subscribe(({ event, signal }) => {
      const seq = this.handle.seq()
      if (event) {
        if (event.seq !== (this.#at ?? NaN) + 1) this.unordered++
        this.#at = event.seq
        this.shown.push({ seq: event.seq, text: textOf(event as unknown as ConversationEvent) })
      } else if (!signal && seq !== this.#at) {
        if (this.#at !== undefined) this.snapshots++
        this.#at = seq
      }
    })
  }

  async ready() {
    await Promise.all([this.handle.ready(), this.inbox.ready()])
    this.returns = 0
    this.shown.length = 0
  }

  /** Everything that it has seen of notes, in events or in a snapshot. */
  texts(): Set<string> {
    const kept = (this.handle.state()?.messages ?? []).map(({ content }) => (content as { text?: string }).text)
    return new Set([...this.shown.map(({ text }) => text), ...kept].filter((text) => text !== undefined))
  }

  get repeated() {
    const texts = this.shown.flatMap(({ text }) => text ?? [])
    return texts.length - new Set(texts).size
  }

  close() {
    this.client.close()
  }
}

function textOf(event: ConversationEvent): string | undefined {
  return event.type === 'message.created' ? (event.data.message.content as { text?: string }).text : undefined
}

/** The control: Socket.IO's own client, which comes back by itself. */
export class PlainWatcher {
  readonly socket: Socket
  readonly got: number[] = []

  constructor(url: string) {
    const wait = { reconnectionDelay: timing.backoffMinMs, reconnectionDelayMax: timing.backoffMaxMs }
    this.socket = io(url, { transports: ['websocket'], forceNew: true, timeout: 10_000, ...wait })
    this.socket.on('event', ({ n }: { n: number }) => this.got.push(n))
    // A server that leaves says so, and the client takes it for final: its documentation says to come back by hand.
    this.socket.on('disconnect', (why) => {
      if (why === 'io server disconnect') this.socket.connect()
    })
  }

  async ready() {
    await new Promise<void>((ready) => this.socket.once('connect', ready))
  }

  close() {
    this.socket.disconnect()
  }
}
