import { monotonicMs } from '../kernel/clock.ts'
import { type Schedule, Superseded, type Turn } from './schedule.ts'

/** Who runs what, in one place for all processes. */
export interface Runs {
  begin(name: string, run: { by: string; now: number; lockMs: number }): Promise<number | undefined>
  hold(name: string, fence: number, until: number): Promise<boolean>
  end(name: string, fence: number, run: { now: number; ms: number; failure?: Error }): Promise<boolean>
}

interface Parts {
  runs: Runs
  /** What operators call this process. */
  by: string
  /** After so long without a sign of life, another process may begin the same. */
  lockMs: number
  now(): number
  onError(error: unknown, name: string): void
}

export interface JobCounters {
  runs: number
  failures: number
  lastMs: number
}

/** Runs schedules, each at most once at a time among all processes, and none held up by another. */
export class Runner {
  readonly counters = new Map<string, JobCounters>()
  readonly #parts: Parts
  readonly #under = new Set<Promise<void>>()
  #isLeaving = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Resolves when it has run, or was not to. Never rejects: what went wrong was told. */
  run(schedule: Schedule): Promise<void> {
    if (this.#isLeaving) return Promise.resolve()
    const under = this.#run(schedule).catch((error: unknown) => this.#parts.onError(error, schedule.name))
    this.#under.add(under)
    return under.finally(() => this.#under.delete(under))
  }

  async #run(schedule: Schedule) {
    const { runs, by, lockMs, now, onError } = this.#parts
    const { name } = schedule
    const startedAt = now()
    const fence = await runs.begin(name, { by, now: startedAt, lockMs })
    if (fence === undefined) return
    let until = startedAt + lockMs
    const keep = async () => {
      const next = now() + lockMs
      const isOurs = await runs.hold(name, fence, next)
      if (isOurs) until = next
      return isOurs
    }
    const turn: Turn = {
      hold: async () => {
        if (this.#isLeaving) throw new Superseded(name)
        // Nobody else can have begun as long as it is locked: who holds on at each of a thousand steps writes seldom.
        if (until - now() <= lockMs / 2 && !(await keep())) throw new Superseded(name)
      },
    }
    // A sign that does not get through is followed by the next; `hold` is what decides.
    const signs = setInterval(() => void keep().catch((error: unknown) => onError(error, name)), lockMs / 3)
    const began = monotonicMs()
    const failure = await failureOf(schedule, turn)
    clearInterval(signs)
    const ms = Math.round(monotonicMs() - began)
    if (failure) onError(failure, name)
    this.#count(name, ms, failure)
    await runs.end(name, fence, { now: now(), ms, ...(failure && { failure }) })
  }

  #count(name: string, ms: number, failure: Error | undefined) {
    const { runs = 0, failures = 0 } = this.counters.get(name) ?? {}
    this.counters.set(name, { runs: runs + 1, failures: failures + (failure ? 1 : 0), lastMs: ms })
  }

  /** Nothing begins any more; what runs is waited for, so long. What is cut then, another process takes up. */
  async leave(graceMs: number) {
    this.#isLeaving = true
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((over) => (timer = setTimeout(over, graceMs)))
    await Promise.race([Promise.all(this.#under), patience])
    clearTimeout(timer)
  }
}

async function failureOf(schedule: Schedule, turn: Turn): Promise<Error | undefined> {
  try {
    await schedule.run(turn)
    return undefined
  } catch (error) {
    if (error instanceof Superseded) return undefined // It did as it was asked.
    return error instanceof Error ? error : new Error(String(error))
  }
}
