import { derivedId } from '../kernel/id.ts'
import { isDuplicate, type Store } from './connection.ts'

/** Counts and pauses that all processes share and a restart does not forget. What is counted is kept as a hash only. */
export class Tallies {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Counts `by` more in the window of this length that it is now, and answers how many there are by then, and when it ends. */
  async add(what: string, windowMs: number, now: number, by = 1): Promise<{ count: number; endsAt: number }> {
    const { _id, endsAt } = windowOf(what, windowMs, now)
    const update = { $inc: { count: by as never }, $setOnInsert: { expiresAt: new Date(endsAt) } }
    const counted = async () =>
      this.#tallies.findOneAndUpdate({ _id }, update, { upsert: true, returnDocument: 'after' })
    // Two that are first at once: one of them inserts, the other finds it.
    const found = await counted().catch((error: unknown) => {
      if (isDuplicate(error)) return counted()
      throw error
    })
    return { count: Number(found?.['count'] ?? by), endsAt }
  }

  /** How many there are in the window that it is now. */
  async count(what: string, windowMs: number, now: number): Promise<{ count: number; endsAt: number }> {
    const { _id, endsAt } = windowOf(what, windowMs, now)
    return { count: Number((await this.#tallies.findOne({ _id }))?.['count'] ?? 0), endsAt }
  }

  /** True for the first, and again when the pause is over; how long it lasts for everybody else. */
  async pause(what: string, pauseMs: number, now: number): Promise<{ isFirst: boolean; endsAt: number }> {
    const _id = derivedId('tly', what, 'pause')
    const endsAt = now + pauseMs
    try {
      const free = { _id, expiresAt: { $lte: new Date(now) } }
      await this.#tallies.updateOne(free, { $set: { expiresAt: new Date(endsAt) } }, { upsert: true })
      return { isFirst: true, endsAt }
    } catch (error) {
      if (!isDuplicate(error)) throw error
      const found = (await this.#tallies.findOne({ _id }))?.['expiresAt']
      return { isFirst: false, endsAt: found instanceof Date ? found.getTime() : endsAt }
    }
  }

  get #tallies() {
    return this.#store.platform('tallies')
  }
}

function windowOf(what: string, windowMs: number, now: number) {
  const n = Math.floor(now / windowMs)
  return { _id: derivedId('tly', what, windowMs, n), endsAt: (n + 1) * windowMs }
}
