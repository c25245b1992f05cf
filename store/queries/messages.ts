import type { z } from 'zod'
import { conversation } from '../../actors/conversation/contract.ts'
import type { Message } from '../../actors/conversation/contract/message.ts'
import { mediaKinds } from '../../kernel/content.ts'
import type { Store, Stored } from '../connection.ts'
import type { Rest } from '../rest.ts'
import type { Page } from './conversations.ts'

const Row = conversation.rows.message
export type MessageRow = z.infer<typeof Row>
interface Source {
  store: Store
  rest: Rest
}

// What the row keeps for itself does not leave.
const shownFields = Object.fromEntries(Object.keys(Row.shape).map((field) => [field, 1 as const]))

/** The newest `limit` messages before the one numbered `before`, oldest first. The cursor goes further back. */
export async function messagePage(
  source: Source,
  workspaceId: string,
  conversationId: string,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<Page<Message>> {
  // What waits for its hour is in no thread: its number is 0.
  const filter = { conversationId, n: { $gt: 0, ...(before !== undefined && { $lt: before }) } }
  const options = { sort: { n: -1 } as const, limit: limit + 1, projection: shownFields }
  const found = await source.store.of(workspaceId).find('messages', filter, options)
  await source.rest.ready(workspaceId)
  const rows = found.slice(0, limit).map((document) => shown(rowOf(source.rest, workspaceId, document)))
  const oldest = rows.at(-1)
  return { items: rows.reverse(), nextCursor: found.length > limit && oldest ? String(oldest.n) : null }
}

export async function messageById(source: Source, workspaceId: string, _id: string): Promise<MessageRow | undefined> {
  return one(source, workspaceId, { _id })
}

/** The message that the provider knows under this id. */
export async function messageByProviderId(source: Source, workspaceId: string, channelId: string, providerId: string) {
  return one(source, workspaceId, { channelId, providerId })
}

/** Those that providers know under this id, by any of these channels: hardly ever more than one. */
export async function messagesByProviderId(
  source: Source,
  workspaceId: string,
  channelIds: readonly string[],
  providerId: string,
): Promise<MessageRow[]> {
  const filter = refFilter(channelIds, providerId)
  const found = await source.store.of(workspaceId).find('messages', filter, { limit: 10, projection: shownFields })
  await source.rest.ready(workspaceId)
  return found.map((document) => rowOf(source.rest, workspaceId, document))
}

/** As the database is asked, which `explain` shows. */
export const refFilter = (channelIds: readonly string[], providerId: string) => ({
  channelId: { $in: [...channelIds] },
  providerId,
})

/** A message as its readers see it. */
export function shown({
  userId: _,
  statusRank: __,
  providerId: ___,
  reachedAt: ____,
  ...message
}: MessageRow): Message {
  return message
}

async function one(source: Source, workspaceId: string, filter: Record<string, unknown>) {
  const found = await source.store.of(workspaceId).one('messages', filter, { projection: shownFields })
  await source.rest.ready(workspaceId)
  return found && rowOf(source.rest, workspaceId, found)
}

const rowOf = (rest: Rest, workspaceId: string, document: Stored) =>
  rest.decode(Row, document, { workspaceId, at: `messages/${document._id}` }) as MessageRow

/** These, in no order. */
export async function messagesByIds(
  source: Source,
  workspaceId: string,
  ids: readonly string[],
): Promise<MessageRow[]> {
  const filter = { _id: { $in: [...ids] } }
  const found = await source.store.of(workspaceId).find('messages', filter, { projection: shownFields })
  await source.rest.ready(workspaceId)
  return found.map((document) => rowOf(source.rest, workspaceId, document))
}

/** Messages with a file: one of their own, those of a mail, or that of a template. What was taken back has none. */
const hasFile = {
  $or: [
    { 'content.kind': { $in: mediaKinds } },
    { 'content.files.0': { $exists: true } },
    { 'content.file.kind': { $exists: true } },
  ],
}

/** As the database is asked, which `explain` shows. */
export const fileFilter = (conversationId: string, before?: number) => ({
  conversationId,
  n: { $gt: 0, ...(before !== undefined && { $lt: before }) },
  deletedAt: null,
  ...hasFile,
})

/** Every file that was exchanged in a thread, the latest first; a page is of so many messages. */
export async function filesPage(
  source: Source,
  workspaceId: string,
  conversationId: string,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<Page<Message>> {
  const options = { sort: { n: -1 } as const, limit: limit + 1, projection: shownFields }
  const found = await source.store.of(workspaceId).find('messages', fileFilter(conversationId, before), options)
  await source.rest.ready(workspaceId)
  const items = found.slice(0, limit).map((document) => shown(rowOf(source.rest, workspaceId, document)))
  const oldest = items.at(-1)
  return { items, nextCursor: found.length > limit && oldest ? String(oldest.n) : null }
}
