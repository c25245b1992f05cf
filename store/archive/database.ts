import mongoose from 'mongoose'

type Db = ReturnType<InstanceType<typeof mongoose.mongo.MongoClient>['db']>
const { EJSON } = mongoose.mongo.BSON

/** Values as they are: an int stays an int, a double a double. */
const exact = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const
const batchDocuments = 500
/** As long as something is in it, what is there is half a backup: nobody starts on it. */
export const restoring = 'careline_restore'

/** A database as something that is read or filled whole, whatever server it is on. */
export class WholeDatabase {
  readonly #client: InstanceType<typeof mongoose.mongo.MongoClient>
  readonly #db: Db
  readonly #session: ReturnType<InstanceType<typeof mongoose.mongo.MongoClient>['startSession']> | undefined

  private constructor(client: InstanceType<typeof mongoose.mongo.MongoClient>, db: Db, isOneMoment: boolean) {
    this.#client = client
    this.#db = db
    this.#session = isOneMoment ? client.startSession({ snapshot: true }) : undefined
  }

  /** Resolves when the server has answered. */
  static async open(uri: string): Promise<WholeDatabase> {
    const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 3_000, appName: 'careline-archive' })
    await client.connect()
    const isNamed = /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(uri)
    const db = isNamed ? client.db() : client.db('careline')
    // A replica set keeps the past for some minutes: everything is then read as of one moment.
    const hello = await db.command({ hello: 1 })
    return new WholeDatabase(client, db, typeof hello['setName'] === 'string' || hello['msg'] === 'isdbgrid')
  }

  /** Whether what is read is of one moment, as of a replica set; otherwise each collection is of its own. */
  get isOneMoment() {
    return this.#session !== undefined
  }

  async names(): Promise<string[]> {
    const all = await this.#db.listCollections({}, { nameOnly: true }).toArray()
    return all
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('system.') && name !== restoring)
      .sort()
  }

  /** Only what is empty is filled, or what an interrupted restore has begun to fill. @throws where there is other data */
  async begin(): Promise<void> {
    if ((await this.#db.collection(restoring).findOne({})) !== null) await this.#db.dropDatabase()
    for (const name of await this.names())
      if ((await this.#db.collection(name).findOne({})) !== null)
        throw new Error(`the database has data (in ${name}): give an empty one`)
    await this.#db.collection(restoring).insertOne({ since: new Date() })
  }

  async finish(): Promise<void> {
    await this.#db.dropCollection(restoring)
  }

  /** Every document as one line of canonical Extended JSON, in the order of `_id`. */
  async *lines(name: string): AsyncGenerator<string> {
    const options = { ...exact, ...(this.#session && { session: this.#session }) }
    const cursor = this.#db.collection(name).find({}, options).sort({ _id: 1 }).hint('_id_').batchSize(batchDocuments)
    for await (const document of cursor) yield EJSON.stringify(document, { relaxed: false })
  }

  /** Takes lines that `lines` gave. */
  async fill(name: string, lines: readonly string[]): Promise<void> {
    const documents = lines.map((line) => EJSON.parse(line, { relaxed: false }) as mongoose.mongo.Document)
    if (documents.length > 0) await this.#db.collection(name).insertMany(documents, { ordered: true })
  }

  /** The files of which bytes rest in this store, in the order of `_id`. */
  async *resting(store: 'disk' | 's3'): AsyncGenerator<mongoose.mongo.Document[]> {
    const named = { $or: [{ 'blob.store': store }, { 'thumb.blob.store': store }] }
    const files = this.#db.collection<{ _id: string }>('files')
    for (let after = ''; ;) {
      const found = await files
        .find({ ...named, _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(batchDocuments)
        .toArray()
      yield found
      const last = found.at(-1)
      if (!last || found.length < batchDocuments) return
      after = last._id
    }
  }

  async restOn(store: 'disk' | 's3', field: 'blob' | 'thumb.blob', ids: readonly string[]): Promise<void> {
    const files = this.#db.collection<{ _id: string }>('files')
    await files.updateMany({ _id: { $in: [...ids] } }, { $set: { [`${field}.store`]: store } })
  }

  async drop(): Promise<void> {
    await this.#db.dropDatabase()
  }

  /** Takes away what belongs to a workspace. */
  async without(workspaceId: string): Promise<void> {
    for (const name of await this.names())
      await this.#db.collection(name).deleteMany({ $or: [{ workspaceId }, { _id: workspaceId as never }] })
  }

  async close(): Promise<void> {
    await this.#session?.endSession()
    await this.#client.close()
  }
}
