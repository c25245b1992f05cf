import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from '../errors.ts'
import type { Database } from './database.ts'

/**
 * `full`: an acknowledged write is on disk; it survives `kill -9` and power loss.
 * `relaxed`: an acknowledged write is with the operating system; it survives `kill -9`, but a power loss may take what
 * was acknowledged in the last tenth of a second. Either way, what is found afterwards is whole: some point in the
 * order of writes, never part of one.
 */
export type Durability = 'full' | 'relaxed'

interface Waiting {
  work: () => unknown
  /** Answered when it is with the operating system, as MongoDB does for `j: false`. */
  isLazy: boolean
  answer: (outcome: Outcome) => void
}

type Outcome = { value: unknown } | { error: Error }

/** A transaction takes no longer than this, so that reads between two of them do not wait for a long queue. */
const TURN_MS_MAX = 10
const RELAXED_SYNC_MS = 100

/**
 * Group commit. The writes that wait at the start of a turn share one transaction; the transactions that wait when a
 * sync starts share it. A sync runs beside the thread, so the next turn's writes are already at work meanwhile, and
 * no transaction is ever open between two turns: reads see whole commits only and never wait for the disk.
 */
export class Committer {
  private readonly database: Database
  private readonly durability: Durability
  private readonly rolledBack: () => void
  private readonly failed: (error: Error) => void
  private readonly log: number
  private waiting: Waiting[] = []
  private unsynced: (() => void)[] = []
  private isSyncing = false
  private isScheduled = false
  private lazySync: NodeJS.Timeout | null = null

  constructor(
    database: Database,
    file: string,
    durability: Durability,
    on: { rolledBack: () => void; failed: (error: Error) => void },
  ) {
    this.database = database
    this.durability = durability
    this.rolledBack = on.rolledBack
    this.failed = on.failed
    this.log = openSync(`${file}-wal`, 'r+')
    syncDirectory(file)
  }

  /** Resolves when the write is as durable as promised; rejects with its own error, or with the disk's. */
  submit<T>(work: () => T, isLazy = false): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.push({
        work,
        isLazy,
        answer: (outcome) => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value as T)),
      })
      this.schedule()
    })
  }

  /** Finishes what is under way; nothing may be submitted any more. */
  async close(): Promise<void> {
    while (this.waiting.length > 0) this.turn()
    if (this.lazySync) clearTimeout(this.lazySync)
    await new Promise<void>((resolve) => {
      this.unsynced.push(resolve)
      this.sync()
    })
    closeSync(this.log)
  }

  private schedule(): void {
    if (this.isScheduled) return
    this.isScheduled = true
    setImmediate(() => {
      this.isScheduled = false
      this.turn()
      if (this.waiting.length > 0) this.schedule()
    })
  }

  private turn(): void {
    const group = this.waiting
    this.waiting = []
    if (group.length === 0) return
    const { done, outcomes } = this.transaction(group)
    // What the time did not suffice for comes first in the next turn.
    this.waiting = [...group.slice(done), ...this.waiting]
    const answer = (isTheirs: (each: Waiting) => boolean) => {
      for (const [i, outcome] of outcomes.entries()) if (group[i] && isTheirs(group[i])) group[i].answer(outcome)
    }
    if (!this.database.isChanged) answer(() => true)
    else if (this.durability === 'relaxed' || group.every(({ isLazy }) => isLazy)) {
      answer(() => true)
      this.syncLater()
    } else {
      answer(({ isLazy }) => isLazy)
      this.unsynced.push(() => answer(({ isLazy }) => !isLazy))
      this.sync()
    }
    this.database.isChanged = false
  }

  private transaction(group: Waiting[]): { done: number; outcomes: Outcome[] } {
    const outcomes: Outcome[] = []
    const deadline = performance.now() + TURN_MS_MAX
    try {
      this.database.run('BEGIN IMMEDIATE')
      for (const { work } of group) {
        outcomes.push(attempt(work))
        if (performance.now() > deadline) break
      }
      this.database.run('COMMIT')
      return { done: outcomes.length, outcomes }
    } catch (error) {
      this.rollBack()
      if (group.length === 1) return { done: 1, outcomes: [{ error: error as Error }] }
      // A fault, of the disk or of one command: each by itself, so that nobody gets an error that is another's.
      return { done: group.length, outcomes: group.map((each) => this.transaction([each]).outcomes[0] as Outcome) }
    }
  }

  private rollBack(): void {
    if (this.database.isInTransaction) this.database.exec('ROLLBACK')
    this.rolledBack()
  }

  private sync(): void {
    if (this.isSyncing) return
    this.isSyncing = true
    const covered = this.unsynced
    this.unsynced = []
    fdatasync(this.log, (error) => {
      this.isSyncing = false
      // After a failed sync the kernel may have dropped the pages: nothing written since can be trusted.
      if (error) return this.failed(error)
      for (const answer of covered) answer()
      if (this.unsynced.length > 0) this.sync()
    })
  }

  private syncLater(): void {
    this.lazySync ??= setTimeout(() => {
      this.lazySync = null
      fdatasync(this.log, (error) => error && this.failed(error))
    }, RELAXED_SYNC_MS)
  }
}

/** An answer of the store is an outcome; anything else is a fault, and ends the transaction. */
function attempt(work: () => unknown): Outcome {
  try {
    return { value: work() }
  } catch (error) {
    if (error instanceof StoreError) return { error }
    throw error
  }
}

/** The log's own entry in its directory must be on disk too, before anything in it counts. */
function syncDirectory(file: string): void {
  const directory = openSync(dirname(file), 'r')
  fsyncSync(directory)
  closeSync(directory)
}
