import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'
import { Store } from '../../store/connection.ts'
import { JobRuns } from '../../store/job-runs.ts'
import { type FreshDatabase, freshDatabase } from '../harness/database.ts'
import { until } from '../harness/until.ts'

describe('faults: jobs', () => {
  let database: FreshDatabase
  let store: Store
  let runs: JobRuns
  before(async () => {
    database = await freshDatabase()
    store = await Store.open(database.uri)
    runs = new JobRuns(store)
  })
  after(async () => {
    await store.close()
    await database.close()
  })
  const stateOf = async () => (await runs.states(['letters']))[0] ?? expect.fail('there is no such job')

  it('take effect once, though their process stood still beyond its lock and then goes on', async () => {
    const said: string[] = []
    const children: ChildProcess[] = []
    const boot = (by: string) => {
      const child = spawn(process.execPath, [join(import.meta.dirname, '../jobs/worker.ts'), database.uri, by], {
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      })
      child.stdout?.on('data', (lines: Buffer) =>
        said.push(
          ...lines
            .toString()
            .trim()
            .split('\n')
            .map((line) => `${by} ${line}`),
        ),
      )
      children.push(child)
      return child
    }
    try {
      const one = boot('one')
      await until(() => said.includes('one began'))
      one.kill('SIGSTOP')
      const two = boot('two')
      await until(() => said.includes('two ready'))
      // As long as it is locked it runs, as far as anybody knows.
      await until(async () => ((await stateOf()).runningUntil ?? 0) < Date.now())
      await runs.ask('letters', Date.now())
      await until(() => said.includes('two began'))
      two.send('go on')
      await until(() => said.includes('two sent'))
      expect((await stateOf()).by).to.equal('two')
      one.send('go on')
      one.kill('SIGCONT')
      // It asks before it acts, and hears that it is not its turn any more.
      await until(() => said.includes('one came too late'))
      const sent = await store.connection.collection('sent').find({}).toArray()
      expect(sent.map(({ by }) => by as string)).to.deep.equal(['two'])
      const { failures, lastFailure } = await stateOf()
      expect([failures, lastFailure?.name]).to.deep.equal([1, 'CutOff'])
    } finally {
      for (const child of children) child.kill('SIGKILL')
    }
  })
})
