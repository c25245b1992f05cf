import { Problem } from '../../kernel/problem.ts'
import type { Published, RowWrite } from './contract.ts'
import type { Due } from './catch-up.ts'
import type { Address, DecisionRow, Document, Entry, Recent, Undelivered } from './turn.ts'

/** What the runtime needs of a database. MongoDB stands behind it (`store/commit.ts`), or a test's memory. */
export interface Persistence {
  /** From here on only this activation can write; nothing where the actor was never written. */
  claim(address: Address, owner: string): Promise<Found | undefined>
  /** What is kept of an actor, claimed by nobody for it. @throws Unusable */
  peek(address: Address): Promise<Found | undefined>
  /** Gives back what `owner` claimed and could not use: the document is again as it was. */
  unclaim(address: Address, owner: string, formerOwner: string | undefined): Promise<void>
  /** These activations end in peace: whoever comes next need not wonder what they were doing. */
  part(activations: readonly { address: Address; owner: string }[]): Promise<void>
  /**
   * Writes down what is about to be handled. Of an actor that was never written (`rev` 0) nothing else is kept then, and
   * nothing at all once there are no marks. Rejects as `commit` does.
   */
  mark(activation: Marked, marks: readonly Mark[]): Promise<void>
  /**
   * One atomic write of one document; then the rows and events that it brings. Rejects with `Fenced` when another
   * activation owns the actor; any other rejection means that nobody knows what was written.
   */
  commit(write: Write): Promise<void>
  /** Somebody waits for what was given, of a kind or all of it: nothing of it may wait for company any more. */
  hasten?(kind?: string): void
  /** Writes again what a crash may have left out. Doing it twice changes nothing. Answers the events of it. */
  redo(address: Address, records: readonly unknown[]): Promise<Published[]>
  /** What could not be delivered rests here until somebody looks. */
  bury(command: Undelivered, error: unknown): Promise<void>
  /** Actors with a reminder due by then, or with something handed out before then. */
  dueActors(kind: string, by: DueBy, limit: number): Promise<Address[]>
}

export interface DueBy {
  due: number
  outBefore: number
  /** Of this workspace alone, or of all but these: their time is another. */
  only?: string
  except?: readonly string[]
}

/** Which processes are at work: who is on the list and does not live has died. */
export interface Attendance {
  /** Puts this process on the list. Answers who else is there. */
  arrive(incarnation: string): Promise<readonly string[]>
  /** These are not expected any more. */
  depart(incarnations: readonly string[]): Promise<void>
}

/** An activation, as far as marks need to know it. */
export interface Marked {
  readonly address: Address
  readonly owner: string
  readonly rev: number
}

/** A message that was being handled, and in how many attempts. */
export interface Mark {
  readonly id: string
  readonly times: number
  /** Who wrote it down last: the incarnation of a process. */
  readonly by: string
  /** And when, epoch ms. */
  readonly at: number
}

export interface Found {
  /** Of the state's schema, as it was written. */
  readonly version: number
  /** Where it was brought to the present version: the state as it rests. */
  readonly upgradedFrom?: object
  /** Who had it before, unless they parted in peace. */
  readonly formerOwner: string | undefined
  /** What they were about to do. */
  readonly marks: readonly Mark[]
  /** Where `rev` is 0 the actor was never written: there are marks, and nothing else counts. */
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
  /** Somebody waits for what these turns answer; tells, results of effects and reminders can wait a little. */
  readonly isAwaited: boolean
  readonly seq: ReadonlyMap<string, number>
  readonly reminders: ReadonlyMap<string, Due | null>
  /** The earliest reminder, nothing where there is none; `undefined` where it has not changed. */
  readonly due: number | null | undefined
  readonly seen: ReadonlyMap<string, number>
  readonly forgotten: readonly string[]
  readonly recent: readonly (Recent & { readonly id: string })[]
  /** How many of the first replies are kept, those of this write included. */
  readonly recentKept: number
  /** Until when replies may have been forgotten; `undefined` where it has not changed. */
  readonly recentSince: number | undefined
  readonly entries: readonly Entry[]
  readonly done: readonly number[]
  /** When the outbox began to hold something; null empties it; `undefined` where it has not changed. */
  readonly outAt: number | null | undefined
  readonly told: number
  readonly now: number
  /** Of the state's schema; where it is `undefined`, the document says so already. */
  readonly version: number | undefined
  /** Takes the place of what was marked; `undefined` where nothing was. */
  readonly marks: readonly Mark[] | undefined
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

/** First replies are kept for so many commands, and for so long. */
export const recentMax = 64
/** Replies that an active actor knows besides: what waits in a mailbox was given before those, and is not yet forgotten. */
export const olderMax = 256
export const recentMs = 60 * 60_000

/** Why a document may not be used here. It stays as it is, and only its own actor is away. */
export class Unusable extends Problem {
  constructor(code: 'document_newer' | 'document_damaged', message: string, cause?: unknown) {
    super('busy', code, message, { retryAfterMs: 30_000 })
    this.cause = cause
  }
}

export const newer = (kind: string, found: number, known: number) =>
  new Unusable('document_newer', `This ${kind} was written by a later release (version ${found}, here ${known}).`)

export const damaged = (kind: string, cause: unknown) =>
  new Unusable('document_damaged', `What is kept of this ${kind} cannot be read. Somebody has to look.`, cause)
