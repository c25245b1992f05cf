import { createHash } from 'node:crypto'
import { z } from 'zod'
import { OffReason } from '../../actors/webhook-endpoint/contract.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import type { Store } from '../connection.ts'
import type { Rest } from '../rest.ts'
import { type Kept, Resources } from './resources.ts'

export const endpointsMax = 20
export const eventTypesMax = 50

const secret = sensitive(z.string().max(256))

/** As it rests. Its address may hold a key of somebody else's, so it is sealed like the secrets. */
export const EndpointFields = z.object({
  name: z.string().max(120),
  url: sensitive(z.string().max(2_048)),
  /** Exactly these types. */
  events: z.array(z.string().max(64)).max(eventTypesMax),
  status: z.enum(['active', 'disabled']),
  /** Of one that was turned off by itself. */
  off: z.object({ reason: OffReason, why: z.string().max(300).nullable(), at: instant() }).nullable(),
  secret,
  /** Signs as well, for those who have not changed theirs yet. */
  previous: z.object({ secret, until: instant() }).nullable(),
  /** Of one that leads to the catcher: what its address ends in, hashed. */
  catcherHash: z.string().max(64).nullable(),
})
export type WebhookEndpoint = Kept<z.output<typeof EndpointFields>>

export const endpointsOf = (source: { store: Store; rest: Rest }) =>
  new Resources(source, { collection: 'webhook_endpoints', fields: EndpointFields })

/** Of all workspaces: which endpoints hear of what. */
export async function listeningEndpoints(
  store: Store,
  workspaceId?: string,
): Promise<{ id: string; workspaceId: string; events: string[] }[]> {
  const found = await store
    .collection('webhook_endpoints')
    .find(
      { status: 'active', ...(workspaceId !== undefined && { workspaceId }) },
      { projection: { events: 1, workspaceId: 1 } },
    )
    .limit(100_000)
    .toArray()
  return found.map(({ _id: id, workspaceId, events }) => ({
    id,
    workspaceId: workspaceId as string,
    events: events as string[],
  }))
}

export const catcherHashOf = (token: string) => createHash('sha256').update(token).digest('base64url')

/** Whose catcher this token opens. */
export async function endpointOfCatcher(store: Store, token: string) {
  const found = await store
    .collection('webhook_endpoints')
    .findOne({ catcherHash: catcherHashOf(token) }, { projection: { workspaceId: 1 } })
  return found ? { id: found._id, workspaceId: found['workspaceId'] as string } : undefined
}
