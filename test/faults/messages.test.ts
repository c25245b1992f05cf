import { expect } from 'chai'
import { newId } from '../../kernel/id.ts'
import { Random } from '../store/proof/random.ts'
import { quantile } from '../../bench/figures.ts'
import { ledgerOf } from './chaos/actors.ts'
import { Clients, usual } from './chaos/clients.ts'
import { type Fault, pause, refusalOf, survives } from './chaos/fault.ts'
import { flood, slowCommits } from './chaos/flood.ts'
import type { Fleet } from './chaos/fleet.ts'
import { type Member, Refused } from './chaos/member.ts'

/** What others than the first counter are asked while this goes on: the slowest of a hundred, ms. */
async function slowest(fleet: Fleet, actors: readonly string[], { forMs = 1_200, restMs = 4, views = 0 } = {}) {
  const before = fleet.history.operations.length
  const choices = { ...usual, views, clients: actors.length, actors, restMs, patientMs: 10_000 }
  const clients = new Clients(fleet, new Random(before), choices)
  await pause(forMs)
  await clients.end()
  const others = fleet.history.operations.slice(before).filter(({ actor }) => actor !== fleet.counter(0))
  const of = (wanted: 'add' | 'view') =>
    quantile(
      others.flatMap(({ type, start, end }) => (type === wanted ? [end - start] : [])),
      0.99,
    )
  return { adds: of('add'), views: of('view') }
}

/** The figure in bad times against that in good ones. Others use this machine as well: what is so once in six tries is so. */
async function withinTwice(fleet: Fleet, measured: () => Promise<[what: string, good: number, bad: number][]>) {
  let ratios: number[] = [Infinity]
  for (let tries = 0; tries < 6 && Math.max(...ratios) > 2; tries++) {
    const figures = await measured()
    for (const [what, good, bad] of figures)
      fleet.history.did(`${what}: ${good.toFixed(1)} ms, then ${bad.toFixed(1)} ms`)
    ratios = figures.map(([, good, bad]) => bad / good)
  }
  expect(Math.max(...ratios), 'p99 of the others, against what it was before').to.be.at.most(2)
}

/** More than a mailbox takes, and how long a commit takes meanwhile, ms. */
const floodMany = 700
const commitMs = 250
/** A view of what is written is answered from memory: below this the machine and its other users are measured, ms. */
const leastMs = 40

const faults: Fault[] = [
  {
    number: '12',
    isAlone: true,
    name: 'a slow store, and one actor is asked too much: what waits is bounded, more is refused at once, others are as quick as before',
    setting: { members: 1 },
    async happens(fleet) {
      const [busy, ...calm] = fleet.counters(9) as [string, ...string[]]
      await Promise.all([busy, ...calm].map((actor) => fleet.asks.add(actor, { tag: `first${actor}` })))
      slowCommits(fleet, commitMs)
      const how = { forMs: 4 * commitMs, restMs: commitMs / 2, views: 0.5 }
      await withinTwice(fleet, async () => {
        const before = await slowest(fleet, calm, how)
        const [flooded, during] = await Promise.all([flood(fleet, busy, floodMany), slowest(fleet, calm, how)])
        expect(flooded.others).to.deep.equal([])
        expect(flooded.refused.length).to.be.greaterThan(100)
        expect(Math.max(...flooded.refused), 'refused at once, not after a write').to.be.lessThan(flooded.firstMs)
        return [
          ['additions', before.adds, during.adds],
          ['views', Math.max(leastMs, before.views), during.views],
        ]
      })
    },
    without: { bounds: ['I8'] },
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
      const until = performance.now() + 60_000
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
      const actors = fleet.counters(17).slice(1)
      const hot = Array.from({ length: 8 }, () => fleet.counter(0))
      await withinTwice(fleet, async () => {
        const before = await slowest(fleet, actors)
        const during = await slowest(fleet, [...hot, ...actors.slice(8)])
        return [['additions', before.adds, during.adds]]
      })
      slowCommits(fleet, commitMs)
      const { refused, others, done } = await flood(fleet, fleet.counter(0), floodMany)
      expect(others).to.deep.equal([])
      expect(done).to.be.at.least(200)
      expect(refused.length).to.be.greaterThan(100)
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
