import { fields } from './bson/value.ts'
import type { Store } from './commands/command.ts'
import type { Collection } from './engine/collection.ts'
import { find } from './engine/find.ts'
import type { Index } from './engine/index.ts'
import { DamagedRow } from './engine/rows.ts'
import { tellDamage } from './observe.ts'
import { found } from './steps.ts'

/** How many documents one transaction of the sweep removes: other writes come in between. */
const AT_ONCE = 500

/** Removes what TTL indexes say has had its time; a value that is no date never expires. */
export async function removeExpired(store: Store, now: Date): Promise<void> {
  for (const collection of store.catalog.all())
    for (const index of collection.indexes)
      if (index.expireAfterSeconds !== null) await expire(store, collection, index, now).catch(toldOf(store))
}

/** A document that cannot be read stays, and is told of: the others have their time all the same. */
const toldOf = (store: Store) => (error: unknown) => {
  if (!(error instanceof DamagedRow)) throw error
  tellDamage(store, error)
}

async function expire(store: Store, { namespace }: Collection, index: Index, now: Date): Promise<void> {
  const [path = ''] = index.names
  const before = new Date(now.getTime() - (index.expireAfterSeconds ?? 0) * 1000)
  const filter = fields({ [path]: fields({ $lt: before }), ...index.partial })
  for (;;) {
    const removed = await store.committer.submit(() => {
      const collection = store.catalog.find(namespace)
      if (!collection) return 0
      const expired = [...found(find(store.database, collection, { filter, limit: AT_ONCE }).results)]
      for (const { row } of expired) collection.remove(row)
      return expired.length
    })
    if (removed < AT_ONCE) return
  }
}
