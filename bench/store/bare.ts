import { closeSync, fdatasync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { ObjectId, serialize } from 'bson'

const PRAGMAS = ['locking_mode=EXCLUSIVE', 'journal_mode=WAL', 'synchronous=NORMAL', 'cache_size=-65536']

/** Rows a second that SQLite by itself takes: the same bytes, the same table, a sync after each group of `size`. */
export function bareInserts(document: (id: ObjectId) => object, size: number, ms: number): number {
  const directory = mkdtempSync(join(tmpdir(), 'careline-bare-'))
  const file = join(directory, 'bare.sqlite')
  const database = new DatabaseSync(file)
  for (const pragma of PRAGMAS) database.exec(`PRAGMA ${pragma}`)
  database.exec('CREATE TABLE c(rid INTEGER PRIMARY KEY, k BLOB NOT NULL UNIQUE, d BLOB NOT NULL)')
  const insert = database.prepare('INSERT OR IGNORE INTO c(k, d) VALUES (?, ?)')
  const log = openSync(`${file}-wal`, 'r+')
  // The rows are made beforehand, a few groups of them, and get their ids as they go in.
  const sample = serialize(document(new ObjectId('0123456789abcdef01234567')))
  const idAt = Buffer.from(sample).indexOf(new ObjectId('0123456789abcdef01234567').id)
  let rows = 0
  const began = performance.now()
  while (performance.now() - began < ms) {
    database.exec('BEGIN IMMEDIATE')
    for (let i = 0; i < size; i++) {
      const id = new ObjectId().id
      const row = Uint8Array.from(sample)
      row.set(id, idAt)
      insert.run(Buffer.concat([KEY_OF_ID, id]), row)
    }
    database.exec('COMMIT')
    fdatasyncSync(log)
    rows += size
  }
  const rate = (rows * 1000) / (performance.now() - began)
  closeSync(log)
  database.close()
  rmSync(directory, { recursive: true, force: true })
  return rate
}

/** What `size` rows are in the log: about a page for each table. */
const LOG_BYTES_PER_ROW = 600

/** Rows a second that this disk lets through when `size` of them share a sync: only the writes and syncs of a log. */
export async function syncedRows(size: number, ms: number): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'careline-bare-'))
  const log = openSync(join(directory, 'log'), 'w')
  const bytes = Buffer.alloc(size * LOG_BYTES_PER_ROW, 1)
  let rows = 0
  const began = performance.now()
  while (performance.now() - began < ms) {
    writeSync(log, bytes, 0, bytes.length, (rows * LOG_BYTES_PER_ROW) % LOG_BYTES_MAX)
    // Where the store does it: in the thread pool.
    await promisify(fdatasync)(log)
    rows += size
  }
  const rate = (rows * 1000) / (performance.now() - began)
  closeSync(log)
  rmSync(directory, { recursive: true, force: true })
  return rate
}

/** As long as the store's log is before it begins anew. */
const LOG_BYTES_MAX = 67_108_864

/** What the store's keys put before an ObjectId. */
const KEY_OF_ID = Buffer.of(35)
