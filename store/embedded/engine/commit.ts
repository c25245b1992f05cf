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

/** What a work answers that is not done: its transaction is committed, and it goes on in a later one. */
export const MORE = Symbol('more')

/** A work that may need several transactions. */
export interface Work<T> {
  /** Goes on until it is done, or `isOver` says that others want their turn. */
  carryOn: (isOver: () => boolean) => T | typeof MORE
  /** What the last `carryOn` did was rolled back. */
  rewind: () => void
}

interface Waiting {
  work: Work<unknown>
  /** Answered when it is with the operating system, as MongoDB does for `j: false`. */
  isLazy: boolean
  /** Earlier transactions of it may not be on disk yet. */
  hasPaused: boolean
  answer: (outcome: Outcome) => void
}

type Outcome = { value: unknown } | { error: Error }
type Attempt = Outcome | typeof MORE

/** A transaction takes no longer than this, so that reads between two of them do not wait for a long queue. */
const TURN_MS_MAX = 10
const RELAXED_SYNC_MS = 100
/** No longer than this, nor than a sync takes, is waited for writers who are expected. */
const PATIENCE_MS_MAX = 0.5
/** Fewer are not waited for. */
const GROUP_MIN = 4

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
  /** Who waits for the sync that is under way; null where none is. */
  private covered: (() => void)[] | null = null
  /** How many writes wait for the next sync, and how many waited for the last one. */
  private gathered = 0
  private expected = 0
  private syncMs = 0
  private patientUntil: number | null = null
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
  submit<T>(work: Work<T> | (() => T), isLazy = false): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.push({
        work: typeof work === 'function' ? { carryOn: work, rewind: () => undefined } : work,
        isLazy,
        hasPaused: false,
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
      this.syncSoon()
      if (this.waiting.length > 0) this.schedule()
    })
  }

  private turn(): void {
    const group = this.waiting
    this.waiting = []
    if (group.length === 0) return
    const attempts = this.transaction(group)
    // What the time did not suffice for comes first in the next turn; what goes on comes after everybody else.
    const goesOn = group.filter((_, i) => attempts[i] === MORE)
    const isUnsynced = this.database.isChanged || group.some(({ hasPaused }) => hasPaused)
    for (const each of goesOn) each.hasPaused = true
    this.waiting = [...group.slice(attempts.length), ...this.waiting, ...goesOn]
    const answer = (isTheirs: (each: Waiting) => boolean) => {
      for (const [i, attempt] of attempts.entries())
        if (attempt !== MORE && group[i] && isTheirs(group[i])) group[i].answer(attempt)
    }
    this.database.isChanged = false
    if (this.durability === 'relaxed' || group.every(({ isLazy }) => isLazy)) {
      answer(() => true)
      if (isUnsynced) this.syncLater()
      return
    }
    answer(({ isLazy }) => isLazy)
    const others = () => answer(({ isLazy }) => !isLazy)
    if (isUnsynced) {
      this.unsynced.push(others)
      this.gathered += attempts.length
    } else this.afterSync(others)
  }

  /**
   * Of those who changed nothing. What they found, a duplicate say, may be what another wrote and is not yet on disk:
   * whoever is told of it may rely on it.
   */
  private afterSync(answer: () => void): void {
    if (this.unsynced.length > 0) this.unsynced.push(answer)
    else if (this.covered) this.covered.push(answer)
    else answer()
  }

  /** What became of the first of them, as many as the time sufficed for. */
  private transaction(group: Waiting[]): Attempt[] {
    const attempts: Attempt[] = []
    let begun = 0
    const deadline = performance.now() + TURN_MS_MAX
    const isOver = () => performance.now() > deadline
    try {
      this.database.run('BEGIN IMMEDIATE')
      for (const { work } of group) {
        begun++
        attempts.push(attempted(work, isOver))
        if (isOver()) break
      }
      this.database.run('COMMIT')
      return attempts
    } catch (error) {
      for (const { work } of group.slice(0, begun)) work.rewind()
      this.rollBack()
      if (group.length === 1) return [{ error: error as Error }]
      // A fault, of the disk or of one command: each by itself, so that nobody gets an error that is another's.
      return group.flatMap((each) => this.transaction([each]))
    }
  }

  private rollBack(): void {
    if (this.database.isInTransaction) this.database.exec('ROLLBACK')
    this.rolledBack()
  }

  /**
   * Those whom a sync has answered mostly come again at once, but one after another: were the first of them synced alone,
   * all others would wait for two syncs, from then on for ever (measured: groups of 1 and 31 in turns). So there is some
   * patience, for as many as came to the last one.
   */
  private syncSoon(): void {
    if (this.covered || this.unsynced.length === 0) return
    const now = performance.now()
    this.patientUntil ??= now + Math.min(this.syncMs, PATIENCE_MS_MAX)
    const isComplete = this.gathered >= this.expected || this.expected < GROUP_MIN
    if (isComplete || now >= this.patientUntil) this.sync()
    else this.schedule()
  }

  private sync(): void {
    if (this.covered) return
    const covered = (this.covered = this.unsynced)
    this.unsynced = []
    this.expected = this.gathered
    this.gathered = 0
    this.patientUntil = null
    const startedAt = performance.now()
    fdatasync(this.log, (error) => {
      this.covered = null
      this.syncMs = performance.now() - startedAt
      // After a failed sync the kernel may have dropped the pages: nothing written since can be trusted.
      if (error) return this.failed(error)
      for (const answer of covered) answer()
      this.syncSoon()
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
function attempted(work: Work<unknown>, isOver: () => boolean): Attempt {
  try {
    const value = work.carryOn(isOver)
    return value === MORE ? MORE : { value }
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
