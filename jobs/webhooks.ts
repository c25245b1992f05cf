import type { Schedule } from './schedule.ts'

const atOnce = 200

/** Takes up what was answered with 200 and then lost its process. */
export const webhooks = (sweep: (limit: number) => Promise<number>): Schedule => ({
  name: 'webhooks',
  says: 'Takes up what providers told us and a crash left lying',
  everyMs: 10_000,
  async run() {
    while ((await sweep(atOnce)) === atOnce);
  },
})
