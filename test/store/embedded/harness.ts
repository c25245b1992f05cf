import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mongoose from 'mongoose'
import { startEmbeddedStore, type EmbeddedStore, type EmbeddedStoreOptions } from '../../../store/embedded/start.ts'

export const { MongoClient, ObjectId, Long, Decimal128, Double, Int32, Binary, Timestamp, MinKey, MaxKey, BSONRegExp } =
  mongoose.mongo

/** A store of a test's own, a client on it, and a collection of any shape; gone after the suite. */
export class Opened {
  directory = ''
  store!: EmbeddedStore
  client!: InstanceType<typeof MongoClient>

  get db() {
    return this.client.db()
  }

  collection(name = 'things') {
    return this.db.collection<any>(name)
  }

  async fresh(name = 'things') {
    await this.db.dropCollection(name)
    return this.collection(name)
  }
}

export function openedStore(options: Partial<EmbeddedStoreOptions> = {}): Opened {
  const opened = new Opened()
  before(async () => {
    opened.directory = mkdtempSync(join(tmpdir(), 'careline-store-'))
    opened.store = await startEmbeddedStore({ directory: opened.directory, ...options })
    opened.client = await MongoClient.connect(opened.store.uri, { serverSelectionTimeoutMS: 2000 })
  })
  after(async () => {
    await opened.client.close()
    await opened.store.close()
    rmSync(opened.directory, { recursive: true, force: true })
  })
  return opened
}

/** The error that a promise ends with; none is itself an error. */
export async function refusal(promise: Promise<unknown>): Promise<any> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('That was not refused.')
}

/** The stages of a winning plan from the outside in. */
export function stages(explained: any): string[] {
  const names: string[] = []
  for (let stage = explained.queryPlanner.winningPlan; stage; stage = stage.inputStage) names.push(stage.stage)
  return names
}
