import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mongoose from 'mongoose'
import { loadConfig } from '../../kernel/config.ts'
import { startEmbeddedStore } from '../../store/embedded/start.ts'

/** A database of a test's own, empty at first, and gone when it is closed. */
export interface FreshDatabase {
  uri: string
  close(): Promise<void>
}

const { mongodbUri } = loadConfig()

/** For an `App` whose files are looked at: its data rests in its own directory, unless the run has another store. */
export const inItsOwnDirectory = mongodbUri === undefined ? { MONGODB_URI: '' } : {}

/** On the server of `MONGODB_URI`; undefined where the tests run on the embedded store. */
export function freshElsewhere(): FreshDatabase | undefined {
  return mongodbUri === undefined ? undefined : databaseOn(mongodbUri)
}

/** On the server of `MONGODB_URI`, else on the one embedded store of this process. */
export async function freshDatabase(): Promise<FreshDatabase> {
  return freshElsewhere() ?? databaseOn((await (embedded ??= startEmbedded())).uri)
}

/** One for all that a process tests: each thread of a store costs a third of a second of CPU before it answers. */
let embedded: ReturnType<typeof startEmbedded> | undefined

function startEmbedded() {
  const directory = mkdtempSync(join(tmpdir(), 'careline-test-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  // Tests have clocks of their own, which stand in the past: by the real one, what they keep has long expired.
  return startEmbeddedStore({ directory, durability: 'relaxed', expiryEveryMs: 24 * 3_600_000 })
}

/** A database with a name of its own on the server of this address; the one that the address names is left alone. */
export function databaseOn(address: string): FreshDatabase {
  const uri = withDatabase(address, `careline_test_${randomBytes(6).toString('hex')}`)
  return {
    uri,
    close: async () => {
      const client = await mongoose.mongo.MongoClient.connect(uri, { serverSelectionTimeoutMS: 3_000 })
      await client.db().dropDatabase()
      await client.close()
    },
  }
}

/** Whoever signs in does so where the address said, whichever database is used. */
export function withDatabase(address: string, name: string): string {
  const [, server = '', database = '', query = ''] =
    /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(address) ?? []
  const options = new URLSearchParams(query)
  if (server.includes('@') && !options.has('authSource')) options.set('authSource', database || 'admin')
  return `${server}/${name}${options.size > 0 ? `?${options.toString()}` : ''}`
}
