import { Content } from '../kernel/content.ts'
import { conversationIdOf } from '../kernel/id.ts'
import type { Filter, Store, Stored } from './connection.ts'
import { eventsAfter } from './events.ts'
import type { TenantName } from './models/index.ts'
import type { Rest } from './rest.ts'

interface Source {
  store: Store
  rest: Rest
}
const pageSize = 500
const atOnce = 50
/** Of one person's files; what is sent is found by its message. */
const broughtMax = 10_000

/** What was taken away, by what it was. */
export interface Erased {
  messages: number
  rows: number
  events: number
  files: string[]
}

/**
 * Takes away what history says of somebody: what they wrote and were written becomes words that it was erased, so that
 * numbers and counts stay; everything else that names them goes. It can be done again at any point.
 */
export async function eraseHistory(source: Source, workspaceId: string, userIds: readonly string[]): Promise<Erased> {
  const { store } = source
  const gone: Erased = { messages: 0, rows: 0, events: 0, files: [] }
  for (const userId of userIds) {
    const conversationId = conversationIdOf(userId)
    const written = await eraseMessages(source, workspaceId, conversationId)
    gone.messages += written.messages
    gone.files.push(...written.files, ...(await broughtBy(store, workspaceId, userId)))
    for (const [name, filter] of placesOf(userId, conversationId))
      gone.rows += await removeAll(store, workspaceId, name, filter)
    for (const stream of [
      `user:${userId}`,
      `user.me:${userId}`,
      `user.timeline:${userId}`,
      `conversation:${conversationId}`,
      `conversation.own:${conversationId}`,
    ])
      gone.events += await eraseEvents(store, workspaceId, stream)
  }
  return gone
}

/** Where rows about a person are, besides their messages. What may not be sent to them outlives them, as a hash. */
const placesOf = (userId: string, conversationId: string): [TenantName, Filter][] => [
  ['activities', { userId }],
  ['consents', { userId }],
  ['user_identities', { userId }],
  ['message_words', { userId }],
  ['merges', { winnerId: userId }],
  ['merges', { loserId: userId }],
  ['duplicates', { userIds: userId }],
  ['decisions', { kind: 'user', id: userId }],
  ['decisions', { kind: 'conversation', id: conversationId }],
  ['remarks', { kind: 'person', recordId: userId }],
  ['remarks', { kind: 'conversation', recordId: conversationId }],
]

/** Also what they brought and never sent. */
async function broughtBy(store: Store, workspaceId: string, userId: string): Promise<string[]> {
  const found = await store
    .of(workspaceId)
    .find('files', { by: userId }, { sort: { createdAt: 1 }, limit: broughtMax, projection: { _id: 1 } })
  return found.map(({ _id }) => _id)
}

/** All but the last, which says that they were erased: by it whoever follows the stream knows where it is. */
async function eraseEvents(store: Store, workspaceId: string, stream: string): Promise<number> {
  const filter = eventsAfter(stream, 0)
  const options = { sort: { _id: -1 }, limit: 1, projection: { _id: 1 } } as const
  const [last] = await store.of(workspaceId).find('events', filter, options)
  if (!last) return 0
  return removeAll(store, workspaceId, 'events', { stream, _id: { $gt: filter._id.$gt, $lt: last._id } })
}

async function eraseMessages({ store, rest }: Source, workspaceId: string, conversationId: string) {
  const tenant = store.of(workspaceId)
  const files: string[] = []
  let [messages, before] = [0, Number.MAX_SAFE_INTEGER]
  await rest.ready(workspaceId)
  for (;;) {
    const filter = { conversationId, n: { $lt: before } }
    const page = await tenant.find('messages', filter, {
      sort: { n: -1 },
      limit: pageSize,
      projection: { n: 1, content: 1 },
    })
    for (const { content } of page) files.push(...filesIn(content))
    await inTurns(page, ({ _id }) =>
      tenant.update('messages', { _id }, { $set: erasedContent(rest, workspaceId, _id) }),
    )
    messages += page.length
    if (page.length < pageSize) return { messages, files }
    before = page.at(-1)?.['n'] as number
  }
}

function erasedContent(rest: Rest, workspaceId: string, _id: string) {
  const content: Content = { kind: 'unsupported', what: 'erased' }
  const place = { workspaceId, at: `messages/${_id}` }
  return { content: rest.encode(Content, content, place), error: null, 'reactions.person': null }
}

/** The id of a file is no secret, wherever in a content it stands. */
function filesIn(content: unknown): string[] {
  if (content === null || typeof content !== 'object' || '_bsontype' in content || content instanceof Date) return []
  return Object.entries(content).flatMap(([name, value]: [string, unknown]) =>
    name === 'fileId' && typeof value === 'string' ? [value] : filesIn(value),
  )
}

async function removeAll(store: Store, workspaceId: string, name: TenantName, filter: Filter): Promise<number> {
  const tenant = store.of(workspaceId)
  let removed = 0
  for (;;) {
    const page = await tenant.find(name, filter, { limit: pageSize, projection: { _id: 1 } })
    if (page.length > 0) await tenant.removeAll(name, { _id: { $in: page.map(({ _id }) => _id) } })
    removed += page.length
    if (page.length < pageSize) return removed
  }
}

async function inTurns(all: readonly Stored[], act: (one: Stored) => Promise<unknown>) {
  for (let at = 0; at < all.length; at += atOnce) await Promise.all(all.slice(at, at + atOnce).map(act))
}
