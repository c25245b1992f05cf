import type { z } from 'zod'
import { user } from '../../actors/user/contract.ts'
import type { Consenting, ConsentState } from '../../kernel/consent.ts'
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

/** What these said last of each channel and purpose, by `consentKey`. */
export async function consentStates(store: Store, workspaceId: string, ids: readonly string[]) {
  const options = { projection: { _id: 1, 'consents.said': 1 } } as const
  const found = await store.of(workspaceId).find('users', { _id: { $in: [...ids] } }, options)
  return new Map(
    found.map(({ _id, consents }): [string, Record<string, ConsentState>] => {
      const said = (consents as Pick<Consenting, 'said'> | undefined)?.said ?? {}
      return [_id, Object.fromEntries(Object.entries(said).map(([key, { state }]) => [key, state]))]
    }),
  )
}
