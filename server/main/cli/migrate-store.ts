import type { Config } from '../../../kernel/config.ts'
import { missing, Problem } from '../../../kernel/problem.ts'
import { startEmbeddedStore } from '../../../store/embedded/start.ts'
import { type Copied, migrate, MigrationRefused } from '../../../store/migrate.ts'
import { readConfig } from './environment.ts'
import { checkRestored, hasStore, storeDirectory } from './store-controls.ts'
import { aligned, complain, say } from './words.ts'

const speaks = /^mongodb(\+srv)?:\/\//
const progressMs = 1_000

/** Copies all data from one store into another. The side that is not named is the embedded one of this directory. */
export async function migrateStore({ from, to }: { from?: string; to?: string }): Promise<number> {
  checkAddresses([from, to])
  const config = readConfig()
  const embedded = from !== undefined && to !== undefined ? undefined : await own(config, from === undefined)
  try {
    const uri = embedded?.uri ?? ''
    return report(await copied(from ?? uri, to ?? uri), to ?? `the store in ${storeDirectory(config)}`, to)
  } finally {
    await embedded?.close()
  }
}

function checkAddresses(given: readonly (string | undefined)[]) {
  const uris = given.filter((uri) => uri !== undefined)
  if (uris.length === 0)
    throw new Problem('invalid', 'no_target', 'Say where to (--to mongodb://…) or where from (--from mongodb://…).')
  const wrong = uris.find((uri) => !speaks.test(uri))
  if (wrong !== undefined)
    throw new Problem(
      'invalid',
      'uri',
      `"${wrong.slice(0, 40)}" is no address of a MongoDB, which begins with mongodb://.`,
    )
}

/** As the source nothing is written into it, and nothing expires; its lock keeps everybody else out. */
function own(config: Config, isSource: boolean) {
  checkRestored(config)
  const directory = storeDirectory(config)
  if (isSource && !hasStore(config)) throw missing('no_store', `There is no store in ${directory}.`)
  return startEmbeddedStore({ directory, readOnly: isSource })
}

async function copied(from: string, to: string): Promise<Copied[]> {
  let toldAt = 0
  try {
    return await migrate(from, to, {
      at: (collection, documents, of) => {
        if (Date.now() - toldAt < progressMs) return
        toldAt = Date.now()
        complain(`  ${collection}: ${documents} of ${of}`)
      },
    })
  } catch (error) {
    if (error instanceof MigrationRefused) throw new Problem('conflict', 'migration', error.message)
    throw error
  }
}

function report(copied: readonly Copied[], target: string, uri: string | undefined): number {
  const rows = copied.map(({ name, documents, indexes, sha256 }) => [
    name,
    `${documents} documents`,
    `${indexes} indexes`,
    sha256.slice(0, 16),
  ])
  if (rows.length > 0) say(aligned(rows))
  // An address may hold a password.
  say(`All is in ${target.replace(/\/\/[^@/]*@/, '//…@')}, compared by number and hash.`)
  if (uri !== undefined) say('Set MONGODB_URI to it. Files and keys stay in CARELINE_DATA; the old store is as it was.')
  return 0
}
