import type { SimulatedUser, SlackShelf, StandingMessage } from '../providers/slack/simulator/shelf.ts'
import type { Store, Stored } from './connection.ts'

const read = ({ _id: _, at, ...message }: Stored): StandingMessage => ({
  ...(message as unknown as Omit<StandingMessage, 'at'>),
  at: (at as Date).getTime(),
})

/** What stands in simulated Slack, for every process of a service; gone after a week. */
export class SimulatedSlack implements SlackShelf {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async keep({ at, ...message }: StandingMessage) {
    const { teamId, channel, ts } = message
    await this.#all.insertOne({ _id: idOf(teamId, channel, ts), ...message, at: new Date(at) })
  }

  async change({ teamId, channel, ts, text, blocks }: StandingMessage) {
    await this.#all.updateOne({ _id: idOf(teamId, channel, ts) }, { $set: { text, blocks, isEdited: true } })
  }

  async one(teamId: string, channel: string, ts: string) {
    const found = await this.#all.findOne({ _id: idOf(teamId, channel, ts) })
    return found ? read(found) : undefined
  }

  async latest(teamId: string, channel: string, limit: number) {
    return (await this.#all.find({ teamId, channel }).sort({ at: -1 }).limit(limit).toArray()).map(read)
  }

  async keepUser({ teamId, id, email, name }: SimulatedUser) {
    // Without a time: a user does not go away by itself.
    await this.#all.updateOne({ _id: userOf(teamId, id) }, { $set: { email, name } }, { upsert: true })
  }

  async user(teamId: string, id: string): Promise<SimulatedUser | undefined> {
    const found = await this.#all.findOne({ _id: userOf(teamId, id) })
    return found ? { teamId, id, email: found['email'] as string, name: found['name'] as string } : undefined
  }

  get #all() {
    return this.#store.platform('simulated_slack')
  }
}

const idOf = (...place: string[]) => place.join('/')
const userOf = (teamId: string, id: string) => `user/${teamId}/${id}`
