import { expect } from 'chai'
import { Runner } from '../../jobs/runner.ts'
import type { Schedule } from '../../jobs/schedule.ts'
import { Scheduler } from '../../jobs/scheduler.ts'
import { everyWords, Jobs } from '../../server/jobs.ts'
import { Store } from '../../store/connection.ts'
import { JobRuns } from '../../store/job-runs.ts'
import { type FreshDatabase, freshDatabase } from '../harness/database.ts'
import { until } from '../harness/until.ts'

const nothing = async () => undefined
const schedule = (name: string, run: Schedule['run'] = nothing, everyMs = 60_000): Schedule => ({
  name,
  says: 'For a test',
  everyMs,
  run,
})

describe('jobs', () => {
  let database: FreshDatabase
  let store: Store
  let runs: JobRuns
  const failed: string[] = []
  before(async () => {
    database = await freshDatabase()
    store = await Store.open(database.uri)
    runs = new JobRuns(store)
  })
  after(async () => {
    await store.close()
    await database.close()
  })

  const onError = (error: unknown, name: string) => void failed.push(`${name}: ${(error as Error).message}`)
  const begin = async (schedules: Schedule[], by = 'one') => {
    const clock = { now: Date.now, onError, by, lookMs: 20, lockMs: 5_000 }
    const scheduler = new Scheduler({ ...clock, database: store.connection.db, runs, schedules })
    await scheduler.start()
    return scheduler
  }
  const roomOf = (schedules: Schedule[]) => new Jobs({ runs, known: () => schedules, now: Date.now })
  const stateOf = async (name: string) => (await runs.states([name]))[0] ?? expect.fail(name)

  it('are held up by no other, however many are slow', async () => {
    let end = () => {}
    const forever = new Promise<void>((over) => (end = over))
    const slow = Array.from({ length: 6 }, (_, n) => schedule(`slow-${n}`, () => forever, 20))
    let quick = 0
    const scheduler = await begin([...slow, schedule('quick', async () => void quick++, 20)])
    await until(() => quick >= 4)
    const states = await runs.states(slow.map(({ name }) => name))
    expect(states.map(({ runningUntil }) => runningUntil !== null)).to.deep.equal(slow.map(() => true))
    end()
    await scheduler.stop()
    const after = await stateOf('slow-0')
    expect(after.runningUntil).to.equal(null)
    // Once held up, and once more where it came to its turn again before everything stopped.
    expect(after.runs).to.be.within(1, 2)
  })

  it('tell how they went: how often, how long, by whom, and what went wrong', async () => {
    let tries = 0
    const bad = schedule(
      'bad',
      async () => {
        if (++tries === 2) throw new TypeError('the second time it fails')
      },
      20,
    )
    const scheduler = await begin([bad], 'alpha')
    await until(() => tries >= 3)
    await scheduler.stop()
    const [job] = await roomOf([bad]).list()
    expect(job).to.deep.include({
      name: 'bad',
      schedule: 'every 0.02 seconds',
      status: 'waiting',
      by: 'alpha',
      failures: 1,
    })
    expect(job?.runs).to.equal(tries)
    expect(job?.lastFailure).to.deep.include({ name: 'TypeError', message: 'the second time it fails' })
    expect(failed).to.deep.equal(['bad: the second time it fails'])
    expect(scheduler.runner.counters.get('bad')).to.deep.include({ runs: tries, failures: 1 })
  })

  it('rest while they are paused, over restarts, and run when they are asked to', async () => {
    let ran = 0
    const one = schedule('paused', async () => void ran++, 20)
    const room = roomOf([one])
    expect((await room.setPaused('paused', true)).status).to.equal('paused')
    for (const by of ['one', 'after a restart']) {
      let looked = 0
      const look = schedule('look', async () => void looked++, 20)
      const scheduler = await begin([one, look], by)
      await until(() => looked >= 3)
      await scheduler.stop()
    }
    expect(ran).to.equal(0)
    const scheduler = await begin([one], 'two')
    await room.run('paused')
    await until(() => ran === 1)
    await until(async () => (await stateOf('paused')).runs === 1)
    expect((await room.list())[0]?.status, 'paused again').to.equal('paused')
    await room.setPaused('paused', false)
    await until(() => ran >= 3)
    await scheduler.stop()
    const unknown = await room.run('nothing').catch((error: unknown) => error)
    expect(unknown).to.include({ code: 'not_found' })
  })

  it('run at most once at a time, and are taken up when their process died', async () => {
    let now = 1_000_000
    const runner = (by: string) => new Runner({ runs, by, lockMs: 1_000_000, now: () => now, onError })
    await runs.announce('alone')
    let end = () => {}
    let ran = 0
    const long = schedule('alone', () => {
      ran++
      return new Promise<void>((over) => (end = over))
    })
    const first = runner('one').run(long)
    await until(() => ran === 1)
    await Promise.all([runner('two').run(long), runner('three').run(long)])
    expect(ran).to.equal(1)
    const room = new Jobs({ runs, known: () => [long], now: () => now })
    const asked = await room.run('alone').catch((error: unknown) => error)
    expect(asked, 'it cannot be asked for').to.include({ code: 'job_running' })

    now += 1_000_001 // Its process is gone: nobody has held on to it.
    await runner('two').run({ ...long, run: nothing })
    const state = await stateOf('alone')
    expect(state).to.deep.include({ by: 'two', runs: 2, failures: 1 })
    expect(state.lastFailure).to.deep.include({
      name: 'CutOff',
      message: 'The process that ran it (one) went away in the middle.',
    })
    end()
    await first
    expect(await stateOf('alone'), 'whoever comes too late says nothing').to.deep.equal(state)
  })

  it('write seldom that they are still there, however often they make sure of it', async () => {
    let [now, holds] = [1_000_000, 0]
    const counted = {
      begin: runs.begin.bind(runs),
      end: runs.end.bind(runs),
      hold: (...given: Parameters<JobRuns['hold']>) => (holds++, runs.hold(...given)),
    }
    const runner = (by: string) => new Runner({ runs: counted, by, lockMs: 1_000_000, now: () => now, onError })
    await runs.announce('long')
    let superseded: unknown
    const long = schedule('long', async (turn) => {
      for (let step = 0; step < 1_000; step++) await turn.hold()
      expect(holds).to.equal(0)
      now += 600_000
      for (let step = 0; step < 1_000; step++) await turn.hold()
      expect(holds).to.equal(1)
      now += 1_000_001 // It stood still for longer than it was locked, and another process has begun.
      await runner('two').run(schedule('long'))
      superseded = await turn.hold().catch((error: unknown) => error)
    })
    await runner('one').run(long)
    expect(superseded).to.include({ message: 'another run of long has begun' })
  })

  it('are over when they have ended, though a sign of life comes after it', async () => {
    await runs.announce('over')
    const fence = (await runs.begin('over', { by: 'one', now: 1_000, lockMs: 1_000 })) ?? expect.fail('not begun')
    expect(await runs.hold('over', fence, 3_000)).to.equal(true)
    await runs.end('over', fence, { now: 2_000, ms: 1 })
    expect(await runs.hold('over', fence, 9_000_000)).to.equal(false)
    expect((await stateOf('over')).runningUntil).to.equal(null)
  })

  it('say in words when they run', () => {
    const cases: [number, string][] = [
      [1_000, 'every second'],
      [5_000, 'every 5 seconds'],
      [90_000, 'every 90 seconds'],
      [60_000, 'every minute'],
      [900_000, 'every 15 minutes'],
      [3_600_000, 'every hour'],
      [86_400_000, 'every day'],
      [7 * 86_400_000, 'every 7 days'],
    ]
    for (const [ms, words] of cases) expect(everyWords(ms)).to.equal(words)
  })
})
