import type { Store } from '../../../store/connection.ts'
import { type CollectionName, type Model, models } from '../../../store/models/index.ts'

/** The indexes that Careline declares and the database does not have, `messages {workspaceId: 1, …}` each. */
export async function missingIndexes(store: Store): Promise<string[]> {
  const missing = await Promise.all(
    Object.entries<Model>(models).map(async ([name, { indexes }]) => {
      if (indexes.length === 0) return [] // Its collection may not be there before its first document.
      const there = await store.collection(name as CollectionName).indexes()
      const known = new Set(there.map(({ key }) => JSON.stringify(key)))
      const keys = indexes.map(([fields]) => JSON.stringify(fields))
      return keys.filter((key) => !known.has(key)).map((key) => `${name} ${key}`)
    }),
  )
  return missing.flat()
}

export const indexCount = Object.values<Model>(models).reduce((sum, { indexes }) => sum + indexes.length, 0)
