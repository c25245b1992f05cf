import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { channel } from '../../../actors/channel/contract.ts'
import { principal } from '../../../actors/runtime/system.ts'
import { whatsAppOf } from '../../../providers/whatsapp/sender.ts'
import type { SimulatedChannel } from '../../../providers/whatsapp/simulator/settings.ts'
import { App, type Business } from '../../../test/harness/boot.ts'
import { inItsOwnDirectory } from '../../../test/harness/database.ts'
import { nowUs } from '../../messages/webhooks.ts'
import { answer } from '../../program.ts'

export interface Opened {
  url: string
  inbox: string
  /** One a socket; of as many members as their bound of sockets asks for. */
  tokens: string[]
  /** The number that people write to, as Meta knows it. */
  channel: SimulatedChannel
}

/** What the store has in the end; CPU of this process since people began to write at a rate. */
export interface Kept {
  in: number
  out: number
  failed: number
  cpuMs: number
  /** Of each second since then: the longest that the event loop stood still, ms; looks at the whole heap; MB at its end. */
  seconds: { atUs: number; stoodMs: number; looks: number; heapMb: number; residentMb: number }[]
}

const socketsPerAccount = 10

const app = new App({ DURABILITY: 'full', LOG_LEVEL: 'warn', SIMULATORS: 'false', ...inItsOwnDirectory })
let business: Business
let before = process.cpuUsage()
const seconds: Kept['seconds'] = []
const loop = monitorEventLoopDelay({ resolution: 5 })
let watching: NodeJS.Timeout | undefined

/** Each second by itself: what comes only after a while shows nowhere else. */
function watch() {
  loop.enable()
  let looks = 0
  const { NODE_PERFORMANCE_GC_MAJOR: major } = constants
  const isLook = (entry: object) => (entry as { detail: { kind: number } }).detail.kind === major
  new PerformanceObserver((list) => (looks += list.getEntries().filter(isLook).length)).observe({ entryTypes: ['gc'] })
  watching = setInterval(() => {
    const { heapUsed, rss } = process.memoryUsage()
    seconds.push({
      atUs: nowUs(),
      stoodMs: loop.max / 1e6,
      looks,
      heapMb: heapUsed / 2 ** 20,
      residentMb: rss / 2 ** 20,
    })
    looks = 0
    loop.reset()
  }, 1_000)
}

answer({
  async start({ sockets, baseUrl }: { sockets: number; baseUrl: string }): Promise<Opened> {
    await app.start()
    business = await app.open('bench', { baseUrl })
    // As Meta allows a large number.
    const limits = { perSecond: 1_000, burst: 1_000, pairMs: 0 }
    const system = app.careline.system.workspace(business.workspace.id, principal('system', 'settings'))
    await system.at(channel, business.channel.id).configure({ limits })
    const members = Math.ceil(sockets / socketsPerAccount)
    const tokens = await Promise.all(
      Array.from({ length: members }, async (_, nth) => (await business.as(`staff${nth}`)).token()),
    )
    const number = whatsAppOf(business.channel)
    return {
      url: app.url,
      inbox: business.workspace.id,
      tokens: Array.from({ length: sockets }, (_, nth) => tokens[nth % members] ?? ''),
      channel: {
        ...number,
        name: 'bench',
        phoneNumber: '+15550000001',
        webhookUrl: `${app.url}/webhooks/whatsapp/${number.channelId}`,
      },
    }
  },
  /** Of everybody who has written by now; what follows is counted from here. */
  async met(): Promise<string[]> {
    await app.settled()
    before = process.cpuUsage()
    watch()
    const found = await app.careline.storage.store.collection('conversations').find({}).project({ _id: 1 }).toArray()
    return found.map(({ _id }) => String(_id))
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
      seconds,
    }
  },
  stop: () => {
    clearInterval(watching)
    return app.stop()
  },
})
