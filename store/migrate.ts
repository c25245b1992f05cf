import { createHash } from 'node:crypto'
import mongoose from 'mongoose'

type Client = InstanceType<typeof mongoose.mongo.MongoClient>
type Db = ReturnType<Client['db']>
type Document = mongoose.mongo.Document

/** What one collection has: compared between both sides. */
export interface Copied {
  name: string
  documents: number
  /** Of all documents as bytes, in the order of their `_id`. */
  sha256: string
  indexes: number
}

export interface MigrationProgress {
  /** Called when a collection begins (with what an interrupted copy left there), after each batch, and at its end. */
  at(collection: string, documents: number, of: number): void
}

interface Listed {
  name: string
  type: string
  options?: object
  info?: { uuid?: { toString(as: 'hex'): string } }
}

/** What this copy knows of itself, in the target, until it is complete. */
const STATE = 'careline_migration'
const DATABASE = 'careline'
const BATCH_BYTES = 4 * 1024 * 1024
const BATCH_DOCUMENTS = 1_000
/** Values as they are: an int stays an int, a double a double. */
const EXACT = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const

/** The target holds what is not of this copy, or the source what cannot be copied. */
export class MigrationRefused extends Error {}

/**
 * Copies every collection and its indexes from one server into another, both speaking MongoDB's protocol. Nobody may
 * write into the source meanwhile. Interrupted in whatever way, the same call goes on where it was. Every collection is
 * read back and compared by number and hash before the copy counts.
 *
 * @throws MigrationRefused
 */
export async function migrate(from: string, to: string, progress: MigrationProgress): Promise<Copied[]> {
  const [source, target] = await opened([from, to])
  try {
    if (!source || !target) throw new Error('both sides are open')
    return await new Migration(databaseOf(source, from), databaseOf(target, to), progress).run()
  } finally {
    await Promise.all([source?.close(), target?.close()])
  }
}

async function opened(uris: string[]): Promise<Client[]> {
  const options = { serverSelectionTimeoutMS: 3_000, appName: 'careline-migrate', retryWrites: false }
  const clients = uris.map((uri) => new mongoose.mongo.MongoClient(uri, options))
  try {
    return await Promise.all(clients.map((client) => client.connect()))
  } catch (error) {
    await Promise.all(clients.map((client) => client.close()))
    throw error
  }
}

/** The database that the address names; Careline's own where it names none. */
function databaseOf(client: Client, uri: string): Db {
  const isNamed = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(uri)
  return isNamed ? client.db() : client.db(DATABASE)
}

class Migration {
  private readonly source: Db
  private readonly target: Db
  private readonly progress: MigrationProgress

  constructor(source: Db, target: Db, progress: MigrationProgress) {
    this.source = source
    this.target = target
    this.progress = progress
  }

  async run(): Promise<Copied[]> {
    const names = await this.names()
    await this.claim(await this.fingerprint())
    const copied: Copied[] = []
    for (const name of names) copied.push(await this.copy(name))
    // Only now: an index that lets documents expire must not do so while they are compared.
    for (const each of copied) each.indexes = await this.indexes(each.name)
    await this.target.dropCollection(STATE)
    return copied
  }

  private async listed(): Promise<Listed[]> {
    return (await this.source.listCollections().toArray()) as unknown as Listed[]
  }

  private async names(): Promise<string[]> {
    const all = await this.listed()
    const odd = all.filter((each) => each.type === 'view' || Object.keys(each.options ?? {}).length > 0)
    if (odd.length > 0)
      throw new MigrationRefused(
        `Views and collections with options are not copied: ${odd.map((each) => each.name).join(', ')}`,
      )
    const names = all.map(({ name }) => name).filter((name) => !name.startsWith('system.') && name !== STATE)
    return names.sort()
  }

  /** Which data this is: collections keep their UUID for as long as they are. */
  private async fingerprint(): Promise<string> {
    const all = await this.listed()
    const ids = all.map(({ name, info }) => `${name} ${info?.uuid?.toString('hex') ?? ''}`).sort()
    return createHash('sha256').update(ids.join('\n')).digest('hex')
  }

  /** The target must be empty, or hold the beginning of this very copy. */
  private async claim(fingerprint: string): Promise<void> {
    const state = this.target.collection<{ _id: string; fingerprint: string }>(STATE)
    const known = await state.findOne({ _id: 'state' })
    if (known?.fingerprint === fingerprint) return
    if (known)
      throw new MigrationRefused('The target holds the unfinished copy of other data: drop that database first.')
    for (const { name } of await this.target.listCollections({}, { nameOnly: true }).toArray())
      if (!name.startsWith('system.') && (await this.target.collection(name).findOne({})) !== null)
        throw new MigrationRefused(`The target has data (in ${name}): give an empty database.`)
    await state.insertOne({ _id: 'state', fingerprint })
  }

  /** Documents go over in the order of their `_id`, so what is there is always a beginning of the source. */
  private async copy(name: string): Promise<Copied> {
    const of = await this.source.collection(name).countDocuments({}, { hint: '_id_' })
    let documents = await this.target.collection(name).countDocuments({}, { hint: '_id_' })
    this.progress.at(name, documents, of)
    let batch: Document[] = []
    let bytes = 0
    const flush = async () => {
      if (batch.length === 0) return
      await this.target.collection(name).insertMany(batch, { ordered: true, ignoreUndefined: false })
      documents += batch.length
      batch = []
      bytes = 0
      this.progress.at(name, documents, of)
    }
    for await (const raw of this.read(this.source, name, documents)) {
      batch.push(exactly(raw, name))
      bytes += raw.length
      if (bytes >= BATCH_BYTES || batch.length >= BATCH_DOCUMENTS) await flush()
    }
    await flush()
    return this.compared(name)
  }

  private read(database: Db, name: string, skip = 0): AsyncIterable<Uint8Array> {
    const cursor = database.collection(name).find({}, { raw: true }).sort({ _id: 1 }).hint('_id_').skip(skip)
    return cursor.batchSize(BATCH_DOCUMENTS) as unknown as AsyncIterable<Uint8Array>
  }

  private async compared(name: string): Promise<Copied> {
    const [source, target] = await Promise.all([this.hash(this.source, name), this.hash(this.target, name)])
    if (source.documents !== target.documents || source.sha256 !== target.sha256)
      throw new MigrationRefused(
        `${name} is not the same on both sides (${source.documents} and ${target.documents} documents): was it written meanwhile? Drop the target and begin anew.`,
      )
    return { name, ...source, indexes: 0 }
  }

  private async hash(database: Db, name: string): Promise<{ documents: number; sha256: string }> {
    const hash = createHash('sha256')
    let documents = 0
    for await (const raw of this.read(database, name)) {
      hash.update(raw)
      documents++
    }
    return { documents, sha256: hash.digest('hex') }
  }

  /** Answers how many there are, the one of `_id` included; an empty collection is made for its indexes. */
  private async indexes(name: string): Promise<number> {
    const [source, target] = [this.source.collection(name), this.target.collection(name)]
    const wanted = await source.indexes()
    const specifications = wanted.filter((each) => each.name !== '_id_').map(({ v: _, ...each }) => each)
    if (!(await this.target.listCollections({ name }).hasNext())) await this.target.createCollection(name)
    if (specifications.length > 0) await target.createIndexes(specifications)
    const there = new Set((await target.indexes()).map((each) => each.name))
    const lacking = wanted.filter((each) => !there.has(each.name)).map((each) => each.name)
    if (lacking.length > 0) throw new MigrationRefused(`${name} lacks indexes in the target: ${lacking.join(', ')}`)
    return wanted.length
  }
}

/** The document of these bytes, so that it becomes these bytes again. @throws MigrationRefused where it would not */
function exactly(raw: Uint8Array, name: string): Document {
  const document = mongoose.mongo.BSON.deserialize(raw, EXACT)
  if (Buffer.compare(mongoose.mongo.BSON.serialize(document, { ignoreUndefined: false }), raw) === 0) return document
  const id = String(document['_id'])
  throw new MigrationRefused(
    `${name} has a document that JavaScript cannot carry over exactly (_id ${id.slice(0, 100)}).`,
  )
}
