import type { Published, RowWrite } from './contract.ts'
import type { Address, Command, DecisionRow, Document, Due, Entry } from './turn.ts'

/** What the runtime needs of a database. MongoDB stands behind it (`store/commit.ts`), or a test's memory. */
export interface Persistence {
  /** From here on only this activation can write; nothing where the actor was never written. */
  claim(address: Address, owner: string): Promise<Found | undefined>
  /**
   * One atomic write of one document; then the rows and events that it brings. Rejects with `Fenced` when another
   * activation owns the actor; any other rejection means that nobody knows what was written.
   */
  commit(write: Write): Promise<void>
  /** Writes again what a crash may have left out. Doing it twice changes nothing. Answers the events of it. */
  redo(address: Address, records: readonly unknown[]): Promise<Published[]>
  /** What could not be delivered rests here until somebody looks. */
  bury(command: Command, error: unknown): Promise<void>
  /** Actors with a reminder due by then, or with something handed out before then. */
  dueActors(kind: string, by: { due: number; outBefore: number }, limit: number): Promise<Address[]>
}

export interface Found {
  readonly document: Document
  readonly rev: number
  /** What a commit was about to record when its process died; only `redo` can read it. */
  readonly records: readonly unknown[]
  /** The numbers under which the records stand in the outbox. */
  readonly recordNumbers: readonly number[]
}

/** What one batch of turns changes, as differences: unchanged parts of a document are not written again. */
export interface Write {
  readonly address: Address
  readonly owner: string
  readonly rev: number
  readonly state: object
  /** The state as it was written last; nothing where the actor was never written. */
  readonly before: object | undefined
  readonly seq: ReadonlyMap<string, number>
  readonly reminders: ReadonlyMap<string, Due | null>
  /** The earliest reminder, nothing where there is none; `undefined` where it has not changed. */
  readonly due: number | null | undefined
  readonly seen: ReadonlyMap<string, number>
  readonly forgotten: readonly string[]
  readonly recent: readonly { id: string; message: string; reply: unknown }[]
  readonly entries: readonly Entry[]
  readonly done: readonly number[]
  /** When the outbox began to hold something; null empties it; `undefined` where it has not changed. */
  readonly outAt: number | null | undefined
  readonly told: number
  readonly now: number
  /** The outbox number under which rows, events and decisions are kept until they are down. */
  readonly recordNumber: number | undefined
  readonly rows: readonly RowWrite<string>[]
  readonly events: readonly Published[]
  readonly decisions: readonly DecisionRow[]
}

/** Another activation owns this actor now. */
export class Fenced extends Error {
  constructor(address: Address) {
    super(`${address.kind}/${address.id} is owned by another activation`)
  }
}

export const recentMax = 64
