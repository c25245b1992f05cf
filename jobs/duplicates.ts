import type { Schedule } from './schedule.ts'

interface Parts {
  settings: { all(): Iterable<[workspaceId: string, settings: unknown]> }
  /** Harmless where several do it: each finds the same. */
  scan(workspaceId: string): Promise<unknown>
}

const dayMs = 24 * 60 * 60_000

/** Looks for those who may be one, so that staff find them listed without having asked. */
export const duplicates = ({ settings, scan }: Parts): Schedule => ({
  name: 'duplicates',
  says: 'Looks through everybody for two records of one person',
  everyMs: dayMs,
  async run(turn) {
    for (const [workspaceId] of settings.all()) {
      await turn.hold()
      await scan(workspaceId)
    }
  },
})
