import type { LetterShelf, SimulatedLetter } from '../providers/mail/simulator/letters.ts'
import { isDuplicate, type Store, type Stored } from './connection.ts'

const read = ({ _id: id, at, bodyHash: _, ...letter }: Stored): SimulatedLetter => ({
  ...(letter as unknown as Omit<SimulatedLetter, 'id' | 'at'>),
  id,
  at: (at as Date).getTime(),
})

/** The letters of simulated mail, for every process of a service; gone after a week. */
export class SimulatedLetters implements LetterShelf {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async keep({ id, at, ...letter }: SimulatedLetter, bodyHash: string) {
    try {
      await this.#store.platform('simulated_letters').insertOne({ _id: id, ...letter, bodyHash, at: new Date(at) })
      return true
    } catch (error) {
      if (isDuplicate(error)) return false
      throw error
    }
  }

  async hashOf(id: string) {
    return (await this.#store.platform('simulated_letters').findOne({ _id: id }))?.['bodyHash'] as string | undefined
  }

  async byId(id: string) {
    const found = await this.#store.platform('simulated_letters').findOne({ _id: id })
    return found ? read(found) : undefined
  }

  async latest(limit: number) {
    const found = await this.#store.platform('simulated_letters').find({}).sort({ at: -1 }).limit(limit).toArray()
    return found.map(read)
  }
}
