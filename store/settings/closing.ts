import type { Store, Stored } from '../connection.ts'
import { type CollectionName, type Model, models } from '../models/index.ts'
import { membersOf, membershipsOf } from './members.ts'
import type { WorkspaceStatus } from './workspaces.ts'

/** How a workspace that was closed stands. */
export interface Closing {
  workspaceId: string
  slug: string
  name: string
  /** The member who closed it. */
  by: string
  /** Epoch ms. */
  at: number
  /** Until then it can be taken back, epoch ms. */
  endsAt: number
  /** What it was before. */
  was: WorkspaceStatus
  remindedAt: number | null
  /** When its keys were destroyed: from here on nothing of it can be read. */
  destroyedAt: number | null
}

const time = (value: unknown) => (value instanceof Date ? value.getTime() : null)

function read({ _id, slug, name, closing }: Stored): Closing | undefined {
  if (!closing) return undefined
  const { by, at, endsAt, was, remindedAt, destroyedAt } = closing as Record<string, unknown>
  return {
    workspaceId: _id,
    slug: slug as string,
    name: name as string,
    by: by as string,
    at: time(at) ?? 0,
    endsAt: time(endsAt) ?? 0,
    was: was as WorkspaceStatus,
    remindedAt: time(remindedAt),
    destroyedAt: time(destroyedAt),
  }
}

const $currentDate = { changedAt: true } as const

export async function closingOf(store: Store, workspaceId: string): Promise<Closing | undefined> {
  const found = await store.platform('workspaces').findOne({ _id: workspaceId })
  return found ? read(found) : undefined
}

/** Undefined where it is closing already, or suspended, or not there. */
export async function beginClosing(
  store: Store,
  workspaceId: string,
  { by, at, endsAt }: Pick<Closing, 'by' | 'at' | 'endsAt'>,
): Promise<Closing | undefined> {
  for (const was of ['active', 'draft'] as const) {
    // What was made before there were drafts has no status, and is active.
    const status = was === 'active' ? { $in: ['active', null] } : was
    const closing = { by, at: new Date(at), endsAt: new Date(endsAt), was }
    const update = { $set: { status: 'closing', closing }, $inc: { rev: 1 }, $currentDate }
    const changed = await store
      .platform('workspaces')
      .findOneAndUpdate({ _id: workspaceId, status }, update as never, { returnDocument: 'after' })
    if (changed) return read(changed)
  }
  return undefined
}

/** Undefined where it is not closing, or its keys are gone. */
export async function endClosing(store: Store, { workspaceId, was }: Closing): Promise<boolean> {
  const filter = { _id: workspaceId, status: 'closing', 'closing.destroyedAt': { $exists: false } }
  const update = { $set: { status: was }, $unset: { closing: '' }, $inc: { rev: 1 }, $currentDate }
  const { matchedCount } = await store.platform('workspaces').updateOne(filter, update as never)
  return matchedCount > 0
}

/** Whichever are closing, at most 1,000. */
export async function allClosing(store: Store): Promise<Closing[]> {
  const found = await store.platform('workspaces').find({ status: 'closing' }).limit(1_000).toArray()
  return found.flatMap((one) => read(one) ?? [])
}

/** True for whoever was first. Nothing can be taken back from `destroyedAt` on. */
export async function markClosing(
  store: Store,
  workspaceId: string,
  mark: 'remindedAt' | 'destroyedAt',
  now: number,
): Promise<boolean> {
  const field = `closing.${mark}`
  const filter = { _id: workspaceId, status: 'closing', [field]: { $exists: false } }
  const { matchedCount } = await store.platform('workspaces').updateOne(filter, { $set: { [field]: new Date(now) } })
  return matchedCount > 0
}

const perRound = 1_000

/**
 * Removes everything of a workspace but its own document and the mark that its keys are destroyed. Accounts go that
 * belong to nobody else. Interrupted, the same call goes on.
 */
export async function removeContents(store: Store, workspaceId: string): Promise<void> {
  for (const { accountId } of await membersOf(store, workspaceId)) {
    const elsewhere = (await membershipsOf(store, accountId)).some((member) => member.workspaceId !== workspaceId)
    if (!elsewhere) await removeAccount(store, accountId)
  }
  await store.platform('sessions').deleteMany({ workspaceId })
  await store.platform('auth_challenges').deleteMany({ workspaceId })
  for (const [name, { tenant }] of Object.entries<Model>(models))
    if (tenant && name !== 'vault_keys') await emptied(store, name as CollectionName, workspaceId)
}

/** In portions: one request that takes too long would hang everybody else's. */
async function emptied(store: Store, name: CollectionName, workspaceId: string) {
  const collection = store.collection(name)
  for (;;) {
    const found = await collection
      .find({ workspaceId }, { projection: { _id: 1 } })
      .limit(perRound)
      .toArray()
    if (found.length === 0) return
    await collection.deleteMany({ _id: { $in: found.map(({ _id }) => _id) }, workspaceId })
  }
}

async function removeAccount(store: Store, accountId: string) {
  for (const name of ['passkeys', 'account_identities', 'account_phones'] as const)
    await store.platform(name).deleteMany({ accountId })
  await store.platform('account_factors').deleteOne({ _id: accountId })
  await store.platform('sessions').deleteMany({ accountId })
  await store.platform('accounts').deleteOne({ _id: accountId })
}

/** Its last trace, apart from the mark that its keys are destroyed. */
export async function removeWorkspace(store: Store, workspaceId: string): Promise<void> {
  await store.platform('workspaces').deleteOne({ _id: workspaceId })
}
