import { createHash } from 'node:crypto'
import type { Content, EmailContent } from '../../kernel/content.ts'
import { derivedId } from '../../kernel/id.ts'
import { normal, type Party } from '../../providers/mail/addresses.ts'
import { messageIn } from '../../providers/mail/compose.ts'
import { type ReceivedMail, readMail } from '../../providers/mail/received.ts'
import type { ReceivedItem } from '../../providers/received.ts'
import type { MessageRow } from '../../store/queries/messages.ts'
import type { Channel } from '../../store/settings/channels.ts'
import type { FileRoom } from '../files/file-room.ts'
import { opaqueOf } from '../webhooks/opaque.ts'

export type SuppressionReason = 'hard_bounce' | 'complaint'

interface Parts {
  channelsOf(workspaceId: string): Promise<Channel[]>
  files: Pick<FileRoom, 'keep'>
  messageById(workspaceId: string, messageId: string): Promise<MessageRow | undefined>
  /** Who has this address, in lower case; undefined where nobody is known by it. */
  ownerOf(workspaceId: string, address: string): Promise<string | undefined>
  /** Resolves when all items are durable. */
  accept(channel: Channel, items: readonly ReceivedItem[]): Promise<void>
  /** Nothing of this kind goes to the address any more. */
  suppress(workspaceId: string, userId: string, address: string, reason: SuppressionReason): Promise<void>
  now(): number
}

/** What a provider's way of bringing mails knows besides. */
export interface Brought {
  /** Kept in the thread, and answered by no machine, unless it answers a mail of ours. */
  repliesOnly?: boolean
}

/** Mails as they come in, whatever way: read, sorted, their files kept, and handed on as what somebody said. */
export class MailRoom {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Resolves when it is durable. The same mail again, by the same way or by another, changes nothing. */
  async take(channel: Channel, raw: Uint8Array, brought: Brought = {}): Promise<void> {
    const { workspaceId } = channel
    const mailboxes = (await this.#parts.channelsOf(workspaceId)).filter(({ kind }) => kind === 'email')
    const isOurs = (address: string) => mailboxes.some((one) => one.address === normal(address))
    const mail = await readMail(raw, { isOurs })
    if (mail.nature === 'bounce') return this.#returned(channel, mail)
    const who = mail.nature === 'loop' ? undefined : writerOf(mail, isOurs)
    if (!who) return // Our own words, said elsewhere or gone round.
    await this.#heard({ channel, mailboxes, mail, who, brought })
  }

  async #heard({ channel, mailboxes, mail, who, brought }: Heard) {
    const { workspaceId } = channel
    const address = normal(who.address)
    const userId = await this.#parts.ownerOf(workspaceId, address)
    // A newsletter, or an absence, makes nobody known.
    if (userId === undefined && mail.nature !== 'person') return
    const place = addressed(mail, mailboxes) ?? channel
    const answers = await this.#answered(workspaceId, userId, mail)
    const isSilent = mail.isSilent || mail.trust === 'failed' || (brought.repliesOnly === true && !answers)
    const content = { ...(await this.#content(workspaceId, place.id, mail)), isSilent }
    const replyTo = answers?.channelId === place.id ? answers.providerId : null
    await this.#parts.accept(place, [kept({ ...this.#said(mail, who), content, ...(replyTo && { replyTo }) })])
  }

  #said(mail: ReceivedMail, { name, address: written }: Party) {
    const address = normal(written)
    const now = this.#parts.now()
    const id = mail.messageId ?? `<${digestOf([address, mail.at, mail.subject, mail.text])}@unnamed>`
    return {
      kind: 'message' as const,
      eventKey: `mail/${digestOf([id, address])}`,
      raw: '',
      // With the writer: an id that somebody else's mail has as well must not make two mails one.
      providerId: `${id.slice(0, 250)} ${address}`,
      from: { email: address, ...(name && { name }) },
      at: Math.min(mail.at ?? now, now),
    }
  }

  /** Whoever cannot be reached at this address, or wants nothing there, gets nothing more there. */
  async suppress(workspaceId: string, address: string, reason: SuppressionReason): Promise<void> {
    const userId = await this.#parts.ownerOf(workspaceId, address)
    if (userId !== undefined) await this.#parts.suppress(workspaceId, userId, address, reason)
  }

  /** A mail server could not deliver a mail of ours. */
  async #returned(channel: Channel, { report }: ReceivedMail): Promise<void> {
    const row = await this.#aboutOf(channel.workspaceId, report?.about ?? '')
    const failed = report?.recipients.find(({ action }) => action === 'failed')
    if (!row || !failed) return
    const isForGood = /^5\.[01]\./.test(failed.status ?? '')
    if (isForGood && failed.address) await this.suppress(channel.workspaceId, failed.address, 'hard_bounce')
    const title = failed.why || 'The mail came back.'
    const code = isForGood ? 'hard_bounce' : 'bounced'
    const item: ReceivedItem = {
      kind: 'status',
      eventKey: `bounce/${row._id}`,
      raw: '',
      providerId: row.providerId ?? row._id,
      opaque: opaqueOf(row.conversationId, row._id),
      status: 'failed',
      at: this.#parts.now(),
      error: { code, providerCode: null, title, action: 'never' },
    }
    await this.#parts.accept(channel, [kept(item)])
  }

  async #aboutOf(workspaceId: string, mailId: string) {
    const messageId = messageIn(mailId)
    return messageId === undefined ? undefined : this.#parts.messageById(workspaceId, messageId)
  }

  /** The message of ours that it answers, if it went to whoever answers. */
  async #answered(workspaceId: string, userId: string | undefined, { inReplyTo, references }: ReceivedMail) {
    const named = [inReplyTo ?? '', ...references.toReversed()].map(messageIn).find((one) => one !== undefined)
    const row = named === undefined ? undefined : await this.#parts.messageById(workspaceId, named)
    return row?.userId === userId ? row : undefined
  }

  async #content(workspaceId: string, channelId: string, mail: ReceivedMail): Promise<EmailContent & Content> {
    const base = mail.messageId ?? digestOf([mail.subject, mail.at, mail.text])
    const keep = async (index: number | 'html', bytes: Uint8Array, mime: string, fileName: string | null) => {
      const fileId = derivedId('fil', workspaceId, base, mail.from?.address ?? '', index)
      await this.#parts.files.keep(workspaceId, { fileId, bytes, mime, fileName, by: channelId })
      return fileId
    }
    const files = await Promise.all(
      mail.files.map(async ({ bytes, mime, name, contentId }, index) => ({
        fileId: await keep(index, bytes, mime, name),
        mime,
        sizeBytes: bytes.length,
        ...(name && { fileName: name }),
        ...(contentId && { contentId }),
      })),
    )
    const html = mail.html && withOwnNames(mail.html, files)
    const htmlId = html ? await keep('html', Buffer.from(html), 'text/html', 'mail.html') : undefined
    const { subject, said, text, to, cc, nature, trust } = mail
    return {
      ...{ kind: 'email', subject, text: said.slice(0, textMax), to, cc, files, trust },
      ...(nature !== 'loop' && { nature }),
      ...(mail.from && { from: mail.from }),
      ...(mail.messageId && { mailId: mail.messageId }),
      ...(mail.references.length > 0 && { references: mail.references }),
      ...(text !== said && { whole: text }),
      ...(htmlId !== undefined && { htmlId }),
      ...(html?.includes(' data-remote=') && { hasRemoteImages: true }),
    }
  }
}

interface Heard {
  channel: Channel
  mailboxes: readonly Channel[]
  mail: ReceivedMail
  who: Party
  brought: Brought
}

const textMax = 65_536

/** Who wrote it. A form of the business's own site writes in its name, and says in `Reply-To` for whom. */
function writerOf({ from, replyTo }: ReceivedMail, isOurs: (address: string) => boolean): Party | undefined {
  if (from && !isOurs(from.address)) return from
  return replyTo && !isOurs(replyTo.address) ? replyTo : undefined
}

/** Which of the business's mailboxes it was written to: what it says first counts, whatever way it came. */
function addressed({ to, cc, deliveredTo }: ReceivedMail, mailboxes: readonly Channel[]): Channel | undefined {
  const named = [...to, ...cc].map(({ address }) => normal(address))
  const all = [...named, ...deliveredTo]
  const found = all.map((address) => mailboxes.find((one) => one.address === address && one.status === 'active'))
  return found.find((one) => one !== undefined)
}

/** Images of the mail itself by our names for them. */
const withOwnNames = (html: string, files: readonly { fileId: string; contentId?: string }[]) =>
  html.replaceAll(/ src="cid:([^"]{1,300})"/gi, (_, named: string) => {
    const file = files.find(({ contentId }) => contentId === named.replaceAll('&amp;', '&'))
    return file ? ` src="cid:${file.fileId}"` : ''
  })

const digestOf = (of: unknown) => createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 40)

/** An item that a crash leaves lying is made again of what was kept of it: of itself. */
export const kept = (item: ReceivedItem): ReceivedItem => ({ ...item, raw: JSON.stringify({ ...item, raw: '' }) })

/** The reader of what `kept` wrote. */
export const mailItem = (raw: string): ReceivedItem => ({ ...(JSON.parse(raw) as ReceivedItem), raw })
