import { expect } from 'chai'
import { until } from '../harness/until.ts'
import { systemClock } from '../../kernel/clock.ts'
import { WorkspaceClocks } from '../../kernel/workspace-clock.ts'
import { FakeClock } from '../harness/clock.ts'

describe('the clock of one workspace', () => {
  const world = () => new FakeClock()

  it('is the world’s until somebody moves it, and moves no other', async () => {
    const clock = world()
    const clocks = new WorkspaceClocks(clock)
    const [one, other] = [clocks.of('one'), clocks.of('other')]
    expect(one.now()).to.equal(clock.now())
    one.set({ offsetMs: 1_000, frozenAt: null })
    expect([one.now() - clock.now(), other.now() - clock.now()]).to.deep.equal([1_000, 0])
    expect([...clocks.moved()]).to.deep.equal([{ workspaceId: 'one', now: clock.now() + 1_000 }])
    expect(one.whenItWas(5)).to.equal(1_005)
  })

  it('fires what is due when it is moved, and not before, once', async () => {
    const clock = world()
    const mine = new WorkspaceClocks(clock).of('one')
    const fired: number[] = []
    const start = mine.now()
    for (const ms of [1_000, 60_000]) mine.at(start + ms, () => void fired.push(ms))
    mine.at(start + 500, () => fired.push(500))()
    mine.set({ offsetMs: 0, frozenAt: start })
    await clock.advance(120_000)
    expect(fired, 'while it stands still').to.deep.equal([])
    mine.set({ offsetMs: 0, frozenAt: start + 1_000 })
    await clock.advance(0)
    expect(fired).to.deep.equal([1_000])
    mine.set({ offsetMs: -90_000, frozenAt: null })
    await clock.advance(29_999)
    expect(fired).to.deep.equal([1_000])
    await clock.advance(1)
    expect(fired).to.deep.equal([1_000, 60_000])
  })
})

describe('the system clock, when somebody sets it', () => {
  const real = systemClock.now
  const set = (ms: number) => Object.assign(systemClock, { now: () => Date.now() + ms })
  afterEach(() => Object.assign(systemClock, { now: real }))

  it('fires soon what is due by the new time', async () => {
    let firedAt = 0
    const began = performance.now()
    systemClock.at(Date.now() + 3_600_000, () => void (firedAt = performance.now() - began))
    set(3_600_000)
    await until(() => firedAt > 0)
    expect(firedAt).to.be.below(10_000)
  })

  it('fires nothing early when it is set back', async () => {
    const fired: string[] = []
    systemClock.at(Date.now() + 300, () => void fired.push('early'))
    set(-3_600_000)
    await new Promise((later) => setTimeout(later, 1_500))
    expect(fired).to.deep.equal([])
  })
})
