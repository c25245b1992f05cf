import type { SimulatedText } from '../providers/twilio/simulator/messages.ts'
import type { TextShelf } from '../providers/twilio/simulator/parts.ts'
import type { Store, Stored } from './connection.ts'

const read = ({ _id: id, at, ...text }: Stored): SimulatedText => ({
  ...(text as unknown as Omit<SimulatedText, 'id' | 'at'>),
  id,
  at: (at as Date).getTime(),
})

/** The texts of simulated SMS, for every process of a service; gone after a week. */
export class SimulatedTexts implements TextShelf {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async keep({ id, at, ...text }: SimulatedText) {
    await this.#texts.insertOne({ _id: id, ...text, at: new Date(at) })
  }

  async change(id: string, change: Parameters<TextShelf['change']>[1]) {
    await this.#texts.updateOne({ _id: id }, { $set: change })
  }

  async byId(id: string) {
    const found = await this.#texts.findOne({ _id: id })
    return found ? read(found) : undefined
  }

  async latest(limit: number, to?: string) {
    const filter = to === undefined ? { at: { $gt: new Date(0) } } : { to, at: { $gt: new Date(0) } }
    return (await this.#texts.find(filter).sort({ at: -1 }).limit(limit).toArray()).map(read)
  }

  async isStopped(person: string, number: string) {
    return (await this.#texts.findOne({ _id: stopOf(person, number) })) !== null
  }

  async stop(person: string, number: string, isStopped: boolean) {
    const _id = stopOf(person, number)
    // Without a time: it is no text, and does not go away by itself.
    if (isStopped) await this.#texts.updateOne({ _id }, { $set: { person, number } }, { upsert: true })
    else await this.#texts.deleteOne({ _id })
  }

  get #texts() {
    return this.#store.platform('simulated_texts')
  }
}

const stopOf = (person: string, number: string) => `stop/${person}/${number}`
