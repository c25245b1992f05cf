import type { z } from 'zod'
import { conversation } from '../../actors/conversation/contract.ts'
import type { Page, Source } from './conversations.ts'

const Row = conversation.rows.episode
export type EpisodeRow = z.infer<typeof Row>

/** The matters of one conversation, the latest first. The cursor is the id of the last. */
export async function episodePage(
  { store, rest }: Source,
  workspaceId: string,
  conversationId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<EpisodeRow>> {
  const filter = { conversationId, ...(cursor !== undefined && { _id: { $lt: cursor } }) }
  const options = { sort: { _id: -1 } as const, limit: limit + 1 }
  const found = await store.of(workspaceId).find('episodes', filter, options)
  await rest.ready(workspaceId)
  const items = found.slice(0, limit).map((document) => {
    const row = rest.decode(Row, document, { workspaceId, at: `episodes/${document._id}` }) as Partial<EpisodeRow>
    return { ...absent, ...row } as EpisodeRow
  })
  return { items, nextCursor: found.length > limit ? (items.at(-1)?._id ?? null) : null }
}

/** What an episode of before has no field for. */
const absent = { resolvedBy: null, firstResponseAt: null, sla: null, rating: null }
