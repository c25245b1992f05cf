import { BoundedMap } from '../kernel/bounded-map.ts'
import { isDuplicate, type Store } from './connection.ts'

const knownMax = 50_000

/** Uniqueness across actors: whoever inserts the key first owns it. The turn that commits confirms it by a row. */
export class Claims {
  readonly #store: Store
  // Claims hardly ever change hands, so those that were seen are not read again until somebody says `forget`.
  readonly #known = new BoundedMap<string, string>(knownMax)
  /** Counts what was told of claims: a read that began before must not bring back who had one. */
  #changes = 0

  constructor(store: Store) {
    this.#store = store
  }

  /** Who owns this key: `owner` when nobody did before. */
  async take(workspaceId: string, key: string, owner: string): Promise<string> {
    const _id = `${workspaceId}/${key}`
    const known = this.#known.get(_id)
    if (known) return known
    const changes = this.#changes
    const claims = this.#store.collection('claims')
    try {
      await claims.insertOne({ _id, workspaceId, owner, at: new Date() })
      return this.#remember(_id, owner, changes)
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
    const found = await claims.findOne({ _id })
    return found ? this.#remember(_id, found['owner'] as string, changes) : this.take(workspaceId, key, owner)
  }

  async ownerOf(workspaceId: string, key: string): Promise<string | undefined> {
    const _id = `${workspaceId}/${key}`
    const known = this.#known.get(_id)
    if (known) return known
    const changes = this.#changes
    const found = await this.#store.collection('claims').findOne({ _id })
    return found ? this.#remember(_id, found['owner'] as string, changes) : undefined
  }

  /** Whoever takes it next, owns it. Nothing where somebody else owns it. */
  async release(workspaceId: string, key: string, owners: readonly string[]) {
    const _id = `${workspaceId}/${key}`
    this.#changes++
    this.#known.delete(_id)
    await this.#store.collection('claims').deleteOne({ _id, owner: { $in: [...owners] } })
  }

  /** Some changed hands: each is read anew. */
  forget() {
    this.#changes++
    this.#known.clear()
  }

  #remember(_id: string, owner: string, changes: number) {
    if (changes === this.#changes) this.#known.set(_id, owner)
    return owner
  }
}
