import type { Schedule } from './schedule.ts'

interface Parts {
  settings: { all(): Iterable<[workspaceId: string, settings: unknown]> }
  /** Harmless where several do it. */
  sweep(workspaceId: string): Promise<void>
}

/** Goes on with labels that are being renamed, where the process that began it ended. */
export const tags = ({ settings, sweep }: Parts): Schedule => ({
  name: 'tags',
  says: 'Goes on with renaming and merging tags for everybody who has them',
  everyMs: 30_000,
  async run(turn) {
    for (const [workspaceId] of settings.all()) {
      await turn.hold()
      await sweep(workspaceId)
    }
  },
})
