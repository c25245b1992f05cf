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
export function statusBoard(countsNow: () => Counts, now: () => number) {
  const listeners = new Listeners<Status>()
  let link = fine
  let isUp = false
  let wasUp = false
  let status: Status = { ...fine, ...countsNow(), state: 'connecting', since: now() }

  function stateOf(behind: number): Status['state'] {
    if (isUp) return behind > 0 ? 'catching_up' : 'live'
    if (link.isEnded) return link.error ? 'signed_out' : 'closed'
    return wasUp || link.attempt > 1 ? 'offline' : 'connecting'
  }

  /** Tells if anything is other than before: an event on a stream that is not behind changes nothing here. */
  function reckon() {
    const counts = countsNow()
    const state = stateOf(counts.behind)
    const next: Status = { ...link, ...counts, state, since: state === status.state ? status.since : now() }
    if ((Object.keys(next) as (keyof Status)[]).every((key) => next[key] === status[key])) return
    status = next
    listeners.tell(next)
  }

  return {
    listeners,
    status: () => status,
    reckon,
    /** The line has come up, or is down as it is said. */
    line(isNowUp: boolean, how: Partial<Link> = {}) {
      isUp = isNowUp
      wasUp ||= isUp
      link = { ...fine, ...how }
      reckon()
    },
  }
}
