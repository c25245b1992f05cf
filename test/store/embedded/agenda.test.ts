import { MongoBackend } from '@agendajs/mongo-backend'
import { Agenda } from 'agenda'
import { expect } from 'chai'
import { openedStore } from './harness.ts'

describe('embedded store: Agenda', () => {
  const opened = openedStore()

  it('runs a schedule, once for two processes, and keeps what failed', async () => {
    const agendas = ['one', 'two'].map(
      (name) =>
        new Agenda({
          backend: new MongoBackend({ mongo: opened.db as any, collection: 'jobs' }),
          processEvery: 50,
          // A machine that stands still for longer than this lets both run a job. Agenda keeps a timer of this length for
          // every job that it has run, also when it has stopped.
          defaultLockLifetime: 10_000,
          name,
        } as any),
    )
    const runs: Record<string, number> = {}
    for (const agenda of agendas) {
      await (agenda as any).ready
      for (const name of ['each', 'once', 'fails'])
        agenda.define(name, async () => {
          runs[name] = (runs[name] ?? 0) + 1
          if (name === 'fails') throw new Error('This one fails.')
        })
    }
    for (const agenda of agendas) await agenda.start()
    for (const agenda of agendas) await agenda.every('1 second', 'each')
    const [first] = agendas as [Agenda, Agenda]
    await first.schedule(new Date(Date.now() + 100), 'once', {})
    await first.now('fails', {})
    const jobs = opened.collection('jobs')
    while (!(runs['once'] && runs['each'] && (await jobs.countDocuments({ name: 'fails', failCount: 1 }))))
      await new Promise((done) => setTimeout(done, 20))
    expect(await jobs.countDocuments({ name: 'each' })).to.equal(1)
    expect(runs['once']).to.equal(1)
    expect((await jobs.findOne({ name: 'fails' })).failReason).to.equal('This one fails.')
    for (const agenda of agendas) await agenda.stop()
  })
})
