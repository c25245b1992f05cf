import type { z } from 'zod'
import {
  type Delivery,
  type DeliveryStatus,
  deliveryIdOf,
  webhookEndpoint,
} from '../../actors/webhook-endpoint/contract.ts'
import type { Store, Stored } from '../connection.ts'
import type { Rest } from '../rest.ts'
import type { Page } from './conversations.ts'

const Row = webhookEndpoint.rows.delivery
export type DeliveryRow = z.infer<typeof Row>
type Status = z.infer<typeof DeliveryStatus>

interface Source {
  store: Store
  rest: Rest
}

const projection = Object.fromEntries(Object.keys(Row.shape).map((field) => [field, 1 as const]))

export interface DeliveryFilter {
  status?: Status | undefined
  /** Below this number. */
  before?: number | undefined
  limit: number
}

/** Of one endpoint, the newest first. */
export async function deliveryPage(
  { store, rest }: Source,
  workspaceId: string,
  endpointId: string,
  { status, before, limit }: DeliveryFilter,
): Promise<Page<Delivery>> {
  const filter = { endpointId, ...(status && { status }), ...(before !== undefined && { n: { $lt: before } }) }
  const options = { sort: { n: -1 } as const, limit: limit + 1, projection }
  const found = await store.of(workspaceId).find('webhook_deliveries', filter, options)
  await rest.ready(workspaceId)
  const items = found.slice(0, limit).map((document) => shown(rowOf(rest, workspaceId, document)))
  const last = items.at(-1)
  return { items, nextCursor: found.length > limit && last ? String(last.n) : null }
}

/** Those recorded in a span of time (epoch ms, the end excluded), the oldest first; `after` a number. */
export async function deliveriesBetween(
  { store, rest }: Source,
  workspaceId: string,
  endpointId: string,
  {
    from,
    to,
    status,
    after,
    limit,
  }: { from: number; to: number; status?: Status | undefined; after: number; limit: number },
): Promise<Delivery[]> {
  const recordedAt = { $gte: new Date(from), $lt: new Date(to) }
  // What repeats another, or tried something out, is not history of its own.
  const filter = { endpointId, n: { $gt: after }, recordedAt, replays: null, isTest: false, ...(status && { status }) }
  const options = { sort: { n: 1 } as const, limit, projection }
  const found = await store.of(workspaceId).find('webhook_deliveries', filter, options)
  await rest.ready(workspaceId)
  return found.map((document) => shown(rowOf(rest, workspaceId, document)))
}

/** With what is to be sent. Undefined where this endpoint has no such delivery, or has it no more. */
export const deliveryByNumber = (source: Source, workspaceId: string, endpointId: string, n: number) =>
  deliveryById(source, workspaceId, endpointId, deliveryIdOf(endpointId, n))

export async function deliveryById(
  { store, rest }: Source,
  workspaceId: string,
  endpointId: string,
  _id: string,
): Promise<DeliveryRow | undefined> {
  const found = await store.of(workspaceId).one('webhook_deliveries', { _id, endpointId }, { projection })
  await rest.ready(workspaceId)
  return found && rowOf(rest, workspaceId, found)
}

/** Forgets what was recorded before (epoch ms), also what waits: the events that it would repeat are forgotten, too. */
export async function pruneDeliveries(store: Store, workspaceId: string, before: number) {
  const filter = { workspaceId, recordedAt: { $lt: new Date(before) } }
  await store.collection('webhook_deliveries').deleteMany(filter)
}

/** As its readers see it. */
export function shown({ source: _, ...delivery }: DeliveryRow): Delivery {
  return delivery
}

const rowOf = (rest: Rest, workspaceId: string, document: Stored) =>
  rest.decode(Row, document, { workspaceId, at: `webhook_deliveries/${document._id}` }) as DeliveryRow
