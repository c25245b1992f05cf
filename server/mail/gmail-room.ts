import { Gmail, isLost } from '../../providers/gmail/api.ts'
import type { Store } from '../../store/connection.ts'
import type { ChannelSettings, OpenChannel } from '../../store/settings/channels.ts'
import { gmailChannels, gmailStand, noteGmail, noteGmailLost } from '../../store/settings/gmail.ts'
import type { MailRoom } from './mail-room.ts'

interface Parts {
  store: Store
  channels: ChannelSettings
  room: MailRoom
  /** Google lets us into this mailbox no more: called once, until it does again. */
  lost(channel: OpenChannel, at: number): Promise<void>
  now(): number
  warn(message: string, fields: Record<string, unknown>): void
}

const dayMs = 24 * 60 * 60_000
/** After Gmail forgot where we were, so many days are looked at again; what is known changes nothing. */
const lookedBackDays = 7

/** Mailboxes at Gmail: what is new is read from its history, wherever the hint came from. */
export class GmailRoom {
  readonly #parts: Parts
  /** One after the other per mailbox, so that mails keep their order. */
  readonly #under = new Map<string, Promise<void>>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Resolves when everything that Gmail has is durable here. */
  read(channel: OpenChannel): Promise<void> {
    // A hint may be late: by then nobody lets us in any more.
    if (!isConnected(channel)) return Promise.resolve()
    const before = this.#under.get(channel.id)?.catch(() => undefined) ?? Promise.resolve()
    const mine = before
      .then(() => this.#read(channel))
      .finally(() => {
        if (this.#under.get(channel.id) === mine) this.#under.delete(channel.id)
      })
    this.#under.set(channel.id, mine)
    return mine
  }

  /** Asks Gmail to go on telling, once a day, and reads what no push told of. One process at a time does this. */
  async renewAll(): Promise<void> {
    for (const id of await gmailChannels(this.#parts.store)) {
      const channel = await this.#parts.channels.opened(id)
      if (channel?.status === 'active' && isConnected(channel)) await this.#renewed(channel)
    }
  }

  async #renewed(channel: OpenChannel) {
    const { store, now, warn } = this.#parts
    const { id, workspaceId } = channel
    try {
      const { watchedAt } = await gmailStand(store, workspaceId, id)
      if (watchedAt === null || now() - watchedAt >= dayMs) await this.watch(channel)
      await this.read(channel)
    } catch (error) {
      if (isLost(error)) return this.#lost(channel)
      // The other mailboxes go on; this one is tried again with the next run, and its test says why.
      warn('gmail not read', { channelId: id, error })
    }
  }

  /** Asks Gmail to go on telling: for a week at most. @throws ProviderFailure */
  async watch(channel: OpenChannel): Promise<void> {
    const { store, now } = this.#parts
    const { id, workspaceId, fields } = channel
    const { historyId: before } = await gmailStand(store, workspaceId, id)
    const { historyId, until } = await new Gmail(channel, now).watch(fields['topic'] ?? '')
    const first = before === null ? { historyId } : {}
    await noteGmail(store, workspaceId, id, { watchUntil: until, watchedAt: now(), ...first })
  }

  /** How far a mailbox is read, and until when Gmail tells of it. */
  async stand({ workspaceId, id }: Pick<OpenChannel, 'workspaceId' | 'id'>) {
    const [stand, opened] = await Promise.all([
      gmailStand(this.#parts.store, workspaceId, id),
      this.#parts.channels.opened(id),
    ])
    return { ...stand, isConnected: opened !== undefined && isConnected(opened) }
  }

  async #lost(channel: OpenChannel) {
    const { store, now, lost } = this.#parts
    const { id, workspaceId } = channel
    if ((await gmailStand(store, workspaceId, id)).lostAt !== null) return
    const at = now()
    // Told first: a crash in between tells it twice rather than never.
    await lost(channel, at)
    await noteGmailLost(store, workspaceId, id, at)
  }

  async #read(channel: OpenChannel) {
    const { store, room, now } = this.#parts
    const { id, workspaceId, fields } = channel
    const gmail = new Gmail(channel, now)
    const { historyId } = await gmailStand(store, workspaceId, id)
    const since = historyId === null ? undefined : await gmail.since(historyId)
    // Asked before the mails, so that nothing falls between them.
    const end = since?.historyId ?? (await gmail.profile()).historyId
    let ignored = 0
    for (const messageId of since?.ids ?? (await gmail.latest(lookedBackDays))) {
      const mail = await gmail.mail(messageId)
      if (!mail || isOwn(mail.labels)) continue
      if (isWanted(mail.labels, fields['labels'] ?? ''))
        await room.take(channel, mail.bytes, { repliesOnly: fields['repliesOnly'] === 'yes' })
      else ignored++
    }
    await noteGmail(store, workspaceId, id, { historyId: end, ignored })
  }
}

/** Whether the owner of the mailbox has let us in. */
export const isConnected = ({ secrets }: Pick<OpenChannel, 'secrets'>) => Boolean(secrets['refreshToken'])

const isOwn = (labels: readonly string[]) => labels.some((one) => ['SENT', 'DRAFT', 'TRASH', 'SPAM'].includes(one))

/** `INBOX,-CATEGORY_PROMOTIONS`: one of those that are named, none of those with a minus. */
export function isWanted(labels: readonly string[], filter: string): boolean {
  const named = filter
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
  const out = named.filter((one) => one.startsWith('-')).map((one) => one.slice(1))
  const wanted = named.filter((one) => !one.startsWith('-'))
  if (labels.some((one) => out.includes(one))) return false
  return wanted.length === 0 || labels.some((one) => wanted.includes(one))
}
