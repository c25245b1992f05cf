import { expect } from 'chai'
import { newId } from '../../kernel/id.ts'
import { Random } from '../store/proof/random.ts'
import { quantile } from '../../bench/figures.ts'
import { isAddition, ledgerOf } from './chaos/actors.ts'
import { Clients, usual } from './chaos/clients.ts'
import { type Fault, pause, refusalOf, survives } from './chaos/fault.ts'
import type { Fleet } from './chaos/fleet.ts'
import { type Member, Refused } from './chaos/member.ts'

/** How long an addition to one of these takes, in the slowest one of a hundred, ms. */
async function slowest(fleet: Fleet, actors: readonly string[]) {
  const before = fleet.history.operations.length
  const clients = new Clients(fleet, new Random(before), {
    ...usual,
    views: 0,
    clients: actors.length,
    actors,
    restMs: 4,
  })
  await pause(1_200)
  await clients.end()
  const taken = fleet.history.operations.slice(before).filter(({ actor }) => actor !== fleet.counter(0))
  return quantile(
    taken.map(({ start, end }) => end - start),
    0.99,
  )
}

const faults: Fault[] = [
  {
    number: '12',
    isAlone: true,
    name: 'a store that needs a second for each write: what waits is bounded, more is refused at once, others are asked as before',
    setting: { members: 1 },
    async happens(fleet) {
      const [member] = fleet.members as [Member]
      const [busy, calm] = fleet.counters(2) as [string, string]
      await Promise.all([busy, calm].map((actor) => fleet.asks.add(actor, { tag: `first${actor}` })))
      member.mongo.mishap = (sent) => (isAddition(sent) ? pause(1_000) : undefined)
      const began = performance.now()
      const all = Array.from({ length: 700 }, (_, n) => fleet.asks.add(busy, { tag: `t${n}`, timeoutMs: 20_000 }))
      const refused: number[] = []
      for (const one of all)
        one.catch((error: unknown) => {
          expect(error).to.include({ code: 'mailbox_full', retryable: true })
          refused.push(performance.now() - began)
        })
      const views: number[] = []
      for (let n = 0; n < 100; n++) {
        const start = performance.now()
        await fleet.asks.view(calm)
        views.push(performance.now() - start)
      }
      const { actors } = await member.inspect()
      expect(actors.find(({ id }) => id === busy)?.waiting).to.be.at.most(256)
      await Promise.allSettled(all)
      expect(refused.length).to.be.greaterThan(100)
      expect(Math.max(...refused), 'refused at once, not after a write').to.be.lessThan(1_000)
      expect(quantile(views, 0.9), 'nobody else waits for that write').to.be.lessThan(500)
    },
  },
  {
    number: '17',
    name: 'a message whose handler always throws: all of its turn is undone, it rests with its reason, and the next is handled',
    setting: { members: 1 },
    async happens(fleet) {
      const actor = fleet.counter(0)
      await fleet.asks.add(actor, { tag: 'first' })
      expect(await refusalOf(fleet.asks.ask('counter', actor, 'fail'))).to.include({ code: 'internal' })
      fleet.history.buried.add('fail')
      await fleet.asks.ask('ledger', ledgerOf(actor), 'poison', { input: { counter: actor } })
      expect(await fleet.asks.add(actor, { tag: 'second' })).to.equal(2)
      const until = performance.now() + 10_000
      while ((await fleet.letters()).length === 0 && performance.now() < until) await pause(50)
      expect(await fleet.letters()).to.deep.equal([{ message: 'fail', error: 'broken on purpose' }])
    },
  },
  {
    number: '18',
    name: 'a document that is not what it should be, or of a later release: its actor is away, the document is as it was',
    setting: { members: 1 },
    async happens(fleet) {
      const [member] = fleet.members as [Member]
      const [damaged, later, whole] = fleet.counters(3) as [string, string, string]
      await Promise.all([damaged, later, whole].map((actor) => fleet.asks.add(actor, { tag: `first${actor}` })))
      await pause(100)
      await member.kill()
      await fleet.tamper(damaged, { $set: { n: 'many' } })
      await fleet.tamper(later, { $set: { 'actor.v': 99 } })
      const before = await Promise.all([damaged, later].map((actor) => fleet.document(actor)))
      await member.start()
      await fleet.placed()
      expect(await refusalOf(fleet.asks.view(damaged))).to.include({ code: 'document_damaged' })
      expect(await refusalOf(fleet.asks.add(later, { tag: 'second' }))).to.include({ code: 'document_newer' })
      expect(await fleet.asks.add(whole, { tag: 'second' })).to.equal(2)
      expect(await Promise.all([damaged, later].map((actor) => fleet.document(actor)))).to.deep.equal(before)
      await fleet.tamper(damaged, { $set: { n: 1 } })
      await fleet.tamper(later, { $unset: { 'actor.v': '' } })
      expect(await fleet.asks.insistOnAdding(damaged, { tag: 'third' })).to.equal(2)
      expect(await fleet.asks.insistOnAdding(later, { tag: 'second' })).to.equal(2)
    },
  },
  {
    number: '19',
    name: 'a message that kills its process: it is not handed from heir to heir for ever, and the others are served',
    setting: { members: 2 },
    async happens(fleet) {
      const [actor, other] = fleet.counters(2) as [string, string]
      await Promise.all([actor, other].map((id) => fleet.asks.add(id, { tag: `first${id}` })))
      const commandId = newId('cmd')
      fleet.history.buried.add('crash')
      let deaths = 0
      let refusal: Refused | undefined
      while (!refusal && deaths < 10) {
        const asked = fleet.asks.ask('counter', actor, 'crash', { commandId, timeoutMs: 8_000 })
        const heard = await refusalOf(asked)
        if (!heard.retryable) refusal = heard
        for (const member of fleet.members)
          if (!member.isUp) {
            deaths++
            await member.start()
          }
      }
      fleet.history.did(`${deaths} processes died`)
      expect(refusal).to.include({ code: 'internal' })
      expect(deaths).to.be.within(1, 4)
      expect(await fleet.asks.insistOnAdding(other, { tag: 'second' })).to.equal(2)
      expect(await fleet.asks.insistOnAdding(actor, { tag: 'third' })).to.equal(2)
    },
  },
  {
    number: '20',
    isAlone: true,
    name: 'one actor takes half of the load: others are as quick as before, and it refuses what is too much',
    setting: { members: 1 },
    async happens(fleet) {
      const actors = fleet.counters(16)
      const hot = Array.from({ length: 8 }, () => fleet.counter(0))
      // Others use this machine as well: what is so once out of three times is so.
      let ratio = Infinity
      for (let tries = 0; tries < 3 && ratio > 2; tries++) {
        const before = await slowest(fleet, actors)
        const after = await slowest(fleet, [...hot, ...actors.slice(8)])
        fleet.history.did(`the slowest took ${before.toFixed(1)} ms, then ${after.toFixed(1)} ms`)
        ratio = after / before
      }
      expect(ratio).to.be.at.most(2)
      const all = Array.from({ length: 900 }, (_, n) => fleet.asks.add(fleet.counter(0), { tag: `much${n}` }))
      const refused = (await Promise.allSettled(all)).filter(({ status }) => status === 'rejected')
      expect(refused.length).to.be.greaterThan(0)
      for (const one of refused as PromiseRejectedResult[]) expect(one.reason).to.include({ code: 'mailbox_full' })
    },
  },
  {
    number: '24',
    name: 'old and new code together: the old refuses what the new has written and cuts nothing off, the new reads the old',
    setting: { members: 1 },
    async happens(fleet) {
      const [old] = fleet.members as [Member]
      const actor = fleet.counter(0)
      await fleet.asks.add(actor, { tag: 'first' })
      const later = await fleet.add('new', { release: 2 })
      await fleet.placed()
      await old.leave()
      expect(await fleet.asks.insistOnAdding(actor, { tag: 'second' })).to.equal(2)
      await old.start()
      await fleet.placed()
      await later.leave()
      const written = await fleet.document(actor)
      expect(written).to.include({ release: 2 })
      expect(await refusalOf(fleet.asks.add(actor, { tag: 'third' }))).to.include({ code: 'document_newer' })
      expect(await fleet.document(actor)).to.deep.equal(written)
      await later.start()
      await old.leave()
      expect(await fleet.asks.insistOnAdding(actor, { tag: 'third' })).to.equal(3)
    },
  },
]

survives('messages, documents and loads that nobody wished for', faults)
