import { z } from 'zod'
import { Header } from '../../actors/conversation/contract.ts'
import { type Line, Preview } from '../../actors/inbox/contract.ts'
import { instant } from '../../kernel/marks.ts'
import { invalid } from '../../kernel/problem.ts'
import type { Filter, Store, Stored } from '../connection.ts'
import type { Rest } from '../rest.ts'

/** What a conversation's document holds for the list. */
const Kept = Header.omit({ windowExpiresAt: true, messageCount: true }).extend({
  windows: z.record(z.string(), instant()),
  last: Preview.nullable(),
})
const projection = Object.fromEntries(Object.keys(Kept.shape).map((field) => [field, 1 as const]))

export interface ConversationFilter {
  status?: 'open' | 'pending' | 'resolved' | undefined
  /** `none`: nobody has taken it. */
  assigneeId?: string | undefined
  cursor?: string | undefined
  limit: number
}

export interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}

/** The newest first, a page at a time. */
export async function conversationPage(
  { store, rest }: { store: Store; rest: Rest },
  workspaceId: string,
  { status, assigneeId, cursor, limit }: ConversationFilter,
): Promise<Page<Line>> {
  await rest.ready(workspaceId)
  const filter: Filter = {
    ...(status && { status }),
    ...(assigneeId && { assigneeId: assigneeId === 'none' ? null : assigneeId }),
    ...(cursor ? after(cursor) : { lastMessageAt: { $type: 'date' } }),
  }
  const sort = { lastMessageAt: -1, _id: -1 } as const
  const found = await store.of(workspaceId).find('conversations', filter, { sort, limit: limit + 1, projection })
  const items = found.slice(0, limit).map((document) => lineOf(rest, workspaceId, document))
  const last = items.at(-1)
  const more = found.length > limit && last
  return { items, nextCursor: more ? cursorOf(last) : null }
}

function lineOf(rest: Rest, workspaceId: string, { _id, ...document }: Stored): Line {
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
