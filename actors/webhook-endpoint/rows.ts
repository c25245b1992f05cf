import type { Given } from '../runtime/change.ts'
import { type Delivery, deliveryIdOf, type Occurrence, webhookEndpoint } from './contract.ts'

const { insert, update } = webhookEndpoint

type Carried = Omit<Occurrence, 'source'> & { source: Occurrence['source'] | null }

/** A delivery that was not tried yet. */
export const rowOf = (
  n: number,
  occurrence: Carried,
  { id, now }: Given,
  marks: Partial<Pick<Delivery, 'isTest' | 'replays'>> = {},
) =>
  insert('delivery', {
    _id: deliveryIdOf(id, n),
    endpointId: id,
    n,
    ...occurrence,
    replays: null,
    isTest: false,
    ...marks,
    status: 'waiting',
    tries: 0,
    recordedAt: now,
    triedAt: null,
    nextAt: null,
    answer: null,
  })

/** What a try made of it. */
export const settled = (
  { id, now }: Given,
  n: number,
  what: Pick<Delivery, 'status' | 'tries' | 'answer' | 'nextAt'>,
) => update('delivery', deliveryIdOf(id, n), { ...what, triedAt: now })
