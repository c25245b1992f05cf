import { constants, PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { withApp } from '../harness/boot.ts'

const piece = 8_192
const held = (40 * 2 ** 20) / piece
const all = (640 * 2 ** 20) / piece

describe('garbage', () => {
  withApp()

  it('is not made of much that one small piece keeps', () => {
    const many = Array.from({ length: 2_000 }, (_, n) => Buffer.from(String(n).repeat(20)))
    expect(many.at(-1)?.buffer.byteLength).to.be.lessThanOrEqual(piece)
  })

  it('is not looked for at each 64 MB of buffers', async () => {
    let looked = 0
    const { NODE_PERFORMANCE_GC_FLAGS_ALL_EXTERNAL_MEMORY: isForBuffers, NODE_PERFORMANCE_GC_MAJOR: major } = constants
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { kind, flags } = (entry as any).detail
        if (kind === major && flags & isForBuffers) looked++
      }
    })
    observer.observe({ entryTypes: ['gc'] })
    // So many are alive that they outlive what is young, as whatever is under way in a rush.
    const alive: Buffer[] = []
    for (let n = 0; n < all; n++) {
      alive[n % held] = Buffer.allocUnsafeSlow(piece)
      if (n % 1_024 === 0) await turn()
    }
    await turn()
    observer.disconnect()
    expect(alive.length).to.equal(held)
    expect(looked).to.be.lessThan(3)
  })
})
