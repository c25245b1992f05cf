import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from '../errors.ts'
import type { Database } from './database.ts'
import { LogRoom } from './log-room.ts'
import { LogSyncs } from './log-syncs.ts'

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

export type Outcome = { value: unknown } | { error: Error }
type Attempt = Outcome | typeof MORE

/** A transaction takes no longer than this, so that reads between two of them do not wait for a long queue. */
const TURN_MS_MAX = 10
const RELAXED_SYNC_MS = 100
/** So long is waited, on a slow disk, for writers who are expected. */
const PATIENCE_MS_MAX = 0.5
/** Fewer are not waited for. */
const GROUP_MIN = 4
/** What is left of the writers of one sync, at the next one, as far as they are expected. */
const FORGETTING = 0.75

/**
 * Group commit. The writes that wait at the start of a turn share one transaction; the transactions that wait when a
 * sync starts share it. A sync runs beside the thread, so the next turn's writes are already at work meanwhile, and
 * no transaction is ever open between two turns: reads see whole commits only and never wait for the disk.
 *
 * Writers who are answered mostly come again at once, but one after another. Were each group begun with the first of
 * them, there would be a transaction and a sync for every few; were all of them waited for, thread and disk would take
 * turns in being idle. So they are divided: while one group is synced, the next one is gathered and carried out.
 */
export class Committer {
  private readonly database: Database
  private readonly durability: Durability
  private readonly rolledBack: () => void
  private readonly syncs: LogSyncs
  private readonly room: LogRoom
  private waiting: Waiting[] = []
  /** Some of those who wait are not to be kept waiting for others. */
  private isUrgent = false
  private unsynced: (() => void)[] = []
  /** How many writes wait for the next sync. */
  private gathered = 0
  /** How many there have been at once lately. */
  private writers = 0
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
    this.syncs = new LogSyncs(`${file}-wal`, { failed: on.failed, ended: () => this.syncEnded() })
    this.room = new LogRoom(`${file}-wal`, database.pageBytes)
    syncDirectory(file)
  }

  /** Resolves when the write is as durable as promised; rejects with its own error, or with the disk's. */
  submit<T>(work: Work<T> | (() => T), isLazy = false): Promise<T> {
    return new Promise((resolve, reject) => {
      const answer = (outcome: Outcome) => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value as T))
      this.enter(typeof work === 'function' ? { carryOn: work, rewind: () => undefined } : work, isLazy, answer)
    })
  }

  /** As `submit`, for those who are called back. */
  enter(work: Work<unknown>, isLazy: boolean, answer: (outcome: Outcome) => void): void {
    this.waiting.push({ work, isLazy, hasPaused: false, answer })
    if (isLazy) this.isUrgent = true
    this.schedule()
  }

  /** Finishes what is under way; nothing may be submitted any more. */
  async close(): Promise<void> {
    while (this.waiting.length > 0) this.turn()
    if (this.lazySync) clearTimeout(this.lazySync)
    await new Promise<void>((resolve) => {
      this.unsynced.push(resolve)
      this.sync()
    })
    await this.syncs.close()
    this.room.close()
  }

  private schedule(): void {
    if (this.isScheduled) return
    this.isScheduled = true
    setImmediate(() => {
      this.isScheduled = false
      if (this.isTime()) {
        this.turn()
        this.sync()
      } else if (!this.syncs.isIdle) return // Its end is a time to ask again.
      if (this.waiting.length > 0) this.schedule()
    })
  }

  /** Whether those who wait are a group. */
  private isTime(): boolean {
    if (this.waiting.length === 0) return false
    if (this.isUrgent || this.durability === 'relaxed' || this.waiting.length >= this.share) return true
    if (!this.syncs.isIdle) return false
    if (this.syncs.atOnce > 1) return true
    // The disk is slow: were the first of them synced alone, all others would wait for two syncs, from then on for ever.
    const now = performance.now()
    this.patientUntil ??= now + PATIENCE_MS_MAX
    return now >= this.patientUntil
  }

  /** How many make a group. */
  private get share(): number {
    return this.writers < GROUP_MIN ? 1 : Math.ceil(this.writers / this.syncs.atOnce)
  }

  private turn(): void {
    const group = this.waiting
    this.waiting = []
    this.isUrgent = false
    this.patientUntil = null
    const attempts = this.transaction(group)
    // What the time did not suffice for comes first in the next turn; what goes on comes after everybody else.
    const goesOn = group.filter((_, i) => attempts[i] === MORE)
    const isUnsynced = this.database.isChanged || group.some(({ hasPaused }) => hasPaused)
    for (const each of goesOn) each.hasPaused = true
    this.isUrgent = goesOn.length > 0 || attempts.length < group.length
    this.waiting = [...group.slice(attempts.length), ...this.waiting, ...goesOn]
    const answer = (isTheirs: (each: Waiting) => boolean) => {
      for (let i = 0; i < attempts.length; i++) {
        const attempt = attempts[i]
        const each = group[i]
        if (each && attempt !== undefined && attempt !== MORE && isTheirs(each)) each.answer(attempt)
      }
    }
    this.database.isChanged = false
    if (this.durability === 'relaxed' || group.every(({ isLazy }) => isLazy)) {
      answer(() => true)
      if (isUnsynced) this.syncLater()
      return
    }
    answer(({ isLazy }) => isLazy)
    const others = () => answer(({ isLazy }) => !isLazy)
    // Who changed nothing may have found, a duplicate say, what another wrote: whoever is told of it may rely on it.
    if (isUnsynced || this.unsynced.length > 0) this.unsynced.push(others)
    else this.syncs.after(others)
    if (isUnsynced) this.gathered += attempts.length
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

  private sync(): void {
    if (this.unsynced.length === 0 || !this.syncs.isFree) return
    const { unsynced, gathered } = this
    this.unsynced = []
    this.gathered = 0
    const present = this.waiting.length + gathered + this.syncs.writes
    this.writers = Math.max(present, (this.writers * FORGETTING) | 0)
    this.room.keep()
    this.syncs.begin(unsynced, gathered)
  }

  private syncEnded(): void {
    this.sync()
    if (this.waiting.length > 0) this.schedule()
  }

  private syncLater(): void {
    this.lazySync ??= setTimeout(() => {
      this.lazySync = null
      this.unsynced.push(() => undefined)
      this.sync()
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
