import type { Turn } from '../../jobs/schedule.ts'

/** For a schedule that a test runs by itself: nobody else has begun it. */
export const alone: Turn = { hold: async () => undefined }
