import type { StatementSync } from 'node:sqlite'
import { asBuffer } from './database.ts'
import type { Database } from './database.ts'

/** One document where it lies. */
export interface Row {
  rid: number
  raw: Buffer
}

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

/** The documents of a collection by row id, and by the key of their `_id`. */
export class DocumentTable {
  readonly name: string
  private readonly database: Database
  private readonly selectByKey: Lazily
  private readonly selectByRid: Lazily
  private readonly insertRow: Lazily
  private readonly updateRow: Lazily
  private readonly deleteRow: Lazily

  constructor(database: Database, name: string) {
    this.database = database
    this.name = name
    this.selectByKey = new Lazily(database, `SELECT rid, d FROM ${name} WHERE k = ?`)
    this.selectByRid = new Lazily(database, `SELECT d FROM ${name} WHERE rid = ?`)
    this.insertRow = new Lazily(database, `INSERT OR IGNORE INTO ${name}(k, d) VALUES (?, ?)`)
    this.updateRow = new Lazily(database, `UPDATE ${name} SET d = ? WHERE rid = ?`)
    this.deleteRow = new Lazily(database, `DELETE FROM ${name} WHERE rid = ?`)
  }

  create(): void {
    this.database.exec(`CREATE TABLE ${this.name}(rid INTEGER PRIMARY KEY, k BLOB NOT NULL UNIQUE, d BLOB NOT NULL)`)
  }

  byKey(key: Buffer): Row | null {
    const row = this.selectByKey.ready.get(key) as unknown as [number, Uint8Array] | undefined
    return row ? { rid: row[0], raw: asBuffer(row[1]) } : null
  }

  byRid(rid: number): Row | null {
    const row = this.selectByRid.ready.get(rid) as unknown as [Uint8Array] | undefined
    return row ? { rid, raw: asBuffer(row[0]) } : null
  }

  /** Null when the key is there already. */
  insert(key: Buffer, raw: Buffer): number | null {
    const { changes, lastInsertRowid } = this.insertRow.ready.run(key, raw)
    return changes === 0 ? null : (lastInsertRowid as number)
  }

  update(rid: number, raw: Buffer): void {
    this.updateRow.ready.run(raw, rid)
  }

  delete(rid: number): void {
    this.deleteRow.ready.run(rid)
  }
}

/** The keys of one index, each with the row that has it. */
export class KeyTable {
  readonly name: string
  private readonly database: Database
  private readonly selectOther: Lazily
  private readonly insertKey: Lazily
  private readonly deleteKey: Lazily

  constructor(database: Database, name: string) {
    this.database = database
    this.name = name
    this.selectOther = new Lazily(database, `SELECT 1 FROM ${name} WHERE k = ? AND rid <> ? LIMIT 1`)
    this.insertKey = new Lazily(database, `INSERT INTO ${name} VALUES (?, ?)`)
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

  add(keys: Buffer[], rid: number): void {
    for (const key of keys) this.insertKey.ready.run(key, rid)
  }

  remove(keys: Buffer[], rid: number): void {
    for (const key of keys) this.deleteKey.ready.run(key, rid)
  }
}
