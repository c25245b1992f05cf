import { createHash } from 'node:crypto'
import { chmodSync, closeSync, copyFileSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import type { Database } from './engine/database.ts'
import { rowOf } from './engine/rows.ts'

/** Between two portions of this many pages (4 KiB each) the thread's own reads and writes take their turn. */
const PAGES_AT_ONCE = 256
const TRIES_MAX = 20

/**
 * Copies the open database into a new file, mode 0600, while it is read and written. The copy is one moment of the
 * original: what our own connection writes meanwhile goes into both, and the copy becomes valid in one commit at its
 * end. On disk when this resolves. Rejects, and leaves nothing, when the file exists or cannot be written, or when
 * `signal` ends it.
 */
export async function copyDatabase({ connection }: Database, file: string, signal: AbortSignal): Promise<void> {
  closeSync(openSync(file, 'wx', 0o600)) // Before SQLite, which would make it readable by others.
  try {
    await copied(connection, file, signal)
    synced(file)
    synced(dirname(file))
  } catch (error) {
    rmSync(file, { force: true })
    rmSync(`${file}-journal`, { force: true })
    throw error
  }
}

/**
 * SQLite's own copying runs on another thread of the same connection. When it meets one of our transactions it can end
 * with no error at all ("not an error", seen under load), having copied nothing that counts: then it begins again.
 */
async function copied(connection: DatabaseSync, file: string, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await backup(connection, file, { rate: PAGES_AT_ONCE, progress: () => signal.throwIfAborted() })
      return
    } catch (error) {
      if (signal.aborted || tries === TRIES_MAX || (error as Error).message !== 'not an error') throw error
      closeSync(openSync(file, 'w')) // Emptied; its mode stays.
      rmSync(`${file}-journal`, { force: true })
    }
  }
}

/** A file's bytes, or a directory's entries, are on disk when this returns. */
export function synced(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** What a backup says of itself, in a table of its own file. */
export interface Manifest {
  madeAt: string
  version: string
  collections: Counted[]
}

interface Counted {
  namespace: string
  documents: number
  /** Of all its documents, with their keys, in their order. */
  sha256: string
}

/** Makes a fresh copy a backup: one file that needs no log, looked through, with what is in it written into it. */
export function sealCopy(file: string, about: { madeAt: string; version: string }): Manifest {
  const connection = new DatabaseSync(file)
  try {
    connection.exec('PRAGMA journal_mode=DELETE')
    checkPages(connection, file)
    const manifest = { ...about, collections: counted(connection, file) }
    connection.exec('CREATE TABLE backup(manifest TEXT NOT NULL)')
    connection.prepare('INSERT INTO backup VALUES (?)').run(JSON.stringify(manifest))
    return manifest
  } finally {
    connection.close()
  }
}

/** What a backup holds, once it is sure that it is all there. Throws what is wrong with it. */
export function checkBackup(file: string): Manifest {
  const connection = new DatabaseSync(file, { readOnly: true })
  try {
    return checked(connection, file)
  } finally {
    connection.close()
  }
}

/**
 * Puts a backup where the store of `directory` will be opened, which must have none. What was written is read again
 * and compared; it gets its name last, so a restore that was interrupted has restored nothing.
 */
export function placeBackup(file: string, directory: string): Manifest {
  const place = join(directory, 'careline.sqlite')
  const part = `${place}.restoring`
  rmSync(part, { force: true })
  try {
    copyFileSync(file, part)
    chmodSync(part, 0o600)
    const connection = new DatabaseSync(part)
    const manifest = checked(connection, part)
    connection.exec('DROP TABLE backup')
    connection.close()
    synced(part)
    renameSync(part, place)
    synced(directory)
    return manifest
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}

function checked(connection: DatabaseSync, file: string): Manifest {
  checkPages(connection, file)
  const isOurs = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'backup'").get() !== undefined
  if (!isOurs) throw new Error(`${file} is no backup of Careline`)
  const { manifest: text } = connection.prepare('SELECT manifest FROM backup').get() as { manifest: string }
  const manifest = JSON.parse(text) as Manifest
  const wrong = differing(manifest.collections, counted(connection, file))
  if (wrong.length > 0) throw new Error(`${file} is damaged: not as it was made are ${wrong.join(', ')}`)
  return manifest
}

function differing(said: Counted[], is: Counted[]): string[] {
  const key = ({ namespace, documents, sha256 }: Counted) => `${namespace} ${documents} ${sha256}`
  const known = new Set(is.map(key))
  const missing = said.filter((each) => !known.has(key(each))).map(({ namespace }) => namespace)
  return said.length === is.length ? missing : [...missing, 'the list of collections']
}

function checkPages(connection: DatabaseSync, file: string): void {
  const says = damageIn(connection)
  if (says.length > 0) throw new Error(`${file} is damaged: ${says.join('; ')}`)
}

function damageIn(connection: DatabaseSync): string[] {
  try {
    const rows = connection.prepare('PRAGMA integrity_check(10)').all() as { integrity_check: string }[]
    return rows.map((row) => row.integrity_check).filter((text) => text !== 'ok')
  } catch (error) {
    return [(error as Error).message]
  }
}

interface StoredRow {
  rid: number
  k: Uint8Array
  /** Not there in a copy of a store that kept no checksums. */
  s?: number | null
  d: Uint8Array
}

function counted(connection: DatabaseSync, file: string): Counted[] {
  const tables = connection.prepare('SELECT ns, tbl FROM catalog ORDER BY ns').all() as { ns: string; tbl: string }[]
  return tables.map(({ ns, tbl }) => {
    const hash = createHash('sha256')
    let documents = 0
    for (const row of connection.prepare(`SELECT * FROM ${tbl} ORDER BY rid`).iterate()) {
      const { rid, k, s, d } = row as unknown as StoredRow
      checkRow(file, ns, rid, s ?? null, d)
      hash.update(k).update(d)
      documents++
    }
    return { namespace: ns, documents, sha256: hash.digest('hex') }
  })
}

/** A copy has what the original had: also a document that was damaged there already. */
function checkRow(file: string, ...row: Parameters<typeof rowOf>): void {
  try {
    rowOf(...row)
  } catch (error) {
    throw new Error(`${file} is damaged: ${(error as Error).message}`, { cause: error })
  }
}
