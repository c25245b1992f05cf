import type { StatementSync } from 'node:sqlite'
import type { Database } from './database.ts'
import { RecentRows } from './recent-rows.ts'
import { checksumOf, rowOf } from './rows.ts'
import type { Steps } from '../steps.ts'
import type { Row } from './recent-rows.ts'

const MEASURED_AT_ONCE = 100

/** A statement that is prepared when it is first needed: by then its table is there. */
class Lazily {
  private readonly database: Database
  private readonly sql: string
  private statement: StatementSync | null = null

  constructor(database: Database, sql: string) {
    this.database = database
    this.sql = sql
  }

  get ready(): StatementSync {
    return (this.statement ??= this.database.prepare(this.sql))
  }
}

type Read<Before extends unknown[]> = [...Before, checksum: number | null, raw: Uint8Array]

/** The documents of a collection by row id, and by the key of their `_id`. */
export class DocumentTable {
  readonly name: string
  private readonly namespace: string
  private readonly database: Database
  private readonly recent: RecentRows
  private readonly selectByKey: Lazily
  private readonly selectByRid: Lazily
  private readonly selectAfter: Lazily
  private readonly selectKey: Lazily
  private readonly insertRow: Lazily
  private readonly updateRow: Lazily
  private readonly deleteRow: Lazily

  constructor(database: Database, name: string, namespace: string) {
    this.database = database
    this.name = name
    this.namespace = namespace
    this.recent = new RecentRows(database.recentRows)
    this.selectByKey = new Lazily(database, `SELECT rid, s, d FROM ${name} WHERE k = ?`)
    this.selectByRid = new Lazily(database, `SELECT s, d FROM ${name} WHERE rid = ?`)
    this.selectAfter = new Lazily(database, `SELECT rid, s, d FROM ${name} WHERE rid > ? ORDER BY rid LIMIT ?`)
    this.selectKey = new Lazily(database, `SELECT 1 FROM ${name} WHERE k = ?`)
    this.insertRow = new Lazily(database, `INSERT OR IGNORE INTO ${name}(k, s, d) VALUES (?, ?, ?)`)
    this.updateRow = new Lazily(database, `UPDATE ${name} SET s = ?, d = ? WHERE rid = ?`)
    this.deleteRow = new Lazily(database, `DELETE FROM ${name} WHERE rid = ?`)
  }

  create(): void {
    this.database.exec(
      `CREATE TABLE ${this.name}(rid INTEGER PRIMARY KEY, k BLOB NOT NULL UNIQUE, s INTEGER, d BLOB NOT NULL)`,
    )
    // Another of this name may have been there, and have gone in a crash.
    this.database.run('DELETE FROM late WHERE tbl = ?', this.name)
  }

  byKey(key: Buffer): Row | null {
    return this.byKeyText(key.toString('latin1'))
  }

  /** `key` as latin1 text: whoever has it so is spared the buffer. */
  byKeyText(key: string): Row | null {
    const kept = this.recent.find(key)
    if (kept) return kept
    const bytes = Buffer.from(key, 'latin1')
    const found = this.selectByKey.ready.get(bytes) as unknown as Read<[rid: number]> | undefined
    if (!found) return null
    const row = rowOf(this.namespace, ...found)
    this.recent.add(key, row)
    return row
  }

  byRid(rid: number): Row | null {
    const found = this.selectByRid.ready.get(rid) as unknown as Read<[]> | undefined
    return found ? rowOf(this.namespace, rid, ...found) : null
  }

  /** What rests in a row that is there. */
  at(rid: number): Read<[]> {
    const found = this.selectByRid.ready.get(rid) as unknown as Read<[]> | undefined
    if (!found) throw new Error(`row ${rid} of ${this.namespace} is not there, and an index has a key of it`)
    return found
  }

  after(rid: number, count: number): Row[] {
    const rows = this.selectAfter.ready.all(rid, count) as unknown as Read<[rid: number]>[]
    return rows.map((row) => rowOf(this.namespace, ...row))
  }

  /** Of all documents together, while `isThere`. */
  *bytes(isThere: () => boolean): Steps<number> {
    const some = `SELECT rid, d FROM ${this.name} WHERE rid > ? ORDER BY rid LIMIT ${MEASURED_AT_ONCE}`
    const sql = `SELECT coalesce(sum(length(d)), 0), max(rid) FROM (${some})`
    let bytes = 0
    for (let last: number | null = -1; last !== null && isThere(); yield null) {
      const [more, next] = this.database.one(sql, last) as [number, number | null]
      bytes += more
      last = next
    }
    return bytes
  }

  hasKey(key: Buffer): boolean {
    return this.selectKey.ready.get(key) !== undefined
  }

  /** Null when the key is there already. */
  insert(key: Buffer, raw: Buffer): number | null {
    const { changes, lastInsertRowid } = this.insertRow.ready.run(key, checksumOf(raw), raw)
    return changes === 0 ? null : (lastInsertRowid as number)
  }

  update(rid: number, raw: Buffer): void {
    this.updateRow.ready.run(checksumOf(raw), raw, rid)
    this.recent.replace(rid, raw)
  }

  delete(rid: number): void {
    this.deleteRow.ready.run(rid)
    this.recent.remove(rid)
  }
}

/** The keys of one index, each with the row that has it. */
export class KeyTable {
  readonly name: string
  private readonly database: Database
  private readonly selectOther: Lazily
  private readonly selectRids: Lazily
  private readonly insertKey: Lazily
  private readonly insertNewKey: Lazily
  private readonly deleteKey: Lazily

  constructor(database: Database, name: string) {
    this.database = database
    this.name = name
    this.selectOther = new Lazily(database, `SELECT 1 FROM ${name} WHERE k = ? AND rid <> ? LIMIT 1`)
    this.selectRids = new Lazily(database, `SELECT rid FROM ${name} WHERE k = ? LIMIT 2`)
    this.insertKey = new Lazily(database, `INSERT INTO ${name} VALUES (?, ?)`)
    this.insertNewKey = new Lazily(database, `INSERT OR IGNORE INTO ${name} VALUES (?, ?)`)
    this.deleteKey = new Lazily(database, `DELETE FROM ${name} WHERE k = ? AND rid = ?`)
  }

  create(): void {
    this.database.exec(
      `CREATE TABLE ${this.name}(k BLOB NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(k, rid)) WITHOUT ROWID`,
    )
  }

  /** The first of these keys that another row has. */
  clash(keys: Buffer[], rid: number): Buffer | null {
    return keys.find((key) => this.selectOther.ready.get(key, rid) !== undefined) ?? null
  }

  /** Rows that have this key: two of them at most. */
  rids(key: Buffer): number[] {
    return (this.selectRids.ready.all(key) as unknown as [number][]).map(([rid]) => rid)
  }

  add(keys: Buffer[], rid: number): void {
    for (const key of keys) this.insertKey.ready.run(key, rid)
  }

  /** It may be there already. */
  addOnce(key: Buffer, rid: number): void {
    this.insertNewKey.ready.run(key, rid)
  }

  remove(keys: Buffer[], rid: number): void {
    for (const key of keys) this.deleteKey.ready.run(key, rid)
  }
}
