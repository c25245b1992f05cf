import type { Committer } from './commit.ts'
import { MORE, type Work } from './commit.ts'
import type { Database, Late } from './database.ts'

const LOOK_MS = 250
/** Others' writes share the transaction, and wait for it. */
const SLICE_MS = 2

/** Writes what is late into its tables, between the writes of others. */
export class Settler {
  private readonly database: Database
  private readonly committer: Committer
  private readonly failed: (error: Error) => void
  private readonly underWay = new Set<Late>()
  private readonly looking: NodeJS.Timeout

  constructor(database: Database, committer: Committer, failed: (error: Error) => void) {
    this.database = database
    this.committer = committer
    this.failed = failed
    this.looking = setInterval(() => this.look(), LOOK_MS)
  }

  /** Resolves when all that is late now is in its tables, or the disk has no room for it. */
  async all(): Promise<void> {
    await Promise.all([...this.database.late].map((late) => this.settle(late)))
  }

  stop(): void {
    clearInterval(this.looking)
  }

  private look(): void {
    const now = performance.now()
    for (const late of this.database.late) if (!this.underWay.has(late) && late.isDue(now)) void this.settle(late)
  }

  private async settle(late: Late): Promise<void> {
    this.underWay.add(late)
    try {
      await this.committer.submit(workOn(late), true)
    } catch (error) {
      // On a full disk it stays in memory, and whoever writes hears of the disk.
      if (!/full/.test((error as Error).message)) this.failed(error as Error)
    } finally {
      this.underWay.delete(late)
    }
  }
}

/** After a rollback it is begun anew, of what is late by then. */
function workOn(late: Late): Work<null> {
  return {
    carryOn: () => {
      const until = performance.now() + SLICE_MS
      return late.settle(() => performance.now() > until) ? null : MORE
    },
    rewind: () => undefined,
  }
}
