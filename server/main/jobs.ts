import { Scheduler } from '../../jobs/scheduler.ts'
import type { JobCounters } from '../../jobs/runner.ts'
import type { Schedule } from '../../jobs/schedule.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { Config } from '../../kernel/config.ts'
import type { Log } from '../../kernel/log.ts'
import type { Store } from '../../store/connection.ts'
import { JobRuns } from '../../store/job-runs.ts'
import { Jobs } from '../jobs.ts'

interface Parts {
  config: Pick<Config, 'role'>
  store: Store
  /** What operators call this process. */
  by: string
  hasSchedules: boolean
  log: Log
}

const none: ReadonlyMap<string, JobCounters> = new Map()

/** What is done again and again, and how it goes. */
export function openJobs({ config, store, by, hasSchedules, log }: Parts) {
  const runs = new JobRuns(store)
  // Processes agree about it by their own clocks: a workspace's time has no say in it.
  const now = () => systemClock.now()
  let schedules: readonly Schedule[] = []
  let scheduler: Scheduler | undefined
  return {
    jobs: new Jobs({ runs, known: () => schedules, now }),
    counters: () => scheduler?.runner.counters ?? none,
    /** Nothing runs where another process does it. Not even made then: it speaks to the store from its first moment. */
    async begin(all: readonly Schedule[]) {
      schedules = all
      if (!hasSchedules || config.role === 'web') return
      const onError = (error: unknown, name: string) => log.error('schedule failed', { schedule: name, error })
      scheduler = new Scheduler({ database: store.connection.db, runs, schedules, by, now, onError })
      await scheduler.start()
    },
    stop: async () => scheduler?.stop(),
  }
}
