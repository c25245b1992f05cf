import type { Schedule } from './schedule.ts'

const atOnce = 200

/** Takes up what was answered with 200 and then lost its process. */
export const webhooks = (sweep: (limit: number) => Promise<number>): Schedule => ({
  name: 'webhooks',
  everyMs: 10_000,
  async run() {
    while ((await sweep(atOnce)) === atOnce);
  },
})
