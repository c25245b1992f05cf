import { crc32 } from 'node:zlib'
import { firstId } from '../bson/partial.ts'
import { show } from '../update/target.ts'
import { asBuffer } from './database.ts'
import type { Database } from './database.ts'
import type { Row } from './recent-rows.ts'

/** A document whose bytes are no longer those that were written: no command may go on with it. */
export class DamagedRow extends Error {}

/** What a row keeps beside its document, and what the document must still give when it is read. */
export function checksumOf(raw: Uint8Array): number {
  return crc32(raw)
}

/** The row as it was read; `checksum` is null for one that a store without checksums has written. */
export function rowOf(namespace: string, rid: number, checksum: number | null, bytes: Uint8Array): Row {
  const raw = asBuffer(bytes)
  if (checksum !== null && crc32(raw) !== checksum) throw new DamagedRow(damageOf(namespace, rid, raw))
  return { rid, raw }
}

function damageOf(namespace: string, rid: number, raw: Buffer): string {
  const id = firstId(raw)
  const name = id === undefined ? '' : `, _id: ${show(id)},`
  return `the document in row ${rid} of ${namespace}${name} is damaged: its bytes do not give its checksum`
}

const ROWS_AT_ONCE = 1000

/** Gives each document that has none its checksum: those that a store before checksums wrote, and nobody since. */
export function addChecksums(database: Database): void {
  const tables = database.prepare('SELECT tbl FROM catalog').all() as unknown as [string][]
  for (const [table] of tables) {
    const unchecked = database.prepare(`SELECT rid, d FROM ${table} WHERE s IS NULL AND rid > ? ORDER BY rid LIMIT ?`)
    const update = database.prepare(`UPDATE ${table} SET s = ? WHERE rid = ?`)
    database.exec('BEGIN IMMEDIATE')
    for (let last = -1; ;) {
      const rows = unchecked.all(last, ROWS_AT_ONCE) as unknown as [number, Uint8Array][]
      for (const [rid, bytes] of rows) update.run(checksumOf(bytes), (last = rid))
      if (rows.length < ROWS_AT_ONCE) break
    }
    database.exec('COMMIT')
  }
}
