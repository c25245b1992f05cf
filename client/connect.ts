import { Attention } from './attention.ts'
import { defaultTiming, Line, type Timing } from './line.ts'
import type { LiveStream, Update } from './live-stream.ts'
import { type Command, Outbox } from './outbox.ts'
import { memoryStorage, type OutboxEntry, type OutboxStorage } from './outbox-storage.ts'
import { ApiProblem } from './problem.ts'
import { randomId } from './random.ts'
import type { KindOf, SignalsOf, StateOf, StreamKind, StreamName } from './streams/index.ts'
import { type Status, StatusBoard } from './status.ts'
import { Subscriptions } from './subscriptions.ts'
import type { CommandInput, CommandName, Hello, ShownError } from './wire.ts'

export interface ConnectOptions {
  /** Where the server is, `https://care.example`; '' for the page's own origin. */
  url?: string
  /** A fresh access token each time (`api.token`). */
  token: () => Promise<string> | string
  /** Names this tab or phone; a new connection under the same name replaces the old one. Made up where it is missing. */
  device?: string
  /** Where commands wait that are not sent yet; in memory where it is missing. */
  storage?: OutboxStorage
  timing?: Partial<Timing>
}

/** One stream, shared by all who open it: snapshot first, then every event once and in order. */
export interface Handle<Name extends string> {
  readonly stream: Name
  /** The snapshot with every event so far; undefined until it came. The same object until something changes. */
  state(): StateOf<Name> | undefined
  seq(): number | undefined
  /** Why there is nothing to see: no such stream, not allowed, revoked. */
  error(): ShownError | undefined
  /** Typing and viewing, for a conversation. The same object until something changes. */
  signals(): SignalsOf<Name>
  /** Told after each change. The answer ends it. */
  subscribe(listener: (update: Update) => void): () => void
  /** The first state; rejects with ApiProblem when the stream is refused. */
  ready(): Promise<StateOf<Name>>
  close(): void
}

export interface Client {
  status(): Status
  onStatus(listener: (status: Status) => void): () => void
  /** Throws ApiProblem `no_such_stream` for a kind that is unknown here, `too_many_streams` beyond 128 that are listened to. */
  open<Name extends StreamName>(stream: Name): Handle<Name>
  /** Kept and repeated until the server has it. The promise rejects with ApiProblem when it is refused. */
  command<Name extends CommandName>(name: Name, input: CommandInput<Name>): Command<Name>
  /** What is not done yet, in the order in which it was given. The same array until something changes. */
  outbox(): readonly OutboxEntry[]
  onOutbox(listener: (entries: readonly OutboxEntry[]) => void): () => void
  /** Sends a refused command again. */
  retry(id: string): void
  /** Gives a refused command up. */
  discard(id: string): void
  /** Call it on every key, and with false when the field is empty or sent. */
  typing(conversationId: string, on: boolean): void
  /** Shows the others that this person looks at it, until the answer is called. The stream must be open. */
  viewing(conversationId: string): () => void
  presence(status: 'online' | 'away' | 'busy'): void
  /** Epoch ms as the server counts it. */
  serverNow(): number
  hello(): Hello | undefined
  /** The network is back, say: not to wait for the next attempt. */
  reconnect(): void
  /** Drops the connection; the client makes another one. For tests and the fault bar. */
  cut(): void
  close(): void
}

/** Connects, and stays connected. Returns at once: `status` says how it goes. */
export function connect(options: ConnectOptions): Client {
  const parts = joined(options)
  const { board, line, subscriptions, outbox, attention } = parts
  const onOnline = () => line.retryNow()
  const page = globalThis as Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>>
  page.addEventListener?.('online', onOnline)
  line.start()

  return {
    status: () => board.status,
    onStatus: (listener) => board.listeners.add(listener),
    open: (stream) => handle(subscriptions, stream),
    command: (name, input) => outbox.give(name, input),
    outbox: () => outbox.entries,
    onOutbox: (listener) => outbox.listeners.add(listener),
    retry: (id) => outbox.retry(id),
    discard: (id) => outbox.discard(id),
    typing: (conversationId, on) => attention.typing(conversationId, on),
    viewing: (conversationId) => attention.viewing(conversationId),
    presence: (mine) => line.say('presence', { status: mine }),
    serverNow: () => Date.now() + line.offsetMs,
    hello: () => line.hello,
    reconnect: onOnline,
    cut: () => line.cut(),
    close() {
      page.removeEventListener?.('online', onOnline)
      line.end()
    },
  }
}

/** The parts of one client, each knowing of the others only what it asks of them. */
function joined({ url = '', token, device = randomId('dev'), storage = memoryStorage(), timing }: ConnectOptions) {
  const lineNow = () => line
  const subscriptions = new Subscriptions(lineNow, {
    counted: () => board.reckon(),
    followed: (stream) => attention.followed(stream),
    moved: (stream) => outbox.settle(stream),
  })
  const outbox = new Outbox(storage, lineNow, {
    seqOf: (stream) => subscriptions.seqOf(stream),
    sending: (stream) => subscriptions.hold(stream),
    answered: (stream) => subscriptions.letGo(stream),
  })
  const attention = new Attention(lineNow)
  const board = new StatusBoard(() => ({ ...subscriptions.counts, unsent: outbox.unsent }))
  const pause = () => {
    subscriptions.pause()
    outbox.pause()
  }
  const line: Line = new Line(
    { url, token, device, timing: { ...defaultTiming, ...timing } },
    {
      up() {
        subscriptions.resume()
        outbox.pump()
        board.up()
      },
      down(attempt, retryAt, error) {
        pause()
        board.down(attempt, retryAt, error)
      },
      ended(error) {
        pause()
        board.ended(error)
      },
      event: (event) => subscriptions.event(event),
      signal: (signal) => subscriptions.signal(signal),
      reset: ({ stream, reason }) => subscriptions.reset(stream, reason),
      revoked: ({ stream, error }) => subscriptions.revoked(stream, error),
    },
  )
  outbox.listeners.add(() => board.reckon())
  return { board, line, subscriptions, outbox, attention }
}

function handle<Name extends StreamName>(subscriptions: Subscriptions, stream: Name): Handle<Name> {
  const live: LiveStream = subscriptions.open(stream)
  let isOpen = true
  return {
    stream,
    state: () => live.state as StateOf<Name> | undefined,
    seq: () => live.seq,
    error: () => live.error,
    signals: () => live.signals as SignalsOf<Name>,
    subscribe(listener) {
      const end = live.listeners.add(listener)
      if (isOpen) subscriptions.wake(stream)
      return end
    },
    ready: () => firstState<StateOf<Name>>(live),
    close() {
      if (isOpen) subscriptions.release(stream)
      isOpen = false
    },
  }
}

function firstState<State>(live: LiveStream) {
  return new Promise<State>((resolve, reject) => {
    const look = () => {
      if (live.error) reject(new ApiProblem(live.error))
      else if (live.state !== undefined) resolve(live.state as State)
      else return
      end()
    }
    const end = live.listeners.add(look)
    look()
  })
}

export type { Command, Status, KindOf, OutboxEntry, OutboxStorage, StreamKind, StreamName, Update }
