import { z } from 'zod'
import type { EventLog, Workspace } from '../../actors/runtime/contract.ts'
import type { Caller } from '../../kernel/caller.ts'
import { busy, missing, Problem, shown } from '../../kernel/problem.ts'
import { type Connection, roomOf } from './connection.ts'
import type { Feed } from './feed.ts'
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
  feed: Feed
  /** How far back the feed remembers. */
  recentEvents: number
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
    const { feed, signals, workspace, queries } = this.#parts
    const { caller } = connection
    const { declared, id } = this.#find(stream)
    const reading: Reading = { caller, id, workspace: workspace(caller), queries }
    if (!(await declared.allow.admits(reading)))
      throw new Problem('forbidden', 'not_allowed', `Only ${declared.allow.name} may read ${stream}.`)
    if (declared.isHere?.(reading) === false) throw nothing(stream)
    if (!connection.isConnected) throw busy('gone', 'The connection is gone.')

    // Join first, read second: an event in between comes twice rather than never, and `seq` tells the client so.
    feed.begin(roomOf(caller.workspaceId, stream))
    connection.join(stream)
    const events = since === undefined ? undefined : await this.#missed(caller, stream, since)
    const answer = events
      ? { seq: events.at(-1)?.seq ?? since, events }
      : await this.#snapshot(reading, stream, declared)
    return { ...answer, signals: signals.present(caller.workspaceId, stream) }
  }

  /** Nothing where a snapshot has to take its place: past the retention, or never written. */
  async #missed({ workspaceId }: Caller, stream: string, since: number): Promise<WireEvent[] | undefined> {
    const { feed, log, wire } = this.#parts
    const room = roomOf(workspaceId, stream)
    const missed = feed.after(room, since) ?? (await this.#recalled(workspaceId, stream, since))
    if (missed) return missed.length > 0 || since > 0 ? missed : undefined
    const read = await log.after(workspaceId, stream, since)
    if (!read || (read.length === 0 && since === 0)) return undefined
    return read.map((event) => wire.event(event))
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

  async #snapshot(reading: Reading, stream: string, { shape, snapshot }: StreamSource['streams'][string]) {
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

const nothing = (stream: string) => missing('no_such_stream', `There is no stream ${stream}.`)
