import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from './commands/command.ts'
import { compact, isWorthwhile } from './compact.ts'
import { Cursors } from './cursors.ts'
import { Catalog } from './engine/catalog.ts'
import { Committer } from './engine/commit.ts'
import type { Durability } from './engine/commit.ts'
import { Database } from './engine/database.ts'
import { Settler } from './engine/settler.ts'
import { removeExpired } from './expiry.ts'
import { DirectoryLock } from './lock.ts'
import { Observer } from './observe.ts'
import type { StoreEvent } from './observe.ts'
import { Operations } from './operations.ts'
import type { Ask } from './operations.ts'
import { StoreServer } from './server.ts'
import { Turns } from './turns.ts'

export interface OpenOptions {
  directory: string
  socket: string
  /** Also on this port of 127.0.0.1; 0: any that is free; null: not at all. */
  tcpPort: number | null
  durability: Durability
  isReadOnly: boolean
  cursorIdleMs: number
  expiryEveryMs: number
  slowMs: number
  /** Bytes on empty pages that are worth a compaction at the start. */
  compactBytes: number
}

export interface OpenStore {
  tcpPort: number | null
  carryOut: (ask: Ask) => Promise<unknown>
  close: () => Promise<void>
}

interface On {
  /** Hears of what must end the store. */
  failed: (error: Error) => void
  happened: (event: StoreEvent) => void
}

const SWEEP_MS = 1000

/** A damaged file is named, and nothing is tried on it. */
function opened(directory: string, file: string): { database: Database; catalog: Catalog } {
  try {
    checkKept(directory, file)
    const database = new Database(file)
    const catalog = new Catalog(database)
    if (!existsSync(markIn(directory))) writeFileSync(markIn(directory), '', { mode: 0o600 })
    return { database, catalog }
  } catch (error) {
    const why = (error as Error).message
    const advice = /disk is full|ENOSPC/.test(why) ? 'Make room: nothing of it is lost.' : HOW_TO_RESTORE
    throw new Error(`The store's file ${file} cannot be opened: ${why}. ${advice}`, { cause: error })
  }
}

function tidy(catalog: Catalog): void {
  try {
    catalog.dropLeftovers()
  } catch (error) {
    // A store on a full disk must open all the same: what is left over waits for the next time.
    if (!/full/.test((error as Error).message)) throw error
  }
}

const HOW_TO_RESTORE =
  'Restore it from a backup: move it and its -wal away, keep them, then run careline restore --from BACKUP.'

/** SQLite would make a new, empty database where a file has gone or has no bytes left: this says that one was there. */
function checkKept(directory: string, file: string): void {
  const bytes = existsSync(file) ? statSync(file).size : 0
  const logBytes = existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0
  if (bytes > 0 || (logBytes === 0 && !existsSync(markIn(directory)))) return
  throw new Error(existsSync(file) ? 'it is empty, and was not' : 'it was there, and has gone')
}

const markIn = (directory: string) => join(directory, 'kept')

/** Opens the store in this thread: lock, files, socket. */
export async function open(options: OpenOptions, { failed, happened }: On): Promise<OpenStore> {
  const { directory, socket, isReadOnly } = options
  const lock = new DirectoryLock(directory)
  const file = join(directory, 'careline.sqlite')
  const { database, catalog } = opened(directory, file)
  const observer = new Observer(happened, options.slowMs)
  database.scanned = (namespace, filter) => observer.scanned(namespace, filter)
  if (!isReadOnly) tidy(catalog)
  if (!isReadOnly && isWorthwhile(database, file, options.compactBytes)) {
    const { before, after, ms } = compact(database, file)
    observer.compacted(before.bytes, after.bytes, ms)
  }
  const committer = new Committer(database, file, options.durability, { rolledBack: () => catalog.load(), failed })
  const cursors = new Cursors(options.cursorIdleMs)
  const turns = new Turns()
  const store: Store = { database, catalog, committer, cursors, turns, isReadOnly, socket, observer }
  const operations = new Operations(store, file)
  const server = new StoreServer(store)
  const tcpPort = await server.listen(options.tcpPort)
  const sweep = setInterval(() => cursors.closeIdle(), Math.min(SWEEP_MS, options.cursorIdleMs))
  const expiry = setInterval(() => void removeExpired(store, new Date()).catch(failed), options.expiryEveryMs)
  if (isReadOnly) clearInterval(expiry)
  const settler = new Settler(database, committer, failed)
  if (isReadOnly) settler.stop()
  return {
    tcpPort,
    carryOut: (ask) => operations.carryOut(ask),
    close: async () => {
      clearInterval(sweep)
      clearInterval(expiry)
      settler.stop()
      await server.close()
      await operations.close()
      if (!isReadOnly) await settler.all()
      await committer.close()
      database.close()
      lock.release()
    },
  }
}
