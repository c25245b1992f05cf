import { expect } from 'chai'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Recurrence } from '../../actors/runtime/contract.ts'
import { reminders } from '../../jobs/reminders.ts'
import { Scheduler } from '../../jobs/scheduler.ts'
import { JobRuns } from '../../store/job-runs.ts'
import { alone } from '../harness/alone.ts'
import { cell, cellActor } from '../harness/cell.ts'
import { type Crew, crewOn, type Ground, grounds } from '../harness/ground.ts'
import { until } from '../harness/until.ts'

const staff = principal('staff', 'mem_ana')
const minute = 60_000

for (const [name, open] of Object.entries(grounds))
  describe(`reminders over ${name}`, () => {
    let ground: Ground
    let crew: Crew
    let system: ActorSystem
    let start: number
    beforeEach(async () => {
      ground = await open()
      crew = crewOn(ground)
      system = crew.boot([cellActor()])
      start = crew.clock.now()
    })
    afterEach(() => crew.close())

    const at = (one: ActorSystem, id = 'a') => one.workspace('w1', staff).at(cell, id)
    const fired = async (one = system) => (await at(one).view()).fired.map((what) => what.replace(/\d{13}/, since))
    const since = (time: string) => `${(Number(time) - start) / minute}`
    const wake = (key: string, minutes: number, recurrence: Recurrence = {}) =>
      at(system).wake({ key, at: start + minutes * minute, ...recurrence })

    /** The process is away for so long; then another one takes over, and its sweep wakes who is due. */
    async function outage(minutes: number) {
      await system.close()
      await crew.clock.advance(minutes * minute)
      system = crew.boot([cellActor()])
      system.wake({ workspaceId: 'w1', kind: 'user', id: 'a' })
      await crew.clock.advance(1)
    }

    it('fires late, and once, what an outage missed', async () => {
      await wake('call', 10)
      await outage(60)
      expect(await fired()).to.deep.equal(['call@10'])
      await outage(60)
      expect(await fired()).to.deep.equal(['call@10'])
    })

    it('comes again and again, each at its own time', async () => {
      await wake('beat', 10, { everyMs: 10 * minute })
      await crew.clock.advance(35 * minute)
      expect(await fired()).to.deep.equal(['beat@10', 'beat@20', 'beat@30'])
    })

    it('once: says how many were missed, and goes on at its own times', async () => {
      await wake('beat', 10, { everyMs: 10 * minute })
      await outage(45)
      expect(await fired()).to.deep.equal(['beat@40 and 3 missed'])
      await crew.clock.advance(6 * minute)
      expect(await fired()).to.deep.equal(['beat@40 and 3 missed', 'beat@50'])
    })

    it('all: makes up for each of them, in their order', async () => {
      await wake('beat', 10, { everyMs: 10 * minute, missed: 'all' })
      await outage(45)
      expect(await fired()).to.deep.equal(['beat@10', 'beat@20', 'beat@30', 'beat@40'])
    })

    it('all: has an end', async () => {
      await wake('beat', 1, { everyMs: minute, missed: 'all' })
      await outage(3 * 24 * 60)
      const all = await fired()
      expect(all).to.have.length(101)
      expect(all[0]).to.match(/and 4219 missed/)
    })

    it('skip: does nothing when it is too late, and says why', async () => {
      await wake('offer', 10, { missed: 'skip', lateMs: 5 * minute })
      await wake('beat', 10, { everyMs: 10 * minute, missed: 'skip' })
      await at(system).add()
      await outage(18)
      expect(await fired()).to.deep.equal([])
      await crew.clock.advance(3 * minute)
      expect(await fired()).to.deep.equal(['beat@20'])
      const decisions = ground.store && (await ground.store.of('w1').find('decisions', {}))
      if (decisions)
        expect(decisions.map(({ rule, facts }) => [rule, (facts as { key: string }).key])).to.have.deep.members([
          ['reminder.late@1', 'offer'],
          ['reminder.late@1', 'beat'],
        ])
    })

    it('skip: is in time within its bound', async () => {
      await wake('offer', 10, { missed: 'skip', lateMs: 5 * minute })
      await outage(14)
      expect(await fired()).to.deep.equal(['offer@10'])
    })

    it('refuses one that would come all the time', async () => {
      const error = await wake('beat', 1, { everyMs: 99 }).catch((fault: unknown) => fault)
      expect(String(error)).to.include('100 is the least')
    })

    it('lets a recurring one go on whose handler fails, and buries the message', async () => {
      const broken = { ...cellActor(), on: { ...cellActor().on } }
      broken.on.due = () => {
        throw new Error('broken on purpose')
      }
      await wake('beat', 1, { everyMs: 10 * minute })
      await system.close()
      system = crew.boot([broken])
      system.wake({ workspaceId: 'w1', kind: 'user', id: 'a' })
      await crew.clock.advance(5 * minute)
      await system.close()
      system = crew.boot([cellActor()])
      system.wake({ workspaceId: 'w1', kind: 'user', id: 'a' })
      await crew.clock.advance(7 * minute)
      expect(await fired()).to.deep.equal(['beat@11'])
    })

    it('takes effect once, however many schedulers and processes look for it at once', async () => {
      const others = [crew.boot([cellActor()]), crew.boot([cellActor()])]
      const ids = Array.from({ length: 20 }, (_, n) => `a${n}`)
      for (const id of ids) await at(system, id).wake({ key: 'call', at: start + minute })
      await system.close()
      const persistence = ground.persistence([cellActor()] as never)
      const sweeps = others.map((one) =>
        reminders({
          kinds: ['user'],
          dueActors: persistence.dueActors.bind(persistence),
          wake: (address) => one.wake(address),
          now: () => crew.clock.now(),
          moved: () => [],
        }),
      )
      for (let round = 0; round < 16; round++) {
        await Promise.all(sweeps.map(({ run }) => run(alone)))
        await crew.clock.advance(5_000)
      }
      for (const id of ids) {
        const [one] = others as [ActorSystem, ActorSystem]
        expect((await at(one, id).view()).fired, id).to.have.length(1)
      }
    })
  })

describe('schedules', () => {
  it('may be run by several processes: what is due is taken by each, and done once', async () => {
    const ground = await grounds['the store']()
    const crew = crewOn(ground)
    const store = ground.store ?? expect.fail('this ground is the store')
    const systems = [crew.boot([cellActor()]), crew.boot([cellActor()])] as const
    const persistence = ground.persistence([cellActor()] as never)
    const runs = [0, 0]
    const schedulers = systems.map((one, index) => {
      const sweep = reminders({
        kinds: ['user'],
        dueActors: persistence.dueActors.bind(persistence),
        wake: (address) => one.wake(address),
        now: () => crew.clock.now(),
        moved: () => [],
      })
      const run = () => {
        runs[index] = (runs[index] ?? 0) + 1
        return sweep.run(alone)
      }
      const schedules = [{ ...sweep, everyMs: 200, run }]
      return new Scheduler({
        database: store.connection.db,
        runs: new JobRuns(store),
        schedules,
        by: `process ${index}`,
        now: Date.now,
        lookMs: 100,
        onError: (error) => expect.fail(String(error)),
      })
    })
    const sleeper = crew.boot([cellActor()])
    const start = crew.clock.now()
    for (let n = 0; n < 5; n++)
      await sleeper
        .workspace('w1', staff)
        .at(cell, `a${n}`)
        .wake({ key: 'call', at: start + 1_000 })
    await sleeper.close()
    await Promise.all(schedulers.map((one) => one.start()))
    await until(() => runs.reduce((sum, n) => sum + n) >= 3)
    await crew.clock.advance(2_000)
    for (let n = 0; n < 5; n++)
      expect((await systems[0].workspace('w1', staff).at(cell, `a${n}`).view()).fired).to.have.length(1)
    await Promise.all(schedulers.map((one) => one.stop()))
    await crew.close()
  })
})
