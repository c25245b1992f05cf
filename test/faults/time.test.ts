import { expect } from 'chai'
import { type Fault, pause, refusalOf, survives } from './chaos/fault.ts'
import type { Fleet } from './chaos/fleet.ts'
import type { Member } from './chaos/member.ts'

const hourMs = 3_600_000

/** The wall clocks of all members jump. */
const jump = (fleet: Fleet, skewMs: number) =>
  Promise.all(fleet.running.map((member) => member.order({ do: 'jump', skewMs })))

const rung = async (fleet: Fleet, actor: string) => (await fleet.asks.view(actor)).rung

const faults: Fault[] = [
  {
    number: '13',
    name: 'a wall clock goes back by an hour: no reminder rings early, each rings once, and no lease is lost',
    setting: { members: 2 },
    async happens(fleet) {
      const actors = fleet.counters(4)
      await Promise.all(actors.map((actor) => fleet.asks.add(actor, { tag: `first${actor}`, remindMs: 3_000 })))
      const owners = await Promise.all(actors.map(async (actor) => (await fleet.ownerOf(actor)).name))
      await jump(fleet, -hourMs)
      fleet.history.did('it is an hour earlier')
      await pause(3_400)
      for (const actor of actors) expect(await rung(fleet, actor), 'it is not time yet').to.equal(0)
      await jump(fleet, 0)
      const after = await Promise.all(actors.map(async (actor) => (await fleet.ownerOf(actor)).name))
      expect(after).to.deep.equal(owners)
    },
  },
  {
    number: '13',
    name: 'a wall clock goes on by an hour: what is due by then rings soon, and once, and no lease is lost',
    setting: { members: 2 },
    async happens(fleet) {
      const actors = fleet.counters(4)
      await Promise.all(actors.map((actor) => fleet.asks.add(actor, { tag: `first${actor}`, remindMs: hourMs / 2 })))
      const owners = await Promise.all(actors.map(async (actor) => (await fleet.ownerOf(actor)).name))
      await jump(fleet, hourMs)
      fleet.history.did('it is an hour later')
      const until = performance.now() + 90_000
      const all = () => Promise.all(actors.map((actor) => rung(fleet, actor)))
      while ((await all()).includes(0) && performance.now() < until) await pause(50)
      for (const actor of actors) expect(await rung(fleet, actor)).to.equal(1)
      const after = await Promise.all(actors.map(async (actor) => (await fleet.ownerOf(actor)).name))
      expect(after).to.deep.equal(owners)
    },
  },
  {
    number: '15',
    name: 'every tenth message comes twice, at once and half a minute later, and one beyond all that is remembered',
    setting: { members: 1 },
    async happens(fleet) {
      const [member] = fleet.members as [Member]
      const actors = fleet.counters(3)
      const all = Array.from({ length: 90 }, (_, n) => ({ actor: actors[n % 3] as string, tag: `t${n}` }))
      const tenth = all.filter((_, n) => n % 10 === 0)
      const add = async ({ actor, tag }: (typeof all)[number]) => fleet.asks.add(actor, { tag, via: member })
      await Promise.all([...all, ...tenth].map(add))
      await jump(fleet, 30_000)
      await Promise.all(tenth.map(add))
      await jump(fleet, 0)
      const more = Array.from({ length: 350 }, (_, n) => ({ actor: fleet.counter(0), tag: `more${n}` }))
      for (let n = 0; n < more.length; n += 100) await Promise.all(more.slice(n, n + 100).map(add))
      const [oldest] = tenth as [(typeof all)[number]]
      expect(await refusalOf(add(oldest))).to.include({ code: 'stale_command', retryable: false })
    },
    without: { deduplication: ['I2'] },
  },
]

survives('clocks jump, and messages come twice', faults)
