import { join } from 'node:path'
import type { Store } from './commands/command.ts'
import { Cursors } from './cursors.ts'
import { Catalog } from './engine/catalog.ts'
import { Committer } from './engine/commit.ts'
import type { Durability } from './engine/commit.ts'
import { Database } from './engine/database.ts'
import { DirectoryLock } from './lock.ts'
import { StoreServer } from './server.ts'
import { removeExpired } from './expiry.ts'

export interface OpenOptions {
  directory: string
  socket: string
  durability: Durability
  isReadOnly: boolean
  cursorIdleMs: number
  expiryEveryMs: number
}

const SWEEP_MS = 1000

/** A damaged file is named, and nothing is tried on it. */
function opened(file: string): { database: Database; catalog: Catalog } {
  try {
    const database = new Database(file)
    return { database, catalog: new Catalog(database) }
  } catch (error) {
    const why = (error as Error).message
    throw new Error(`The store's file ${file} cannot be opened: ${why}. Restore it (and its -wal) from a backup.`, {
      cause: error,
    })
  }
}

/** Opens the store in this thread: lock, files, socket. `failed` hears of what must end it. */
export async function open(
  options: OpenOptions,
  failed: (error: Error) => void,
): Promise<{ close: () => Promise<void> }> {
  const lock = new DirectoryLock(options.directory)
  const file = join(options.directory, 'careline.sqlite')
  const { database, catalog } = opened(file)
  const committer = new Committer(database, file, options.durability, { rolledBack: () => catalog.load(), failed })
  const cursors = new Cursors(options.cursorIdleMs)
  const store: Store = { database, catalog, committer, cursors, isReadOnly: options.isReadOnly, socket: options.socket }
  const server = new StoreServer(store)
  await server.listen()
  const sweep = setInterval(() => cursors.closeIdle(), Math.min(SWEEP_MS, options.cursorIdleMs))
  const expiry = setInterval(() => void removeExpired(store, new Date()).catch(failed), options.expiryEveryMs)
  if (options.isReadOnly) clearInterval(expiry)
  return {
    close: async () => {
      clearInterval(sweep)
      clearInterval(expiry)
      await server.close()
      await committer.close()
      database.close()
      lock.release()
    },
  }
}
