import { z } from 'zod'
import { newId } from '../kernel/id.ts'
import { instant, sensitive } from '../kernel/marks.ts'
import type { Store } from './connection.ts'
import type { Rest } from './rest.ts'

const keptMax = 100
const collection = 'caught_webhooks'

/** What came to a catcher, as it came. */
export const Caught = z.object({
  id: z.string().max(128),
  at: instant(),
  headers: sensitive(z.record(z.string().max(100), z.string().max(2_000))),
  body: sensitive(z.string().max(1_000_000)),
  /** Its signature fits the endpoint's secret, or one of them. */
  isSigned: z.boolean(),
})
export type Caught = z.infer<typeof Caught>

/** What the catchers of all endpoints caught, for every process of a service; gone after a week. */
export class CaughtWebhooks {
  readonly #store: Store
  readonly #rest: Rest

  constructor(store: Store, rest: Rest) {
    this.#store = store
    this.#rest = rest
  }

  async keep(workspaceId: string, endpointId: string, caught: Omit<Caught, 'id'>) {
    const tenant = this.#store.of(workspaceId)
    await this.#rest.ready(workspaceId)
    const id = newId('cau')
    const document = this.#rest.encode(Caught, { id, ...caught }, { workspaceId, at: `${collection}/${id}` })
    await tenant.insert(collection, { ...document, _id: id, endpointId })
    const kept = await tenant.find(
      collection,
      { endpointId },
      { sort: { _id: -1 }, limit: keptMax + 1, projection: { _id: 1 } },
    )
    const oldest = kept[keptMax]
    if (oldest) await tenant.remove(collection, { _id: oldest._id })
  }

  /** The latest first. */
  async latest(workspaceId: string, endpointId: string, limit: number): Promise<Caught[]> {
    const found = await this.#store.of(workspaceId).find(collection, { endpointId }, { sort: { _id: -1 }, limit })
    await this.#rest.ready(workspaceId)
    return found.map(
      ({ _id, workspaceId: _, endpointId: __, ...document }) =>
        this.#rest.decode(Caught, document, { workspaceId, at: `${collection}/${_id}` }) as Caught,
    )
  }
}
