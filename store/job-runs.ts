import { isDuplicate, type Store, type Stored, timeOf } from './connection.ts'

export interface JobFailure {
  /** Epoch ms. */
  at: number
  name: string
  message: string
}

/** How one schedule stands. Times are epoch ms. */
export interface JobState {
  name: string
  isPaused: boolean
  /** Until when whoever runs it now has it alone; null where nobody does. */
  runningUntil: number | null
  /** The process that ran it last, or runs it. */
  by: string | null
  startedAt: number | null
  finishedAt: number | null
  lastMs: number | null
  runs: number
  failures: number
  lastFailure: JobFailure | null
  nextAt: number | null
}

interface Begin {
  by: string
  now: number
  /** For so long nobody else begins it, unless it is held on to. */
  lockMs: number
}
interface End {
  now: number
  ms: number
  failure?: Error
}

const messageMax = 300

/** Who runs which schedule, how it went, and whether it may. One document per schedule, one write per change. */
export class JobRuns {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  get #rows() {
    return this.#store.platform('job_runs')
  }

  /** Agenda's own: what it plans when. */
  get #plan() {
    return this.#store.connection.collection('agendaJobs')
  }

  async announce(name: string) {
    try {
      await this.#rows.insertOne({ _id: name, fence: 0, runs: 0, failures: 0 })
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
  }

  /**
   * Begins a run where nobody has it and nobody paused it. The number that it gets is higher than that of every run
   * before: whoever shows a lower one comes too late. Undefined where it is not to begin.
   */
  async begin(name: string, { by, now, lockMs }: Begin): Promise<number | undefined> {
    const before = await this.#rows.findOneAndUpdate(
      {
        _id: name,
        $and: [
          { $or: [{ until: { $lte: new Date(now) } }, { until: null }] },
          { $or: [{ isPaused: { $ne: true } }, { asked: true }] },
        ],
      },
      {
        $set: { by, startedAt: new Date(now), until: new Date(now + lockMs) },
        $inc: { fence: 1 },
        $unset: { asked: '' },
      } as never,
      { returnDocument: 'before' },
    )
    if (!before) return undefined
    if (before['until'] instanceof Date) await this.#cutOff(before, now)
    return (before['fence'] as number) + 1
  }

  /** Its process died, or stood still for so long that somebody else goes on. */
  #cutOff({ _id, by }: Stored, now: number) {
    const message = `The process that ran it (${String(by)}) went away in the middle.`
    const lastFailure = { at: new Date(now), name: 'CutOff', message }
    return this.#rows.updateOne({ _id }, { $inc: { runs: 1, failures: 1 }, $set: { lastFailure } } as never)
  }

  /** Keeps it for that much longer. False where somebody else has begun since, or it has ended. */
  async hold(name: string, fence: number, until: number): Promise<boolean> {
    // A sign of life that its end has overtaken must not keep it for a run that is over.
    const running = { _id: name, fence, until: { $type: 'date' } } as const
    const { matchedCount } = await this.#rows.updateOne(running, { $set: { until: new Date(until) } })
    return matchedCount > 0
  }

  /** False where somebody else has begun since: then it is theirs to say how it went. */
  async end(name: string, fence: number, { now, ms, failure }: End): Promise<boolean> {
    const lastFailure = failure && {
      at: new Date(now),
      name: failure.name.slice(0, 100),
      message: failure.message.slice(0, messageMax),
    }
    const { matchedCount } = await this.#rows.updateOne({ _id: name, fence }, {
      $set: { finishedAt: new Date(now), lastMs: ms, ...(lastFailure && { lastFailure }) },
      $inc: { runs: 1, failures: failure ? 1 : 0 },
      $unset: { until: '' },
    } as never)
    return matchedCount > 0
  }

  async pause(name: string, isPaused: boolean) {
    await this.announce(name)
    await this.#rows.updateOne({ _id: name }, { $set: { isPaused } })
  }

  /** It runs as soon as a process of schedules looks, once, though it be paused. */
  async ask(name: string, now: number) {
    await this.announce(name)
    await this.#rows.updateOne({ _id: name }, { $set: { asked: true } })
    await this.#plan.updateOne({ name, type: 'single' }, { $set: { nextRunAt: new Date(now) } })
  }

  /** Of these names, in their order. */
  async states(names: readonly string[]): Promise<JobState[]> {
    const [rows, plan] = await Promise.all([
      this.#rows.find({ _id: { $in: [...names] } }).toArray(),
      this.#plan.find({ name: { $in: [...names] }, type: 'single' }).toArray(),
    ])
    const found = new Map(rows.map((row) => [row._id, row]))
    const next = new Map(plan.map((job) => [String(job['name']), timeOf(job['nextRunAt'])]))
    return names.map((name) => read(found.get(name) ?? { _id: name, runs: 0, failures: 0 }, next.get(name) ?? null))
  }
}

function read(row: Stored, nextAt: number | null): JobState {
  const failure = row['lastFailure'] as { at: Date; name: string; message: string } | undefined
  return {
    name: row._id,
    isPaused: row['isPaused'] === true,
    runningUntil: timeOf(row['until']),
    by: (row['by'] as string | undefined) ?? null,
    startedAt: timeOf(row['startedAt']),
    finishedAt: timeOf(row['finishedAt']),
    lastMs: (row['lastMs'] as number | undefined) ?? null,
    runs: row['runs'] as number,
    failures: row['failures'] as number,
    lastFailure: failure ? { ...failure, at: failure.at.getTime() } : null,
    nextAt,
  }
}
