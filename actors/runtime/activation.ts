import type { Actor } from './change.ts'
import { type Found, type Mark, olderMax, recentMax, recentMs, type Write } from './persistence.ts'
import type { Due } from './catch-up.ts'
import { isAsk, isLate, Mailbox, type Waiting } from './mailbox.ts'
import {
  type Address,
  type Command,
  type Document,
  type Entry,
  keyOf,
  type Recent,
  type TellEntry,
  type Turn,
} from './turn.ts'
import type { Published } from './contract.ts'

type Told = TellEntry & { readonly n: number }

export interface Answer {
  readonly waiting: Waiting
  readonly reply?: unknown
  /** Why it was refused; undefined where it was not. */
  readonly error?: unknown
}

// Longer than a sender tries to be heard, a crash and its redo included.
const seenMs = 10 * 60_000
// Whom more tell something (an inbox, by all its conversations) forgets what nobody can tell again earlier: ten minutes
// of 10,000 senders are half a megabyte, and each of its writes writes it. So many at most by one write.
const seenMany = 256

// Shared by all idle actors, which have none of it.
const unanswered: Answer[] = []
const nothing = new Map<never, never>()
const none: never[] = []

/** What the turns since the last commit have changed. Made when the first of them does; most change little. */
class Dirt {
  seq: Map<string, number> = nothing
  reminders: Map<string, Due | null> = nothing
  seen: Map<string, number> = nothing
  forgotten: string[] = none
  recent: (Recent & { id: string })[] = none
  recentSince: number | undefined = undefined
  entries: Entry[] = none
  rows: NonNullable<Turn['change']>['rows'] = none
  events: Published[] = none
  decisions: NonNullable<Turn['change']>['decisions'] = none
}

/** An actor in memory: the only holder of its state, between two commits. */
export class Activation extends Mailbox implements Document {
  readonly address: Address
  readonly actor: Actor
  readonly owner: string
  status: 'loading' | 'idle' | 'ready' | 'writing' | 'over' = 'loading'
  state: object
  seq: Map<string, number> = nothing
  reminders: Map<string, Due> = nothing
  recent: Document['recent'] = nothing
  older: Document['recent'] = nothing
  recentSince = 0
  /** The same of the document, which knows less. */
  #restsSince = 0
  seen: Document['seen'] = nothing
  out: Map<number, Entry> = nothing
  told = 0
  rev = 0
  /** Monotonic ms of the last message. */
  usedAt = 0
  cancelTimer: (() => void) | undefined = undefined
  /** Whose turns were taken; they are answered together. */
  #answers = unanswered
  /** Whose turns are being written. */
  unwritten: readonly Answer[] = unanswered
  #written: object | undefined = undefined
  #due: number | undefined = undefined
  #outAt: number | undefined = undefined
  #done: number[] | undefined = undefined
  /** Tells that were taken: once the document has forgotten them, nobody can tell them again. */
  #taken: Told[] | undefined = undefined
  #takenByNow: Told[] | undefined = undefined
  /** By sender: the last that they told, which they have forgotten for good. */
  #settled: Map<string, number> = nothing
  /** Some of that was said or done outside: whoever loads the document would say or do it again. */
  #hasSpoken = false
  #dirt: Dirt | undefined = undefined
  #isUpgraded = false

  constructor(address: Address, actor: Actor, owner: string) {
    super()
    this.address = address
    this.actor = actor
    this.owner = owner
    this.state = actor.initial as object
  }

  /** With what is answered and not written yet: where too much was made of it at once, it waits again. */
  get crowd() {
    return this.waiting + this.#answers.length + this.unwritten.length
  }

  isFull({ mailboxMax, outMax }: { mailboxMax: number; outMax: number }) {
    return this.crowd >= mailboxMax || this.out.size >= outMax
  }

  /**
   * Its write may be waiting for company, and whoever comes now is not to wait with it. What was told is, and so are
   * results of effects with one another: in a rush they go together.
   */
  isHeldUp({ told, completes }: Command) {
    if (this.status !== 'writing' || told !== undefined) return false
    return completes === undefined || this.unwritten.every(({ waiting }) => waiting.command.completes === undefined)
  }

  get answers(): Answer[] {
    if (this.#answers === unanswered) this.#answers = []
    return this.#answers
  }

  /** Those that were answered together; from now on others are. */
  takeAnswers(): Answer[] {
    const answers = this.#answers
    this.#answers = unanswered
    return answers
  }

  /** Nothing to write, to hear of or to answer: it may leave the memory. */
  get isResting() {
    return this.status === 'idle' && this.out.size === 0 && !this.#done && this.waiting === 0
  }

  get hasDone() {
    return this.#done !== undefined
  }

  /** Beside rows and events, which are merely written again. */
  get hasSpoken() {
    return this.#hasSpoken
  }

  get isDirty() {
    return this.#dirt !== undefined
  }

  /** Asks whose time is over while they are being written, each once: nobody knows yet what becomes of them. */
  takeOverdue(now: number): Waiting[] {
    const overdue: Waiting[] = []
    for (const { waiting } of this.unwritten) {
      if (!isLate(waiting, now)) continue
      waiting.deadline = Infinity // A write that hangs is looked at four times a second.
      overdue.push(waiting)
    }
    return overdue
  }

  /** `now`: monotonic ms. */
  load({ document, rev, recordNumbers, upgradedFrom }: Found, now: number) {
    this.usedAt = now
    this.state = document.state
    this.seq = document.seq
    this.reminders = document.reminders
    this.recent = document.recent
    this.recentSince = this.#restsSince = document.recentSince
    this.seen = document.seen
    // When they spoke last is not known here: from now on they have as long as everybody has.
    for (const [sender, { n }] of document.seen) this.seen.set(sender, { n, at: now })
    this.out = document.out
    this.told = document.told
    this.rev = rev
    this.#written = upgradedFrom ? unlike(upgradedFrom) : document.state
    this.#isUpgraded = upgradedFrom !== undefined
    this.#due = this.#earliest()
    if (recordNumbers.length > 0) this.#done = [...recordNumbers]
    if (this.out.size > 0 || this.#done) this.#outAt = 0
  }

  take(change: NonNullable<Turn['change']>) {
    const dirt = (this.#dirt ??= new Dirt())
    this.state = change.state
    if (change.seq.size > 0)
      for (const [stream, seq] of change.seq) {
        this.seq = put(this.seq, stream, seq)
        dirt.seq = put(dirt.seq, stream, seq)
      }
    if (change.reminders.size > 0) for (const [key, due] of change.reminders) this.#remember(key, due, dirt)
    if (change.seen) this.#hear(change.seen, dirt)
    if (change.recent) this.#keep(change.recent, dirt)
    if (change.completes !== undefined) this.done(change.completes)
    for (const entry of change.entries) this.out = put(this.out, entry.n, entry)
    this.told += change.entries.length
    dirt.entries = joined(dirt.entries, change.entries)
    dirt.rows = joined(dirt.rows, change.rows)
    dirt.events = joined(dirt.events, change.events)
    dirt.decisions = joined(dirt.decisions, change.decisions)
  }

  /** This entry of the outbox was taken; the next write forgets it. */
  done(n: number) {
    const entry = this.out.get(n)
    if (!entry) return
    this.out.delete(n)
    if (entry.type === 'tell') (this.#taken ??= []).push(entry)
    this.#hasSpoken = true
    const done = (this.#done ??= [])
    done.push(n)
  }

  /** All that the next commit writes. */
  write(now: number, marks?: readonly Mark[]): Write {
    const dirt = this.#dirt ?? new Dirt()
    this.#forgetSettled(dirt)
    this.#takenByNow = this.#taken
    this.#taken = undefined
    const records = dirt.rows.length + dirt.events.length + dirt.decisions.length > 0
    const recordNumber = records ? ++this.told : undefined
    const due = this.#earliest()
    const outAt = this.#nextOutAt(records || this.out.size > 0, now)
    const write: Write = {
      seq: dirt.seq,
      reminders: dirt.reminders,
      seen: dirt.seen,
      // Who was forgotten, and told something in the same batch, is known again.
      forgotten: dirt.forgotten.filter((sender) => !dirt.seen.has(sender)),
      recent: dirt.recent,
      recentSince: dirt.recentSince,
      rows: dirt.rows,
      events: dirt.events,
      decisions: dirt.decisions,
      address: this.address,
      recentKept: this.recent.size,
      owner: this.owner,
      rev: this.rev,
      state: this.state,
      before: this.#written,
      isAwaited: this.unwritten.some(({ waiting }) => isAsk(waiting.command)),
      version: this.#written && !this.#isUpgraded ? undefined : this.actor.version,
      marks,
      due: due === this.#due ? undefined : (due ?? null),
      ...this.#outOf(dirt),
      outAt,
      told: this.told,
      now,
      recordNumber,
    }
    this.#due = due
    if (outAt !== undefined) this.#outAt = outAt ?? undefined
    this.#dirt = undefined
    this.#done = undefined
    this.#hasSpoken = false
    return write
  }

  /** What was handed out since the last write and is done by now, the document never hears of. */
  #outOf({ entries }: Dirt) {
    const done = this.#done ?? none
    if (entries.length === 0) return { entries, done }
    const fresh = new Set(entries.map(({ n }) => n))
    return { entries: entries.filter(({ n }) => this.out.has(n)), done: done.filter((n) => !fresh.has(n)) }
  }

  /** Answers what was told and is forgotten from now on: `settled` of those who took it. */
  written({ state, recordNumber }: Write): readonly Told[] {
    this.unwritten = unanswered
    this.#written = state
    this.#isUpgraded = false
    this.rev++
    // The rows are down: the next write forgets that they had to be written.
    if (recordNumber !== undefined) (this.#done ??= []).push(recordNumber)
    const taken = this.#takenByNow ?? none
    this.#takenByNow = undefined
    return taken
  }

  /** This sender has forgotten for good that it told this, in a process that alone has both of us. */
  settled(sender: string, n: number) {
    if (this.seen.size > seenMany && this.seen.get(sender)?.n === n) this.#settled = put(this.#settled, sender, n)
  }

  #forgetSettled(dirt: Dirt) {
    let forgotten = 0
    for (const [sender, n] of this.#settled) {
      if (forgotten++ === seenMany) return
      this.#settled.delete(sender)
      if (this.seen.get(sender)?.n !== n) continue // They have told something since.
      this.seen.delete(sender)
      dirt.forgotten = joined(dirt.forgotten, [sender])
    }
  }

  get due() {
    return this.#due
  }

  #remember(key: string, due: Due | null, dirt: Dirt) {
    if (due) this.reminders = put(this.reminders, key, due)
    else this.reminders.delete(key)
    dirt.reminders = put(dirt.reminders, key, due)
  }

  /** A sender hands out n+1 only after we took n, so its last number is enough; and not for ever. */
  #hear({ sender, n }: { sender: string; n: number }, dirt: Dirt) {
    this.seen.delete(sender)
    this.seen = put(this.seen, sender, { n, at: this.usedAt })
    dirt.seen = put(dirt.seen, sender, n)
    for (const [oldest, { at }] of this.seen) {
      if (at > this.usedAt - seenMs) return
      this.seen.delete(oldest)
      dirt.forgotten = joined(dirt.forgotten, [oldest])
    }
  }

  #keep({ id, ...recent }: Recent & { id: string }, dirt: Dirt) {
    this.recent = put(this.recent, id, recent)
    dirt.recent = joined(dirt.recent, [{ id, ...recent }])
    for (const [oldest, entry] of this.recent) {
      if (this.recent.size <= recentMax && entry.at > recent.at - recentMs) break
      this.recent.delete(oldest)
      this.#restsSince = dirt.recentSince = Math.max(this.#restsSince, entry.at)
      this.older = put(this.older, oldest, entry)
    }
    for (const [oldest, { at }] of this.older) {
      if (this.older.size <= olderMax && at > recent.at - recentMs) return
      this.older.delete(oldest)
      this.recentSince = Math.max(this.recentSince, at)
    }
  }

  #earliest() {
    let earliest: number | undefined
    for (const { at } of this.reminders.values()) if (earliest === undefined || at < earliest) earliest = at
    return earliest
  }

  /** Set once when something is handed out, and taken away by the tidy-up: an index must not move with each message. */
  #nextOutAt(holdsSomething: boolean, now: number) {
    if (holdsSomething) return this.#outAt === undefined ? now : undefined
    return this.#outAt === undefined ? undefined : null
  }
}

/** Has the fields of an earlier version's state and none of its values: each is written anew, or taken away. */
const unlike = (state: object): object => Object.fromEntries(Object.keys(state).map((field) => [field, stale]))
const stale = Symbol('written by an earlier version')

/** Maps are made when they first hold something: most actors need few of them. */
function put<Key, Value>(to: Map<Key, Value>, key: Key, value: Value): Map<Key, Value> {
  const map = (to as unknown) === nothing ? new Map<Key, Value>() : to
  return map.set(key, value)
}

/** Lists, too: `to` grows, unless it is the one that all share. */
function joined<Item>(to: Item[], more: readonly Item[]): Item[] {
  if (more.length === 0) return to
  if ((to as unknown) === none) return [...more]
  to.push(...more)
  return to
}

export const nameOf = (activation: Activation) => keyOf(activation.address)
