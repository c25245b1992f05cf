import type { Recurrence } from './contract.ts'

const usualLateMs = 60_000
const everyMinMs = 100
/** So many missed ones run one after another; whoever asks for all did not mean a flood. */
const allMax = 100

/** What an actor is to be reminded of, and when: epoch ms. */
export interface Due extends Recurrence {
  readonly message: string
  readonly at: number
  readonly data: unknown
}

export interface Firing {
  /** False where it came too late to be of use. */
  runs: boolean
  /** When the one that fires was due, and how many of its kind were missed before it. */
  at: number
  missed: number
  lateMs: number
  /** The one after it; null where it does not come again. */
  next: Due | null
}

/** What becomes of a reminder whose time has come, or went by while nothing ran. */
export function firing(due: Due, now: number): Firing {
  const { everyMs, missed: policy = 'once' } = due
  const passed = everyMs === undefined ? 0 : Math.max(0, Math.floor((now - due.at) / everyMs))
  const missed = policy === 'all' ? Math.max(0, passed - allMax) : passed
  const at = due.at + missed * (everyMs ?? 0)
  const lateMs = Math.max(0, now - at)
  const isLate = lateMs > (due.lateMs ?? Math.min(everyMs ?? usualLateMs, usualLateMs))
  const next = everyMs === undefined ? null : { ...due, at: at + everyMs }
  return { runs: policy !== 'skip' || !isLate, at, missed, lateMs, next }
}

/** A reminder that comes again too soon would be all that its actor ever does. @throws Error, a defect of its actor */
export function checkedDue(due: Due): Due {
  const { everyMs, at, message } = due
  if (everyMs !== undefined && !(everyMs >= everyMinMs))
    throw new Error(`the reminder ${message} comes every ${everyMs} ms; ${everyMinMs} is the least`)
  if (!Number.isFinite(at)) throw new Error(`the reminder ${message} has no time`)
  return due
}
