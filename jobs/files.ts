import type { Schedule } from './schedule.ts'

interface Work {
  scan(): Promise<void>
  shrink(): Promise<void>
  sweep(goOn: () => Promise<void>): Promise<void>
}

/** Everything about files that is done again and again. */
export const fileSchedules = (work: Work): Schedule[] => [fileScans(work), thumbnails(work), fileSweep(work)]

/** What is done with files at once, done again where a crash or a fault left it: scans, and small pictures. */
const fileScans = (work: Work): Schedule => ({
  name: 'file-scans',
  says: 'Scans files that wait for it',
  everyMs: 15_000,
  run: () => work.scan(),
})

const thumbnails = (work: Work): Schedule => ({
  name: 'thumbnails',
  says: 'Makes small pictures of pictures',
  everyMs: 15_000,
  run: () => work.shrink(),
})

const fileSweep = (work: Work): Schedule => ({
  name: 'files',
  says: 'Takes away files that nobody finished or that are kept no longer, and brings the others to their place',
  everyMs: 60 * 60_000,
  run: (turn) => work.sweep(turn.hold),
})
