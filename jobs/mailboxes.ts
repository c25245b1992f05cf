import type { Schedule } from './schedule.ts'

interface Parts {
  gmail: { renewAll(): Promise<void> }
}

/** One process at a time asks Gmail to go on telling of new mails, and reads what no push told of. */
export const mailboxes = ({ gmail }: Parts): Schedule => ({
  name: 'mailboxes',
  says: 'Renews the watch of mailboxes at Gmail once a day, and reads what no push told of',
  everyMs: 15 * 60_000,
  run: () => gmail.renewAll(),
})
