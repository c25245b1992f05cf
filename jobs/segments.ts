import type { Schedule } from './schedule.ts'

interface Parts {
  settings: { all(): Iterable<[workspaceId: string, settings: unknown]> }
  recount(workspaceId: string): Promise<void>
}

/** Counts anew what moves with time, and what no change of a person has reached. */
export const segments = ({ settings, recount }: Parts): Schedule => ({
  name: 'segments',
  says: 'Counts who is in the segments that move with time',
  everyMs: 60_000,
  async run(turn) {
    for (const [workspaceId] of settings.all()) {
      await turn.hold()
      await recount(workspaceId)
    }
  },
})
