import { MongoBackend } from '@agendajs/mongo-backend'
import { Agenda } from 'agenda'
import type { Schedule } from './schedule.ts'

interface Parts {
  /** The database of the store; Agenda keeps its own collection there. */
  database: unknown
  schedules: readonly Schedule[]
  onError(error: unknown, name: string): void
}

/** Agenda polls once per name and skips ticks: so few names, and each takes all that is due until now. */
export class Scheduler {
  readonly #agenda: Agenda
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
    const backend = new MongoBackend({ mongo: parts.database as never, collection: 'agendaJobs' })
    this.#agenda = new Agenda({ backend, processEvery: 2_500, defaultLockLifetime: 60_000, maxConcurrency: 4 })
  }

  async start() {
    const { schedules, onError } = this.#parts
    await this.#agenda.ready
    this.#agenda.on('error', (error: unknown) => onError(error, 'agenda'))
    for (const { name, run } of schedules)
      this.#agenda.define(name, async () => {
        try {
          await run()
        } catch (error) {
          onError(error, name)
        }
      })
    await this.#agenda.start()
    for (const { name, everyMs } of schedules) await this.#agenda.every(everyMs, name)
  }

  /** Waits for what runs, takes nothing more. */
  async stop() {
    await this.#agenda.drain()
  }
}
