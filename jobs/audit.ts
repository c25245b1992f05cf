import type { Schedule } from './schedule.ts'

interface Parts {
  workspaces(): AsyncIterable<string>
  watch: { verify(workspaceId: string): Promise<unknown>; shorten(workspaceId: string): Promise<void> }
}

/** Looks through every chain of the audit, and tells its owners when one is broken. */
export const audit = ({ workspaces, watch }: Parts): Schedule => ({
  name: 'audit',
  says: 'Looks through the audit of every workspace, and tells when it was tampered with; lets go of what is too old',
  everyMs: 24 * 60 * 60_000,
  async run() {
    const failed: unknown[] = []
    for await (const workspaceId of workspaces())
      try {
        await watch.shorten(workspaceId)
        await watch.verify(workspaceId)
      } catch (error) {
        failed.push(error) // The others are looked through all the same.
      }
    if (failed.length > 0) throw new AggregateError(failed, `${failed.length} chains could not be looked through`)
  },
})
