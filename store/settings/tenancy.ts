import { Quotas } from '../../kernel/settings.ts'
import type { Store, Stored } from '../connection.ts'
import type { WorkspaceStatus } from './workspaces.ts'

/** A workspace as whoever looks after the installation sees it: sizes, and nothing of what is in it. */
export interface Tenancy {
  id: string
  slug: string
  name: string
  status: WorkspaceStatus
  /** Epoch ms. */
  createdAt: number
  isSandbox: boolean
  quotas: Quotas
  /** Why it is suspended. */
  suspension: string | null
  members: number
  conversations: number
  messages: number
  storageBytes: number
}

const countMax = 1_000_000

/** In the order of their ids, from after `cursor`; `find` is a part of the name or short name. */
export async function tenancies(
  store: Store,
  { find, cursor, limit }: { find?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: Tenancy[]; nextCursor: string | null }> {
  const word = find?.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const named =
    word === undefined ? {} : { $or: [{ slug: { $regex: word } }, { name: { $regex: word, $options: 'i' } }] }
  const filter = { ...named, ...(cursor !== undefined && { _id: { $gt: cursor } }) }
  const found = await store
    .platform('workspaces')
    .find(filter as never)
    .sort({ _id: 1 })
    .limit(limit + 1)
    .toArray()
  const items = await Promise.all(found.slice(0, limit).map((one) => withSizes(store, one)))
  return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}

export async function tenancyById(store: Store, id: string): Promise<Tenancy | undefined> {
  const found = await store.platform('workspaces').findOne({ _id: id })
  return found ? withSizes(store, found) : undefined
}

/** False where it is not in a state to be suspended. What it was is kept. */
export async function suspend(store: Store, id: string, reason: string): Promise<boolean> {
  for (const was of ['active', 'draft'] as const) {
    // What was made before there were drafts has no status, and is active.
    const status = was === 'active' ? { $in: ['active', null] } : was
    const set = { status: 'suspended', suspended: { was, reason } }
    if (await changed(store, { _id: id, status }, { $set: set })) return true
  }
  return false
}

/** False where it is not suspended. */
export async function resume(store: Store, id: string): Promise<boolean> {
  const found = await store.platform('workspaces').findOne({ _id: id, status: 'suspended' })
  const was = (found?.['suspended'] as { was?: WorkspaceStatus } | undefined)?.was ?? 'active'
  return changed(store, { _id: id, status: 'suspended' }, { $set: { status: was }, $unset: { suspended: '' } })
}

export const setQuotas = (store: Store, id: string, quotas: Partial<Quotas>): Promise<boolean> => {
  const set = Object.fromEntries(Object.entries(quotas).map(([name, value]) => [`quotas.${name}`, value]))
  return changed(store, { _id: id }, { $set: set })
}

async function changed(store: Store, filter: object, update: object): Promise<boolean> {
  const whole = { ...update, $inc: { rev: 1 }, $currentDate: { changedAt: true } }
  const { matchedCount } = await store.platform('workspaces').updateOne(filter, whole as never)
  return matchedCount > 0
}

async function withSizes(store: Store, { _id: id, ...found }: Stored): Promise<Tenancy> {
  const count = (name: 'members' | 'conversations' | 'messages') =>
    store.collection(name).countDocuments({ workspaceId: id }, { limit: countMax })
  const sizes = store
    .collection('files')
    .aggregate<{ bytes: number }>([
      { $match: { workspaceId: id } },
      { $group: { _id: null, bytes: { $sum: '$sizeBytes' } } },
    ])
    .toArray()
  const [members, conversations, messages, [files]] = await Promise.all([
    count('members'),
    count('conversations'),
    count('messages'),
    sizes,
  ])
  return {
    id,
    slug: found['slug'] as string,
    name: found['name'] as string,
    status: (found['status'] as WorkspaceStatus | undefined) ?? 'active',
    createdAt: (found['createdAt'] as Date | undefined)?.getTime() ?? 0,
    isSandbox: found['isSandbox'] === true,
    quotas: Quotas.parse(found['quotas'] ?? {}),
    suspension: (found['suspended'] as { reason?: string } | undefined)?.reason ?? null,
    ...{ members, conversations, messages, storageBytes: Number(files?.bytes ?? 0) },
  }
}
