import type { Message, Outgoing } from '../../client/wire.ts'
import {
  answerTo,
  type Mailbox,
  mailAttachmentsMax,
  mailboxesIn,
  mailCopiesMax,
  mailFilesMax,
  onlyOnce,
} from '../../kernel/mail.ts'
import type { Attachment } from './use-attachments.ts'

/** What is written of a mail beside its words, as it is typed; `subject` is null while it is the thread's own. */
export interface MailDraft {
  subject: string | null
  cc: string
  bcc: string
}
export const noMail: MailDraft = { subject: null, cc: '', bcc: '' }

/** What a mail answers. */
export interface MailBefore {
  /** What the answer is called where nobody says otherwise. */
  subject: string
  /** Who had the mail besides the person and us: they can have the answer, too. */
  others: Mailbox[]
}

type Mail = Extract<Message['content'], { kind: 'email' }>

const mailIn = ({ content }: Message): Mail[] => (content.kind === 'email' ? [content] : [])

/** `known`: the person's address, and our own mailboxes. */
export function mailBefore(messages: readonly Message[], replyTo: Message | null, known: string[]): MailBefore {
  const mails = messages.flatMap(mailIn)
  const subject = mails.findLast((one) => one.subject !== '')?.subject ?? ''
  const answered = (replyTo ? mailIn(replyTo)[0] : undefined) ?? mails.findLast(({ from }) => from !== undefined)
  const { from, to = [], cc = [] } = answered ?? {}
  const others = onlyOnce([...(from ? [from] : []), ...to, ...cc], known).slice(0, mailCopiesMax)
  return { subject: answerTo(subject), others }
}

/** Why copies cannot go to what is typed; null where they can. */
export function whyNotTo(typed: string): string | null {
  const { mailboxes, wrong } = mailboxesIn(typed)
  if (wrong.length > 0) return `This is no mail address: ${wrong[0] ?? ''}`
  return mailboxes.length > mailCopiesMax ? `It goes to ${String(mailCopiesMax)} at most.` : null
}

/** Why these files cannot go with one mail; null where they can. */
export function whyNotWith(files: readonly Attachment[]): string | null {
  if (files.length > mailFilesMax) return `A mail takes ${String(mailFilesMax)} files at most.`
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return bytes > mailAttachmentsMax ? 'The files of a mail may have 25 MB together.' : null
}

/** One mail of all that was written, its files with it. */
export function mailOf(text: string, { subject, cc, bcc }: MailDraft, files: readonly Attachment[]): Outgoing {
  const copies = { cc: mailboxesIn(cc).mailboxes, bcc: mailboxesIn(bcc).mailboxes }
  const brought = files.flatMap(({ fileId, name, mime, sizeBytes }) =>
    fileId === null ? [] : [{ fileId, fileName: name.slice(0, 255), mime, sizeBytes }],
  )
  return {
    kind: 'email',
    subject: subject?.trim() ?? '',
    text,
    ...(copies.cc.length > 0 && { cc: copies.cc }),
    ...(copies.bcc.length > 0 && { bcc: copies.bcc }),
    ...(brought.length > 0 && { files: brought }),
  }
}
