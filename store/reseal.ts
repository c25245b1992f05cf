import type { Store, Stored } from './connection.ts'
import { type CollectionName, type Model, models } from './models/index.ts'
import { SealedFields, sealedIn } from './sealed-fields.ts'
import { platform } from './vault-keys.ts'
import type { Vault } from './vault.ts'

export interface Pass {
  /** Where to begin; null for everything. */
  from: Place | null
  /** Called after each batch, so that an interrupted pass goes on there. */
  at(place: Place, so: Tally): Promise<void>
}
export interface Place {
  collection: string
  id: string
}
export interface Tally {
  resealed: number
  /** Sealed by a former key, and not to be opened: as `collection/id path`. */
  stuck: string[]
  /** Changed by somebody else while it was sealed anew: another pass takes it. */
  missed: number
}

const atOnce = 200
const unsealed: readonly string[] = ['vault_keys']

/** Everything that is encrypted of one workspace is sealed anew by its current key, wherever it rests. */
export class Resealing {
  readonly #store: Store
  readonly #vault: Vault
  readonly #workspaceId: string
  readonly #fields: SealedFields

  constructor(store: Store, vault: Vault, workspaceId: string) {
    this.#store = store
    this.#vault = vault
    this.#workspaceId = workspaceId
    this.#fields = new SealedFields(vault, workspaceId)
  }

  /**
   * Goes through all collections. A value is replaced only where it is still the very one that was read, so whoever
   * writes meanwhile loses nothing and is not held up.
   */
  async pass({ from, at }: Pass): Promise<Tally> {
    await this.#vault.ready(this.#workspaceId)
    const all: Tally = { resealed: 0, stuck: [], missed: 0 }
    const names = Object.keys(models).filter((name) => !unsealed.includes(name))
    const first = Math.max(0, from ? names.indexOf(from.collection) : 0)
    for (const [index, name] of names.slice(first).entries())
      for await (const { last, tally } of this.#collection(
        name as CollectionName,
        index === 0 ? from?.id : undefined,
      )) {
        add(all, tally)
        await at({ collection: name, id: last }, tally)
      }
    return all
  }

  async *#collection(name: CollectionName, after = '') {
    for (let last = after; ;) {
      const batch = await this.#store
        .collection(name)
        .find({ ...this.#mine(name), _id: { $gt: last } } as never)
        .sort({ _id: 1 })
        .hint({ _id: 1 })
        .limit(atOnce)
        .toArray()
      const final = batch.at(-1)
      if (!final) return
      last = final._id
      yield { last, tally: await this.#batch(name, batch) }
      if (batch.length < atOnce) return
    }
  }

  /** What belongs to no workspace is sealed by the platform's key, unless it names one. */
  #mine(name: CollectionName) {
    const { tenant } = (models as Record<string, Model>)[name] as Model
    if (tenant) return { workspaceId: this.#workspaceId }
    const own = [{ workspaceId: this.#workspaceId }, { _id: this.#workspaceId }]
    return { $or: this.#workspaceId === platform ? [...own, { workspaceId: { $exists: false } }] : own }
  }

  async #batch(name: CollectionName, documents: readonly Stored[]): Promise<Tally> {
    const tally: Tally = { resealed: 0, stuck: [], missed: 0 }
    const current = this.#vault.currentOf(this.#workspaceId)
    const updates = documents.flatMap((document) => {
      const { _id: id } = document
      const former = sealedIn(document).filter(({ no }) => no < current)
      return former.flatMap((found) => {
        const { path, value } = found
        const known = this.#fields.opened(name, id, found)
        if (!known) {
          tally.stuck.push(`${name}/${id} ${path}`)
          return []
        }
        const next = this.#vault.sealBytes(this.#workspaceId, known.context, known.plain)
        return [{ updateOne: { filter: { _id: id, [path]: value }, update: { $set: { [path]: next } } } }]
      })
    })
    if (updates.length === 0) return tally
    const { matchedCount } = await this.#store.collection(name).bulkWrite(updates, { ordered: false })
    tally.resealed = matchedCount
    tally.missed = updates.length - matchedCount
    return tally
  }
}

function add(all: Tally, { resealed, stuck, missed }: Tally) {
  all.resealed += resealed
  all.missed += missed
  all.stuck.push(...stuck.slice(0, 10 - all.stuck.length))
}
