import { z } from 'zod'
import type { EventLog, Workspace } from '../../actors/runtime/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import { busy, missing, Problem, shown } from '../../kernel/problem.ts'
import { type Connection, roomOf } from './connection.ts'
import type { RecentEvents } from './recent-events.ts'
import type { Signals } from './signals.ts'
import type { Queries, Reading, StreamSource } from './stream.ts'
import { outward, parseStream, type Wire, type WireEvent } from './wire.ts'

export const batchMax = 128
const name = z.string().min(1).max(200)

export const Subscribe = z.object({
  streams: z
    .array(z.object({ stream: name, since: z.int().nonnegative().optional() }))
    .min(1)
    .max(batchMax),
})
export const Unsubscribe = z.object({ streams: z.array(name).min(1).max(batchMax) })

type Wish = z.output<typeof Subscribe>['streams'][number]

export interface Parts {
  sources: readonly StreamSource[]
  log: EventLog
  queries: Queries
  wire: Wire
  recent: RecentEvents
  signals: Signals
  workspace(caller: Caller): Workspace
  onError(error: unknown): void
}

/** Lets sockets into streams: after the stream's own permission check, from where they stand or with a snapshot. */
export class Subscribing {
  readonly #parts: Parts
  readonly #sources: Map<string, StreamSource>

  constructor(parts: Parts) {
    this.#parts = parts
    this.#sources = new Map(parts.sources.map((source) => [source.kind, source]))
  }

  /** Each wish has its own answer, in their order: one refusal does not stop the others. */
  async subscribe(connection: Connection, wishes: Wish[]) {
    if (connection.isBehind) throw busy('slow_consumer', 'Read first what is on its way to you.')
    return { streams: await Promise.all(wishes.map((wish) => this.#answer(connection, wish))) }
  }

  unsubscribe(connection: Connection, streams: string[]) {
    for (const stream of streams) connection.leave(stream)
    return {}
  }

  async #answer(connection: Connection, wish: Wish) {
    const { stream } = wish
    const wasFollowed = connection.streams.has(stream)
    try {
      return { stream, ...(await this.#open(connection, wish)) }
    } catch (error) {
      if (!wasFollowed) connection.leave(stream)
      if (!(error instanceof Problem)) this.#parts.onError(error)
      return { stream, error: shown(error) }
    }
  }

  async #open(connection: Connection, { stream, since }: Wish) {
    const { signals, workspace, queries } = this.#parts
    const { caller } = connection
    const { declared, id } = this.#find(stream)
    const reading: Reading = { caller, id, workspace: workspace(caller), queries }
    if (!(await declared.allow.admits(reading)))
      throw new Problem('forbidden', 'not_allowed', `Only ${declared.allow.name} may read ${stream}.`)
    if (declared.isHere?.(reading) === false) throw nothing(stream)
    if (!connection.isConnected) throw busy('gone', 'The connection is gone.')

    // Join first, read second: an event in between comes twice rather than never, and `seq` tells the client so.
    connection.join(stream)
    const events = since === undefined ? undefined : await this.#missed(caller, stream, since)
    const answer = events
      ? { seq: events.at(-1)?.seq ?? since, events }
      : await this.#snapshot(reading, stream, declared)
    return { ...answer, signals: signals.present(caller.workspaceId, stream) }
  }

  /** Nothing where a snapshot has to take its place: past the retention, or never written. */
  async #missed({ workspaceId }: Caller, stream: string, since: number): Promise<WireEvent[] | undefined> {
    const { recent, log, wire } = this.#parts
    const room = roomOf(workspaceId, stream)
    const near = recent.after(room, since)
    if (near && (near.length > 0 || since > 0)) return near
    recent.begin(room)
    const missed = await log.after(workspaceId, stream, since)
    if (!missed || (missed.length === 0 && since === 0)) return undefined
    recent.anchor(room, missed.at(-1)?.seq ?? since)
    return missed.map((event) => wire.event(event))
  }

  async #snapshot(reading: Reading, stream: string, { shape, snapshot }: StreamSource['streams'][string]) {
    const { log, recent } = this.#parts
    const { workspaceId } = reading.caller
    recent.begin(roomOf(workspaceId, stream))
    const seq = await log.head(workspaceId, stream)
    recent.anchor(roomOf(workspaceId, stream), seq)
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

const nothing = (stream: string) => missing('no_such_stream', `There is no stream ${stream}.`)
