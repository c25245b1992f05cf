import type { Attendance } from '../actors/runtime/persistence.ts'
import type { Store } from './connection.ts'

const workspaceId = 'platform'
const prefix = `${workspaceId}/process/`
/** More than run at once, and more than die without anybody who tidies up. */
const listMax = 1_000

/** The processes at work on one store, as claims of the platform that each gives back at its end. */
export class StoredAttendance implements Attendance {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async arrive(incarnation: string) {
    const claims = this.#store.collection('claims')
    const all = { _id: { $gte: prefix, $lt: `${prefix}~` } }
    const found = await claims
      .find(all, { projection: { owner: 1 } })
      .limit(listMax)
      .toArray()
    await claims.insertOne({ _id: prefix + incarnation, workspaceId, owner: incarnation, at: new Date() })
    return found.map(({ owner }) => String(owner))
  }

  async depart(incarnations: readonly string[]) {
    await this.#store.collection('claims').deleteMany({ _id: { $in: incarnations.map((one) => prefix + one) } })
  }
}
