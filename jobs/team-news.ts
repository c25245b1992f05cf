import type { Schedule } from './schedule.ts'

/** Tells what of the team changed where whoever changed it was gone before they could. */
export const teamNews = (sweep: () => Promise<void>): Schedule => ({
  name: 'team-news',
  says: 'Tells webhooks what of the team changed and a crash kept back',
  everyMs: 30_000,
  run: sweep,
})
