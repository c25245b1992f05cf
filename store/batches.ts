import type { AnyBulkWriteOperation, Document as Bson } from 'mongodb'
import type { Store, Stored } from './connection.ts'
import type { Records, RestingRow } from './documents.ts'
import { Lanes } from './lanes.ts'
import type { CollectionName } from './models/index.ts'

export interface Batch {
  op: { updateOne: { filter: Bson; update: Bson; upsert: true } }
  records: Records
  /** Nobody needs it at once. */
  canWait: boolean
}
interface Waiting extends Batch {
  resolve(isDone: boolean): void
  reject(error: unknown): void
}

const duplicateKey = 11_000
/**
 * Rows are in the actor's document until they are down, and it is on disk: after a power loss they are written again.
 * So nobody waits for the disk a second time; what forgets them in the document is written after them, in every log.
 */
const unsynced = { ordered: false, writeConcern: { w: 1, j: false } } as const

/** Group commit: all actors that are to be written at one moment go together, and so do their rows and events. */
export class Batches {
  readonly #store: Store
  readonly #lanes = new Map<CollectionName, Lanes<Waiting>>()
  readonly counters = { roundTrips: 0, documents: 0, rows: 0, events: 0 }

  constructor(store: Store) {
    this.#store = store
  }

  /** True when the document and all that it brings are down; false when another owner's document stood in the way. */
  add(home: CollectionName, batch: Batch): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const lanes = this.#lanes.get(home) ?? new Lanes((batch) => this.#flush(home, batch))
      this.#lanes.set(home, lanes)
      lanes.add({ ...batch, resolve, reject }, batch.canWait)
    })
  }

  hasten(home?: CollectionName) {
    if (home !== undefined) this.#lanes.get(home)?.hasten()
    else for (const lanes of this.#lanes.values()) lanes.hasten()
  }

  async record(records: readonly Records[]) {
    const rows = new Map<CollectionName, RestingRow[]>()
    for (const row of records.flatMap((one) => one.rows)) {
      const known = rows.get(row.in)
      if (known) known.push(row)
      else rows.set(row.in, [row])
    }
    const events = records.flatMap((one) => one.events)
    this.counters.events += events.length
    await Promise.all([
      ...[...rows].map(([home, all]) => this.#rows(home, all)),
      this.#insert('events', events),
      this.#insert(
        'decisions',
        records.flatMap((one) => one.decisions),
      ),
    ])
  }

  /** The next need not wait for the rows of these. */
  async #flush(home: CollectionName, batch: Waiting[]) {
    try {
      const missed = await this.#write(home, batch)
      void this.#written(batch, missed)
    } catch (error) {
      for (const waiting of batch) waiting.reject(error)
    }
  }

  async #written(batch: Waiting[], missed: Map<number, number>) {
    try {
      const written = batch.filter((_, index) => !missed.has(index))
      if (written.length > 0) await this.record(written.map(({ records }) => records))
      for (const [index, waiting] of batch.entries()) {
        const error = missed.get(index)
        if (error === undefined) waiting.resolve(true)
        else if (error === duplicateKey) waiting.resolve(false)
        else waiting.reject(new Error(`the store refused this document (${error})`))
      }
    } catch (error) {
      for (const waiting of batch) waiting.reject(error)
    }
  }

  /** Answers which operations did not apply, with their error codes. Rejects when nobody knows. */
  async #write(home: CollectionName, batch: Waiting[]) {
    this.counters.roundTrips++
    this.counters.documents += batch.length
    const ops = batch.map(({ op }) => op as AnyBulkWriteOperation<Stored>)
    return failures(() => this.#store.collection(home).bulkWrite(ops, { ordered: false }))
  }

  async #rows(home: CollectionName, rows: RestingRow[]) {
    this.counters.rows += rows.length
    // Side by side: the driver's own bulk would send the updates when the inserts are answered.
    for (const wave of waves(rows))
      await Promise.all([
        this.#insert(
          home,
          wave.flatMap(({ insert }) => insert ?? []),
        ),
        this.#update(
          home,
          wave.filter(({ insert }) => !insert),
        ),
      ])
  }

  async #insert(home: CollectionName, documents: Stored[]) {
    if (documents.length === 0) return
    this.counters.roundTrips++
    refuse(await failures(() => this.#store.collection(home).insertMany(documents, unsynced)))
  }

  async #update(home: CollectionName, rows: RestingRow[]) {
    if (rows.length === 0) return
    this.counters.roundTrips++
    refuse(await failures(() => this.#store.collection(home).bulkWrite(rows.map(updateOf), unsynced)))
  }
}

/** Several writes of one row keep their order; rows of different ids need none. */
function waves(rows: RestingRow[]) {
  const counts = new Map<string, number>()
  const waves: RestingRow[][] = []
  for (const row of rows) {
    const nth = counts.get(row.id) ?? 0
    counts.set(row.id, nth + 1)
    const wave = (waves[nth] ??= [])
    wave.push(row)
  }
  return waves
}

function updateOf({ id, set, below, rev }: RestingRow): AnyBulkWriteOperation<Stored> {
  const filter = { _id: id, rev: { $lte: rev }, ...(below && { [below.field]: { $lt: below.value } }) }
  return { updateOne: { filter, update: { $set: { ...set, rev } } } }
}

async function failures(write: () => Promise<unknown>) {
  const failed = new Map<number, number>()
  try {
    await write()
  } catch (error) {
    const { writeErrors } = error as {
      writeErrors?: { index: number; code: number }[] | { index: number; code: number }
    }
    const all = writeErrors === undefined ? [] : [writeErrors].flat()
    if (all.length === 0) throw error
    for (const { index, code } of all) failed.set(index, code)
  }
  return failed
}

/** A row that is there already was written before a crash: that is what doing it again means. */
function refuse(failed: Map<number, number>) {
  for (const code of failed.values()) if (code !== duplicateKey) throw new Error(`the store refused a row (${code})`)
}
