import type { Schedule } from './schedule.ts'

/** Looks what is due of backups: one a day, a proof each week, and those that are no longer kept. */
export const backups = (keeper: { care(hold: () => Promise<void>): Promise<void> }): Schedule => ({
  name: 'backups',
  says: 'Backs everything up once a day, and restores the newest backup once a week to see that it can be.',
  everyMs: 15 * 60_000,
  run: (turn) => keeper.care(turn.hold),
})
