import { invalid } from '../../kernel/problem.ts'
import type { Filter, Store } from '../connection.ts'
import type { Page } from './conversations.ts'

/** Why something automatic was done, or was not. */
export interface Decided {
  id: string
  rule: string
  outcome: string
  facts: Record<string, string | number | boolean | null>
  at: number
}

export const latestFirst = { at: -1, _id: -1 } as const

/** What one actor decided, the latest first. */
export async function decisionsOf(
  store: Store,
  workspaceId: string,
  { kind, id, cursor, limit }: { kind: string; id: string; cursor?: string | undefined; limit: number },
): Promise<Page<Decided>> {
  const filter: Filter = { kind, id, ...(cursor !== undefined && before(cursor)) }
  const found = await store.of(workspaceId).find('decisions', filter, { sort: latestFirst, limit: limit + 1 })
  const items = found.slice(0, limit).map((one) => ({
    id: one._id,
    rule: one['rule'] as string,
    outcome: one['outcome'] as string,
    facts: one['facts'] as Decided['facts'],
    at: (one['at'] as Date).getTime(),
  }))
  const last = items.at(-1)
  const isMore = found.length > limit && last !== undefined
  return { items, nextCursor: isMore ? Buffer.from(`${last.at}/${last.id}`).toString('base64url') : null }
}

function before(cursor: string): Filter {
  const [, ms, id] = /^(\d{1,16})\/(.{1,300})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (ms === undefined || id === undefined) throw invalid('invalid_cursor', 'This cursor is not one of ours.')
  const at = new Date(Number(ms))
  return { at: { $lte: at }, $or: [{ at: { $lt: at } }, { at, _id: { $lt: id } }] }
}
