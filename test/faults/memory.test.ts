import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'

const program = join(import.meta.dirname, 'memory.ts')

describe('faults: very many actors', () => {
  it('26. actors come, and are idle: they leave, and the heap is what it was', async () => {
    const args = ['--expose-gc', program, '--actors', '8000']
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const { mostActors, baseBytes, peakBytes, afterBytes } = JSON.parse(stdout) as Record<string, number>
    expect(mostActors).to.be.greaterThan(4_000)
    expect(peakBytes, 'they weigh something').to.be.greaterThan(1.1 * (baseBytes ?? NaN))
    expect(afterBytes).to.be.lessThan(1.1 * (baseBytes ?? NaN))
  })
})
