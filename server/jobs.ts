import { conflict, missing } from '../kernel/problem.ts'
import type { JobRuns, JobState } from '../store/job-runs.ts'

interface Known {
  name: string
  says: string
  everyMs: number
}
interface Parts {
  runs: JobRuns
  /** The schedules of this release. */
  known(): readonly Known[]
  /** Epoch ms of this world. */
  now(): number
}

export type Job = Omit<JobState, 'runningUntil'> & {
  says: string
  /** When it runs, in words. */
  schedule: string
  status: 'waiting' | 'running' | 'paused'
}

/** The schedules of the installation, for those who keep it running. */
export class Jobs {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async list(): Promise<Job[]> {
    const { runs, known, now } = this.#parts
    const schedules = new Map(known().map((schedule) => [schedule.name, schedule]))
    const states = await runs.states([...schedules.keys()].sort())
    return states.map((state) => shown(schedules.get(state.name) as Known, state, now()))
  }

  /** @throws Problem `not_found` */
  async setPaused(name: string, isPaused: boolean): Promise<Job> {
    await this.#one(name)
    await this.#parts.runs.pause(name, isPaused)
    return this.#one(name)
  }

  /** It begins within seconds, also where it is paused. @throws Problem `not_found`, `job_running` */
  async run(name: string): Promise<Job> {
    const { runs, now } = this.#parts
    const job = await this.#one(name)
    if (job.status === 'running') throw conflict('job_running', 'It runs at this moment.')
    await runs.ask(name, now())
    return this.#one(name)
  }

  async #one(name: string): Promise<Job> {
    const job = (await this.list()).find((one) => one.name === name)
    if (!job) throw missing('not_found', 'There is no schedule of this name.')
    return job
  }
}

function shown({ says, everyMs }: Known, { runningUntil, ...state }: JobState, now: number): Job {
  const isRunning = runningUntil !== null && runningUntil > now
  const resting = state.isPaused ? 'paused' : 'waiting'
  return { ...state, says, schedule: everyWords(everyMs), status: isRunning ? 'running' : resting }
}

const units = [
  ['day', 24 * 60 * 60_000],
  ['hour', 60 * 60_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** `every 15 seconds`, `every hour`. */
export function everyWords(ms: number): string {
  const [unit, size] = units.find(([, each]) => ms >= each && ms % each === 0) ?? ['second', 1_000]
  const count = ms / size
  return count === 1 ? `every ${unit}` : `every ${String(count)} ${unit}s`
}
