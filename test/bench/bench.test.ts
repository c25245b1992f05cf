import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { saving } from '../../bench/actors/durable.ts'
import { peers } from '../../bench/actors/peers/index.ts'
import { apart, limitsOf, type Measured, modelOf } from '../../bench/growth/model.ts'

// That each of them runs and counts; how fast is no test's business.
describe('the benchmarks', () => {
  it('carry messages through both servers, in all three ways, and lose none', async () => {
    const wishes = ['--rounds', '1', '--ms', '150', '--conversations', '2', '--inflight', '2', '--rate', '20']
    const { stdout } = await promisify(execFile)(process.execPath, ['bench/run.ts', 'messages', ...wishes])
    for (const way of ['HTTP, as many as it takes', 'HTTP, at a fixed rate', 'handed over inside the process'])
      expect(stdout).to.include(way)
    const cells = stdout.split('\n').filter((line) => /^\| 2 +\| (ours|plain) /.test(line))
    expect(cells).to.have.length(6)
    for (const cell of cells) expect(Number(cell.split('|')[3])).to.be.greaterThan(0)
    expect(stdout).not.to.match(/NaN/)
  })

  for (const [name, load] of Object.entries(peers))
    it(`ask a counter of ${name}`, async () => {
      const counter = (await load()).peer.spawn(`smoke-${name}`)
      expect(await counter.view()).to.equal(0)
      expect(await counter.increment()).to.equal(1)
      expect(await counter.increment()).to.equal(2)
      expect(await counter.view()).to.equal(2)
    })

  for (const way of ['batched', 'each', 'inPlace'] as const)
    it(`save a counter, ${way}`, async () => {
      const directory = mkdtempSync(join(tmpdir(), 'careline-bench-'))
      const { spawn, close } = await saving(way, { store: undefined, directory })
      const [one, other] = [spawn('one'), spawn('other')]
      const counts = await Promise.all([one, one, other, one].map((counter) => counter.increment()))
      expect([...counts].sort()).to.deep.equal([1, 1, 2, 3])
      await close()
      rmSync(directory, { recursive: true, force: true })
    })

  it('foretell from small clusters what large ones cost', () => {
    const of = (processes: number): Measured => {
      const remote = apart(processes)
      const idle = { idleCommands: 4 * processes, idleBytes: 4 * processes * (3_000 + 70 * processes) }
      const each = { commands: 2 * remote, bytes: 200 * remote, redisCpuUs: 8 * remote, cpuUs: 100 + 150 * remote }
      return { processes, rate: 1_000, remote, requests: 0.03, ...idle, ...each }
    }
    const model = modelOf([of(1), of(2)])
    for (const processes of [1, 4, 64])
      for (const name of ['remote', 'idleCommands', 'idleBytes', 'commands', 'bytes', 'redisCpuUs', 'cpuUs'] as const)
        expect(model[name](processes), `${name} of ${processes}`).to.be.closeTo(of(processes)[name], 1e-6)
    const limits = limitsOf(model, 4, { written: 2_000, idleUs: 500 })
    expect(limits['a core per process']).to.be.closeTo(4e6 / 212.5, 1)
    expect(limits['one core of Redis']).to.be.closeTo(992_000 / 6, 1)
  })
})
