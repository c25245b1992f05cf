import type { IndexDescription } from 'mongodb'
import mongoose, { type Connection } from 'mongoose'
import { type CollectionName, type Model, models, type TenantName } from './models/index.ts'
import { endWritesWithTheirConnections } from './ended-writes.ts'

endWritesWithTheirConnections()

/** A document as it rests. Fields are read through the contract's codec, never guessed. */
export interface Stored {
  _id: string
  [field: string]: unknown
}
export type Filter = Record<string, unknown>

export interface FindOptions {
  sort?: Record<string, 1 | -1>
  limit?: number
  projection?: Record<string, 0 | 1>
  /** By which index, where the database might take another. */
  hint?: Record<string, 1 | -1>
}

const limitMax = 1_000

const described = ([key, options = {}]: Model['indexes'][number]) => ({ ...options, key }) as IndexDescription

/** The connection to MongoDB, or to whatever speaks its protocol. Nothing here knows which of them it is. */
export class Store {
  readonly connection: Connection

  private constructor(connection: Connection) {
    this.connection = connection
  }

  /** Connects, and makes the collections and their indexes where they are missing. Rejects when it cannot. */
  static async open(uri: string): Promise<Store> {
    const connection = await mongoose
      .createConnection(uri, {
        autoIndex: false,
        autoCreate: false,
        bufferCommands: false,
        maxPoolSize: 24, // Commits, rows and events of several groups are under way together: see `lanes.ts`.
        serverSelectionTimeoutMS: 3_000,
        waitQueueTimeoutMS: 5_000,
        // A store that falls silent is asked for a sign so often, and given so long; then whatever waits for it fails.
        heartbeatFrequencyMS: 2_000,
        connectTimeoutMS: 5_000,
        socketTimeoutMS: 20_000, // One request that hangs must not hang us: its outcome is then unknown, and treated so.
        appName: 'careline',
      })
      .asPromise()
    // By the driver: a schema and a model of each collection would cost as much again, and nobody asks them anything.
    await Promise.all(
      Object.entries<Model>(models)
        .filter(([, { indexes }]) => indexes.length > 0)
        .map(([name, { indexes }]) => connection.collection(name).createIndexes(indexes.map(described))),
    )
    const former = Object.entries<Model>(models).flatMap(([name, model]) =>
      (model.former ?? []).map((one) => [name, one]),
    )
    await Promise.all(former.map(([name = '', index = '']) => withoutIndex(connection, name, index)))
    return new Store(connection)
  }

  /** Of what belongs to no workspace. */
  platform(name: Exclude<CollectionName, TenantName>) {
    return this.connection.collection<Stored>(name)
  }

  /** One workspace's documents; there is no way to another's. */
  of(workspaceId: string): Tenant {
    if (!workspaceId) throw new Error('a query needs its workspace')
    return new Tenant(this.connection, workspaceId)
  }

  /** For the runtime and the sweeps alone, which serve all workspaces; `one-door-to-mongo` keeps others out. */
  collection(name: CollectionName) {
    return this.connection.collection<Stored>(name)
  }

  async ping() {
    await this.connection.db?.command({ ping: 1 })
  }

  async close() {
    await this.connection.close()
  }
}

export class Tenant {
  readonly workspaceId: string
  readonly #connection: Connection

  constructor(connection: Connection, workspaceId: string) {
    this.#connection = connection
    this.workspaceId = workspaceId
  }

  #of(name: TenantName) {
    return this.#connection.collection<Stored>(name)
  }

  #mine(filter: Filter) {
    return { ...filter, workspaceId: this.workspaceId }
  }

  /** At most `limit` documents (1,000 where none is named). */
  find(name: TenantName, filter: Filter, { sort = {}, limit = limitMax, projection = {}, hint }: FindOptions = {}) {
    const options = { projection, ...(hint && { hint }) }
    return this.#of(name).find(this.#mine(filter), options).sort(sort).limit(Math.min(limit, limitMax)).toArray()
  }

  async one(name: TenantName, filter: Filter, options: Omit<FindOptions, 'limit'> = {}): Promise<Stored | undefined> {
    const [found] = await this.find(name, filter, { ...options, limit: 1 })
    return found
  }

  /** How many there are, up to `max`. */
  async count(name: TenantName, filter: Filter, max: number): Promise<number> {
    return this.#of(name).countDocuments(this.#mine(filter), { limit: max })
  }

  /** How many match, by each combination that there is of these fields. */
  async tally(
    name: TenantName,
    filter: Filter,
    fields: readonly string[],
  ): Promise<{ of: unknown[]; count: number }[]> {
    const key = Object.fromEntries(fields.map((field, index) => [`f${String(index)}`, `$${field}`]))
    const groups = [{ $match: this.#mine(filter) }, { $group: { _id: key, count: { $sum: 1 } } }]
    const found = await this.#of(name).aggregate<{ _id: Record<string, unknown>; count: number }>(groups).toArray()
    return found.map(({ _id, count }) => ({ of: fields.map((_, index) => _id[`f${String(index)}`] ?? null), count }))
  }

  async insert(name: TenantName, document: Stored) {
    await this.#of(name).insertOne({ ...document, workspaceId: this.workspaceId })
  }

  /** True when a document was there and matched. */
  async update(name: TenantName, filter: Filter, update: Record<string, unknown>) {
    const { matchedCount } = await this.#of(name).updateOne(this.#mine(filter), staying(update))
    return matchedCount > 0
  }

  /** The document as it is after the change; undefined where none matched. */
  async change(name: TenantName, filter: Filter, update: Record<string, unknown>): Promise<Stored | undefined> {
    const changed = this.#of(name).findOneAndUpdate(this.#mine(filter), staying(update), { returnDocument: 'after' })
    return (await changed) ?? undefined
  }

  async remove(name: TenantName, filter: Filter) {
    const { deletedCount } = await this.#of(name).deleteOne(this.#mine(filter))
    return deletedCount > 0
  }

  async removeAll(name: TenantName, filter: Filter) {
    await this.#of(name).deleteMany(this.#mine(filter))
  }

  explain(name: TenantName, filter: Filter, { sort = {}, limit = limitMax, hint }: FindOptions = {}) {
    return this.#of(name)
      .find(this.#mine(filter), hint ? { hint } : {})
      .sort(sort)
      .limit(limit)
      .explain('queryPlanner')
  }
}

/** A document never moves to another workspace, whatever the update was made of. */
function staying(update: Record<string, unknown>) {
  const isMoving = Object.entries(update).some(
    ([name, fields]) =>
      name === 'workspaceId' || (typeof fields === 'object' && fields !== null && 'workspaceId' in fields),
  )
  if (isMoving) throw new Error('an update names no workspace: it is the one that was asked')
  return update
}

async function withoutIndex(connection: Connection, name: string, index: string) {
  try {
    await connection.collection(name).dropIndex(index)
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== indexNotFound) throw error
  }
}
const indexNotFound = 27

/** MongoDB's answer to a second document with the same key. */
export const isDuplicate = (error: unknown) => (error as { code?: unknown } | null)?.code === 11_000

/** Epoch ms of a date that rests in a document; null where there is none. */
export const timeOf = (value: unknown) => (value instanceof Date ? value.getTime() : null)
