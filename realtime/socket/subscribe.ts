import type { z } from 'zod'
import type { EventLog, Workspace } from '../../actors/runtime/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import { busy, missing, Problem, shown, type ShownError } from '../../kernel/problem.ts'
import { Together } from '../../kernel/together.ts'
import { type Connection, roomOf } from './connection.ts'
import type { Feed } from './feed.ts'
import type * as protocol from './protocol.ts'
import type { Queries, Reading, StreamSource } from './stream.ts'
import { outward, parseStream, type Wire, type WireEvent, type WireSignal } from './wire.ts'

type Declared = StreamSource['streams'][string]
type Wish = z.output<typeof protocol.Subscribe>['streams'][number]

export interface Parts {
  sources: readonly StreamSource[]
  log: EventLog
  queries: Queries
  wire: Wire
  feed: Feed
  /** How far back the feed remembers. */
  recentEvents: number
  /** What is only true now of a stream, by signals. */
  present(workspaceId: string, stream: string): WireSignal[]
  workspace(caller: Caller): Workspace
  /** Somebody has opened what is sensitive. */
  audit?(caller: Caller, action: string, id: string): void
  onError(error: unknown): void
}

interface Missed {
  /** Whoever has less than this needs a snapshot. */
  from: number
  events: WireEvent[]
}

/** More than this is not replayed: a snapshot is then the shorter way. */
const replayBytesMax = 1_024 * 1_024
/** After a failure of ours a client asks again, and not all at the same moment. */
const againMs = 1_000
const againJitterMs = 4_000

/** Lets sockets into streams: after the stream's own permission check, from where they stand or with a snapshot. */
export class Subscribing {
  readonly #parts: Parts
  readonly #sources: Map<string, StreamSource>
  readonly #older: Together<{ workspaceId: string; stream: string; since: number }, Missed | undefined>
  // Everybody who may read a stream is shown the same.
  readonly #snapshots: Together<{ reading: Reading; stream: string; declared: Declared }, object & { seq: number }>

  constructor(parts: Parts) {
    this.#parts = parts
    this.#older = new Together(async (_, asked) => this.#readOlder(asked))
    this.#snapshots = new Together(async (_, [first]) => {
      if (!first) throw new Error('nobody asked for this snapshot')
      return this.#snapshot(first.reading, first.stream, first.declared)
    })
    this.#sources = new Map(parts.sources.map((source) => [source.kind, source]))
  }

  /** Each wish has its own answer, in their order: one refusal does not stop the others. */
  async subscribe(connection: Connection, wishes: Wish[]) {
    if (connection.isBehind) throw busy('slow_consumer', 'Read first what is on its way to you.')
    const answers = await Promise.all(wishes.map((wish) => this.#answer(connection, wish)))
    // Last of all: what is signalled while another wish is read reaches the client before the answer that replaces it.
    const { workspaceId } = connection.caller
    const withSignals = (answer: { stream: string }) =>
      'error' in answer ? answer : { ...answer, signals: this.#parts.present(workspaceId, answer.stream) }
    return { streams: answers.map(withSignals) }
  }

  unsubscribe(connection: Connection, streams: string[]) {
    for (const stream of streams) connection.leave(stream)
    return {}
  }

  /** Why this caller may not read a stream any more that they follow. Who is not `isOther` is asked only where more than who they are counts. */
  refusal(caller: Caller, stream: string, isOther: boolean): Promise<ShownError | undefined> | undefined {
    const { declared, id } = this.#find(stream)
    return declared.allow.isPersonal && !isOther ? undefined : this.#refusal(caller, stream, declared, id)
  }

  async #refusal(caller: Caller, stream: string, { allow }: Declared, id: string): Promise<ShownError | undefined> {
    const { workspace, queries } = this.#parts
    const mayRead = await allow.admits({ caller, id, workspace: workspace(caller), queries })
    return mayRead ? undefined : shown(notAllowed(allow.name, stream))
  }

  async #answer(connection: Connection, wish: Wish) {
    const { stream } = wish
    const wasFollowed = connection.streams.has(stream)
    try {
      return { stream, ...(await this.#open(connection, wish)) }
    } catch (error) {
      if (!wasFollowed) connection.leave(stream)
      if (!(error instanceof Problem)) this.#parts.onError(error)
      const retryAfterMs = Math.round(againMs + Math.random() * againJitterMs)
      const failed = { ...shown(error), retryable: true, retryAfterMs }
      return { stream, error: error instanceof Problem ? shown(error) : failed }
    }
  }

  async #open(connection: Connection, wish: Wish): Promise<object> {
    const { stream, since, changes } = wish
    const { feed, workspace, queries } = this.#parts
    const { caller } = connection
    const { declared, id } = this.#find(stream)
    const reading: Reading = { caller, id, workspace: workspace(caller), queries }
    if (!(await declared.allow.admits(reading))) throw notAllowed(declared.allow.name, stream)
    if (declared.isHere?.(reading) === false) throw nothing(stream)
    if (!connection.isConnected) throw busy('gone', 'The connection is gone.')
    if (connection.caller !== caller) return this.#open(connection, wish) // Who they are has changed meanwhile.

    // Join first, read second: an event in between comes twice rather than never, and `seq` tells the client so.
    feed.begin(roomOf(caller.workspaceId, stream))
    connection.join(stream)
    const events = since === undefined ? undefined : await this.#missed(caller, stream, since)
    const answer = events
      ? { seq: events.at(-1)?.seq ?? since, events }
      : await this.#snapshots.ask(roomOf(caller.workspaceId, stream), { reading, stream, declared })
    connection.reads(stream, answer.seq ?? 0, changes)
    this.#opened(caller, declared, id)
    return answer
  }

  #opened(caller: Caller, { audit }: Declared, id: string) {
    if (audit !== undefined) this.#parts.audit?.(caller, audit, id)
  }

  /** Nothing where a snapshot has to take its place: past the retention, or never written. */
  async #missed({ workspaceId }: Caller, stream: string, since: number): Promise<WireEvent[] | undefined> {
    const { feed } = this.#parts
    const room = roomOf(workspaceId, stream)
    const recent = feed.after(room, since) ?? (await this.#recalled(workspaceId, stream, since))
    const missed = recent ?? (await this.#olderThanRecent(room, { workspaceId, stream, since }))
    return missed && (missed.length > 0 || since > 0) ? missed : undefined
  }

  async #olderThanRecent(room: string, asked: { workspaceId: string; stream: string; since: number }) {
    const read = await this.#older.ask(room, asked)
    return read && asked.since >= read.from ? read.events.filter(({ seq }) => seq > asked.since) : undefined
  }

  /** From where the one stands who has least, of those who can be brought up to date by events. */
  async #readOlder(
    asked: readonly { workspaceId: string; stream: string; since: number }[],
  ): Promise<Missed | undefined> {
    const { log, wire } = this.#parts
    for (const { workspaceId, stream, since } of [...asked].sort((one, other) => one.since - other.since)) {
      const read = await log.after(workspaceId, stream, since)
      if (!read) continue
      const events = read.map((event) => wire.event(event))
      return { from: lightFrom(events, since), events }
    }
    return undefined
  }

  /** Of many who come back at once, one reads the log for all. The second look is for who had asked for more. */
  async #recalled(workspaceId: string, stream: string, since: number) {
    const { feed, log, wire, recentEvents } = this.#parts
    const room = roomOf(workspaceId, stream)
    for (let looks = 0; looks < 2; looks++) {
      await feed.opening(room, async () => {
        const head = await log.head(workspaceId, stream)
        feed.anchor(room, head)
        const from = Math.max(0, head - recentEvents)
        if (since >= head || since < from) return
        feed.recall(
          room,
          ((await log.after(workspaceId, stream, from)) ?? []).map((event) => wire.event(event)),
        )
      })
      const missed = feed.after(room, since)
      if (missed) return missed
    }
    return undefined
  }

  async #snapshot(reading: Reading, stream: string, { shape, snapshot }: Declared) {
    const { log, feed } = this.#parts
    const { workspaceId } = reading.caller
    const seq = await log.head(workspaceId, stream)
    feed.anchor(roomOf(workspaceId, stream), seq)
    try {
      return { seq, snapshot: outward(shape, await snapshot(reading)) }
    } catch (error) {
      if (error instanceof Problem && error.kind === 'missing') throw nothing(stream)
      throw error
    }
  }

  #find(stream: string) {
    const { kind, part, id } = parseStream(stream) ?? {}
    const streams = kind === undefined ? undefined : this.#sources.get(kind)?.streams
    const declared = streams && part !== undefined && Object.hasOwn(streams, part) ? streams[part] : undefined
    if (!declared || id === undefined) throw nothing(stream)
    return { declared, id }
  }
}

/** From where on these events are not too much to be sent. */
function lightFrom(events: readonly WireEvent[], since: number) {
  let bytes = 0
  for (let nth = events.length - 1; nth >= 0; nth--) {
    bytes += Buffer.byteLength(JSON.stringify(events[nth]))
    if (bytes > replayBytesMax) return events[nth]?.seq ?? since
  }
  return since
}

const notAllowed = (name: string, stream: string) =>
  new Problem('forbidden', 'not_allowed', `To read ${stream} one has to be, or to have the permission: ${name}.`)
const nothing = (stream: string) => missing('no_such_stream', `There is no stream ${stream}.`)
