import { expect } from 'chai'
import { timing } from '../../actors/runtime/cluster/timing.ts'
import { Random } from '../store/proof/random.ts'
import { Clients, usual } from './chaos/clients.ts'
import { type Fault, pause, refusalOf, survives } from './chaos/fault.ts'
import type { Fleet } from './chaos/fleet.ts'

/** Served again within this, on a machine that does other things as well, ms. */
const budgetMs = 20_000
/** Longer than a lease; `npm run faults -- --full` has half a minute of it. */
const awayMs = 2_500
const few = { ...usual, clients: 6 }

/** Every counter answers again; how long that took, ms. */
async function servedAgain(fleet: Fleet, actors: readonly string[]) {
  const began = performance.now()
  await Promise.all(actors.map((actor) => fleet.asks.insistOnViewing(actor, { timeoutMs: 500 })))
  return performance.now() - began
}

/** While people ask, this happens; afterwards everything is served again in time. */
async function underLoad(fleet: Fleet, happens: () => Promise<void>) {
  const actors = fleet.counters(8)
  const clients = new Clients(fleet, new Random(8), { ...few, actors })
  await pause(300)
  await happens()
  expect(await servedAgain(fleet, actors)).to.be.lessThan(budgetMs)
  await pause(300)
  await clients.end()
}

const faults: Fault[] = [
  {
    number: '8',
    name: 'Redis comes back without its last writes: at most one owner commits, and everything is served again',
    async happens(fleet) {
      await underLoad(fleet, async () => {
        await fleet.redis?.restart()
        fleet.history.did('Redis is empty')
      })
      await fleet.placed()
    },
  },
  {
    number: '9',
    name: 'Redis is unreachable for longer than a lease: owners stop, nothing splits, and it goes on without a restart',
    async happens(fleet) {
      await underLoad(fleet, async () => {
        const cutAt = performance.now()
        for (const member of fleet.members) member.redis?.refuse()
        fleet.history.did('Redis is cut off')
        await pause(awayMs)
        const inspected = await Promise.all(fleet.members.map((member) => member.inspect()))
        expect(inspected.map(({ isServing }) => isServing)).to.deep.equal([false, false, false])
        const began = performance.now()
        const refusals = await Promise.all(
          fleet.members.map((via) => refusalOf(fleet.asks.view(fleet.counter(20), { via, timeoutMs: 15_000 }))),
        )
        for (const refusal of refusals) expect(refusal).to.include({ code: 'unplaced', retryable: true })
        expect(performance.now() - began, 'nobody waits for long').to.be.lessThan(15_000)
        // What was written before its lease ended may be answered a little later: the write proves it.
        const late = fleet.history.operations.filter(({ end }) => end > cutAt + timing.expiryMs)
        expect(late, 'what was answered without a lease').to.deep.equal([])
        fleet.heal()
        fleet.history.did('Redis is back')
      })
      await fleet.placed()
    },
  },
  {
    number: '9',
    name: 'Redis hears one member no more, or is not heard by it: others take over, and that one answers nothing old',
    async happens(fleet) {
      const actors = fleet.counters(9)
      for (const direction of ['requests', 'answers'] as const) {
        await Promise.all(actors.map((actor) => fleet.asks.insistOnAdding(actor, { tag: `${direction}0${actor}` })))
        const owner = await fleet.ownerOf(fleet.counter(0))
        owner.redis?.hold({ [direction]: true })
        fleet.history.did(`${owner.name} is deaf or dumb`)
        owner.isUp = false // For clients: they ask the others.
        await Promise.all(
          actors.map((actor) => fleet.asks.insistOnAdding(actor, { tag: `${direction}1${actor}`, timeoutMs: 500 })),
        )
        owner.isUp = true
        const asked = actors.map((actor) => fleet.asks.insistOnViewing(actor, { via: owner, timeoutMs: 500 }))
        await Promise.all(asked)
        fleet.heal()
        await fleet.placed()
      }
    },
  },
  {
    number: '16',
    name: 'what members say to one another is late, or lost with the connection: each sender is heard in order',
    setting: { members: 2 },
    async happens(fleet) {
      await underLoad(fleet, async () => {
        for (let n = 0; n < 4; n++)
          for (const { redis, name } of fleet.members) {
            if (redis) redis.delayMs = n % 2 === 0 ? 60 : 0
            await pause(100)
            redis?.cut()
            fleet.history.did(`the connections of ${name} are cut`)
          }
        fleet.heal()
      })
    },
  },
]

survives('Redis, and what goes through it', faults)
