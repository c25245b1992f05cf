import { Listeners } from './listeners.ts'
import type { ShownError } from './wire.ts'

/** How the line is, for the strip at the top of a screen. */
export interface Status {
  /** `connecting`: for the first time. `catching_up`: connected, and some streams are behind. `offline`: tried again. */
  readonly state: 'connecting' | 'live' | 'catching_up' | 'offline'
  /** Since when, epoch ms of this device. */
  readonly since: number
  /** Failed attempts in a row. */
  readonly attempt: number
  /** When it is tried again, epoch ms of this device; null while it is tried. */
  readonly retryAt: number | null
  /** Streams that are open, and how many of them are behind. */
  readonly open: number
  readonly behind: number
  /** Commands that the server does not have yet. */
  readonly unsent: number
  readonly error: ShownError | null
  /** Signed out, revoked or closed: nothing reconnects. */
  readonly isEnded: boolean
}

type Link = Pick<Status, 'attempt' | 'retryAt' | 'error' | 'isEnded'>
const fine: Link = { attempt: 0, retryAt: null, error: null, isEnded: false }

/** What there is to count besides the line. */
export interface Counts {
  open: number
  behind: number
  unsent: number
}

/** The one place that knows how things are, and tells of changes only. */
export class StatusBoard {
  readonly listeners = new Listeners<Status>()
  readonly #counts: () => Counts
  #link = fine
  #isUp = false
  #wasUp = false
  #status: Status = { ...fine, state: 'connecting', since: Date.now(), open: 0, behind: 0, unsent: 0 }

  constructor(counts: () => Counts) {
    this.#counts = counts
  }

  get status() {
    return this.#status
  }

  up() {
    this.#isUp = true
    this.#wasUp = true
    this.#link = fine
    this.reckon()
  }

  down(attempt: number, retryAt: number | null, error: ShownError | null) {
    this.#isUp = false
    this.#link = { attempt, retryAt, error: error ?? this.#link.error, isEnded: false }
    this.reckon()
  }

  ended(error: ShownError | null) {
    this.#isUp = false
    this.#link = { ...fine, error, isEnded: true }
    this.reckon()
  }

  /** Tells if anything is other than before: an event on a stream that is not behind changes nothing here. */
  reckon() {
    const counts = this.#counts()
    const state = this.#stateOf(counts.behind)
    const since = state === this.#status.state ? this.#status.since : Date.now()
    const next: Status = { ...this.#link, ...counts, state, since }
    if ((Object.keys(next) as (keyof Status)[]).every((key) => next[key] === this.#status[key])) return
    this.#status = next
    this.listeners.tell(next)
  }

  #stateOf(behind: number): Status['state'] {
    if (this.#isUp) return behind > 0 ? 'catching_up' : 'live'
    return this.#wasUp || this.#link.isEnded || this.#link.attempt > 1 ? 'offline' : 'connecting'
  }
}
