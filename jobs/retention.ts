import type { Schedule } from './schedule.ts'

interface Parts {
  settings: { all(): Iterable<[workspaceId: string, settings: { eventRetentionDays: number }]> }
  events: { prune(workspaceId: string, before: number): Promise<void> }
  now(): number
}

const dayMs = 24 * 60 * 60_000

/** Forgets events that nobody can resume from any more. Rows stay: an event is how a screen heard of them. */
export const retention = ({ settings, events, now }: Parts): Schedule => ({
  name: 'retention',
  says: 'Forgets events that are older than their workspace keeps them',
  everyMs: 60 * 60_000,
  async run() {
    for (const [workspaceId, { eventRetentionDays }] of settings.all())
      await events.prune(workspaceId, now() - eventRetentionDays * dayMs)
  },
})
