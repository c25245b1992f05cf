import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type { Fields } from '../bson/value.ts'
import { RecentRowsBudget } from './recent-rows.ts'

/** The number that this store's files carry; a later store refuses an earlier form by it. */
const FORM = 3

const PRAGMAS = [
  // One connection for good: without locks and a shared index of the log, a read costs a third.
  'locking_mode=EXCLUSIVE',
  'journal_mode=WAL',
  // NORMAL leaves syncing the log to us (see commit.ts) and still orders log and pages at a checkpoint.
  'synchronous=NORMAL',
  // Everybody waits while a checkpoint copies: of 64 MB 50 to 170 ms, of 16 MB 20 to 60, for a twentieth more bytes.
  'wal_autocheckpoint=4096',
  'cache_size=-65536',
  'temp_store=MEMORY',
]

const STATEMENTS_MAX = 1000

/** What is to be written into the tables by and by. */
export interface Late {
  isDue(now: number): boolean
  settle(isOver: () => boolean): boolean
}

/** One SQLite connection and its prepared statements. */
export class Database {
  readonly connection: DatabaseSync
  /** Set by every change: a transaction that changed nothing need not wait for the disk. */
  isChanged = false
  /** Hears of a query without an index that has looked at many documents. */
  scanned: ((namespace: string, filter: Fields) => void) | null = null
  readonly recentRows = new RecentRowsBudget()
  /** Collections of which some keys are in memory alone. */
  readonly late = new Set<Late>()
  private readonly statements = new Map<string, StatementSync>()

  constructor(file: string) {
    this.connection = new DatabaseSync(file)
    for (const pragma of PRAGMAS) this.connection.exec(`PRAGMA ${pragma}`)
    const form = Number(this.one('PRAGMA user_version')?.[0])
    if (form > FORM)
      throw new Error(`it was written by a later version of Careline (form ${form}; this one reads ${FORM})`)
    // Written only when it changes: a store on a full disk must still open.
    if (form !== FORM) this.upgrade(form)
  }

  /** In one step: a file has the number of a form when it has that form. */
  private upgrade(form: number): void {
    this.exec('BEGIN IMMEDIATE')
    if (form === 1)
      for (const [table] of this.prepare(
        "SELECT name FROM sqlite_schema WHERE name GLOB 'c[0-9]*'",
      ).all() as unknown as [string][])
        this.exec(`ALTER TABLE ${table} ADD COLUMN s INTEGER`)
    // Beyond which row the keys of a collection's indexes may not be in their tables: see late-keys.ts.
    this.exec('CREATE TABLE IF NOT EXISTS late(tbl TEXT PRIMARY KEY, rid INTEGER NOT NULL)')
    this.exec(`PRAGMA user_version=${FORM}`)
    this.exec('COMMIT')
  }

  /** A statement whose rows are arrays: they are cheaper than objects. */
  prepare(sql: string): StatementSync {
    let statement = this.statements.get(sql)
    if (!statement) {
      if (this.statements.size >= STATEMENTS_MAX) this.statements.clear()
      statement = this.connection.prepare(sql)
      statement.setReturnArrays(true)
      this.statements.set(sql, statement)
    }
    return statement
  }

  one(sql: string, ...values: SQLInputValue[]): unknown[] | undefined {
    return this.prepare(sql).get(...values) as unknown as unknown[] | undefined
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.prepare(sql).run(...values)
  }

  exec(sql: string): void {
    this.connection.exec(sql)
  }

  get pageBytes(): number {
    return Number(this.one('PRAGMA page_size')?.[0])
  }

  get isInTransaction(): boolean {
    return this.connection.isTransaction
  }

  close(): void {
    this.statements.clear()
    try {
      this.connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (error) {
      // On a full disk what is in the log stays there, and is found again: nothing is lost by closing now.
      if (!/full/.test((error as Error).message)) throw error
    }
    this.connection.close()
  }
}

export function asBuffer(bytes: unknown): Buffer {
  const { buffer, byteOffset, byteLength } = bytes as Uint8Array
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
}
