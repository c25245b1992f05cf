import { Listeners } from './listeners.ts'
import type { ShownError } from './wire.ts'

/** How the line is, for the strip at the top of a screen. */
export interface Status {
  /**
   * `connecting`: for the first time. `catching_up`: connected, and some streams are behind. `offline`: tried again.
   * `signed_out`: by the server, `error` says why; `closed`: by us. From these two nothing reconnects.
   */
  readonly state: 'connecting' | 'live' | 'catching_up' | 'offline' | 'signed_out' | 'closed'
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
  /** False: the storage has failed, and what is not sent yet would be lost with the app. */
  readonly isKept: boolean
  readonly error: ShownError | null
  /** `signed_out` or `closed`. */
  readonly isEnded: boolean
}

type Link = Pick<Status, 'attempt' | 'retryAt' | 'error' | 'isEnded'>
const fine: Link = { attempt: 0, retryAt: null, error: null, isEnded: false }

/** What there is to count besides the line. */
export interface Counts {
  open: number
  behind: number
  unsent: number
  isKept: boolean
}

/** The one place that knows how things are, and tells of changes only. */
export class StatusBoard {
  readonly listeners = new Listeners<Status>()
  readonly #counts: () => Counts
  readonly #now: () => number
  #link = fine
  #isUp = false
  #wasUp = false
  #status: Status

  constructor(counts: () => Counts, now: () => number) {
    this.#counts = counts
    this.#now = now
    this.#status = { ...fine, state: 'connecting', since: now(), open: 0, behind: 0, unsent: 0, isKept: true }
  }

  get status() {
    return this.#status
  }

  /** The line has come up, or is down as `link` says. */
  line(isUp: boolean, link: Partial<Link> = {}) {
    this.#isUp = isUp
    this.#wasUp ||= isUp
    this.#link = { ...fine, ...link }
    this.reckon()
  }

  /** Tells if anything is other than before: an event on a stream that is not behind changes nothing here. */
  reckon() {
    const counts = this.#counts()
    const state = this.#stateOf(counts.behind)
    const since = state === this.#status.state ? this.#status.since : this.#now()
    const next: Status = { ...this.#link, ...counts, state, since }
    if ((Object.keys(next) as (keyof Status)[]).every((key) => next[key] === this.#status[key])) return
    this.#status = next
    this.listeners.tell(next)
  }

  #stateOf(behind: number): Status['state'] {
    if (this.#isUp) return behind > 0 ? 'catching_up' : 'live'
    if (this.#link.isEnded) return this.#link.error ? 'signed_out' : 'closed'
    return this.#wasUp || this.#link.attempt > 1 ? 'offline' : 'connecting'
  }
}
