import { invalid } from '../../kernel/problem.ts'
import type { Filter, FindOptions, Store, Stored } from '../connection.ts'
import type { Rest } from '../rest.ts'
import { saidIn, SearchIndex } from '../search/index.ts'
import { marksIn, type Query, queryOf } from '../search/words.ts'
import { linesOf, type Page } from './conversations.ts'
import { type MessageRow, messagesByIds } from './messages.ts'

interface Source {
  store: Store
  rest: Rest
}

export interface MessageHit {
  messageId: string
  conversationId: string
  userId: string
  /** Whom the conversation is with. */
  name: string
  n: number
  direction: MessageRow['direction']
  /** Epoch ms. */
  at: number
  /** Words around the first hit. */
  snippet: string
  /** Where the words that were asked for stand in it: from and to. */
  marks: [from: number, to: number][]
}

interface Asked {
  q: string
  /** Of one person only. */
  userId?: string | undefined
  cursor?: string | undefined
  limit: number
}

/** So many are opened at most to fill a page. */
const openedMax = 500

/** Messages with all of these words, the newest first. Only what is shown is decrypted, and what had to be compared. */
export async function searchMessages(source: Source, workspaceId: string, asked: Asked): Promise<Page<MessageHit>> {
  await source.rest.ready(workspaceId)
  const query = queryOf(asked.q)
  if (query.tokens.length === 0) return { items: [], nextCursor: null }
  const hits: { row: MessageRow; cursor: string }[] = []
  let cursor = asked.cursor
  let isOver = false
  for (let opened = 0; opened < openedMax && hits.length <= asked.limit && !isOver;) {
    const { filter, options } = wordsQuery(source.rest, workspaceId, query, { ...asked, cursor })
    const found = await source.store.of(workspaceId).find('message_words', filter, options)
    hits.push(...(await compared(source, workspaceId, query, found)))
    opened += found.length
    isOver = found.length < (options.limit ?? 0)
    cursor = found.length > 0 ? cursorOf(found.at(-1) as Stored) : cursor
  }
  const shown = hits.slice(0, asked.limit)
  const items = await described(source, workspaceId, query, shown)
  if (hits.length > asked.limit) return { items, nextCursor: shown.at(-1)?.cursor ?? null }
  return { items, nextCursor: isOver ? null : (cursor ?? null) }
}

/** As the database is asked, which `explain` shows: by the rarest word, or by the person. */
export function wordsQuery(
  rest: Rest,
  workspaceId: string,
  { tokens }: Pick<Query, 'tokens'>,
  { userId, cursor, limit }: Omit<Asked, 'q'>,
): { filter: Filter; options: FindOptions } {
  // One word is looked up, and in the order of the index; the others are compared.
  const [words, ...others] = new SearchIndex(rest).hashes(workspaceId, tokens)
  const besides = others.length > 0 && { $and: others.map((word) => ({ words: word })) }
  const filter = {
    words,
    ...besides,
    ...(userId !== undefined && { userId }),
    ...(cursor !== undefined && after(cursor)),
  }
  const hint =
    userId === undefined
      ? ({ workspaceId: 1, words: 1, at: -1, _id: -1 } as const)
      : ({ workspaceId: 1, userId: 1, at: -1, _id: -1 } as const)
  const projection = { at: 1 } as const
  return { filter, options: { sort: { at: -1, _id: -1 }, limit: limit + 1, hint, projection } }
}

async function compared(source: Source, workspaceId: string, query: Query, found: readonly Stored[]) {
  const rows = await messagesByIds(
    source,
    workspaceId,
    found.map(({ _id }) => _id),
  )
  const byId = new Map(rows.map((row) => [row._id, row]))
  return found.flatMap((document) => {
    const row = byId.get(document._id)
    return row && query.isHit(saidIn(row.content)) ? [{ row, cursor: cursorOf(document) }] : []
  })
}

async function described(source: Source, workspaceId: string, { words }: Query, hits: readonly { row: MessageRow }[]) {
  const ids = [...new Set(hits.map(({ row }) => row.conversationId))]
  const lines = await linesOf(source, workspaceId, ids)
  const names = new Map(lines.map(({ conversationId, conversation }) => [conversationId, conversation.name]))
  return hits.map(({ row }): MessageHit => {
    const { _id: messageId, conversationId, userId, n, direction, at, content } = row
    const name = names.get(conversationId) ?? ''
    return { messageId, conversationId, userId, name, n, direction, at, ...snippetOf(saidIn(content), words) }
  })
}

const snippetMax = 180
const before = 40

/** The words around the first that was asked for. */
export function snippetOf(texts: readonly string[], words: readonly string[]): Pick<MessageHit, 'snippet' | 'marks'> {
  const text = texts.find((one) => marksIn(one, words, 1).length > 0) ?? texts[0] ?? ''
  const first = marksIn(text, words, 1)[0]?.[0] ?? 0
  const begins = first <= before ? 0 : beginning(text, first - before)
  const lead = begins > 0 ? '… ' : ''
  const cut = text.slice(begins, begins + snippetMax)
  const snippet = lead + cut + (begins + snippetMax < text.length ? ' …' : '')
  return { snippet, marks: marksIn(snippet, words) }
}

/** Where a word begins, from here on; here where none does for long. */
function beginning(text: string, from: number) {
  const space = text.indexOf(' ', from)
  return space >= 0 && space - from < before ? space + 1 : from
}

const cursorOf = ({ _id, at }: Stored) => Buffer.from(`${+(at as Date)}/${_id}`).toString('base64url')

function after(cursor: string): Filter {
  const [ms, id] = Buffer.from(cursor, 'base64url').toString().split('/')
  if (!ms || !id || !/^\d{1,16}$/.test(ms)) throw invalid('invalid_cursor', 'This cursor is not one of ours.')
  const at = new Date(Number(ms))
  return { at: { $lte: at }, $or: [{ at: { $lt: at } }, { at, _id: { $lt: id } }] }
}
