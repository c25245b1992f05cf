import type { Schedule } from './schedule.ts'

/** What is due within this time is waited for. */
const soonMs = 2_000

/** Takes the changes of keys that are under way one step further; most of the time there is none. */
export const keys = (rotation: { run(withinMs: number): Promise<void> }): Schedule => ({
  name: 'keys',
  says: 'Takes the changes of keys that are under way one step further',
  everyMs: 5_000,
  async run() {
    await rotation.run(soonMs)
  },
})
