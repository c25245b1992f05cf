import { z } from 'zod'
import { ConversationStatus, Header, Preview } from '../../actors/conversation/contract/header.ts'
import type { Line } from '../../actors/inbox/contract.ts'
import { instant } from '../../kernel/marks.ts'
import { invalid } from '../../kernel/problem.ts'
import type { Filter, Store, Stored } from '../connection.ts'
import type { Rest } from '../rest.ts'

/** What a conversation's document holds for the list. */
const Kept = Header.omit({ windowExpiresAt: true, messageCount: true }).extend({
  windows: z.record(z.string(), instant()),
  last: Preview.nullable(),
})
export const projection = Object.fromEntries(Object.keys(Kept.shape).map((field) => [field, 1 as const]))

export interface Source {
  store: Store
  rest: Rest
}

export interface ConversationFilter {
  status?: ConversationStatus | undefined
  /** `none`: nobody has taken it. */
  assigneeId?: string | undefined
  cursor?: string | undefined
  limit: number
}

export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

const statuses = ConversationStatus.options
const order = { lastMessageAt: -1, _id: -1 } as const

/** The newest first, a page at a time. Without a status, the lists of all of them are merged: each has its index. */
export async function conversationPage(
  source: Source,
  workspaceId: string,
  { status, assigneeId, cursor, limit }: ConversationFilter,
): Promise<Page<Line>> {
  await source.rest.ready(workspaceId)
  const filter: Filter = {
    ...(assigneeId && { assigneeId: assigneeId === 'none' ? null : assigneeId }),
    ...(cursor ? after(cursor) : { lastMessageAt: { $type: 'date' } }),
  }
  const tenant = source.store.of(workspaceId)
  const options = { sort: order, limit: limit + 1, projection }
  const lists = await Promise.all(
    (status ? [status] : statuses).map((one) => tenant.find('conversations', { ...filter, status: one }, options)),
  )
  const found = lists.flat().map((document) => lineOf(source.rest, workspaceId, document))
  if (lists.length > 1) found.sort(byLatest)
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: found.length > limit && last ? cursorOf(last) : null }
}

/** The lines of these conversations, as they are now. */
export async function linesOf({ store, rest }: Source, workspaceId: string, ids: readonly string[]): Promise<Line[]> {
  await rest.ready(workspaceId)
  const found = await store.of(workspaceId).find('conversations', { _id: { $in: [...ids] } }, { projection })
  return found.filter(({ lastMessageAt }) => lastMessageAt).map((document) => lineOf(rest, workspaceId, document))
}

function byLatest(a: Line, b: Line) {
  const [atA, atB] = [a.conversation.lastMessageAt ?? 0, b.conversation.lastMessageAt ?? 0]
  if (atA !== atB) return atB - atA
  return a.conversationId < b.conversationId ? 1 : -1
}

export function lineOf(rest: Rest, workspaceId: string, { _id, ...document }: Stored): Line {
  const kept = rest.decode(Kept, document, { workspaceId, at: `conversations/${_id}` }) as z.infer<typeof Kept>
  const { windows, last, ...header } = kept
  const windowExpiresAt = header.channelId === null ? null : (windows[header.channelId] ?? null)
  return { conversationId: _id, conversation: { ...header, windowExpiresAt }, last }
}

const cursorOf = ({ conversationId, conversation }: Line) =>
  Buffer.from(`${conversation.lastMessageAt ?? 0}/${conversationId}`).toString('base64url')

function after(cursor: string): Filter {
  const [ms, id] = Buffer.from(cursor, 'base64url').toString().split('/')
  if (!ms || !id || !/^\d{1,16}$/.test(ms)) throw invalid('invalid_cursor', 'This cursor is not one of ours.')
  const at = new Date(Number(ms))
  return { lastMessageAt: { $lte: at }, $or: [{ lastMessageAt: { $lt: at } }, { lastMessageAt: at, _id: { $lt: id } }] }
}
