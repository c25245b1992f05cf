import { channel } from '../../../actors/channel/contract.ts'
import { principal } from '../../../actors/runtime/system.ts'
import { App, type Business } from '../../../test/harness/boot.ts'
import { inItsOwnDirectory } from '../../../test/harness/database.ts'
import { paced } from '../../pace.ts'
import { answer } from '../../program.ts'

/** What the crowd needs to begin. */
export interface Opened {
  url: string
  inbox: string
  /** One a socket; of as many members as their bound of sockets asks for. */
  tokens: string[]
  conversations: string[]
}

/** What the store has in the end; CPU of this process since people began to write at a rate. */
export interface Kept {
  in: number
  out: number
  failed: number
  cpuMs: number
}

const socketsPerAccount = 10
const meetAtOnce = 64

const app = new App({ DURABILITY: 'full', LOG_LEVEL: 'warn', ...inItsOwnDirectory })
let business: Business
let persons: { sends(text: string): void }[] = []
let end = () => {}
let wrote = 0
let before = process.cpuUsage()

answer({
  async start({ conversations, sockets }: { conversations: number; sockets: number }): Promise<Opened> {
    await app.start()
    business = await app.open('bench')
    // As Meta allows a large number.
    const limits = { perSecond: 1_000, burst: 1_000, pairMs: 0 }
    const system = app.careline.system.workspace(business.workspace.id, principal('system', 'settings'))
    await system.at(channel, business.channel.id).configure({ limits })
    persons = Array.from({ length: conversations }, () => business.person())
    for (let from = 0; from < conversations; from += meetAtOnce) {
      for (const person of persons.slice(from, from + meetAtOnce)) person.sends('Good morning')
      await app.settled(60_000)
    }
    const members = Math.ceil(sockets / socketsPerAccount)
    const tokens = await Promise.all(
      Array.from({ length: members }, async (_, nth) => (await business.as(`staff${nth}`)).token()),
    )
    const found = await app.careline.storage.store.collection('conversations').find({}).project({ _id: 1 }).toArray()
    return {
      url: app.url,
      inbox: business.workspace.id,
      tokens: Array.from({ length: sockets }, (_, nth) => tokens[nth % members] ?? ''),
      conversations: found.map(({ _id }) => String(_id)),
    }
  },
  /** So many a second, whatever becomes of those before; each person in turn. */
  pace({ perSecond }: { perSecond: number }) {
    before = process.cpuUsage()
    end = paced(perSecond, (dueUs) => persons[wrote++ % persons.length]?.sends(`${wrote} ${dueUs}`))
  },
  rest() {
    end()
    return wrote
  },
  async kept(): Promise<Kept> {
    const messages = app.careline.storage.store.collection('messages')
    const count = (filter: object) => messages.countDocuments(filter)
    const { user, system } = process.cpuUsage(before)
    return {
      in: await count({ direction: 'in' }),
      out: await count({ direction: 'out' }),
      failed: await count({ status: 'failed' }),
      cpuMs: (user + system) / 1_000,
    }
  },
  stop: () => app.stop(),
})
