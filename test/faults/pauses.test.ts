import { expect } from 'chai'
import { until } from '../harness/until.ts'
import { isAddition } from './chaos/actors.ts'
import { type Fault, pause, survives } from './chaos/fault.ts'
import type { Fleet } from './chaos/fleet.ts'
import type { Member } from './chaos/member.ts'

/** Longer than a lease, whatever its member believes of the time. */
const longMs = 2_000
const shortMs = 400
const patient = { timeoutMs: 15_000 }

interface Zombie {
  owner: Member
  /** Its write of this counter is on its way, and comes late. */
  writing: string
  /** Nothing of this counter is under way. */
  calm: string
  /** Lets the late write go on. */
  release(): void
  late: Promise<number>
}

/** A member that is stopped while a write of its is on its way. */
async function stopped(fleet: Fleet): Promise<Zombie> {
  const all = fleet.counters(30) // So many that one of three members has surely two.
  await Promise.all(all.map((actor) => fleet.asks.insistOnAdding(actor, { tag: `first${actor}` })))
  const owner = await fleet.ownerOf(fleet.counter(0))
  const { actors } = await owner.inspect()
  const [writing, calm] = all.filter((actor) => actors.some(({ id }) => id === actor))
  if (writing === undefined || calm === undefined) throw new Error('the shards are badly spread')
  let release: (() => void) | undefined
  owner.mongo.mishap = (sent) => {
    if (release || !isAddition(sent)) return undefined
    return new Promise((go) => (release = go))
  }
  const late = fleet.asks.insistOnAdding(writing, { tag: 'late', via: owner, ...patient })
  await until(() => release)
  owner.pause()
  fleet.history.did(`${owner.name} is stopped`)
  return { owner, writing, calm, release: () => release?.(), late }
}

/** Others take over and go on; then the zombie's write comes, and it wakes up with messages in its pipe. */
async function outlived(fleet: Fleet, wakes: (zombie: Member) => void) {
  const zombie = await stopped(fleet)
  const { owner, writing, calm, late } = zombie
  const queued = [fleet.asks.insistOnAdding(writing, { tag: 'queued', via: owner, ...patient })]
  await pause(longMs)
  for (const actor of [writing, calm])
    for (let n = 0; n < 3; n++) await fleet.asks.insistOnAdding(actor, { tag: `heir${n}${actor}` })
  const views = [writing, calm].map((actor) => fleet.asks.insistOnViewing(actor, { via: owner, ...patient }))
  zombie.release()
  wakes(owner)
  fleet.history.did(`${owner.name} goes on`)
  return { ...zombie, answered: Promise.all([late, ...queued, ...views]) }
}

const faults: Fault[] = [
  {
    number: '5',
    name: 'SIGSTOP for longer than the lease, heirs write, SIGCONT: the zombie writes nothing and answers nothing old',
    async happens(fleet) {
      const { answered, calm } = await outlived(fleet, (zombie) => zombie.resume())
      await answered
      expect(await fleet.asks.insistOnViewing(calm)).to.include({ n: 4 })
    },
    without: { guard: ['I3'] },
  },
  {
    number: '6',
    name: 'as 5, and the heirs are killed 80 ms later: what they acknowledged is in the store',
    async happens(fleet) {
      const { answered, owner } = await outlived(fleet, (zombie) => zombie.resume())
      await pause(80)
      await Promise.all(fleet.others(owner).map((heir) => heir.kill()))
      fleet.history.did('the heirs are killed')
      await Promise.all(fleet.others(owner).map((heir) => heir.start()))
      await answered
    },
    without: { fencing: ['I1', 'I3', 'I5'] },
  },
  {
    number: '7',
    name: 'SIGSTOP for less than the lease: nobody takes over, and nobody hears of it',
    setting: { members: 2 },
    async happens(fleet) {
      const actor = fleet.counter(0)
      await fleet.asks.add(actor, { tag: 'first' })
      const owner = await fleet.ownerOf(actor)
      const [other] = fleet.others(owner) as [Member]
      owner.pause()
      const asked = [owner, other].map((via) => fleet.asks.add(actor, { tag: via.name, via }))
      await pause(shortMs)
      owner.resume()
      expect(new Set(await Promise.all(asked))).to.deep.equal(new Set([2, 3]))
      expect((await fleet.ownerOf(actor)).name).to.equal(owner.name)
    },
  },
  {
    number: '14',
    name: 'a machine is suspended, and its monotonic clock with it: as 5',
    async happens(fleet) {
      const { answered } = await outlived(fleet, (zombie) => {
        // The first thing that it takes out of its pipe.
        void zombie.order({ do: 'sleep', ms: longMs })
        zombie.resume()
      })
      await answered
    },
  },
]

survives('a process stands still', faults)
