import type { Document as Bson } from 'bson'
import type { Published } from '../actors/runtime/contract.ts'
import {
  damaged,
  type DueBy,
  Fenced,
  type Found,
  type Mark,
  type Marked,
  type Persistence,
  Unusable,
  type Write,
} from '../actors/runtime/persistence.ts'
import type { Address, Undelivered } from '../actors/runtime/turn.ts'
import { type Batch, Batches } from './batches.ts'
import { isDuplicate, type Store, type Stored } from './connection.ts'
import { DeadLetters } from './dead-letters.ts'
import type { ActorDocuments, Records } from './documents.ts'
import { homeOf } from './kinds.ts'
import type { Rest } from './rest.ts'

const partMax = 500
const unowned = { $unset: { 'actor.owner': '' } }

const unusable = (kind: string, error: unknown) => (error instanceof Unusable ? error : damaged(kind, error))

/** The one write of DESIGN 3.2: actors, their rows and their events in MongoDB. */
export class MongoPersistence implements Persistence {
  readonly #store: Store
  readonly #rest: Rest
  readonly #documents: ActorDocuments
  readonly #batches: Batches
  readonly #letters: DeadLetters

  constructor(store: Store, rest: Rest, documents: ActorDocuments) {
    this.#store = store
    this.#rest = rest
    this.#documents = documents
    this.#batches = new Batches(store)
    this.#letters = new DeadLetters(store, rest)
  }

  get counters() {
    return this.#batches.counters
  }

  async claim(address: Address, owner: string): Promise<Found | undefined> {
    const { workspaceId, kind, id } = address
    await this.#rest.ready(workspaceId)
    const found = await this.#store
      .collection(homeOf(kind))
      .findOneAndUpdate({ _id: id, workspaceId }, { $set: { 'actor.owner': owner } }, { returnDocument: 'before' })
    if (!found) return undefined
    const stored = found as Stored & { actor: Bson }
    try {
      return this.#documents.read(address, stored)
    } catch (error) {
      await this.unclaim(address, owner, stored.actor['owner'] as string | undefined)
      throw unusable(kind, error)
    }
  }

  async peek(address: Address): Promise<Found | undefined> {
    const { workspaceId, kind, id } = address
    await this.#rest.ready(workspaceId)
    const found = await this.#store.collection(homeOf(kind)).findOne({ _id: id, workspaceId, 'actor.rev': { $gt: 0 } })
    try {
      return found ? this.#documents.read(address, found as Stored & { actor: Bson }) : undefined
    } catch (error) {
      throw unusable(kind, error)
    }
  }

  async unclaim({ workspaceId, kind, id }: Address, owner: string, formerOwner: string | undefined) {
    const filter = { _id: id, workspaceId, 'actor.owner': owner }
    const update = formerOwner === undefined ? unowned : { $set: { 'actor.owner': formerOwner } }
    await this.#store.collection(homeOf(kind)).updateOne(filter, update as object)
  }

  async part(activations: readonly { address: Address; owner: string }[]) {
    const byHome = Map.groupBy(activations, ({ address }) => homeOf(address.kind))
    for (const [home, all] of byHome)
      for (let from = 0; from < all.length; from += partMax) {
        const some = all.slice(from, from + partMax)
        const filter = {
          _id: { $in: some.map(({ address }) => address.id) },
          'actor.owner': { $in: some.map(({ owner }) => owner) },
        }
        await this.#store.collection(home).updateMany(filter, unowned as object)
      }
  }

  async mark({ address, owner, rev }: Marked, marks: readonly Mark[]) {
    const { workspaceId, kind, id } = address
    const home = this.#store.collection(homeOf(kind))
    const filter = { _id: id, workspaceId, 'actor.owner': owner }
    const update = { $set: { 'actor.marks': marks } }
    if (rev === 0) await markUnwritten(home, address, { filter, update, hasMarks: marks.length > 0 })
    else if ((await home.updateOne(filter, update)).matchedCount === 0) throw new Fenced(address)
  }

  async commit(write: Write) {
    const waiting = this.#rest.ready(write.address.workspaceId)
    if (waiting) await waiting
    const records = this.#documents.recordsOf(write)
    const { workspaceId, kind, id } = write.address
    const filter = { _id: id, workspaceId, 'actor.owner': write.owner, 'actor.rev': write.rev }
    const update = this.#documents.updateOf(write)
    const batch: Batch = { op: { updateOne: { filter, update, upsert: true } }, records, canWait: isIdle(write) }
    if (!(await this.#batches.add(homeOf(kind), batch))) throw new Fenced(write.address)
  }

  hasten(kind?: string) {
    this.#batches.hasten(kind === undefined ? undefined : homeOf(kind))
  }

  async redo(_: Address, records: readonly unknown[]): Promise<Published[]> {
    const found = records as Records[]
    if (found.length === 0) return []
    await this.#batches.record(found)
    return found.flatMap(({ events }) => events.map((event) => this.#documents.eventOf(event)))
  }

  async bury(command: Undelivered, error: unknown) {
    await this.#letters.bury(command, error)
  }

  async dueActors(kind: string, { due, outBefore, only, except }: DueBy, limit: number) {
    const home = this.#store.collection(homeOf(kind))
    const projection = { _id: 1, workspaceId: 1 }
    const those = { ...(only && { workspaceId: only }), ...(except?.length && { workspaceId: { $nin: except } }) }
    const [reminded, holding] = await Promise.all([
      home
        .find({ ...those, 'actor.due': { $lte: new Date(due) } }, { projection })
        .sort({ 'actor.due': 1 })
        .limit(limit)
        .toArray(),
      home
        .find({ ...those, 'actor.outAt': { $lte: new Date(outBefore) } }, { projection })
        .sort({ 'actor.outAt': 1 })
        .limit(limit)
        .toArray(),
    ])
    return [...reminded, ...holding].map(({ _id: id, workspaceId }): Address => {
      return { workspaceId: workspaceId as string, kind, id }
    })
  }
}

/** Its document says who is at it and at what, and no more: no list shows it, and the first commit writes the rest. */
async function markUnwritten(
  home: ReturnType<Store['collection']>,
  address: Address,
  { filter, update, hasMarks }: { filter: { _id: string }; update: object; hasMarks: boolean },
) {
  const unwritten = { ...filter, 'actor.rev': 0 }
  try {
    if (hasMarks) await home.updateOne(unwritten, update, { upsert: true })
    else await home.deleteOne(unwritten)
  } catch (error) {
    throw isDuplicate(error) ? new Fenced(address) : error
  }
}

/** Nobody waits for it, and nothing leaves with it: it goes with the next that cannot wait. */
function isIdle({ isAwaited, rows, events, decisions, entries, reminders, due, marks }: Write) {
  if (isAwaited || due !== undefined || marks !== undefined || reminders.size > 0) return false
  return rows.length + events.length + decisions.length + entries.length === 0
}
