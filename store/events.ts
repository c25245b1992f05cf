import type { EventLog, Published } from '../actors/runtime/contract.ts'
import { BoundedMap } from '../kernel/bounded-map.ts'
import type { Store } from './connection.ts'
import { type ActorDocuments, type RestingEvent, restingEventId } from './documents.ts'
import type { Rest } from './rest.ts'

/** More than this is not replayed: a snapshot is then the shorter way. */
const replayMax = 500
const headsMax = 100_000

/** Also by the stream: ids of another may lie between. */
export const eventsAfter = (stream: string, since: number) => {
  return { _id: { $gt: restingEventId(stream, since), $lte: restingEventId(stream, Number.MAX_SAFE_INTEGER) }, stream }
}
export const inOrder = (direction: 1 | -1) => ({ sort: { _id: direction }, hint: { _id: 1 } }) as const

/** The streams as they are kept, and the live feed of what this process commits. */
export class StoredEvents implements EventLog {
  readonly #store: Store
  readonly #rest: Rest
  readonly #documents: ActorDocuments
  readonly #listeners = new Set<(event: Published) => void>()
  // The latest seq of streams that were asked for or written lately; the collection has the rest.
  readonly #heads = new BoundedMap<string, number>(headsMax)
  readonly #isAlone: boolean

  /** Not `isAlone`: other processes write as well, so what was the latest a moment ago is no answer. */
  constructor(store: Store, rest: Rest, documents: ActorDocuments, { isAlone = true } = {}) {
    this.#isAlone = isAlone
    this.#store = store
    this.#rest = rest
    this.#documents = documents
  }

  publish(event: Published) {
    if (this.#isAlone) this.#raise(`${event.workspaceId}/${event.stream}`, event.seq)
    for (const listen of this.#listeners) listen(event)
  }

  follow(listen: (event: Published) => void) {
    this.#listeners.add(listen)
    return () => void this.#listeners.delete(listen)
  }

  async head(workspaceId: string, stream: string) {
    const key = `${workspaceId}/${stream}`
    const known = this.#heads.get(key)
    if (known !== undefined) return known
    const [latest] = await this.#find(workspaceId, stream, 0, -1, 1)
    const seq = latest?.seq ?? 0
    return this.#isAlone ? this.#raise(key, seq) : seq
  }

  async after(workspaceId: string, stream: string, since: number) {
    const head = await this.head(workspaceId, stream)
    if (since === head) return []
    if (since > head || head - since > replayMax) return undefined
    await this.#rest.ready(workspaceId)
    const found = await this.#find(workspaceId, stream, since, 1, replayMax)
    if (found[0]?.seq !== since + 1) return undefined // Older than the retention.
    return found.map((event) => this.#documents.eventOf(event))
  }

  /** One event; undefined where it was never written, or is past the retention. */
  async one(workspaceId: string, stream: string, seq: number): Promise<Published | undefined> {
    const found = await this.#store.of(workspaceId).one('events', { _id: restingEventId(stream, seq) })
    await this.#rest.ready(workspaceId)
    return found && this.#documents.eventOf(found as unknown as RestingEvent)
  }

  /** The latest first, as far back as they are kept. */
  async latest(workspaceId: string, stream: string, limit: number): Promise<Published[]> {
    await this.#rest.ready(workspaceId)
    const found = await this.#find(workspaceId, stream, 0, -1, limit)
    return found.map((event) => this.#documents.eventOf(event))
  }

  /** Those between two moments (epoch ms), the latest first. */
  async between(
    workspaceId: string,
    stream: string,
    { from, to, limit }: { from: number; to: number; limit: number },
  ): Promise<Published[]> {
    await this.#rest.ready(workspaceId)
    const filter = { ...eventsAfter(stream, 0), at: { $gte: new Date(from), $lte: new Date(to) } }
    const found = await this.#store.of(workspaceId).find('events', filter, { ...inOrder(-1), limit })
    return found.map((event) => this.#documents.eventOf(event as unknown as RestingEvent))
  }

  /** Removes what happened before (epoch ms): a client that was away longer gets a snapshot. */
  async prune(workspaceId: string, before: number) {
    await this.#store.collection('events').deleteMany({ workspaceId, at: { $lt: new Date(before) } })
  }

  async #find(workspaceId: string, stream: string, since: number, direction: 1 | -1, limit: number) {
    const events = this.#store.of(workspaceId)
    const options = { ...inOrder(direction), limit }
    return (await events.find('events', eventsAfter(stream, since), options)) as unknown as RestingEvent[]
  }

  #raise(key: string, seq: number) {
    const known = this.#heads.get(key)
    const head = known === undefined ? seq : Math.max(known, seq)
    this.#heads.set(key, head)
    return head
  }
}
