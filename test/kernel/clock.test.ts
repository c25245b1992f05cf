import { expect } from 'chai'
import { systemClock } from '../../kernel/clock.ts'

describe('the system clock', () => {
  it('never calls before the time has come by the wall clock', async () => {
    const early: number[] = []
    await Promise.all(
      Array.from({ length: 300 }, (_, n) => {
        const at = Date.now() + 5 + (n % 40)
        return new Promise<void>((called) =>
          systemClock.at(at, () => {
            if (Date.now() < at) early.push(at)
            called()
          }),
        )
      }),
    )
    expect(early).to.deep.equal([])
  })

  it('calls at once for a time that has passed, and not at all when it was cancelled', async () => {
    const called: string[] = []
    const cancel = systemClock.at(Date.now() + 5, () => void called.push('cancelled'))
    cancel()
    await new Promise<void>((done) => systemClock.at(0, done))
    await new Promise<void>((done) => systemClock.at(Date.now() + 10, done))
    expect(called).to.deep.equal([])
  })
})
