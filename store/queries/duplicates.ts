import { derivedId } from '../../kernel/id.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'
import type { Page } from './conversations.ts'

type Reason = 'same_number' | 'similar_number' | 'same_email' | 'name_and_birthday'
interface Pair {
  userIds: [string, string]
  reasons: Reason[]
  score: number
}
export interface KeptDuplicate extends Pair {
  id: string
  status: 'open' | 'dismissed'
  /** Epoch ms. */
  foundAt: number
}

const openMax = 1_000

/** Those that are open, the latest first. */
export async function duplicatesPage(
  store: Store,
  workspaceId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<KeptDuplicate>> {
  const filter = { status: 'open', ...(cursor !== undefined && { _id: { $lt: cursor } }) }
  const found = await store.of(workspaceId).find('duplicates', filter, { sort: { _id: -1 }, limit: limit + 1 })
  const items = found.slice(0, limit).map(read)
  return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}

export async function duplicateById(store: Store, workspaceId: string, _id: string) {
  const found = await store.of(workspaceId).one('duplicates', { _id })
  return found && read(found)
}

export async function settleDuplicate(store: Store, workspaceId: string, _id: string) {
  await store.of(workspaceId).update('duplicates', { _id }, { $set: { status: 'dismissed' } })
}

/** What is open and was found no more is taken away; what was decided stays so. */
export async function keepDuplicates(store: Store, workspaceId: string, pairs: readonly Pair[], now: number) {
  const tenant = store.of(workspaceId)
  const open = await tenant.find('duplicates', { status: 'open' }, { projection: { _id: 1 }, limit: openMax })
  const known = new Set(open.map(({ _id }) => _id))
  const found = new Map(pairs.slice(0, openMax).map((pair) => [derivedId('dup', workspaceId, ...pair.userIds), pair]))
  for (const [_id, pair] of found)
    if (!known.has(_id)) await keep(store, workspaceId, { _id, ...pair, status: 'open', foundAt: new Date(now) })
  for (const _id of known) if (!found.has(_id)) await tenant.remove('duplicates', { _id })
}

async function keep(store: Store, workspaceId: string, document: Stored) {
  try {
    await store.of(workspaceId).insert('duplicates', document)
  } catch (error) {
    if (!isDuplicate(error)) throw error // It was found before, and decided.
  }
}

/** These two, or one of them, are no longer a question. */
export async function forgetDuplicates(store: Store, workspaceId: string, userId: string) {
  const tenant = store.of(workspaceId)
  const found = await tenant.find('duplicates', { userIds: userId }, { projection: { _id: 1 } })
  for (const { _id } of found) await tenant.remove('duplicates', { _id })
}

function read({ _id, userIds, reasons, score, status, foundAt }: Stored): KeptDuplicate {
  return {
    id: _id,
    userIds: userIds as KeptDuplicate['userIds'],
    reasons: reasons as Reason[],
    score: score as number,
    status: status as KeptDuplicate['status'],
    foundAt: (foundAt as Date).getTime(),
  }
}
