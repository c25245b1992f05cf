import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from './engine/database.ts'
import { addChecksums } from './engine/rows.ts'

export interface Space {
  /** Of the database file, without its log. */
  bytes: number
  /** Of these, on pages that hold nothing any more. */
  freeBytes: number
}

export interface Compacted {
  before: Space
  after: Space
  ms: number
}

/** Worth a start-up's seconds: this much to win, and at least this share of the file. */
export const WIN_BYTES_MIN = 64 * 1024 * 1024
const WIN_SHARE_MIN = 0.5

function spaceOf(database: Database): Space {
  const number = (pragma: string) => Number(database.one(`PRAGMA ${pragma}`)?.[0])
  const page = number('page_size')
  return { bytes: number('page_count') * page, freeBytes: number('freelist_count') * page }
}

/** Whether compaction gives back much, and there is room to do it in. */
export function isWorthwhile(database: Database, file: string, winBytesMin: number): boolean {
  const { bytes, freeBytes } = spaceOf(database)
  return freeBytes >= winBytesMin && freeBytes >= bytes * WIN_SHARE_MIN && roomFor(bytes - freeBytes) <= freeAt(file)
}

/**
 * Writes the file anew without its empty pages, and gives documents of an older store their checksums. Everybody waits
 * meanwhile (measured: 0.6 s for a file of 112 MB, of which 45 stayed). Killed in the middle, the old form is there: the
 * new one is one transaction. Throws where the disk has no room for it.
 */
export function compact(database: Database, file: string): Compacted {
  const startedAt = performance.now()
  addChecksums(database)
  const before = spaceOf(database)
  const needed = roomFor(before.bytes - before.freeBytes)
  if (needed > freeAt(file))
    throw new Error(`compaction needs ${mb(needed)} MB free beside ${file}; there are ${mb(freeAt(file))} MB`)
  // The copy that it makes on its way may be larger than memory: on disk, then, for this one statement.
  database.exec('PRAGMA temp_store=FILE')
  try {
    database.exec('VACUUM')
  } finally {
    database.exec('PRAGMA temp_store=MEMORY')
  }
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const after = { ...spaceOf(database), bytes: statSync(file).size }
  return { before, after, ms: Math.round(performance.now() - startedAt) }
}

/** A copy on the way, and the whole of it in the log. */
const roomFor = (usedBytes: number) => usedBytes * 2

function freeAt(file: string): number {
  const { bavail, bsize } = statfsSync(dirname(file))
  return bavail * bsize
}

const mb = (bytes: number) => Math.ceil(bytes / 1024 ** 2)
