import { expect } from 'chai'
import { z } from 'zod'
import { actor } from '../../actors/runtime/change.ts'
import { contract } from '../../actors/runtime/contract.ts'
import { principal } from '../../actors/runtime/system.ts'
import { instant, sensitive } from '../../kernel/marks.ts'
import { type Crew, crewOn, type Ground, grounds } from '../harness/ground.ts'

const staff = principal('staff', 'mem_ana')
const text = z.string().max(100)

// One kind in three releases. The document is that of a user: the store must know where documents of a kind rest.
const person = contract({
  kind: 'user',
  messages: {
    name: { input: z.object({ name: sensitive(text), at: instant() }) },
    view: { input: z.object({}), reply: z.string().max(1_000) },
  },
})

const first = actor(person, {
  state: z.object({ name: sensitive(text), at: instant(), color: text.optional() }),
  initial: { name: '', at: 0, color: 'red' },
  on: {
    name: (state, { name, at }) => ({ state: { ...state, name, at } }),
    view: (state) => ({ state, reply: JSON.stringify(state) }),
  },
})

const Names = z.object({ given: sensitive(text), family: sensitive(text) })
const second = actor(person, {
  state: z.object({ names: Names, since: instant() }),
  initial: { names: { given: '', family: '' }, since: 0 },
  version: 2,
  migrations: {
    2: ({ name, at }: { name: string; at: number }) => {
      const [given = '', family = ''] = name.split(' ')
      return { names: { given, family }, since: at }
    },
  },
  on: {
    name: (state, { name, at }) => ({ state: { names: { ...state.names, given: name }, since: at } }),
    view: (state) => ({ state, reply: JSON.stringify(state) }),
  },
})

const third = actor(person, {
  state: z.object({ names: Names, since: instant(), rank: z.int().max(9) }),
  initial: { names: { given: '', family: '' }, since: 0, rank: 1 },
  version: 3,
  migrations: { ...second.migrations, 3: (state: object) => ({ ...state, rank: 7 }) },
  on: {
    name: (state, { name, at }) => ({ state: { ...state, names: { ...state.names, given: name }, since: at } }),
    view: (state) => ({ state, reply: JSON.stringify(state) }),
  },
})

for (const [name, open] of Object.entries(grounds))
  describe(`versions of a state over ${name}`, () => {
    let ground: Ground
    let crew: Crew
    beforeEach(async () => {
      ground = await open()
      crew = crewOn(ground)
    })
    afterEach(() => crew.close())

    const at = (system: ReturnType<Crew['boot']>, id = 'a') => system.workspace('w1', staff).at(person, id)
    const seen = async (system: ReturnType<Crew['boot']>) => JSON.parse(await at(system).view()) as object
    const refused = (answer: Promise<unknown>) => answer.then(() => 'answered').catch((error: unknown) => error)
    const rested = async () => ground.store && (await ground.store.of('w1').one('users', { _id: 'a' }))

    it('upgrades what an earlier release wrote, step by step, and writes it as its own', async () => {
      await at(crew.boot([first])).name({ name: 'Ana Ray', at: 5 })
      const newest = crew.boot([third])
      expect(await seen(newest)).to.deep.equal({ names: { given: 'Ana', family: 'Ray' }, since: 5, rank: 7 })
      await at(newest).name({ name: 'Eva', at: 6 })
      await newest.close()
      expect(await seen(crew.boot([third]))).to.deep.equal({
        names: { given: 'Eva', family: 'Ray' },
        since: 6,
        rank: 7,
      })
      const document = await rested()
      if (document)
        expect(Object.keys(document)).to.have.members(['_id', 'workspaceId', 'names', 'since', 'rank', 'actor'])
      expect(JSON.stringify(document ?? {})).not.to.include('Eva')
    })

    it('leaves alone what a later release wrote: the old code says so, and the new one is not disturbed', async () => {
      const later = crew.boot([second])
      const earlier = crew.boot([first])
      await at(earlier).name({ name: 'Ana Ray', at: 5 })
      await at(later).name({ name: 'Eva', at: 6 })
      const before = JSON.stringify(await rested())
      expect(await refused(at(earlier).name({ name: 'Old', at: 7 })), 'what it still had in memory').to.include({
        code: 'try_again',
      })
      expect(await refused(at(earlier).name({ name: 'Old', at: 7 }))).to.include({
        code: 'document_newer',
        retryable: true,
      })
      expect(await refused(at(earlier).view())).to.include({ code: 'document_newer', retryable: true })
      expect(JSON.stringify(await rested())).to.equal(before)
      await at(later).name({ name: 'Pia', at: 8 })
      expect(await seen(later)).to.deep.equal({ names: { given: 'Pia', family: 'Ray' }, since: 8 })
    })

    it('lets old and new run side by side on what either may have', async () => {
      const earlier = crew.boot([first])
      const later = crew.boot([second])
      for (let n = 0; n < 20; n++) await at(n % 2 ? earlier : later, `p${n}`).name({ name: `N${n} X`, at: n })
      for (let n = 0; n < 20; n++) {
        expect(JSON.parse(await at(later, `p${n}`).view())).to.have.property('since', n)
        const old = await refused(at(earlier, `p${n}`).view())
        if (n % 2 === 0) expect(old, `p${n}`).to.include({ code: 'document_newer' })
      }
    })

    it('refuses to be declared with a step missing', () => {
      const gap = { ...third, migrations: { 3: (state: object) => state } }
      expect(() => actor(person, gap as never)).to.throw('has no migration to 2')
    })

    it('keeps an actor away whose document cannot be what it should, and touches neither it nor the others', async () => {
      const system = crew.boot([first])
      await at(system, 'b').name({ name: 'Bo', at: 1 })
      await at(system).name({ name: 'Ana', at: 5 })
      await system.close()
      const strict = actor(person, { ...first, state: first.state.extend({ name: sensitive(z.string().max(2)) }) })
      const heir = crew.boot([strict])
      const before = JSON.stringify(await rested())
      expect(await refused(at(heir).view())).to.include({ code: 'document_damaged', retryable: true })
      expect(JSON.stringify(await rested())).to.equal(before)
      expect(JSON.parse(await at(heir, 'b').view())).to.include({ name: 'Bo' })
      expect(heir.inspect().map(({ id }) => id)).to.deep.equal(['b'])
    })

    it('does not ask the store again and again for what it cannot use, and notices when it was mended', async () => {
      let claims = 0
      const persistence = ground.persistence([first] as never)
      const counting = {
        claim: (...which: Parameters<typeof persistence.claim>) => {
          claims++
          return persistence.claim(...which)
        },
        peek: persistence.peek.bind(persistence),
        unclaim: persistence.unclaim.bind(persistence),
        part: persistence.part.bind(persistence),
        mark: persistence.mark.bind(persistence),
        commit: persistence.commit.bind(persistence),
        redo: persistence.redo.bind(persistence),
        bury: persistence.bury.bind(persistence),
        dueActors: persistence.dueActors.bind(persistence),
      }
      await at(crew.boot([second])).name({ name: 'Ana', at: 5 })
      let [now, tick] = [0, () => {}]
      const pulse = {
        now: () => now,
        every: (_: number, run: () => void) => {
          tick = run
          return () => {}
        },
        later: () => {},
        soon: (run: () => void) => void setImmediate(run),
      }
      const system = crew.boot([first], { persistence: counting, pulse })
      const look = async (times: number) => {
        for (let n = 0; n < times; n++) expect(await refused(at(system).view())).to.include({ code: 'document_newer' })
        return claims
      }
      const after = (ms: number) => {
        now += ms
        tick()
      }
      expect(await look(10)).to.equal(1)
      after(1_100)
      expect(await look(10)).to.equal(2)
      after(1_100)
      expect(await look(10), 'ever more seldom').to.equal(2)
      after(1_100)
      expect(await look(10)).to.equal(3)
    })

    if (name === 'the store')
      it('names what is damaged: a text that was tampered with, a message that nobody knows', async () => {
        const system = crew.boot([first])
        await at(system).name({ name: 'Ana', at: 5 })
        await system.close()
        const users = ground.store?.collection('users')
        await users?.updateOne({ _id: 'a' }, { $set: { name: 'plain text' } })
        expect(await refused(at(crew.boot([first])).view())).to.include({ code: 'document_damaged' })
        await users?.updateOne(
          { _id: 'a' },
          { $set: { 'actor.reminders': { x: { message: 'gone', at: new Date() } } } },
        )
        expect(await refused(at(crew.boot([first])).view())).to.include({ code: 'document_damaged' })
        expect((await rested())?.['name']).to.equal('plain text')
      })
  })
