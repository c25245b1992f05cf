import type { Outgoing } from '../../kernel/content.ts'
import { answerTo, onlyOnce } from '../../kernel/mail.ts'
import type { ChannelAccount, MailThread, OutgoingMessage } from '../sender.ts'
import { oneLine, type Party, written } from './addresses.ts'
import type { Mail, MailAttachment } from './port.ts'

const referencesMax = 20

/** As `Message-ID` of a mail of ours: what answers it tells which message it answers. */
export const mailIdOf = (messageId: string, mailbox: string) => `<${messageId}@${mailbox.split('@')[1] ?? 'localhost'}>`

/** Which message of ours a mail is about, or answers; undefined where the id is none that we made. */
export const messageIn = (mailId: string) => /^<(msg_[\w-]{8,100})@[^<>\s]{1,253}>$/.exec(mailId)?.[1]

/** Everything that a mail says beside its addresses. */
export function composed(account: ChannelAccount, message: OutgoingMessage): Mail {
  const { to, content, opaque, thread } = message
  const { fields, name } = account
  const mailbox = fields['mailbox'] ?? ''
  const messageId = opaque.split(':')[1] ?? opaque
  const words = wordsOf(content)
  const text = `${words.text}${below(thread)}`
  return {
    from: written({ name: thread?.business || name, address: mailbox }),
    to,
    subject: subjectOf(words.subject, thread, name),
    text,
    html: htmlOf(text),
    key: messageId,
    ...copiesOf(content, to),
    headers: headersOf(mailIdOf(messageId, mailbox), mailbox, message),
    attachments: attachmentsOf(message),
    opaque,
  }
}

/** What stands under every mail of the business, and under this kind. */
function below(thread: MailThread | undefined) {
  const signature = thread?.signature ? `\n\n-- \n${thread.signature}` : ''
  if (!thread?.unsubscribe) return signature
  const { says, url } = thread.unsubscribe
  return `${signature}\n\n${says}: ${url}`
}

/** To nobody twice: SendGrid refuses a mail in which an address stands in two places. */
function copiesOf(content: Outgoing, to: string): Pick<Mail, 'cc' | 'bcc'> {
  if (content.kind !== 'email') return {}
  const cc = onlyOnce(content.cc ?? [], [to])
  const bcc = onlyOnce(content.bcc ?? [], [to, ...cc.map(({ address }) => address)])
  return { ...(cc.length > 0 && { cc: cc.map(partyOf) }), ...(bcc.length > 0 && { bcc: bcc.map(partyOf) }) }
}

const partyOf = (party: Party) => written({ ...party, address: oneLine(party.address) })

function subjectOf(own: string, thread: MailThread | undefined, name: string) {
  const subject = own || answerTo(thread?.subject ?? '') || `Message from ${thread?.business || name}`
  return oneLine(subject).slice(0, 998)
}

function headersOf(messageId: string, mailbox: string, { replyTo, thread }: OutgoingMessage): Record<string, string> {
  const answers = /<[^<>\s]{3,500}>/.exec(replyTo ?? '')?.[0] ?? thread?.inReplyTo
  // Ours stands in it as well: a provider may write another Message-ID over it, and answers then still name it.
  const references = [...new Set([...(thread?.references ?? []), ...(answers ? [answers] : []), messageId])]
  return {
    'Message-ID': messageId,
    ...(answers && { 'In-Reply-To': answers }),
    References: references.slice(-referencesMax).join(' '),
    'X-Loop': mailbox,
    ...ofMachines(thread),
  }
}

/** What only programs read: that no person wrote it, and where its reader ends it with one click. */
const ofMachines = ({ isAutomatic, unsubscribe }: Partial<MailThread> = {}) => ({
  ...(isAutomatic && { 'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All' }),
  ...(unsubscribe && {
    'List-Unsubscribe': `<${unsubscribe.url}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  }),
})

/** What the other kinds of content say, in a mail. */
function wordsOf(content: Outgoing): { subject: string; text: string } {
  switch (content.kind) {
    case 'email':
      return { subject: content.subject, text: content.text }
    case 'text':
      return { subject: '', text: content.text }
    case 'buttons':
      return { subject: '', text: [content.text, ...content.buttons.map(({ title }) => `- ${title}`)].join('\n') }
    case 'list':
      return { subject: '', text: [content.text, ...content.rows.map(({ title }) => `- ${title}`)].join('\n') }
    case 'location':
      return { subject: '', text: placeOf(content) }
    case 'contacts':
      return {
        subject: '',
        text: content.contacts.map(({ name, phones }) => [name, ...phones].join('\n')).join('\n\n'),
      }
    case 'reaction':
      return { subject: '', text: content.emoji ?? '' }
    case 'template':
      return { subject: '', text: content.parameters.join('\n') }
    default:
      return { subject: '', text: content.caption ?? content.fileName ?? '' }
  }
}

const placeOf = ({ name, address, latitude, longitude }: Extract<Outgoing, { kind: 'location' }>) =>
  [name, address, `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}`].filter(Boolean).join('\n')

function attachmentsOf({ media, files = [] }: OutgoingMessage): MailAttachment[] {
  const all = [...(media ? [media] : []), ...files]
  return all.map(({ bytes, mime, fileName }, index) => ({ name: fileName ?? `file-${index + 1}`, mime, bytes }))
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (one) => escapes[one] ?? one)

/** Words as they were written, with their links to be clicked. */
export function htmlOf(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => escaped(line).replace(/https?:\/\/[^\s<>"]{3,2000}/g, (url) => `<a href="${url}">${url}</a>`))
  return `<div dir="auto" style="font-family:sans-serif;font-size:15px;line-height:1.5">${lines.join('<br>\n')}</div>`
}
