import type { SimulatedChannel } from '../../../providers/whatsapp/simulator/settings.ts'
import { type RunningSimulator, startSimulator } from '../../../providers/whatsapp/simulator/simulator.ts'
import { paced } from '../../pace.ts'
import { answer } from '../../program.ts'

// Meta and the people behind it, elsewhere, as they are.

const meetAtOnce = 64
const patienceMs = 60_000

let meta: RunningSimulator
let persons: { sends(text: string): void }[] = []
let end = () => {}
let wrote = 0
let before = process.cpuUsage()

answer({
  async start(): Promise<{ baseUrl: string }> {
    meta = await startSimulator({ channels: [], phoneKey: 'nobody looks at these phones', tickMs: 0 })
    return { baseUrl: meta.baseUrl }
  },
  /** So many people write once, so that they are known. */
  async meet({ channel, people }: { channel: SimulatedChannel; people: number }) {
    meta.simulator.addChannel(channel)
    persons = Array.from({ length: people }, (_, nth) =>
      meta.simulator.person(`49151${String(10_000_000 + nth)}`, `Person ${nth}`),
    )
    for (let from = 0; from < people; from += meetAtOnce) {
      for (const person of persons.slice(from, from + meetAtOnce)) person.sends('Good morning')
      await meta.simulator.settled(patienceMs)
    }
  },
  /** So many a second, whatever becomes of those before; each person in turn. */
  pace({ perSecond }: { perSecond: number }) {
    before = process.cpuUsage()
    end = paced(perSecond, (dueUs) => persons[wrote++ % persons.length]?.sends(`${wrote} ${dueUs}`))
  },
  /** How many wrote, and the CPU of this process meanwhile. */
  rest(): { wrote: number; cpuMs: number } {
    end()
    const { user, system } = process.cpuUsage(before)
    return { wrote, cpuMs: (user + system) / 1_000 }
  },
  stop: () => meta.close(),
})
