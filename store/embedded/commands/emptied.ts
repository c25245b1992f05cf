import type { Database } from '../engine/database.ts'
import { Emptying } from '../engine/emptying.ts'
import type { Sliced } from './command.ts'

/** What is left of a command that has taken something away: its tables go, and then it is answered. */
export class Emptied implements Sliced {
  private readonly emptying: Emptying
  private readonly reply: Buffer

  constructor(database: Database, tables: readonly string[], reply: Buffer) {
    this.emptying = new Emptying(database, tables)
    this.reply = reply
  }

  next(isOver: () => boolean): Buffer | null {
    return this.emptying.next(isOver) ? this.reply : null
  }

  rewind(): void {
    this.emptying.rewind()
  }
}
