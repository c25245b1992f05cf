import type { Database } from './database.ts'

/** How many rows go at once: to drop a large table would hold the thread for as long as it is large. */
const ROWS_AT_ONCE = 16
const THE_LAST_OF_THEM = `LIMIT 1 OFFSET ${ROWS_AT_ONCE - 1}`

/** Tables that nobody refers to any more, emptied bit by bit, then dropped. What a crash leaves, the next start drops. */
export class Emptying {
  private readonly database: Database
  private readonly tables: readonly string[]
  private at = 0
  private markedAt = 0

  constructor(database: Database, tables: readonly string[]) {
    this.database = database
    this.tables = tables
  }

  /** True when all of them have gone. */
  next(isOver: () => boolean): boolean {
    this.markedAt = this.at
    for (; this.at < this.tables.length; this.at++) {
      const table = this.tables[this.at] as string
      const take = table.startsWith('i') ? this.takeKeys : this.takeRows
      while (take(table)) if (isOver()) return false
      this.database.exec(`DROP TABLE ${table}`)
    }
    return true
  }

  /** False when only a few are left. */
  private readonly takeRows = (table: string): boolean => {
    const [rid] = this.database.one(`SELECT rid FROM ${table} ORDER BY rid ${THE_LAST_OF_THEM}`) ?? []
    if (rid === undefined) return false
    this.database.run(`DELETE FROM ${table} WHERE rid <= ?`, rid as number)
    return (this.database.isChanged = true)
  }

  /** In two statements: in one, SQLite would look at all rows of a key (minutes for 200,000 of three keys). */
  private readonly takeKeys = (table: string): boolean => {
    const [key, rid] = this.database.one(`SELECT k, rid FROM ${table} ORDER BY k, rid ${THE_LAST_OF_THEM}`) ?? []
    if (rid === undefined) return false
    this.database.run(`DELETE FROM ${table} WHERE k < ?`, key as Uint8Array)
    this.database.run(`DELETE FROM ${table} WHERE k = ? AND rid <= ?`, key as Uint8Array, rid as number)
    return (this.database.isChanged = true)
  }

  /** What the last `next` did was rolled back. */
  rewind(): void {
    this.at = this.markedAt
  }
}
