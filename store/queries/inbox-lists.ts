import type { Line } from '../../actors/inbox/contract.ts'
import { invalid } from '../../kernel/problem.ts'
import type { Filter, FindOptions } from '../connection.ts'
import { lineOf, type Page, projection, type Source } from './conversations.ts'

export const statuses = ['open', 'pending', 'snoozed', 'resolved'] as const
export type Status = (typeof statuses)[number]
export type Order = 'latest' | 'waiting'

/** By which field, and which way; only what has it is in the list. */
const orders = {
  latest: { field: 'lastMessageAt', sort: { lastMessageAt: -1, _id: -1 }, beyond: '$lt', from: '$lte' },
  waiting: { field: 'waitingSince', sort: { waitingSince: 1, _id: 1 }, beyond: '$gt', from: '$gte' },
} as const

export interface Asked {
  where: Filter
  /** Those that it can be in: each has its part of the index. */
  statuses: readonly Status[]
  order: Order
  cursor?: string | undefined
  limit: number
}

/** The index of those that wait. */
export const byWaiting = { workspaceId: 1, status: 1, waitingSince: 1, _id: 1 } as const

/** What one status is asked, so that its index answers. */
export function askedOf({ where, order, cursor }: Omit<Asked, 'limit' | 'statuses'>, status: Status) {
  const { field, sort } = orders[order]
  const filter: Filter = {
    $and: [where],
    status,
    [field]: { $type: 'date' },
    ...(cursor !== undefined && after(order, cursor)),
  }
  return { filter, options: { sort, ...(order === 'waiting' && { hint: byWaiting }) } satisfies FindOptions }
}

/** Lines in their order, a page at a time: the lists of the statuses, merged. */
export async function linesWhere(source: Source, workspaceId: string, asked: Asked): Promise<Page<Line>> {
  const { order, limit } = asked
  await source.rest.ready(workspaceId)
  const tenant = source.store.of(workspaceId)
  const lists = await Promise.all(
    asked.statuses.map((status) => {
      const { filter, options } = askedOf(asked, status)
      return tenant.find('conversations', filter, { ...options, limit: limit + 1, projection })
    }),
  )
  const found = lists.flat().map((document) => lineOf(source.rest, workspaceId, document))
  if (lists.length > 1) found.sort(inOrder(order))
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: found.length > limit && last ? cursorOf(last, order) : null }
}

/** How many there are, up to `max`. */
export async function countWhere(
  { store }: Pick<Source, 'store'>,
  workspaceId: string,
  { where, statuses, order }: Pick<Asked, 'where' | 'statuses' | 'order'>,
  max: number,
): Promise<number> {
  const counts = await Promise.all(
    statuses.map(async (status) => {
      const { filter, options } = askedOf({ where, order }, status)
      const found = { ...options, limit: max, projection: { _id: 1 } as const }
      return (await store.of(workspaceId).find('conversations', filter, found)).length
    }),
  )
  return Math.min(
    max,
    counts.reduce((sum, count) => sum + count, 0),
  )
}

const timeOf = ({ conversation }: Line, order: Order) => conversation[orders[order].field] ?? 0

function inOrder(order: Order) {
  const way = order === 'latest' ? -1 : 1
  return (a: Line, b: Line) => {
    const byTime = timeOf(a, order) - timeOf(b, order)
    if (byTime !== 0) return byTime * way
    return a.conversationId < b.conversationId ? -way : way
  }
}

const cursorOf = (line: Line, order: Order) =>
  Buffer.from(`${timeOf(line, order)}/${line.conversationId}`).toString('base64url')

function after(order: Order, cursor: string): Filter {
  const [, ms, id] = /^(\d{1,16})\/(.{1,200})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (ms === undefined || id === undefined) throw invalid('invalid_cursor', 'This cursor is not one of ours.')
  const { field, beyond, from } = orders[order]
  const at = new Date(Number(ms))
  return {
    [field]: { $type: 'date', [from]: at },
    $or: [{ [field]: { [beyond]: at } }, { [field]: at, _id: { [beyond]: id } }],
  }
}
