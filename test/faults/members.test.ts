import { expect } from 'chai'
import { Random } from '../store/proof/random.ts'
import { Clients, usual } from './chaos/clients.ts'
import { comeAndGo } from './chaos/come-and-go.ts'
import { type Fault, pause, survives } from './chaos/fault.ts'
import type { Fleet } from './chaos/fleet.ts'
import type { Member } from './chaos/member.ts'

const few = { ...usual, clients: 6 }

/** People ask while this happens; who was not answered at the first attempt is counted. */
async function underLoad(fleet: Fleet, happens: () => Promise<void>) {
  const clients = new Clients(fleet, new Random(21), { ...few, actors: fleet.counters(12), patientMs: 15_000 })
  await happens()
  await clients.end()
  return fleet.history.operations.filter(({ attempts }) => attempts > 1)
}

/** `npm run faults -- --full` has twenty. */
const changes = 2

const faults: Fault[] = [
  {
    number: '21',
    name: 'a member joins or leaves every second under load: one share moves, no shard is owned twice, and nobody hears of it',
    setting: { members: 2 },
    async happens(fleet) {
      const failed = await underLoad(fleet, () => comeAndGo(fleet, changes))
      expect(failed).to.deep.equal([])
    },
  },
  {
    number: '22',
    name: 'two processes are started under one name: they are two members, and neither takes the other for itself',
    setting: { members: 2 },
    async happens(fleet) {
      await underLoad(fleet, async () => {
        const [first] = fleet.members as [Member]
        const twin = await fleet.add('twin', { isCalled: first.name })
        await fleet.placed()
        expect((await twin.inspect()).shares).to.have.length(3)
        await twin.kill()
        fleet.history.did('the twin is killed')
        await fleet.placed()
      })
    },
  },
  {
    number: '25',
    name: 'actors leave the memory at every moment: messages and reminders find them again',
    setting: { members: 1, bounds: { idleMs: 1 } },
    async happens(fleet) {
      const failed = await underLoad(fleet, async () => {
        for (let n = 0; n < 12; n++) {
          await pause(150)
          await fleet.sweep()
        }
      })
      expect(failed).to.deep.equal([])
    },
  },
  {
    number: '25',
    name: 'a member is asked in the very moment in which it leaves: others answer for it',
    setting: { members: 2 },
    async happens(fleet) {
      const actors = fleet.counters(30)
      await Promise.all(actors.map((actor) => fleet.asks.add(actor, { tag: `first${actor}` })))
      const [leaver, heir] = fleet.members as [Member, Member]
      const all = ['a', 'b', 'c', 'd'].flatMap((round, n) =>
        actors.map(async (actor) => {
          await pause(n * 40)
          return fleet.asks.add(actor, { tag: `${round}${actor}`, via: n % 2 === 0 ? leaver : heir })
        }),
      )
      const leaving = leaver.order({ do: 'leave' }, 40_000)
      leaver.isUp = false
      const heard = await Promise.allSettled(all)
      await leaving
      // Only who came to it when it was already gone is not answered, and comes again elsewhere.
      const refusals = heard.flatMap((one) => (one.status === 'rejected' ? [one.reason as { code: string }] : []))
      expect(refusals.filter(({ code }) => code !== 'try_again')).to.deep.equal([])
      const again = actors.flatMap((actor) =>
        ['a', 'b', 'c', 'd'].map((round) => fleet.asks.insistOnAdding(actor, { tag: `${round}${actor}` })),
      )
      await Promise.all(again)
      expect(await fleet.asks.view(fleet.counter(0))).to.include({ n: 5 })
    },
  },
]

survives('members come and go', faults)
