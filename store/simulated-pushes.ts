import type { PushShelf, SimulatedDevice, SimulatedNotice } from '../providers/push/simulator/shelf.ts'
import type { Store } from './connection.ts'

const noticesMax = 50

/** The devices and lock screens of simulated push services, for every process of a service; gone after a week. */
export class SimulatedPushes implements PushShelf {
  readonly #store: Store
  readonly #now: () => number

  constructor(store: Store, now: () => number) {
    this.#store = store
    this.#now = now
  }

  async register({ token, ...device }: SimulatedDevice) {
    await this.#pushes.insertOne({ _id: `device/${token}`, ...device, at: new Date(this.#now()) })
  }

  async device(token: string): Promise<SimulatedDevice | undefined> {
    const found = await this.#pushes.findOne({ _id: `device/${token}` })
    if (!found) return undefined
    return { token, project: found['project'] as string, keys: (found['keys'] as SimulatedDevice['keys']) ?? null }
  }

  async uninstall(token: string) {
    await this.#pushes.deleteOne({ _id: `device/${token}` })
  }

  /** The same tag again takes the place of what was there. */
  async show(token: string, { tag, at, ...notice }: Omit<SimulatedNotice, 'times'>) {
    const _id = `notice/${token}/${tag}`
    const shown = { token, tag, at: new Date(at), ...notice }
    await this.#pushes.updateOne({ _id }, { $set: shown, $inc: { times: 1 } } as object, { upsert: true })
  }

  async notices(token: string): Promise<SimulatedNotice[]> {
    const found = await this.#pushes.find({ token }).sort({ at: -1 }).limit(noticesMax).toArray()
    return found.map((one) => ({
      tag: one['tag'] as string,
      title: one['title'] as string,
      body: one['body'] as string,
      badge: one['badge'] as number,
      data: one['data'] as Record<string, string>,
      at: (one['at'] as Date).getTime(),
      times: one['times'] as number,
    }))
  }

  async clear(token: string) {
    await this.#pushes.deleteMany({ token })
  }

  get #pushes() {
    return this.#store.platform('simulated_pushes')
  }
}
