import type { Document as Bson } from 'bson'
import type { Published } from '../actors/runtime/contract.ts'
import { Fenced, type Found, type Persistence, recentMax, type Write } from '../actors/runtime/persistence.ts'
import type { Address, Command } from '../actors/runtime/turn.ts'
import { newId } from '../kernel/id.ts'
import { type Batch, Batches } from './batches.ts'
import type { Store, Stored } from './connection.ts'
import type { ActorDocuments, Records } from './documents.ts'
import { homeOf } from './kinds.ts'
import type { Rest } from './rest.ts'

/** The one write of DESIGN 3.2: actors, their rows and their events in MongoDB. */
export class MongoPersistence implements Persistence {
  readonly #store: Store
  readonly #rest: Rest
  readonly #documents: ActorDocuments
  readonly #batches: Batches

  constructor(store: Store, rest: Rest, documents: ActorDocuments) {
    this.#store = store
    this.#rest = rest
    this.#documents = documents
    this.#batches = new Batches(store)
  }

  get counters() {
    return this.#batches.counters
  }

  async claim(address: Address, owner: string): Promise<Found | undefined> {
    const { workspaceId, kind, id } = address
    await this.#rest.ready(workspaceId)
    const found = await this.#store
      .collection(homeOf(kind))
      .findOneAndUpdate({ _id: id, workspaceId }, { $set: { 'actor.owner': owner } }, { returnDocument: 'after' })
    return found ? this.#documents.read(address, found as Stored & { actor: Bson }) : undefined
  }

  async commit(write: Write) {
    const waiting = this.#rest.ready(write.address.workspaceId)
    if (waiting) await waiting
    const records = this.#documents.recordsOf(write)
    const { workspaceId, kind, id } = write.address
    const filter = { _id: id, workspaceId, 'actor.owner': write.owner, 'actor.rev': write.rev }
    const update = this.#documents.updateOf(write, recentMax)
    const batch: Batch = { op: { updateOne: { filter, update, upsert: true } }, records }
    if (!(await this.#batches.add(homeOf(kind), batch))) throw new Fenced(write.address)
  }

  async redo(_: Address, records: readonly unknown[]): Promise<Published[]> {
    const found = records as Records[]
    if (found.length === 0) return []
    await this.#batches.record(found)
    return found.flatMap(({ events }) => events.map((event) => this.#documents.eventOf(event)))
  }

  async bury(command: Command, error: unknown) {
    const { workspaceId, kind, id } = command.to
    await this.#rest.ready(workspaceId)
    const letter = newId('ded')
    await this.#store.collection('dead_letters').insertOne({
      _id: letter,
      workspaceId,
      to: { kind, id },
      command: {
        ...command,
        to: { kind, id },
        input: this.#documents.sealed(workspaceId, `dead_letters/${letter}`, command.input),
      },
      error: { name: (error as Error).name, message: (error as Error).message.slice(0, 2_000) },
      at: new Date(),
    })
  }

  async dueActors(kind: string, { due, outBefore }: { due: number; outBefore: number }, limit: number) {
    const home = this.#store.collection(homeOf(kind))
    const projection = { _id: 1, workspaceId: 1 }
    const [reminded, holding] = await Promise.all([
      home
        .find({ 'actor.due': { $lte: new Date(due) } }, { projection })
        .sort({ 'actor.due': 1 })
        .limit(limit)
        .toArray(),
      home
        .find({ 'actor.outAt': { $lte: new Date(outBefore) } }, { projection })
        .sort({ 'actor.outAt': 1 })
        .limit(limit)
        .toArray(),
    ])
    return [...reminded, ...holding].map(({ _id: id, workspaceId }): Address => {
      return { workspaceId: workspaceId as string, kind, id }
    })
  }
}
