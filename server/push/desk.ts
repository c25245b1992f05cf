import type { Tried } from '../../actors/push/contract.ts'
import type { PushPorts } from '../../actors/push/effects.ts'
import { user } from '../../actors/user/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { languageOf } from '../../kernel/compliance-replies.ts'
import { preview } from '../../kernel/content.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { pushWords } from '../../kernel/push-words.ts'
import { quietUntil } from '../../kernel/quiet.ts'
import type { Settings } from '../../kernel/settings.ts'
import { type Notice, pushServices, type PushResult, type PushService } from '../../providers/push/port.ts'
import type { Store } from '../../store/connection.ts'
import type { MessageRow } from '../../store/queries/messages.ts'
import type { ChannelSettings, OpenChannel } from '../../store/settings/channels.ts'
import { keepPushHealth, type PushHealth, pushHealthOf } from '../../store/settings/push-health.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { PushAddresses, ToldDevice } from './addresses.ts'
import type { PushServices } from './services.ts'

const dayMs = 24 * 60 * 60_000
const seenMs = 10 * 60_000
const wordsMax = 240
const badgeMax = 50

type Queries = {
  messageRow(workspaceId: string, messageId: string): Promise<MessageRow | undefined>
  messagePage(
    workspaceId: string,
    conversationId: string,
    page: { limit: number },
  ): Promise<{ items: { direction: string; status: string; channelId: string | null }[] }>
}

interface Parts {
  store: Store
  channels: Pick<ChannelSettings, 'opened'>
  queries: Queries
  services: PushServices
  addresses: PushAddresses
  settingsOf(workspaceId: string): Settings
  businessOf(workspaceId: string): string
  /** Whether the app of this person is open anywhere. */
  isConnected(workspaceId: string, userId: string): boolean
  /** Of a workspace, whose clock may stand. */
  timeIn(workspaceId: string): number
  now(): number
}

/** What came of a test at one device, or of asking a service about our keys. */
export interface PushTest {
  services: { service: PushService; isSetUp: boolean; isRight: boolean | null; why: string | null }[]
  devices: { name: string; service: PushService; outcome: PushResult['outcome']; why: string | null }[]
}

/** Tells people's devices of what was said to them in the app. */
export class PushDesk implements PushPorts {
  readonly #parts: Parts
  /** What is known of each service by now, so that not every notice writes it down. */
  readonly #health: BoundedCache<PushHealth>

  constructor(parts: Parts) {
    this.#parts = parts
    this.#health = new BoundedCache({ max: 1_000, ttlMs: seenMs, now: parts.now })
  }

  async look(workspace: Workspace, { userId, messageId, channelId }: Parameters<PushPorts['look']>[1]) {
    const { queries, addresses, isConnected } = this.#parts
    const [row, person] = await Promise.all([
      queries.messageRow(workspace.id, messageId),
      workspace.at(user, userId).view(),
    ])
    if (!row || row.deletedAt !== null) return { is: 'over', why: 'withdrawn' } as const
    if (row.status === 'read' || row.status === 'failed') return { is: 'over', why: row.status } as const
    if (row.channelId !== channelId) return { is: 'over', why: 'rerouted' } as const
    if (person.isBlocked || person.erasedAt !== null) return { is: 'over', why: 'blocked' } as const
    const until = this.#quietUntil(workspace.id, row, person.timezone)
    if (until > this.#parts.timeIn(workspace.id)) return { is: 'held', until } as const
    const told = (await addresses.of(workspace.id, userId)).slice(0, 20)
    if (told.length === 0 && isConnected(workspace.id, userId)) return { is: 'over', why: 'connected' } as const
    return { is: 'due', devices: told.map(({ id, service }) => ({ id, service })) } as const
  }

  async notify(workspace: Workspace, asked: Parameters<PushPorts['notify']>[1]): Promise<Tried> {
    const { userId, messageId, conversationId, channelId, deviceId } = asked
    const { queries, channels, addresses } = this.#parts
    const [row, channel, all, person] = await Promise.all([
      queries.messageRow(workspace.id, messageId),
      channels.opened(channelId),
      addresses.of(workspace.id, userId),
      workspace.at(user, userId).view(),
    ])
    const device = all.find(({ id }) => id === deviceId)
    if (!device) return { outcome: 'gone', code: 'signed_out' }
    if (!row || channel?.workspaceId !== workspace.id || channel.status !== 'active')
      return { outcome: 'failed', code: 'channel_missing' }
    const words = pushWords[languageOf(person.locale, this.#parts.settingsOf(workspace.id).locale)]
    const body = channel.fields['pushText'] === 'shown' ? preview(row.content).slice(0, wordsMax) : words.message
    const badge = await this.#unread(workspace.id, userId, channelId)
    const data = { messageId, conversationId }
    const notice = {
      ...this.#titled(workspace.id, body),
      tag: messageId.slice(-64),
      thread: conversationId,
      badge,
      data,
    }
    return triedOf(await this.#sent(channel, device, { ...notice, ttlSeconds: dayMs / 1_000 }))
  }

  async health(workspaceId: string, channel: OpenChannel) {
    const found = await pushHealthOf(this.#parts.store, workspaceId, channel.id, pushServices)
    return pushServices.map((service) => {
      const { takenAt = null, failing = null } = found.find((one) => one.service === service) ?? {}
      return { service, isSetUp: this.#parts.services.of(channel, service) !== undefined, takenAt, failing }
    })
  }

  webKey = (workspaceId: string) => this.#parts.services.webKey(workspaceId)

  /** Asks each service whether it takes our keys; with somebody, their devices are told of nothing but that it works. */
  async test(channel: OpenChannel, userId: string | undefined): Promise<PushTest> {
    const { workspaceId } = channel
    const services = await Promise.all(
      pushServices.map(async (service) => {
        const sender = this.#parts.services.of(channel, service)
        if (!sender) return { service, isSetUp: false, isRight: null, why: null }
        const result = await sender.check()
        await this.#note(channel, service, result)
        return { service, isSetUp: true, isRight: result.outcome === 'accepted', why: whyOf(result) }
      }),
    )
    const found = userId === undefined ? [] : await this.#parts.addresses.of(workspaceId, userId)
    const words = pushWords[languageOf(this.#parts.settingsOf(workspaceId).locale)]
    const about = { tag: 'test', thread: 'test', badge: 0, data: {}, ttlSeconds: 60 }
    const devices = await Promise.all(
      found.map(async (device) => {
        const result = await this.#sent(channel, device, { ...this.#titled(workspaceId, words.test), ...about })
        return { name: device.name, service: device.service, outcome: result.outcome, why: whyOf(result) }
      }),
    )
    return { services, devices }
  }

  #titled(workspaceId: string, body: string) {
    return { title: this.#parts.businessOf(workspaceId), body }
  }

  #quietUntil(workspaceId: string, { class: purpose = 'conversational' }: MessageRow, timezone: string | null): number {
    const { settingsOf, timeIn } = this.#parts
    const now = timeIn(workspaceId)
    const { contact, timezone: ours } = settingsOf(workspaceId)
    const isQuiet = (contact.quietFor as readonly string[]).includes(purpose)
    return isQuiet ? quietUntil({ from: contact.quietFrom, to: contact.quietTo }, now, timezone ?? ours) : now
  }

  /** Of the latest: how many were said in the app, and not read. */
  async #unread(workspaceId: string, userId: string, channelId: string): Promise<number> {
    const page = await this.#parts.queries.messagePage(workspaceId, conversationIdOf(userId), { limit: badgeMax })
    const isUnread = (one: (typeof page.items)[number]) =>
      one.direction === 'out' && one.channelId === channelId && one.status !== 'read' && one.status !== 'failed'
    return page.items.filter(isUnread).length
  }

  async #sent(channel: OpenChannel, device: ToldDevice, notice: Notice): Promise<PushResult> {
    const sender = this.#parts.services.of(channel, device.service)
    if (!sender) return { outcome: 'refused', action: 'never', code: 'not_set_up', why: notSetUp, retryAfterMs: null }
    const result = await sender.send(device.token, notice)
    // One that was given to us after it had ended at its service is another.
    if (result.outcome === 'gone' && (result.at === null || result.at >= device.pushAt))
      await this.#parts.addresses.letGo(device)
    await this.#note(channel, device.service, result)
    return result
  }

  async #note({ workspaceId, id }: OpenChannel, service: PushService, result: PushResult) {
    const now = this.#parts.now()
    const key = `${id}/${service}`
    const before = this.#health.get(key)
    const isFailing = result.outcome === 'refused' && result.action !== 'never'
    if ((!isFailing && result.outcome !== 'accepted') || !isNews(before, isFailing ? result.code : null)) return
    const failing = isFailing ? { code: result.code, why: result.why, at: now } : null
    const health = { service, takenAt: isFailing ? null : now, failing }
    this.#health.set(key, health)
    await keepPushHealth(this.#parts.store, workspaceId, id, health)
  }
}

/** What is known already is not written down again. */
const isNews = (before: PushHealth | undefined, code: string | null) =>
  before === undefined || (before.failing?.code ?? null) !== code

const notSetUp = 'This push service is not set up.'

function whyOf(result: PushResult): string | null {
  if (result.outcome === 'refused' || result.outcome === 'unknown') return result.why
  return result.outcome === 'gone' ? 'The app is gone from this device.' : null
}

function triedOf(result: PushResult): Tried {
  if (result.outcome === 'accepted') return { outcome: 'told' }
  if (result.outcome === 'unknown') return { outcome: 'unknown' }
  const code = result.code.slice(0, 64)
  if (result.outcome === 'gone') return { outcome: 'gone', code }
  return result.action === 'retry'
    ? { outcome: 'again', code, retryAfterMs: result.retryAfterMs }
    : { outcome: 'failed', code }
}
