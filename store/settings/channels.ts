import { BoundedMap } from '../../kernel/bounded-map.ts'
import type { ChannelKind, KnownChannel } from '../../kernel/channel-kind.ts'
import { conflict, missing } from '../../kernel/problem.ts'
import { usualVoiceLine, type VoiceLine } from '../../kernel/voice-line.ts'
import { isDuplicate, type Store, type Stored, timeOf } from '../connection.ts'
import { bytesOf, type Vault } from '../vault.ts'

/** So many messages a second, and so long between two to one person, ms. */
export interface Pace {
  perSecond: number
  pairMs: number
}

/** A workspace's account at a provider: a number at WhatsApp or Twilio, a mail address, the app. */
export interface Channel {
  id: string
  workspaceId: string
  kind: ChannelKind
  /** Who carries it: `twilio`, say. One kind may have several. */
  provider: string
  /** What names it at its provider, once in a workspace: a number's id, a number, a mail address. */
  address: string
  name: string
  /** True: a local server plays the provider. */
  simulate: boolean
  status: 'active' | 'disabled'
  /** What its provider's form asks for and may be shown. */
  fields: Readonly<Record<string, string>>
  /** The names of its secrets. */
  secretNames: readonly string[]
  /** Of the provider's API; empty where its address is fixed. */
  baseUrl: string
  /** When a message was first taken by its provider, epoch ms: then its credentials are right. */
  verifiedAt: number | null
  /** When its provider last said which templates there are, epoch ms; null before. */
  templatesAt?: number | null
  /** Which of its secrets we made up, to simulate it: with them no provider knows us. */
  madeUp: readonly string[]
  /** Until when a former secret of the provider is good as well, epoch ms. */
  previous: Readonly<Record<string, number>>
  /** Of several of its kind the one that writes to people who never wrote. */
  isDefault: boolean
  /** How fast it may send, where somebody said so; as its provider usually lets us where null. */
  pace: Pace | null
  /** What it says that is called, where it can be. */
  voice: VoiceLine
  /** Counts its changes. */
  rev: number
}
/**
 * With what proves us to the provider and the provider to us. For adapters and webhooks; no answer may hold it. What the
 * provider shows may still be `former` for a day after it was changed.
 */
export type OpenChannel = Channel & Record<'secrets' | 'former', Readonly<Record<string, string>>>

export type NewChannel = Pick<OpenChannel, 'id' | 'name' | 'simulate' | 'baseUrl' | 'fields' | 'secrets'> &
  Partial<Pick<Channel, 'kind' | 'provider' | 'address' | 'madeUp'>>
export type ChannelChange = Partial<
  Pick<
    OpenChannel,
    | 'name'
    | 'simulate'
    | 'baseUrl'
    | 'secrets'
    | 'status'
    | 'fields'
    | 'address'
    | 'isDefault'
    | 'pace'
    | 'madeUp'
    | 'voice'
  >
>

const channelsMax = 200
const openMax = 1_000
// A process that missed the notice of a change knows of it no later than this.
const keptMs = 5_000

// Channels of before there were other kinds say nothing of their names.
const firstFields = ['phoneNumberId', 'businessId']
const firstSecrets = ['token', 'appSecret', 'verifyToken']

function read(document: Stored): Channel {
  const { _id: id, workspaceId, kind, name, status, baseUrl, rev } = document as Stored & Channel
  const fieldNames = (document['fieldNames'] as string[] | undefined) ?? firstFields
  const secretNames = (document['secretNames'] as string[] | undefined) ?? firstSecrets
  const fields = Object.fromEntries(fieldNames.map((one) => [one, (document[one] as string | undefined) ?? '']))
  const simulate = document['simulate'] === true
  const previous = Object.entries((document['previous'] ?? {}) as Record<string, Kept>)
  return {
    ...{ id, workspaceId, kind, name, simulate, status, fields, secretNames, baseUrl, rev },
    provider: (document['provider'] as string | undefined) ?? 'whatsapp',
    address: (document['address'] as string | undefined) ?? fields['phoneNumberId'] ?? '',
    verifiedAt: timeOf(document['verifiedAt']),
    templatesAt: timeOf(document['templatesAt']),
    // Before this was written down, whoever simulated a channel had its secrets made.
    madeUp: (document['madeUp'] as string[] | undefined) ?? (simulate ? [...firstSecrets] : []),
    isDefault: document['isDefault'] === true,
    pace: (document['pace'] as Pace | null | undefined) ?? null,
    voice: { ...usualVoiceLine, ...(document['voice'] as Partial<VoiceLine> | undefined) },
    previous: Object.fromEntries(previous.map(([one, { until }]) => [one, until.getTime()])),
  }
}

interface Kept {
  secret: unknown
  until: Date
}

/** What rules must know of channels: of all workspaces, or of one. */
export async function knownChannels(store: Store, workspaceId?: string) {
  const filter = workspaceId === undefined ? {} : { workspaceId }
  const found = await store.collection('channels').find(filter).sort({ _id: 1 }).toArray()
  // Whoever never wrote is written to by the first of a kind.
  const inOrder = found.sort((one, other) => Number(other['isDefault'] === true) - Number(one['isDefault'] === true))
  return inOrder.map((document) => {
    const { id, kind, provider, name, status, workspaceId: of, ...rest } = read(document)
    return {
      workspaceId: of,
      known: {
        id,
        kind,
        provider,
        name,
        isActive: status === 'active',
        ...ofAccount(rest),
      } satisfies KnownChannel,
    }
  })
}

/** Where templates belong to the account behind it. */
const ofAccount = ({ fields: { businessId }, templatesAt }: Pick<Channel, 'fields' | 'templatesAt'>) =>
  businessId ? { account: businessId, knowsTemplates: typeof templatesAt === 'number' } : {}

/** The channels of all workspaces. Their secrets rest encrypted, and are opened for those who speak to a provider. */
export class ChannelSettings {
  readonly #store: Store
  readonly #vault: Vault
  readonly #now: () => number
  // A stranger's guesses at ids must not fill the memory.
  readonly #open = new BoundedMap<string, { channel: Promise<OpenChannel | undefined>; until: number }>(openMax)

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

  /** The same id again finds what was made first. @throws Problem `channel_exists` for an address that is here already */
  async create(workspaceId: string, { id, fields, secrets, ...made }: NewChannel): Promise<Channel> {
    const { kind = 'whatsapp', provider = 'whatsapp', address = fields['phoneNumberId'] ?? '', ...plain } = made
    const others = (await this.list(workspaceId)).filter((one) => one.kind === kind && one.id !== id)
    if (others.some((one) => one.address === address)) throw conflict('channel_exists', alreadyThere[kind])
    const sealed = await this.#sealed(workspaceId, id, secrets)
    const names = { fieldNames: Object.keys(fields), secretNames: Object.keys(secrets) }
    const who = { _id: id, kind, provider, address, ...plain, ...names }
    const createdAt = new Date(this.#now())
    try {
      const document = { ...who, ...fields, ...sealed, status: 'active', rev: 1, createdAt }
      await this.#store.of(workspaceId).insert('channels', document)
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
    return this.#known(workspaceId, id)
  }

  /** @throws Problem `not_found` */
  async change(workspaceId: string, id: string, { secrets = {}, fields, ...plain }: ChannelChange): Promise<Channel> {
    const sealed = await this.#sealed(workspaceId, id, secrets)
    const own = Object.keys(secrets)
    const before = own.length > 0 || fields ? await this.#known(workspaceId, id) : undefined
    const madeUp = before && { madeUp: before.madeUp.filter((name) => !own.includes(name)) }
    // What a provider has come to ask for since this was connected has to be found again.
    const names = before && {
      fieldNames: [...new Set([...Object.keys(before.fields), ...Object.keys(fields ?? {})])],
      secretNames: [...new Set([...before.secretNames, ...own])],
    }
    const update = { $set: { ...madeUp, ...plain, ...names, ...fields, ...sealed }, $inc: { rev: 1 } }
    const wasThere = await this.#store.of(workspaceId).update('channels', { _id: id }, update)
    this.#open.delete(id)
    if (!wasThere) throw missing('not_found', 'There is no such channel.')
    return this.#known(workspaceId, id)
  }

  /**
   * Another secret; with `until` (epoch ms) the former is good as well until then: what the provider shows us, because it
   * learns of a change later than we do. @throws Problem `not_found`
   */
  async rotate(workspaceId: string, id: string, name: string, secret: string, until: number | null): Promise<Channel> {
    const before = await this.#read(id)
    if (before?.workspaceId !== workspaceId) throw missing('not_found', 'There is no such channel.')
    if (until !== null) {
      const sealed = this.#vault.seal(workspaceId, contextOf(id, `previous.${name}.secret`), before.secrets[name] ?? '')
      const previous = { [`previous.${name}`]: { secret: sealed, until: new Date(until) } }
      await this.#store.of(workspaceId).update('channels', { _id: id }, { $set: previous })
    }
    return this.change(workspaceId, id, { secrets: { [name]: secret } })
  }

  /** False where it was gone already. */
  async remove(workspaceId: string, id: string): Promise<boolean> {
    const wasThere = await this.#store.of(workspaceId).remove('channels', { _id: id })
    this.#open.delete(id)
    return wasThere
  }

  /** Its provider has said which templates there are: from now on, others are unknown to it. */
  async templatesKnown(workspaceId: string, id: string) {
    const update = { $set: { templatesAt: new Date(this.#now()) } }
    await this.#store.of(workspaceId).update('channels', { _id: id }, update)
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
    const opened = (context: string, kept: unknown) =>
      this.#vault.open(channel.workspaceId, contextOf(id, context), bytesOf(kept))
    const secrets = channel.secretNames.map((name) => [name, opened(name, found[name])] as const)
    const previous = Object.entries((found['previous'] ?? {}) as Record<string, Kept>)
    const former = previous
      .filter(([name]) => (channel.previous[name] ?? 0) > this.#now())
      .map(([name, { secret }]) => [name, opened(`previous.${name}.secret`, secret)] as const)
    return { ...channel, secrets: Object.fromEntries(secrets), former: Object.fromEntries(former) }
  }

  async #sealed(workspaceId: string, id: string, secrets: Readonly<Record<string, string>>) {
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

const alreadyThere: Readonly<Record<ChannelKind, string>> = {
  whatsapp: 'This number is connected already.',
  sms: 'This number is connected already.',
  email: 'This address is connected already.',
  app: 'The app is connected already.',
}
