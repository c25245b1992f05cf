import { kept, phoneKey, PhoneError } from './phone-api.ts'

// The people's side of the simulated mail: providers/mail/README.md describes it. Times are epoch ms.

export interface SimulatedMail {
  id: string
  from: string
  to: string
  subject: string
  text: string
  direction: 'in' | 'out'
  at: number
  cc?: string[]
  bcc?: string[]
  headers?: Record<string, string>
  files?: { name: string; mime: string }[]
}

/** A mailbox of the business, to which people write. */
export interface MailLine {
  channelId: string
  name: string
  mailbox: string
}

export interface Written {
  from: string
  name: string
  to: string
  subject: string
  text: string
  /** The id of the mail that it answers. */
  answers?: string
}

/** The latest first. */
export const mails = () => kept<{ mails: SimulatedMail[]; lines: MailLine[] }>('mail/mails')

/** A person writes. @throws PhoneError */
export async function writeMail(written: Written) {
  const headers = { authorization: `Bearer ${phoneKey() ?? ''}`, 'content-type': 'application/json' }
  const answer = await fetch('/simulator/mail/mails', { method: 'POST', headers, body: JSON.stringify(written) })
  const said = (await answer.json()) as { status?: number; message?: string }
  if (!answer.ok) throw new PhoneError(answer.status, said.message ?? `The simulator said ${answer.status}.`)
  if (said.status !== undefined && said.status >= 400)
    throw new PhoneError(said.status, `The business did not take it: its webhook answered ${said.status}.`)
}

/** Where a mail says that its reader can take themselves off the list, by one request and no question (RFC 8058). */
export function oneClickOf({ headers = {} }: SimulatedMail): string | undefined {
  const hasOne = headers['List-Unsubscribe-Post'] === 'List-Unsubscribe=One-Click'
  return hasOne ? /<(https?:[^<>]+)>/.exec(headers['List-Unsubscribe'] ?? '')?.[1] : undefined
}

/** What a mail program does when somebody taps "Unsubscribe". @throws PhoneError */
export async function unsubscribe(address: string) {
  const { pathname, search } = new URL(address)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const answer = await fetch(`${pathname}${search}`, { method: 'POST', headers, body: 'List-Unsubscribe=One-Click' })
  if (!answer.ok) throw new PhoneError(answer.status, `The business said ${answer.status}.`)
}
