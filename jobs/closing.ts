import type { Schedule } from './schedule.ts'

/** Ends workspaces whose time is over: reminds before, destroys their keys, removes what they kept. */
export const closing = (closings: { care(hold: () => Promise<void>): Promise<void> }): Schedule => ({
  name: 'closing',
  says: 'Reminds of workspaces that are closing; after their grace destroys their keys and removes their data.',
  everyMs: 10 * 60_000,
  run: (turn) => closings.care(turn.hold),
})
