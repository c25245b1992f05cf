import type { Schedule } from './schedule.ts'

interface Parts {
  templates: { syncAll(): Promise<void> }
}

/** What a webhook told that was lost, and what was done at Meta itself. */
export const templates = ({ templates: room }: Parts): Schedule => ({
  name: 'templates',
  says: 'Reads the templates of every WhatsApp account, and what WhatsApp thinks of them',
  everyMs: 60 * 60_000,
  run: () => room.syncAll(),
})
