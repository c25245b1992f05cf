import type { Schedule } from './schedule.ts'

/** Takes up imports and exports of people that a process left when it ended. */
export const lists = (sweeps: readonly (() => Promise<void>)[]): Schedule => ({
  name: 'lists',
  says: 'Goes on with imports and exports of people whose process ended',
  everyMs: 5_000,
  async run() {
    for (const sweep of sweeps) await sweep()
  },
})
