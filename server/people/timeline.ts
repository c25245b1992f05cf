import { z } from 'zod'
import { activityKinds } from '../../actors/user/contract.ts'
import { preview } from '../../kernel/content.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import { invalid } from '../../kernel/problem.ts'
import { messagePage } from '../../store/queries/messages.ts'
import { activitiesOf, type Source, type Spot } from '../../store/queries/people.ts'
import { remarksOn } from '../../store/queries/remarks.ts'

/** What a timeline can be narrowed to. */
export const timelineKinds = ['message', 'note', 'remark', ...activityKinds] as const
export type TimelineKind = (typeof timelineKinds)[number]

const Scalar = z.union([z.string().max(500), z.number(), z.boolean(), z.null()])
export const TimelineItem = z.object({
  id: z.string().max(128),
  at: instant(),
  kind: z.enum(timelineKinds),
  by: z.object({ role: z.string().max(32), id: z.string().max(128) }).nullable(),
  /** In so many words, where it is something that was said. */
  text: sensitive(z.string().max(300)),
  what: sensitive(z.record(z.string().max(60), Scalar)),
})
export type TimelineItem = z.infer<typeof TimelineItem>

/** How far each source was shown: messages by number, the others by time. */
const Cursor = z.object({
  n: z.int().nonnegative().optional(),
  a: z.tuple([z.number(), z.string().max(128)]).optional(),
  r: z.tuple([z.number(), z.string().max(128)]).optional(),
})
type Cursor = z.infer<typeof Cursor>

interface Asked {
  userId: string
  kinds?: readonly TimelineKind[] | undefined
  cursor?: string | undefined
  limit: number
}
interface Found extends TimelineItem {
  from: 'n' | 'a' | 'r'
  n?: number
}

/**
 * Everything about one person in one order, the latest first: what was said, what was noted, what happened to them.
 * Each source is read in its own order and no further than a page; together they are one, at any moment the same.
 */
export async function timelineOf(source: Source, workspaceId: string, { userId, kinds, cursor, limit }: Asked) {
  const from = read(cursor)
  const wants = (kind: TimelineKind) => kinds === undefined || kinds.includes(kind)
  const page = { userId, limit }
  const found = await Promise.all([
    wants('message') || wants('note') ? messages(source, workspaceId, { ...page, wants, before: from.n }) : nothing,
    activities(source, workspaceId, { ...page, kinds, before: from.a }),
    wants('remark') ? remarks(source, workspaceId, { ...page, before: from.r }) : nothing,
  ])
  const all = found.flatMap(({ items }) => items).sort(byLatest)
  const items = all.slice(0, limit)
  const isMore = all.length > limit || found.some((some) => some.isMore)
  const isCut = all.slice(limit).some((item) => item.from === 'n')
  const next = { ...from, ...(!isCut && found[0].oldest !== undefined && { n: found[0].oldest }) }
  return { items: items.map(shown), nextCursor: isMore ? cursorOf(next, items, isCut) : null }
}

/** Of one source: a page, whether there is more of it, and how far messages were looked through. */
interface Some {
  items: Found[]
  isMore: boolean
  oldest?: number | undefined
}
const nothing: Some = { items: [], isMore: false }

interface Page<Before> {
  userId: string
  before: Before | undefined
  limit: number
}

async function messages(
  source: Source,
  workspaceId: string,
  { userId, wants, before, limit }: Page<number> & { wants(kind: TimelineKind): boolean },
): Promise<Some> {
  const page = await messagePage(source, workspaceId, conversationIdOf(userId), { before, limit })
  const items = page.items
    .map((message): Found => {
      const kind = message.direction === 'note' ? 'note' : 'message'
      const { _id: id, at, n, direction, status, author, content } = message
      const what = { direction, status, of: content.kind, channelId: message.channelId }
      const by = { role: author.kind, id: author.id }
      return { id, at, kind, by, text: preview(content).slice(0, 300), what, from: 'n', n }
    })
    .filter(({ kind }) => wants(kind))
  return { items, isMore: page.nextCursor !== null, oldest: page.items[0]?.n }
}

async function activities(
  source: Source,
  workspaceId: string,
  { userId, kinds, before, limit }: Page<[number, string]> & { kinds: readonly TimelineKind[] | undefined },
): Promise<Some> {
  const own = kinds?.filter((kind) => (activityKinds as readonly string[]).includes(kind))
  if (own?.length === 0) return nothing
  const asked = { userId, kinds: own, limit, ...(before && { before: spotOf(before) }) }
  const found = await activitiesOf(source, workspaceId, asked)
  const items = found.map(({ _id: id, at, kind, by, what }): Found => ({ id, at, kind, by, text: '', what, from: 'a' }))
  return { items, isMore: found.length === limit }
}

async function remarks(
  source: Source,
  workspaceId: string,
  { userId, before, limit }: Page<[number, string]>,
): Promise<Some> {
  const found = await remarksOn(source, workspaceId, {
    kind: 'person',
    recordId: userId,
    before: before && spotOf(before),
    limit,
  })
  const items = found.map(({ id, createdAt: at, createdBy, text, isPinned }): Found => {
    const by = { role: 'staff', id: createdBy }
    return { id, at, kind: 'remark', by, text: text.slice(0, 300), what: { isPinned }, from: 'r' }
  })
  return { items, isMore: found.length === limit }
}

const shown = ({ from: _, n: __, ...item }: Found): TimelineItem => item

const spotOf = ([at, id]: [number, string]): Spot => ({ at, id })

const byLatest = (a: Found, b: Found) => b.at - a.at || (b.n ?? 0) - (a.n ?? 0) || (a.id < b.id ? 1 : -1)

function cursorOf(before: Cursor, items: readonly Found[], isCut: boolean) {
  const last = (from: Found['from']) => items.findLast((item) => item.from === from)
  const [n, a, r] = [last('n')?.n, last('a'), last('r')]
  const next: Cursor = {
    ...before,
    ...(isCut && n !== undefined && { n }),
    ...(a && { a: [a.at, a.id] }),
    ...(r && { r: [r.at, r.id] }),
  }
  return Buffer.from(JSON.stringify(next)).toString('base64url')
}

function read(cursor: string | undefined): Cursor {
  if (cursor === undefined) return {}
  try {
    return Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw invalid('invalid_cursor', 'This cursor is not one of ours.')
  }
}
