import type { OutboxEntry } from '../../client/connect.ts'

/** What a person has written, of all that waits: that something was read is sent without a word. */
export const isWritten = ({ name }: OutboxEntry) => name === 'message.send' || name === 'note.add'
