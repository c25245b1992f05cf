import { MongoBackend } from '@agendajs/mongo-backend'
import { Agenda } from 'agenda'
import { Runner, type Runs } from './runner.ts'
import type { Schedule } from './schedule.ts'

interface Parts {
  /** The database of the store; Agenda keeps its own collection there. */
  database: unknown
  runs: Runs & { announce(name: string): Promise<void> }
  schedules: readonly Schedule[]
  /** What operators call this process. */
  by: string
  now(): number
  onError(error: unknown, name: string): void
  /** How often Agenda looks for what is due, ms. */
  lookMs?: number
  lockMs?: number
}

const leaveMs = 5_000

/**
 * Agenda says when; the runner says who, and whether. Agenda's own locks end while a job still runs, and are cleared by
 * every process that starts, so nothing rests on them: to Agenda, a job is done as soon as it was begun. It polls once
 * per name and skips ticks: so few names, and each takes all that is due until now.
 */
export class Scheduler {
  readonly runner: Runner
  readonly #agenda: Agenda
  readonly #parts: Parts

  constructor(parts: Parts) {
    const { lookMs = 2_500, lockMs = 20_000, ...rest } = parts
    this.#parts = parts
    this.runner = new Runner({ ...rest, lockMs })
    const backend = new MongoBackend({ mongo: parts.database as never, collection: 'agendaJobs' })
    const maxConcurrency = parts.schedules.length
    this.#agenda = new Agenda({ backend, processEvery: lookMs, defaultLockLifetime: 60_000, maxConcurrency })
  }

  async start() {
    const { schedules, runs, onError } = this.#parts
    await this.#agenda.ready
    this.#agenda.on('error', (error: unknown) => onError(error, 'agenda'))
    await Promise.all(schedules.map(({ name }) => runs.announce(name)))
    for (const schedule of schedules)
      this.#agenda.define(schedule.name, () => Promise.resolve(void this.runner.run(schedule)), {
        concurrency: 1,
        lockLimit: 1,
      })
    await this.#agenda.start()
    for (const { name, everyMs } of schedules) await this.#agenda.every(everyMs, name)
  }

  /** Takes nothing more, and waits a while for what runs. */
  async stop() {
    await this.#agenda.stop()
    await this.runner.leave(leaveMs)
  }
}
