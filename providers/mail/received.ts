import PostalMime from 'postal-mime'
import type { Attachment, Email } from 'postal-mime'
import { normal, oneLine, partiesOf, type Party } from './addresses.ts'
import { type Report, reportOf } from './bounce.ts'
import { saneHtml, textOf } from './html.ts'
import { type MailHeader, type Nature, natureOf, type Trust, trustOf, wantsNoAnswer } from './nature.ts'
import { saidIn } from './quotes.ts'

/** A part of a mail that is a file: an attachment, an image in its text, an invitation. */
export interface MailFile {
  name: string | null
  mime: string
  bytes: Uint8Array
  /** What the HTML calls it (`cid:`), without angle brackets; null where it is not shown in the text. */
  contentId: string | null
}

export interface ReceivedMail {
  /** With its angle brackets; null where its sender gave it none. */
  messageId: string | null
  inReplyTo: string | null
  /** The thread, the latest last. */
  references: string[]
  from: Party | null
  replyTo: Party | null
  to: Party[]
  cc: Party[]
  /** Where servers on its way say that it was delivered, in lower case. */
  deliveredTo: string[]
  subject: string
  /** When its sender says that he wrote it, epoch ms. */
  at: number | null
  /** Everything that it says, as plain text. */
  text: string
  /** What is new in it. */
  said: string
  /** Safe to show, see `saneHtml`; null where it has none. */
  html: string | null
  files: MailFile[]
  nature: Nature
  /** Of a bounce. */
  report: Report | null
  trust: Trust
  /** No machine may answer it. */
  isSilent: boolean
}

export const mailBytesMax = 40 * 1024 * 1024
const subjectMax = 998
const textMax = 200_000
export const filesMax = 50
const referencesMax = 30

interface Known {
  /** Whether an `X-Loop` says that we sent it ourselves. */
  isOurs(loop: string): boolean
}

/** Rejects only where it is no mail at all: nested or long beyond all measure. */
export async function readMail(raw: Uint8Array, { isOurs }: Known): Promise<ReceivedMail> {
  const email = await PostalMime.parse(raw, { forceRfc822Attachments: true, maxNestingDepth: 64 })
  const headers: MailHeader[] = email.headers
  const subject = oneLine(email.subject ?? '').slice(0, subjectMax)
  const text = wholeOf(email)
  const contentType = valueOf(headers, 'content-type')
  const sender = email.from?.address ?? email.from?.name ?? null
  const nature = natureOf({ headers, from: sender, subject, contentType, isOurs })
  return {
    ...addressed(email),
    ...threaded(email),
    deliveredTo: deliveredTo(headers),
    subject,
    at: timeOf(email.date),
    text,
    said: nature === 'bounce' ? text.trim() : saidIn(text),
    html: email.html?.trim() ? saneHtml(email.html).trim() : null,
    files: filesOf(email.attachments),
    nature,
    report: nature === 'bounce' ? reported(email, headers, text) : null,
    trust: trustOf(headers),
    isSilent: nature !== 'person' || wantsNoAnswer(headers) || hasNoWayBack(headers),
  }
}

const addressed = ({ from, replyTo, to, cc }: Email) => ({
  from: partiesOf([from])[0] ?? null,
  replyTo: partiesOf(replyTo)[0] ?? null,
  to: partiesOf(to),
  cc: partiesOf(cc),
})

const threaded = ({ headers, inReplyTo, references }: Email) => ({
  messageId: idsIn(valueOf(headers, 'message-id'))[0] ?? null,
  inReplyTo: idsIn(inReplyTo)[0] ?? null,
  references: idsIn(references).slice(-referencesMax),
})

const valueOf = (headers: readonly MailHeader[], name: string) => headers.find(({ key }) => key === name)?.value ?? ''

const hasNoWayBack = (headers: readonly MailHeader[]) => /^<\s*>$/.test(valueOf(headers, 'return-path').trim())

/** Mail of Macs begins with an empty text part where all is HTML. */
function wholeOf({ text, html }: Email): string {
  const plain = text?.trim() ?? ''
  const words = plain === '' && html !== undefined ? textOf(html) : plain
  return words.replaceAll('\r\n', '\n').replaceAll('\u0000', '').slice(0, textMax)
}

/** Ids of mails in a header; one without angle brackets gets them. */
export function idsIn(header: string | undefined): string[] {
  const bare = header?.trim() ?? ''
  if (/^[^<>\s]{3,500}$/.test(bare)) return [`<${bare}>`]
  return [...(header?.slice(0, 40_000).matchAll(/<[^<>\s]{3,500}>/g) ?? [])].map(([id]) => id)
}

function timeOf(date: string | undefined) {
  const at = date === undefined ? Number.NaN : Date.parse(date)
  return Number.isNaN(at) ? null : at
}

function deliveredTo(headers: readonly MailHeader[]) {
  const names = new Set(['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to', 'x-forwarded-to'])
  const found = headers.filter(({ key }) => names.has(key)).map(({ value }) => normal(value.replaceAll(/[<>]/g, '')))
  return [...new Set(found.filter((one) => /^[^\s@]+@[^\s@]+$/.test(one)))].slice(0, 20)
}

const bytesIn = ({ content }: Attachment) =>
  typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content)

/** A report's own parts are no files: what they say is read. */
const isReport = ({ mimeType }: Attachment) =>
  ['message/delivery-status', 'message/disposition-notification', 'text/rfc822-headers'].includes(mimeType)

function filesOf(attachments: readonly Attachment[]): MailFile[] {
  return attachments
    .filter((one) => !isReport(one))
    .slice(0, filesMax)
    .map((one) => ({
      name: one.filename === null ? null : oneLine(one.filename).slice(0, 255),
      mime: one.mimeType.slice(0, 128) || 'application/octet-stream',
      bytes: bytesIn(one),
      contentId: one.related && one.contentId ? one.contentId.replaceAll(/[<>]/g, '').slice(0, 300) : null,
    }))
}

function reported({ attachments }: Email, headers: readonly MailHeader[], text: string): Report {
  const part = (...mimes: string[]) => {
    const found = attachments.filter(({ mimeType }) => mimes.includes(mimeType)).slice(0, 5)
    const words = found.map((one) => new TextDecoder().decode(bytesIn(one).subarray(0, 200_000)))
    return words.length === 0 ? null : words.join('\n\n')
  }
  return reportOf({
    text,
    status: part('message/delivery-status', 'message/disposition-notification'),
    returned: part('message/rfc822', 'text/rfc822-headers', 'message/global'),
    failedRecipients: valueOf(headers, 'x-failed-recipients') || null,
  })
}
