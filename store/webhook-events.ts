import { isDuplicate, type Store, type Stored } from './connection.ts'
import { Lanes } from './lanes.ts'
import type { Rest } from './rest.ts'

/** One thing that a provider told us, kept raw until it was dealt with, and a while longer. */
export interface RawEvent {
  workspaceId: string
  channelId: string
  provider: string
  /** The provider's own id of it: what comes again under it is not new. */
  eventKey: string
  raw: unknown
}

export interface Received extends RawEvent {
  _id: string
  /** How often a sweep has taken it up. */
  attempts: number
}

const batchMax = 500
const attemptsMax = 8
const retryMs = 10_000
/** What was dealt with is written this much later, with all that was meanwhile: nobody waits for it. */
const settleMs = 250

// A power loss may take it back: what is then repeated is known.
const unsynced = { writeConcern: { w: 1, j: false } } as const

interface Waiting {
  document: Stored
  resolve(isNew: boolean): void
  reject(error: unknown): void
}

/** Webhooks as they came. Those of requests that wait together are written together, as commits are. */
export class WebhookEvents {
  readonly #store: Store
  readonly #rest: Rest
  readonly #lanes = new Lanes<Waiting>((batch) => this.#insert(batch))
  #done: string[] = []
  #settling: NodeJS.Timeout | undefined
  #settled: Promise<void> = Promise.resolve()
  readonly counters = { roundTrips: 0, events: 0 }

  constructor(store: Store, rest: Rest) {
    this.#store = store
    this.#rest = rest
  }

  /** Resolves when the events are durable; answers those that had not come before. */
  async keep(events: readonly RawEvent[], now: number): Promise<Received[]> {
    const kept = await Promise.all(events.map((event) => this.#keep(event, now)))
    return kept.filter((event) => event !== undefined)
  }

  /** Dealt with: it need not be taken up again. Written a little later; until then a crash repeats it, harmlessly. */
  settle(_id: string) {
    this.#done.push(_id)
    this.#settling ??= setTimeout(() => this.#settleAll(), settleMs)
  }

  /** Still being dealt with: out of reach of the sweeps for a while more. */
  async hold(ids: readonly string[], now: number) {
    const update = { $set: { dueAt: new Date(now + retryMs) } }
    for (let from = 0; from < ids.length; from += batchMax) {
      const _id = { $in: ids.slice(from, from + batchMax) }
      await this.#store.collection('webhook_events').updateMany({ _id, status: 'received' }, update, unsynced)
    }
  }

  /**
   * What a crash, or a fault, left lying: each with the attempt counted, and out of reach of the next sweep for a while.
   * `unread` hears of what cannot be opened, which keeps no other from being taken up. Answers how many were due.
   */
  async overdue(
    { now, limit }: { now: number; limit: number },
    take: (event: Received) => void,
    unread: (event: Pick<Received, '_id' | 'channelId'>, error: unknown) => void,
  ): Promise<number> {
    const collection = this.#store.collection('webhook_events')
    const found = await collection
      .find({ dueAt: { $lte: new Date(now) } })
      .sort({ dueAt: 1, _id: 1 })
      .limit(limit)
      .toArray()
    const taken = await Promise.all(found.map((document) => this.#takeUp(document, now)))
    for (const event of taken) {
      if (!event) continue // Another process sweeps as well.
      try {
        await this.#rest.ready(event['workspaceId'] as string)
        take(this.#open(event))
      } catch (error) {
        unread({ _id: event._id, channelId: event['channelId'] as string }, error)
      }
    }
    return found.length
  }

  async #takeUp(document: Stored, now: number): Promise<Stored | undefined> {
    const before = document['attempts'] as number
    const attempts = before + 1
    const isLast = attempts >= attemptsMax
    const dueAt = new Date(now + retryMs * 2 ** attempts)
    const { modifiedCount } = await this.#store
      .collection('webhook_events')
      .updateOne(
        { _id: document._id, attempts: before },
        isLast ? { $set: { attempts, status: 'failed' }, $unset: { dueAt: '' } } : { $set: { attempts, dueAt } },
      )
    return modifiedCount > 0 ? { ...document, attempts } : undefined
  }

  /** Resolves when nothing waits to be written. */
  async drained() {
    while (!this.#lanes.isEmpty) await new Promise(setImmediate)
    this.#settleAll()
    await this.#settled
  }

  async #keep(event: RawEvent, now: number): Promise<Received | undefined> {
    const ready = this.#rest.ready(event.workspaceId)
    if (ready) await ready
    const _id = `${event.channelId}/${event.eventKey}`
    const received = { ...event, _id, attempts: 0 }
    const { raw, workspaceId, channelId, provider } = event
    const sealed = this.#rest.seal({ workspaceId, at: `webhook_events/${_id}` }, raw)
    const at = { receivedAt: new Date(now), dueAt: new Date(now + retryMs) }
    const document = { _id, workspaceId, channelId, provider, raw: sealed, status: 'received', attempts: 0, ...at }
    const isNew = await new Promise<boolean>((resolve, reject) => {
      this.#lanes.add({ document, resolve, reject })
    })
    return isNew ? received : undefined
  }

  #open(document: Stored): Received {
    const { _id, workspaceId, channelId, provider, attempts } = document as Stored & Received
    const raw = this.#rest.unseal({ workspaceId, at: `webhook_events/${_id}` }, document['raw'])
    return { _id, workspaceId, channelId, provider, attempts, raw, eventKey: _id.slice(channelId.length + 1) }
  }

  async #insert(batch: Waiting[]) {
    this.counters.roundTrips++
    this.counters.events += batch.length
    try {
      const known = await this.#known(batch.map(({ document }) => document))
      for (const [index, { resolve }] of batch.entries()) resolve(!known.has(index))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  /** Inserts; answers which of them were there already. */
  async #known(documents: Stored[]) {
    const known = new Set<number>()
    try {
      await this.#store.collection('webhook_events').insertMany(documents, { ordered: false })
    } catch (error) {
      const { writeErrors } = error as { writeErrors?: { index: number; code: number }[] }
      const all = [writeErrors ?? []].flat()
      if (all.length === 0 || all.some((one) => !isDuplicate(one))) throw error
      for (const { index } of all) known.add(index)
    }
    return known
  }

  #settleAll() {
    clearTimeout(this.#settling)
    this.#settling = undefined
    const done = this.#done.splice(0)
    for (let from = 0; from < done.length; from += batchMax)
      this.#settled = this.#settled.then(() => this.#settle(done.slice(from, from + batchMax)))
  }

  async #settle(ids: string[]) {
    this.counters.roundTrips++
    const update = { $set: { status: 'processed' }, $unset: { dueAt: '' } }
    try {
      await this.#store.collection('webhook_events').updateMany({ _id: { $in: ids } }, update as never, unsynced)
    } catch {
      // Until it works the sweep may repeat them, harmlessly.
      setTimeout(() => ids.forEach((id) => this.settle(id)), 1_000).unref()
    }
  }
}
