import { conflict, missing } from '../../kernel/problem.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'
import { bytesOf, type Vault } from '../vault.ts'

export const channelSecrets = ['token', 'appSecret', 'verifyToken'] as const
export type ChannelSecret = (typeof channelSecrets)[number]

/** A workspace's number at WhatsApp. */
export interface Channel {
  id: string
  workspaceId: string
  kind: 'whatsapp'
  name: string
  /** True: a local server plays the provider. */
  simulate: boolean
  status: 'active' | 'disabled'
  phoneNumberId: string
  businessId: string
  /** Of the provider's API, with its version. */
  baseUrl: string
  /** When a message was first taken by its provider, epoch ms: then its credentials are right. */
  verifiedAt: number | null
  /** Which of its secrets we made up, to simulate it: with them no provider knows us. */
  madeUp: readonly ChannelSecret[]
  /** Until when a former secret of the provider is good as well, epoch ms. */
  previous: Partial<Record<Incoming, number>>
  /** Counts its changes. */
  rev: number
}
/**
 * With what proves us to the provider and the provider to us. For adapters and webhooks; no answer may hold it. What the
 * provider shows may still be `former` for a day after it was changed.
 */
export type OpenChannel = Channel & Record<ChannelSecret, string> & { former: Former }
type Former = Partial<Record<Incoming, string>>
/** What the provider shows us: it learns of a change later than we do. */
const incoming = ['appSecret', 'verifyToken'] as const
type Incoming = (typeof incoming)[number]

type Ours = 'workspaceId' | 'kind' | 'status' | 'verifiedAt' | 'rev' | 'previous' | 'former'
export type NewChannel = Omit<OpenChannel, Ours | 'madeUp'> & Partial<Pick<Channel, 'madeUp'>>
export type ChannelChange = Partial<Omit<NewChannel, 'id'> & Pick<Channel, 'status'>>

const channelsMax = 200
// A process that missed the notice of a change knows of it no later than this.
const keptMs = 5_000

const read = (document: Stored): Channel => ({
  id: document._id,
  workspaceId: document['workspaceId'] as string,
  kind: 'whatsapp',
  name: document['name'] as string,
  simulate: document['simulate'] === true,
  status: document['status'] as Channel['status'],
  phoneNumberId: document['phoneNumberId'] as string,
  businessId: document['businessId'] as string,
  baseUrl: document['baseUrl'] as string,
  verifiedAt: (document['verifiedAt'] as Date | undefined)?.getTime() ?? null,
  // Before this was written down, whoever simulated a channel had its secrets made.
  madeUp:
    (document['madeUp'] as ChannelSecret[] | undefined) ?? (document['simulate'] === true ? [...channelSecrets] : []),
  previous: Object.fromEntries(
    Object.entries((document['previous'] ?? {}) as Record<Incoming, Kept>).map(([name, { until }]) => [
      name,
      until.getTime(),
    ]),
  ),
  rev: document['rev'] as number,
})
interface Kept {
  secret: unknown
  until: Date
}

/** The channels of all workspaces. Their secrets rest encrypted, and are opened for those who speak to a provider. */
export class ChannelSettings {
  readonly #store: Store
  readonly #vault: Vault
  readonly #now: () => number
  readonly #open = new Map<string, { channel: Promise<OpenChannel | undefined>; until: number }>()

  constructor(store: Store, vault: Vault, now: () => number) {
    this.#store = store
    this.#vault = vault
    this.#now = now
  }

  /** At most 200, oldest first. */
  async list(workspaceId: string): Promise<Channel[]> {
    const found = await this.#store.of(workspaceId).find('channels', {}, { sort: { _id: 1 }, limit: channelsMax })
    return found.map(read)
  }

  /** Undefined where this workspace has no such channel. */
  async byId(workspaceId: string, id: string): Promise<Channel | undefined> {
    const found = await this.#store.of(workspaceId).one('channels', { _id: id })
    return found && read(found)
  }

  /** The same id again finds what was made first. @throws Problem `channel_exists` for a number that is here already */
  async create(workspaceId: string, { id, ...made }: NewChannel): Promise<Channel> {
    const tenant = this.#store.of(workspaceId)
    const twin = await tenant.one('channels', { kind: 'whatsapp', phoneNumberId: made.phoneNumberId })
    if (twin && twin._id !== id) throw conflict('channel_exists', 'This number is connected already.')
    const { token, appSecret, verifyToken, ...plain } = made
    const sealed = await this.#sealed(workspaceId, id, { token, appSecret, verifyToken })
    const createdAt = new Date(this.#now())
    const document = { _id: id, kind: 'whatsapp', ...plain, ...sealed, status: 'active', rev: 1, createdAt }
    try {
      await tenant.insert('channels', document)
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
    return this.#known(workspaceId, id)
  }

  /** @throws Problem `not_found` */
  async change(workspaceId: string, id: string, change: ChannelChange): Promise<Channel> {
    const { token, appSecret, verifyToken, ...plain } = change
    const secrets = Object.entries({ token, appSecret, verifyToken }).filter(([, value]) => value !== undefined)
    const sealed = await this.#sealed(workspaceId, id, Object.fromEntries(secrets) as Record<string, string>)
    const own = secrets.map(([name]) => name)
    const before = own.length > 0 ? await this.#known(workspaceId, id) : undefined
    const madeUp = before && { madeUp: before.madeUp.filter((name) => !own.includes(name)) }
    const update = { $set: { ...madeUp, ...plain, ...sealed }, $inc: { rev: 1 } }
    const wasThere = await this.#store.of(workspaceId).update('channels', { _id: id }, update)
    this.#open.delete(id)
    if (!wasThere) throw missing('not_found', 'There is no such channel.')
    return this.#known(workspaceId, id)
  }

  /**
   * Another secret; of what the provider shows us, the former is good until `until` (epoch ms) as well, because it
   * learns of a change later than we do. @throws Problem `not_found`
   */
  async rotate(workspaceId: string, id: string, name: ChannelSecret, secret: string, until: number): Promise<Channel> {
    const before = await this.#read(id)
    if (before?.workspaceId !== workspaceId) throw missing('not_found', 'There is no such channel.')
    const isIncoming = incoming.some((one) => one === name)
    if (isIncoming) {
      const sealed = this.#vault.seal(workspaceId, contextOf(id, `previous.${name}.secret`), before[name])
      const previous = { [`previous.${name}`]: { secret: sealed, until: new Date(until) } }
      await this.#store.of(workspaceId).update('channels', { _id: id }, { $set: previous })
    }
    return this.change(workspaceId, id, { [name]: secret })
  }

  /** False where it was gone already. */
  async remove(workspaceId: string, id: string): Promise<boolean> {
    const wasThere = await this.#store.of(workspaceId).remove('channels', { _id: id })
    this.#open.delete(id)
    return wasThere
  }

  /** Its provider took a message: its credentials are right. The first time counts. */
  async verified(workspaceId: string, id: string) {
    const update = { $set: { verifiedAt: new Date(this.#now()) } }
    await this.#store.of(workspaceId).update('channels', { _id: id, verifiedAt: { $exists: false } }, update)
  }

  /**
   * With its secrets, whatever workspace it belongs to: the channel's id is all that a provider's webhook says. Kept
   * for five seconds, so that a burst of webhooks reads it once.
   */
  opened(id: string): Promise<OpenChannel | undefined> {
    const kept = this.#open.get(id)
    if (kept && kept.until > this.#now()) return kept.channel
    const channel = this.#read(id)
    this.#open.delete(id)
    this.#open.set(id, { channel, until: this.#now() + keptMs })
    channel.catch(() => this.#open.delete(id))
    // A stranger's guesses at ids must not fill the memory.
    if (this.#open.size > 1_000) this.#open.delete(this.#open.keys().next().value ?? '')
    return channel
  }

  /** Another process changed it, or nobody knows which. */
  forget(id?: string) {
    if (id === undefined) this.#open.clear()
    else this.#open.delete(id)
  }

  async #read(id: string): Promise<OpenChannel | undefined> {
    const found = await this.#store.collection('channels').findOne({ _id: id })
    if (!found) return undefined
    const channel = read(found)
    await this.#vault.ready(channel.workspaceId)
    const secret = (name: ChannelSecret) =>
      this.#vault.open(channel.workspaceId, contextOf(id, name), bytesOf(found[name]))
    const previous = (found['previous'] ?? {}) as Record<string, Kept>
    const former = incoming
      .filter((name) => (channel.previous[name] ?? 0) > this.#now())
      .map((name) => {
        const context = contextOf(id, `previous.${name}.secret`)
        return [name, this.#vault.open(channel.workspaceId, context, bytesOf(previous[name]?.secret))]
      })
    const secrets = Object.fromEntries(channelSecrets.map((name) => [name, secret(name)])) as Record<
      ChannelSecret,
      string
    >
    return { ...channel, ...secrets, former: Object.fromEntries(former) as Former }
  }

  async #sealed(workspaceId: string, id: string, secrets: Record<string, string>) {
    await this.#vault.ready(workspaceId)
    return Object.fromEntries(
      Object.entries(secrets).map(([name, plain]) => [name, this.#vault.seal(workspaceId, contextOf(id, name), plain)]),
    )
  }

  async #known(workspaceId: string, id: string): Promise<Channel> {
    const channel = await this.byId(workspaceId, id)
    if (!channel) throw missing('not_found', 'There is no such channel.')
    return channel
  }
}

const contextOf = (id: string, field: string) => `channels/${id}/${field}`
