import { expect } from 'chai'
import type { Sent } from '../harness/mongo-proxy.ts'
import { isAddition } from './chaos/actors.ts'
import { type Fault, refusalOf, survives } from './chaos/fault.ts'
import type { Fleet } from './chaos/fleet.ts'
import type { Member } from './chaos/member.ts'
import type { CrashPoint } from './chaos/wire.ts'

const second = { tag: 'second', remindMs: 300, charges: true }

/** Kills the owner of a counter at that point of the commit of its second addition; answers what the caller heard. */
async function crashed(fleet: Fleet, at: CrashPoint) {
  const actor = fleet.counter(0)
  await fleet.asks.add(actor, { tag: 'first' })
  const owner = await fleet.ownerOf(actor)
  await owner.order({ do: 'arm', at, actor })
  const adding = fleet.asks.add(actor, { ...second, via: owner })
  const heard = await adding.catch((error: unknown) => error)
  await owner.died()
  fleet.history.did(`${owner.name} died (${at})`)
  return { actor, owner, heard }
}

/** Who heard nothing sees what was `kept`, and comes again: the second addition is the second in any case. */
async function retried(fleet: Fleet, at: CrashPoint, kept: { n: number; last: string }) {
  const { actor, heard } = await crashed(fleet, at)
  expect(heard).to.include({ code: 'died' })
  expect(await fleet.asks.insistOnViewing(actor)).to.include(kept)
  expect(await fleet.asks.insistOnAdding(actor, second)).to.equal(2)
}

const additions = 24
const isBulk = (sent: Sent) => isAddition(sent) && (sent.body['updates'] as unknown[]).length > additions / 4

/** Adds to many counters at once, so that one write has most of them; answers who was told what. */
function addToAll(fleet: Fleet, via: Member) {
  const all = fleet.counters(additions).map((actor) => fleet.asks.add(actor, { tag: `bulk${actor}`, via }))
  return Promise.allSettled(all)
}

async function addToAllAgain(fleet: Fleet) {
  const all = fleet.counters(additions).map((actor) => fleet.asks.insistOnAdding(actor, { tag: `bulk${actor}` }))
  expect(new Set(await Promise.all(all))).to.deep.equal(new Set([1]))
}

const faults: Fault[] = [
  {
    number: '1',
    name: 'kill -9 before the commit leaves: nothing was done, and a retry does it once',
    setting: { members: 2 },
    happens: (fleet) => retried(fleet, 'beforeCommit', { n: 1, last: 'first' }),
  },
  {
    number: '2',
    name: 'kill -9 between commit and reply: a retry gets the reply that was kept',
    setting: { members: 2 },
    happens: (fleet) => retried(fleet, 'beforeReply', { n: 2, last: 'second' }),
    without: { deduplication: ['I2'] },
  },
  {
    number: '3',
    name: 'kill -9 after the reply: events, tells and reminders still go out',
    setting: { members: 2 },
    async happens(fleet) {
      const { heard } = await crashed(fleet, 'afterReply')
      expect(heard).to.equal(2)
      const published = fleet.history.events.map(({ event }) => event.seq)
      expect(published, 'nothing but the reply was out').to.not.include(2)
    },
    without: { redo: ['I6', 'I1'] },
  },
  {
    number: '4',
    name: 'kill -9 in the middle of a bulk: what was not applied was not answered',
    setting: { members: 1 },
    async happens(fleet) {
      const [member] = fleet.members as [Member]
      await Promise.all(fleet.counters(additions).map((actor) => fleet.asks.view(actor)))
      let killed: Promise<void> | undefined
      member.mongo.mishap = (sent) => {
        if (killed || !isBulk(sent)) return undefined
        killed = member.kill()
        return 'half'
      }
      const heard = await addToAll(fleet, member)
      expect(killed, 'a bulk was on its way').to.not.equal(undefined)
      await killed
      expect(heard.filter(({ status }) => status === 'rejected').length).to.be.greaterThan(additions / 4)
      member.mongo.heal()
      await member.start()
      await addToAllAgain(fleet)
    },
  },
  {
    number: '10',
    name: 'a write of unknown outcome, applied or not: a reload decides, and nothing is done twice',
    setting: { members: 1 },
    async happens(fleet) {
      const [member] = fleet.members as [Member]
      const actor = fleet.counter(0)
      await fleet.asks.add(actor, { tag: 'first' })
      for (const mishap of ['before', 'after'] as const) {
        let isDone = false
        member.mongo.mishap = (sent) => {
          if (isDone || !isAddition(sent)) return undefined
          isDone = true
          return mishap
        }
        const refusal = await refusalOf(fleet.asks.add(actor, { tag: mishap, charges: true }))
        expect(refusal).to.include({ code: 'unanswered', retryable: true })
        await fleet.asks.insistOnAdding(actor, { tag: mishap, charges: true })
      }
      expect(await fleet.asks.view(actor)).to.include({ n: 3, last: 'after' })
    },
    without: { gate: ['I1', 'I3'] },
  },
  {
    number: '10',
    name: 'a store that takes a write and says nothing: nobody is answered until it is known',
    setting: { members: 1, bounds: { askMs: 3_000 } },
    async happens(fleet) {
      const [member] = fleet.members as [Member]
      const actor = fleet.counter(0)
      await fleet.asks.insistOnAdding(actor, { tag: 'first' })
      member.mongo.proxy.hold({ answers: true })
      const asked = [fleet.asks.add(actor, { tag: 'second' }), fleet.asks.view(actor)]
      const [added, viewed] = await Promise.all(asked.map(refusalOf))
      expect(added).to.include({ code: 'timeout', retryable: true })
      // Whether it came before that write was begun, or waits behind it.
      expect(viewed?.code).to.be.oneOf(['timeout', 'too_much_waits'])
      expect(fleet.history.events.map(({ event }) => event.seq)).to.deep.equal([1])
      member.mongo.heal()
      const healed = performance.now()
      expect(await fleet.asks.insistOnAdding(actor, { tag: 'second' })).to.equal(2)
      expect(performance.now() - healed, 'ms until it was served again').to.be.lessThan(15_000)
    },
  },
  ...(['stepDown', 'unsure'] as const).map((mishap): Fault => {
    const what = mishap === 'stepDown' ? 'the primary steps down' : 'the majority does not acknowledge'
    return {
      number: '11',
      name: `${what} in the middle of a bulk: nothing of it was released`,
      setting: { members: 1 },
      async happens(fleet) {
        const [member] = fleet.members as [Member]
        await Promise.all(fleet.counters(additions).map((actor) => fleet.asks.view(actor)))
        let inBulk = 0
        member.mongo.mishap = (sent) => {
          if (inBulk > 0 || !isBulk(sent)) return undefined
          inBulk = (sent.body['updates'] as unknown[]).length
          return mishap
        }
        const heard = await addToAll(fleet, member)
        expect(heard.filter(({ status }) => status === 'rejected')).to.have.length(inBulk)
        await addToAllAgain(fleet)
      },
    }
  }),
]

survives('a process dies, or nobody knows what the store did', faults)
