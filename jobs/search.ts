import type { Schedule } from './schedule.ts'

interface Parts {
  settings: { all(): Iterable<[workspaceId: string, settings: unknown]> }
  /** One step of a workspace; true where more is to be done. */
  step(workspaceId: string): Promise<boolean>
}

/** So many steps of one workspace, before the next has its turn. */
const stepsMax = 25

/** Brings the index of words up to date where something was written without it, or search was switched off. */
export const search = ({ settings, step }: Parts): Schedule => ({
  name: 'search',
  says: 'Brings the search up to date where it was switched on or off',
  everyMs: 15_000,
  async run(turn) {
    for (const [workspaceId] of settings.all()) {
      let isMore = true
      for (let n = 0; n < stepsMax && isMore; n++) {
        await turn.hold()
        isMore = await step(workspaceId)
      }
    }
  },
})
