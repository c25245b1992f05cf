import { basename, dirname, join, resolve } from 'node:path'
import { existsSync, statSync } from 'node:fs'
import { z } from 'zod'
import type { Config } from '../../../kernel/config.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { createLog } from '../../../kernel/log.ts'
import { Problem } from '../../../kernel/problem.ts'
import { KeyBook } from '../../../store/archive/key-book.ts'
import { bookParts, identitiesOf } from '../backups/identities.ts'
import { BackupKeeper } from '../backups/keeper.ts'
import { askControl, type Controls, NotRunning } from '../control.ts'
import { secretsOf } from '../secrets.ts'
import { readConfig } from './environment.ts'
import { checkRestored, hasStore, storeDirectory } from './store-controls.ts'
import { say } from './words.ts'

const Where = z.object({ to: z.string().min(1).max(4_096).optional() })
const withinMs = 6 * 60 * 60_000

/** What may be asked about backups of whoever has the storage open. */
export function backupControls(keeper: () => BackupKeeper, config: () => Pick<Config, 'backups'>): Controls {
  return {
    'backups/make': async (input) => {
      const to = Where.parse(input).to ?? `${resolve(config().backups.directory)}/`
      const isDirectory = existsSync(to) && statSync(to).isDirectory()
      try {
        return await keeper().makeAt(isDirectory && !to.endsWith('/') ? `${to}/` : to)
      } catch (error) {
        if (error instanceof Problem) throw error
        // What is wrong with a disk or a path is for whoever asked.
        throw new Problem('invalid', 'backup_failed', error instanceof Error ? error.message : String(error))
      }
    },
  }
}

/** The running server; where none runs, we do what it would. */
export async function askKeeper(config: Config, what: string, input: object): Promise<unknown> {
  try {
    return await askControl(config.dataDir, what, input, { withinMs })
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error
  }
  checkRestored(config)
  if (config.mongodbUri === undefined && !hasStore(config))
    throw new Problem('missing', 'no_store', `There is no store in ${storeDirectory(config)}.`)
  const { openStorage } = await import('../storage.ts')
  const { masterKeys } = secretsOf(config)
  const storage = await openStorage(config, masterKeys)
  try {
    const log = createLog(config.logLevel)
    const keeper = new BackupKeeper({ config, storage, masterKeys, now: () => systemClock.now(), log })
    return await backupControls(
      () => keeper,
      () => config,
    )[what]?.(input)
  } finally {
    await storage.close()
  }
}

/** The keys beside a backup, or where somebody says. */
export function bookAt(config: Config, file: string, keys: string | undefined): KeyBook {
  const path = resolve(keys ?? join(dirname(file), 'keys.age'))
  const { masterKeys } = secretsOf(config)
  return new KeyBook({ ...bookParts(config, masterKeys(), dirname(path)), name: basename(path) })
}

/** Prints the identity that opens backups, for `age -d -i`. */
export async function backupKey(): Promise<number> {
  const config = readConfig()
  const [identity = ''] = identitiesOf(config, secretsOf(config).masterKeys())
  say(identity)
  return 0
}
