import { attentionOn } from './attention.ts'
import { defaultTiming, Line, type Timing } from './line.ts'
import type { Answer, LiveStream, Update } from './live-stream.ts'
import { type Command, Outbox } from './outbox.ts'
import type { OutboxEntry, OutboxStorage } from './outbox-storage.ts'
import { here, type Platform, type Transport } from './platform.ts'
import { ApiProblem } from './problem.ts'
import { randomId } from './random.ts'
import type { SignalsOf, StateOf, StreamKind, StreamName } from './streams/index.ts'
import { type Status, statusBoard } from './status.ts'
import { Subscriptions } from './subscriptions.ts'
import type { CommandInput, CommandName, Effect, Hello, ShownError } from './wire.ts'

export interface ConnectOptions {
  /** Where the server is, `https://care.example`; '' for the page's own origin. */
  url?: string
  /** A fresh access token each time (`api.token`). */
  token: () => Promise<string> | string
  /** Names this tab or phone; a new connection under the same name replaces the old one. Made up where it is missing. */
  device?: string
  /** Where commands wait that are not sent yet; in memory where it is missing. */
  storage?: OutboxStorage
  /** WebSocket alone, unless the server offers long-polling (`SOCKET_TRANSPORTS`) and a network needs it. */
  transports?: Transport[]
  timing?: Partial<Timing>
  /** Clock, chance, socket and hints of the place where it runs, where the usual ones do not serve. */
  platform?: Partial<Platform>
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
  /** `stream('conversation', id)`: the same as `open('conversation:…')`. */
  stream<Kind extends StreamKind>(kind: Kind, id: string): Handle<StreamName<Kind>>
  /** Throws ApiProblem `no_such_stream` for a kind that is unknown here, `too_many_streams` beyond 128 that are listened to. */
  open<Name extends StreamName>(stream: Name): Handle<Name>
  /**
   * Kept and repeated until the server has it. The promise rejects with ApiProblem when it is refused; `stale` where
   * the stream is not where it was `expect`ed to be any more.
   */
  command<Name extends CommandName>(name: Name, input: CommandInput<Name>, options?: { expect?: Effect }): Command<Name>
  /** What is not done yet, in the order in which it was given. The same array until something changes. */
  outbox(): readonly OutboxEntry[]
  onOutbox(listener: (entries: readonly OutboxEntry[]) => void): () => void
  /** Sends a refused command again. */
  retry(id: string): void
  /** Gives up a command that was refused, or was never sent. */
  discard(id: string): void
  /** Call it on every key, and with false when the field is empty or sent. */
  typing(conversationId: string, on: boolean): void
  /** Shows the others that this person looks at it, until the answer is called. The stream must be open. */
  viewing(conversationId: string): () => void
  presence(status: 'online' | 'away' | 'busy'): void
  /** This device shows a stream up to here: nobody need be told of it in another way. `showing` does it by itself. */
  say(what: 'received', at: { stream: StreamName; seq: number }): void
  /** Epoch ms as the server counts it. */
  serverNow(): number
  hello(): Hello | undefined
  /** What happened on an open stream after `since`, as the log has it; a snapshot where that is too long ago. Changes nothing here. */
  past(stream: StreamName, since: number): Promise<Answer>
  /** Somebody is sure that the network is back: not to wait for the next attempt. */
  reconnect(): void
  /** Drops the connection; the client makes another one. For tests and the fault bar. */
  cut(): void
  close(): void
}

/** Connects, and stays connected. Returns at once: `status` says how it goes. */
export function connect(options: ConnectOptions): Client {
  const parts = joined(options)
  const { board, line, subscriptions, outbox, attention, platform } = parts
  const noMoreHints = platform.hints(() => line.wake())
  outbox.start()
  line.start()

  return {
    status: board.status,
    onStatus: (listener) => board.listeners.add(listener),
    stream: (kind, id) => handle(subscriptions, `${kind}:${id}`),
    open: (stream) => handle(subscriptions, stream),
    command: (name, input, { expect } = {}) => outbox.give(name, input, expect),
    outbox: () => outbox.entries,
    onOutbox: (listener) => outbox.listeners.add(listener),
    retry: (id) => outbox.retry(id),
    discard: (id) => outbox.discard(id),
    typing: attention.typing,
    viewing: attention.viewing,
    presence: attention.presence,
    say: line.say.bind(line),
    serverNow: () => platform.now() + line.offsetMs,
    hello: () => line.hello,
    past: (stream, since) => subscriptions.past(stream, since),
    reconnect: () => line.wake(),
    cut: () => line.cut(),
    close() {
      noMoreHints()
      line.end()
    },
  }
}

/** The parts of one client, each knowing of the others only what it asks of them. */
function joined({ url = '', token, device = randomId('dev'), ...options }: ConnectOptions) {
  const { storage, transports = ['websocket'] } = options
  const timing = { ...defaultTiming, ...options.timing }
  const platform = { ...here, ...options.platform }
  const lineNow = () => line
  const subscriptions = new Subscriptions(lineNow, platform, {
    counted: () => board.reckon(),
    followed: (stream) => attention.followed(stream),
    moved: (stream) => outbox.settle(stream),
  })
  const outbox = new Outbox(storage, lineNow, platform, {
    seqOf: (stream) => subscriptions.seqOf(stream),
    sending: (stream) => subscriptions.hold(stream),
    answered: (stream) => subscriptions.letGo(stream),
  })
  const attention = attentionOn(lineNow, platform.now)
  const board = statusBoard(() => {
    const { unsent, isKept } = outbox
    return { ...subscriptions.counts, unsent, isKept }
  }, platform.now)
  const pause = () => {
    subscriptions.pause()
    outbox.pause()
  }
  const line: Line = new Line(
    { url, token, device, transports, timing, platform },
    {
      up() {
        attention.up()
        subscriptions.resume()
        outbox.pump()
        board.line(true)
      },
      down(attempt, retryAt, error) {
        pause()
        board.line(false, { attempt, retryAt, error: error ?? board.status().error })
      },
      ended(error) {
        pause()
        board.line(false, { error, isEnded: true })
      },
      event: (event) => subscriptions.event(event),
      signal: (signal) => subscriptions.signal(signal),
      reset: ({ stream }) => subscriptions.reset(stream),
      revoked: ({ stream, error }) => subscriptions.revoked(stream, error),
    },
  )
  outbox.listeners.add(board.reckon)
  return { board, line, subscriptions, outbox, attention, platform }
}

function handle<Name extends string>(subscriptions: Subscriptions, stream: Name): Handle<Name> {
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

export type { Command, Status, OutboxEntry, OutboxStorage, StreamName, Update }
