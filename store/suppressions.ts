import type { ChannelKind } from '../kernel/channel-kind.ts'
import { type Suppressed, suppressedAs, type SuppressionReason } from '../kernel/consent.ts'
import { derivedId } from '../kernel/id.ts'
import { invalid } from '../kernel/problem.ts'
import { isDuplicate, type Store, type Stored } from './connection.ts'
import type { Page } from './queries/conversations.ts'
import type { Rest } from './rest.ts'

export interface SuppressedPlace {
  channel: ChannelKind
  address: string
}

/** An address to which nothing may go. Which one it is nobody can read from it: only whoever has it finds it. */
export interface Suppression {
  id: string
  channel: ChannelKind
  reason: SuppressionReason
  /** Whose it was when it was put here; nobody's where they are not known. */
  userId: string | null
  by: string | null
  /** Epoch ms. */
  at: number
}

/** What outlives people: the keyed hashes of addresses that get nothing more. */
export class Suppressions {
  readonly #store: Store
  readonly #rest: Rest

  constructor(store: Store, rest: Rest) {
    this.#store = store
    this.#rest = rest
  }

  async keep(
    workspaceId: string,
    place: SuppressedPlace & { reason: SuppressionReason; at: number; userId: string | null; by: string | null },
  ): Promise<void> {
    const { channel, reason, userId, by } = place
    const _id = await this.idOf(workspaceId, place)
    const fields = { channel, reason, userId, by, at: new Date(place.at) }
    const tenant = this.#store.of(workspaceId)
    try {
      await tenant.insert('suppressions', { _id, ...fields })
    } catch (error) {
      if (!isDuplicate(error)) throw error
      // What its owner ended stays theirs, whatever a list or a provider says later.
      const others = { $nin: ['stop', 'complaint', 'erased'] }
      await tenant.update('suppressions', { _id, ...(reason !== 'erased' && { reason: others }) }, { $set: fields })
    }
  }

  async remove(workspaceId: string, place: SuppressedPlace): Promise<boolean> {
    return this.removeById(workspaceId, await this.idOf(workspaceId, place))
  }

  async removeById(workspaceId: string, id: string): Promise<boolean> {
    return this.#store.of(workspaceId).remove('suppressions', { _id: id })
  }

  async byId(workspaceId: string, id: string): Promise<Suppression | undefined> {
    const found = await this.#store.of(workspaceId).one('suppressions', { _id: id })
    return found && read(found)
  }

  /** Those of these places to which nothing may go. */
  async find(workspaceId: string, places: readonly SuppressedPlace[]): Promise<Suppressed[]> {
    const ids = await Promise.all(places.map((place) => this.idOf(workspaceId, place)))
    const found = await this.#store.of(workspaceId).find('suppressions', { _id: { $in: ids } })
    const byId = new Map(found.map((one) => [one._id, read(one)]))
    return places.flatMap(({ channel, address }, nth) => {
      const one = byId.get(ids[nth] ?? '')
      return one ? [{ channel, address: suppressedAs(channel, address), reason: one.reason, at: one.at }] : []
    })
  }

  /** The latest first. @throws Problem `invalid_cursor` */
  async page(workspaceId: string, { cursor, limit }: { cursor?: string | undefined; limit: number }) {
    const options = { sort: { at: -1, _id: -1 } as const, limit: limit + 1 }
    const filter = cursor === undefined ? {} : after(cursor)
    const found = (await this.#store.of(workspaceId).find('suppressions', filter, options)).map(read)
    const items = found.slice(0, limit)
    const last = items.at(-1)
    const nextCursor = found.length > limit && last ? cursorOf(last) : null
    return { items, nextCursor } satisfies Page<Suppression>
  }

  /** As it is listed: whoever has the address finds it, and nobody else. */
  async idOf(workspaceId: string, { channel, address }: SuppressedPlace) {
    await this.#rest.ready(workspaceId)
    const hash = this.#rest.blind(workspaceId, `suppressed/${channel}/${suppressedAs(channel, address)}`)
    return derivedId('sup', workspaceId, hash)
  }
}

const read = (one: Stored): Suppression => ({
  id: one._id,
  channel: one['channel'] as ChannelKind,
  reason: one['reason'] as SuppressionReason,
  userId: (one['userId'] as string | null | undefined) ?? null,
  by: (one['by'] as string | null | undefined) ?? null,
  at: (one['at'] as Date).getTime(),
})

const cursorOf = ({ at, id }: Suppression) => Buffer.from(`${at}/${id}`).toString('base64url')

function after(cursor: string) {
  const [ms, id] = Buffer.from(cursor, 'base64url').toString().split('/')
  if (!ms || !id || !/^\d{1,16}$/.test(ms)) throw invalid('invalid_cursor', 'This cursor is not one of ours.')
  const at = new Date(Number(ms))
  return { at: { $lte: at }, $or: [{ at: { $lt: at } }, { at, _id: { $lt: id } }] }
}
