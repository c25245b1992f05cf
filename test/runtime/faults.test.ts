import { expect } from 'chai'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import { cell, cellActor } from '../harness/cell.ts'
import { type Crew, crewOn, type Ground, grounds } from '../harness/ground.ts'
import { until } from '../harness/until.ts'

const staff = principal('staff', 'mem_ana')
const problem = (answer: Promise<unknown>) => answer.then(() => undefined).catch((error: unknown) => error)

/** How long each of these took, ms, sorted. */
async function timed(asks: Iterable<() => Promise<unknown>>) {
  const took: number[] = []
  for (const ask of asks) {
    const began = performance.now()
    await ask()
    took.push(performance.now() - began)
  }
  return took.sort((one, other) => one - other)
}
const p99 = (took: number[]) => took[Math.floor(took.length * 0.99)] ?? 0

// The numbers are those of the list of faults; what needs real processes is in test/faults.
for (const [name, open] of Object.entries(grounds))
  describe(`faults met by the runtime over ${name}`, () => {
    let ground: Ground
    let crew: Crew
    let system: ActorSystem
    beforeEach(async () => {
      ground = await open()
      crew = crewOn(ground)
      system = crew.boot([cellActor()])
    })
    afterEach(() => crew.close())
    const at = (id = 'a', commandId?: string) => system.workspace('w1', staff, commandId).at(cell, id)
    const adds = () => Array.from({ length: 200 }, (_, n) => () => at(`n${n % 10}`).add())

    /** Others wait at most so many times as long as usual, or so many ms. A busy machine gets five chances to show it. */
    async function isWithin(times: number, usual: number[], atLeastMs: number) {
      for (let round = 0; round < 5; round++)
        if (p99(await timed(adds())) <= Math.max(times * p99(usual), atLeastMs)) return true
      return false
    }

    it('12: a store that is slow for one actor: its callers are refused beyond the bound, others do not notice', async () => {
      const persistence = ground.persistence([cellActor()] as never)
      let release = () => {}
      const held = new Promise<void>((go) => (release = go))
      const commit: typeof persistence.commit = async (write) => {
        if (write.address.id === 'slow') await held
        return persistence.commit(write)
      }
      const usual = await timed(adds())
      const slowly = { ...bound(persistence), commit }
      system = crew.boot([cellActor()], { persistence: slowly, bounds: { mailboxMax: 20 } })
      await at('slow')
        .view()
        .catch(() => undefined)
      const waiting = Array.from({ length: 60 }, () => problem(at('slow').add()))
      await new Promise(setImmediate)
      waiting.push(...Array.from({ length: 20 }, () => problem(at('slow').add())))
      // Before what is held goes on.
      expect(await problem(at('slow').add())).to.include({ code: 'mailbox_full', retryable: true })
      expect(await isWithin(2, usual, 250)).to.equal(true)
      release()
      const refused = (await Promise.all(waiting)).filter((error) => error !== undefined)
      expect(refused.length).to.be.within(20, 60)
      expect((await at('slow').view()).n).to.equal(80 - refused.length)
    })

    it('15: what comes twice, at once and later, takes effect once, with the first answer', async () => {
      const first = await Promise.all([at('a', 'cmd_x').add(), at('a', 'cmd_x').add(), at('a', 'cmd_x').add()])
      expect(first).to.deep.equal([1, 1, 1])
      await crew.clock.advance(30_000)
      expect(await at('a', 'cmd_x').add()).to.equal(1)
      expect(await at().view()).to.include({ n: 1 })
    })

    it('17: a message that always fails changes nothing, rests with its reason, and stops nobody', async () => {
      const answers = await Promise.allSettled([at().add(), at().break(), at().add()])
      expect(answers.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled'])
      let fails = true
      system = crew.boot([
        cellActor({
          add() {
            if (fails) throw new Error('always')
          },
        }),
      ])
      await at('sender').pass({ to: 'a', by: 5 })
      await crew.clock.advance(60_000)
      expect(crew.faults.map(({ message }) => message)).to.include('add')
      fails = false
      await at('sender').pass({ to: 'a', by: 7 })
      await system.settled()
      expect(await at().view()).to.include({ n: 9 })
      if (ground.store) {
        const [letter] = await ground.store.of('w1').find('dead_letters', {})
        expect(letter).to.deep.include({ to: { kind: 'user', id: 'a' }, status: 'open' })
        expect(letter?.['error']).to.include({ message: 'always' })
      }
    })

    // A store that answers at once leaves no time for anybody: this one is about one that does not.
    if (name === 'the store')
      it('20: an actor that everybody asks does not keep the others waiting, and refuses beyond its bound', async () => {
        system = crew.boot([cellActor()], { bounds: { mailboxMax: 64 } })
        const usual = await timed(adds())
        let isOver = false
        const counts = { taken: 0, refused: 0 }
        const hot = Promise.all(
          Array.from({ length: 100 }, async () => {
            while (!isOver) {
              const error = await problem(at('hot').add())
              if (error === undefined) counts.taken++
              else {
                expect(error).to.include({ code: 'mailbox_full' })
                counts.refused++
                await new Promise((later) => setTimeout(later, 50))
              }
            }
          }),
        )
        const isFair = await isWithin(2, usual, 250)
        isOver = true
        await hot
        expect(isFair).to.equal(true)
        expect(counts.refused).to.be.greaterThan(0)
        expect((await at('hot').view()).n).to.equal(counts.taken)
      })

    it('23: who would wait for itself is refused within 5 ms, with the circle spelled out; both live', async () => {
      const asking = {
        cell: {
          fetch: {
            run: async (_: unknown, __: string, context: { workspace: ReturnType<ActorSystem['workspace']> }) =>
              context.workspace.at(cell, 'a').add().then(String),
          },
        },
      }
      const effects = { user: asking.cell }
      const refusals: unknown[] = []
      system = crew.boot([cellActor()], {
        effects: effects as never,
        onError: (error) => void refusals.push(error),
      })
      await at().fetch({ what: 'itself' })
      await until(() => refusals.length > 0)
      expect(refusals[0]).to.include({ code: 'deadlock' })
      expect((refusals[0] as Error).message).to.include('w1/user/a asks w1/user/a')
      expect(await at().add()).to.equal(1)
    })

    it('25: a message that comes while its actor leaves the memory is answered, by the next activation', async () => {
      let [now, tick] = [0, () => {}]
      const pulse = {
        now: () => now,
        every: (_: number, run: () => void) => {
          tick = run
          return () => {}
        },
        later: (ms: number, run: () => void) => void setTimeout(run, ms),
        soon: (run: () => void) => void setImmediate(run),
      }
      system = crew.boot([cellActor()], { pulse, bounds: { idleMs: 1_000 } })
      for (let n = 1; n <= 200; n++) {
        const before = at().add()
        if (n % 2) await before
        now += 1_500
        tick()
        tick()
        const after = at().add()
        expect([await before, await after]).to.deep.equal([2 * n - 1, 2 * n])
      }
    })

    it('a closing system answers what it took, and sends the others away to try again', async () => {
      const taken = Array.from({ length: 20 }, () => at().add())
      await Promise.all([system.close(), ...taken])
      expect(await problem(at().add())).to.include({ retryable: true })
      system = crew.boot([cellActor()])
      expect(await at().view()).to.include({ n: 20 })
    })
  })

function bound<T extends object>(persistence: T): T {
  const names = ['claim', 'peek', 'unclaim', 'part', 'mark', 'commit', 'redo', 'bury', 'dueActors']
  return Object.fromEntries(names.map((name) => [name, (persistence as any)[name].bind(persistence)])) as unknown as T
}
