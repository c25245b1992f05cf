import type { Wanted } from '../bson/wanted.ts'
import type { Collection } from '../engine/collection.ts'
import type { Database } from '../engine/database.ts'
import { findById, firstOf } from '../engine/find.ts'
import type { FindRequest, Found } from '../engine/find.ts'
import type { Steps } from '../steps.ts'

/**
 * The one document that an update or delete is for: looked for in as many slices as it takes, and found in the one that
 * changes it.
 */
export class First {
  private steps: Steps<Found | null> | null = null

  get hasPaused(): boolean {
    return this.steps !== null
  }

  /** Undefined when its time was over before it was found; null when there is none. */
  next(
    database: Database,
    collection: Collection,
    query: FindRequest,
    wanted: Wanted | null,
    isOver: () => boolean,
  ): Found | null | undefined {
    const byId = this.steps ? undefined : findById(collection, query, wanted)
    if (byId !== undefined) return byId
    const steps = this.steps ?? firstOf(database, collection, query)
    this.steps = null
    for (;;) {
      const next = steps.next()
      if (next.done) return next.value
      if (!isOver()) continue
      this.steps = steps
      return undefined
    }
  }

  /** What it looked at may never have been: it begins anew. */
  rewind(): void {
    this.steps = null
  }
}
