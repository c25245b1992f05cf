import { expect } from 'chai'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import { cell, cellActor } from '../harness/cell.ts'
import { type Crew, crewOn, type Ground, grounds } from '../harness/ground.ts'

const staff = principal('staff', 'mem_ana')

for (const [name, open] of Object.entries(grounds))
  describe(`tells over ${name}`, () => {
    let ground: Ground
    let crew: Crew
    let system: ActorSystem
    let failures = 0
    beforeEach(async () => {
      ground = await open()
      crew = crewOn(ground)
      const add = () => {
        if (failures-- > 0) throw new Error('broken on purpose')
      }
      system = crew.boot([cellActor({ add })])
    })
    afterEach(() => crew.close())

    const at = (id: string) => system.workspace('w1', staff).at(cell, id)
    const sums = async () =>
      (await ground.log.after('w1', 'user:b', 0))?.map(({ data }) => (data as { n: number }).n) ?? []

    it('of one sender that wait together are taken together, and written once', async () => {
      failures = 0
      await at('a').add()
      await at('b').add()
      const { commits } = system.counters
      await Promise.all(Array.from({ length: 20 }, () => at('a').pass({ to: 'b' })))
      await system.settled()
      expect(await at('b').view()).to.include({ n: 21 })
      expect(system.counters.commits - commits).to.be.within(2, 5)
    })

    it('keep their order, and none is lost, when the first of them fails at first', async () => {
      failures = 1
      await Promise.all([1, 10, 100].map((by) => at('a').pass({ to: 'b', by })))
      await crew.clock.advance(60_000)
      expect(await sums()).to.deep.equal([1, 11, 111])
    })

    it('of very many senders are forgotten when none of them can come again, and each still counts once', async () => {
      failures = 0
      const senders = Array.from({ length: 260 }, (_, nth) => `s${nth}`)
      const everyone = async (does: (id: string) => Promise<unknown>) => {
        await Promise.all(senders.map(does))
        await system.settled()
      }
      const known = async () => {
        const found = await ground.store?.collection('users').findOne({ _id: 'b' })
        return found && Object.keys((found['actor'] as { seen: object }).seen).length
      }
      await everyone((id) => at(id).pass({ to: 'b' }))
      expect(await known()).to.be.oneOf([260, undefined])
      // What they write next forgets that they told it; what b writes next, that it heard it.
      await everyone((id) => at(id).add())
      await at('b').add()
      expect(await known()).to.be.oneOf([4, undefined])
      await everyone((id) => at(id).pass({ to: 'b' }))
      expect(await at('b').view()).to.include({ n: 521 })
      await system.close()
      system = crew.boot([cellActor()])
      expect(await at('b').view()).to.include({ n: 521 })
    })

    it('that follow one which is given up go on without it', async () => {
      failures = 5
      await at('a').pass({ to: 'b', by: 1 })
      await at('a').pass({ to: 'b', by: 10 })
      await crew.clock.advance(120_000)
      expect(await sums()).to.deep.equal([10])
    })
  })
