import type { z } from 'zod'
import { user } from '../../actors/user/contract.ts'
import type { Store } from '../connection.ts'
import type { Rest } from '../rest.ts'
import type { Page } from './conversations.ts'

const Row = user.rows.consent
export type ConsentRow = z.infer<typeof Row>

/** Everything that was said about what may go to a person, the latest first. The cursor is the last one's id. */
export async function consentPage(
  { store, rest }: { store: Store; rest: Rest },
  workspaceId: string,
  userId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<ConsentRow>> {
  const filter = { userId, ...(cursor !== undefined && { _id: { $lt: cursor } }) }
  const options = { sort: { _id: -1 } as const, limit: limit + 1 }
  const found = await store.of(workspaceId).find('consents', filter, options)
  await rest.ready(workspaceId)
  const items = found
    .slice(0, limit)
    .map((one) => rest.decode(Row, one, { workspaceId, at: `consents/${one._id}` }) as ConsentRow)
  return { items, nextCursor: found.length > limit ? (items.at(-1)?._id ?? null) : null }
}
