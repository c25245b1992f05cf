import { derivedId } from '../../kernel/id.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'
import { present } from '../queries/people-list.ts'

/** A label that everybody who has it is to have under another name; `to` is null where it goes altogether. */
export interface TagMove {
  id: string
  from: string
  to: string | null
  /** Those that could not be changed; they keep it. */
  skipped: string[]
}

/** The oldest of them, which is the next. */
export const oldestFirst = { at: 1, _id: 1 } as const
/** More that cannot be changed are a fault of ours: the move ends. */
const skippedMax = 200

const idOf = (workspaceId: string, from: string) => derivedId('tmv', workspaceId, from)

/** From now on. A label that moves already goes where it was sent last. */
export async function beginTagMove(
  store: Store,
  workspaceId: string,
  { from, to, now }: { from: string; to: string | null; now: number },
): Promise<void> {
  const _id = idOf(workspaceId, from)
  const tenant = store.of(workspaceId)
  // Whatever was on its way to this label goes on to where this one goes.
  for (const one of await tenant.find('tag_moves', { to: from }, { projection: { _id: 1 } }))
    await tenant.update('tag_moves', { _id: one._id }, { $set: { to } })
  // A label that comes back to where it was is where it belongs.
  if (to !== null) await tenant.remove('tag_moves', { _id: idOf(workspaceId, to) })
  try {
    await tenant.insert('tag_moves', { _id, from, to, skipped: [], at: new Date(now) })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    await tenant.update('tag_moves', { _id }, { $set: { to, skipped: [] } })
  }
}

export async function nextTagMove(store: Store, workspaceId: string): Promise<TagMove | undefined> {
  const found = await store.of(workspaceId).one('tag_moves', {}, { sort: oldestFirst })
  return found && read(found)
}

export const isMoving = async (store: Store, workspaceId: string, label: string) =>
  (await store.of(workspaceId).one('tag_moves', { _id: idOf(workspaceId, label) })) !== undefined

/** Who has it still: people, then conversations. */
export async function holdersOf(store: Store, workspaceId: string, { from, skipped }: TagMove, limit: number) {
  const tenant = store.of(workspaceId)
  const options = { projection: { _id: 1 }, limit } as const
  const left = skipped.length > 0 ? { _id: { $nin: skipped } } : {}
  const people = await tenant.find('users', { ...present, tags: from, ...left }, options)
  const conversations = people.length > 0 ? [] : await tenant.find('conversations', { tags: from, ...left }, options)
  return { people: people.map(({ _id }) => _id), conversations: conversations.map(({ _id }) => _id) }
}

export async function skipInMove(store: Store, workspaceId: string, { id, skipped }: TagMove, ids: readonly string[]) {
  const all = [...skipped, ...ids]
  if (all.length > skippedMax) return endTagMove(store, workspaceId, id)
  await store.of(workspaceId).update('tag_moves', { _id: id }, { $set: { skipped: all } })
}

/** Nobody has it any more: where it was listed meanwhile because somebody had it still, it is listed no more. */
export async function overTagMove(store: Store, workspaceId: string, { id, from }: TagMove): Promise<void> {
  await store.of(workspaceId).remove('tags', { unique: from, createdBy: 'system' })
  await endTagMove(store, workspaceId, id)
}

async function endTagMove(store: Store, workspaceId: string, id: string): Promise<void> {
  await store.of(workspaceId).remove('tag_moves', { _id: id })
}

const read = ({ _id, from, to, skipped }: Stored): TagMove => ({
  id: _id,
  from: from as string,
  to: to as string | null,
  skipped: skipped as string[],
})

/** How many people and how many conversations have each of these labels, up to `max`. */
export async function tagCounts(store: Store, workspaceId: string, labels: readonly string[], max: number) {
  const tenant = store.of(workspaceId)
  return Promise.all(
    labels.map(async (label) => {
      const [people, conversations] = await Promise.all([
        tenant.count('users', { ...present, tags: label }, max),
        tenant.count('conversations', { tags: label }, max),
      ])
      return { label, people, conversations }
    }),
  )
}
