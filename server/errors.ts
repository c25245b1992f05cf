import { type Fault, faultOf } from '../kernel/fault.ts'
import { newId } from '../kernel/id.ts'
import { Problem } from '../kernel/problem.ts'
import type { ErrorLog, ErrorLogs, News, Seen } from '../store/error-logs.ts'
import { BoundedCache } from './bounded-cache.ts'

/** Where an unexpected error was seen. Ids and names of ours alone. */
export interface Seeing {
  /** What was under way: `request failed`, `actor fault`, `client` … */
  source: string
  /** Where it is known whose business it was. */
  workspaceId?: string | undefined
  /** Told to whoever met it. */
  errorId?: string | undefined
  context?: Record<string, unknown>
}

/** What is written down, and where news of it go. */
export interface Shelf {
  /** Where it is kept: what a workspace that is gone leaves to see is the platform's affair. */
  homeOf(workspaceId: string): Promise<string>
  logs: Pick<ErrorLogs, 'add'>
  spikePerHour(workspaceId: string): number
  /** Exactly one process hears of each. */
  news(workspaceId: string, log: ErrorLog, news: News): Promise<void>
  changed(workspaceId: string, log: ErrorLog): void
}

/** Errors of no workspace: of schedules, of the start. */
export const platform = 'platform'
const kindsMax = 200
const gatherMs = 250
const contextNames = new Set([
  'requestId',
  'method',
  'route',
  'kind',
  'id',
  'actorMessage',
  'schedule',
  'memberId',
  'page',
  'release',
  'process',
])
const minuteMs = 60_000
const perMinuteMax = 20

interface Waiting {
  workspaceId: string
  seen: Seen
}

/** Every unexpected error of this process, gathered by kind and written down together: many at once are one write. */
export class ErrorBook {
  readonly #waiting = new Map<string, Waiting>()
  readonly #now: () => number
  readonly #told: BoundedCache<{ count: number }>
  #shelf: Shelf | undefined
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  /** How many were seen, and how many of them in a moment in which too many kinds waited. */
  readonly counters = { seen: 0, lost: 0 }

  constructor(now: () => number) {
    this.#now = now
    this.#told = new BoundedCache({ max: 10_000, ttlMs: minuteMs, now })
  }

  /** From here on what was seen is written down, also what was seen before. */
  open(shelf: Shelf) {
    this.#shelf = shelf
    this.#later()
  }

  /** Never throws and never waits. The id is the one that was told to whoever met it, or a new one. */
  capture(error: { name: string; code?: unknown; stack?: string | undefined }, seeing: Seeing): string {
    const { source, workspaceId = platform, errorId = newId('err'), context = {} } = seeing
    const { fingerprint, ...fault } = faultOf(error, source)
    const key = `${workspaceId}/${fingerprint}`
    const waiting = this.#waiting.get(key)
    this.counters.seen++
    if (!waiting && this.#waiting.size >= kindsMax) {
      this.counters.lost++
      return errorId
    }
    const seen = seenOf(fault, { fingerprint, source, at: this.#now(), context, errorId })
    if (waiting) add(waiting.seen, seen)
    else this.#waiting.set(key, { workspaceId, seen })
    this.#later()
    return errorId
  }

  /** Of a client: so many a minute from one caller. @throws Problem `too_many_errors` */
  told(callerId: string, error: Parameters<ErrorBook['capture']>[0], seeing: Seeing): string {
    const known = this.#told.get(callerId) ?? { count: 0 }
    if (known.count === 0) this.#told.set(callerId, known)
    if (++known.count > perMinuteMax)
      throw new Problem('limited', 'too_many_errors', 'That is enough for a minute.', { retryAfterMs: minuteMs })
    return this.capture(error, seeing)
  }

  /** Resolves when all that was seen is written down. */
  async flush() {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#write())
    await this.#writing
  }

  #later() {
    if (!this.#shelf || this.#waiting.size === 0) return
    this.#timer ??= setTimeout(() => void this.flush(), gatherMs).unref()
  }

  async #write() {
    const shelf = this.#shelf
    if (!shelf) return
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { workspaceId: seenIn, seen } of all) {
      try {
        const workspaceId = await shelf.homeOf(seenIn)
        const { log, news } = await shelf.logs.add(workspaceId, seen, shelf.spikePerHour(workspaceId))
        shelf.changed(workspaceId, log)
        if (news) await shelf.news(workspaceId, log, news)
      } catch {
        this.counters.lost += seen.count // The log has it; a store that is away must not make errors of errors.
      }
    }
  }
}

type Rest = Pick<Seen, 'fingerprint' | 'source' | 'at'> & { context: Record<string, unknown>; errorId: string }

function seenOf(fault: Omit<Fault, 'fingerprint'>, { context, errorId, ...rest }: Rest): Seen {
  const known = Object.entries(context).filter(([name, value]) => contextNames.has(name) && value !== undefined)
  const texts = known.map(([name, value]) => [name, String(value).slice(0, 200)] as const)
  return { ...rest, ...fault, count: 1, context: Object.fromEntries(texts), errorIds: [errorId] }
}

function add(to: Seen, { at, context, errorIds, stack }: Seen) {
  to.count++
  Object.assign(to, { at, context, stack, errorIds: [...to.errorIds, ...errorIds].slice(-20) })
}
