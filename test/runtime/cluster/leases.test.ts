import { expect } from 'chai'
import { shardCount } from '../../../actors/runtime/cluster/shards.ts'
import { timing } from '../../../actors/runtime/cluster/timing.ts'
import { Town } from './town.ts'

describe('leases', () => {
  let town: Town
  beforeEach(() => (town = new Town()))

  it('wait before they take what nobody ever had: who had it before the board forgot may still answer', async () => {
    await town.join('a')
    await town.pass(timing.servesMs)
    expect(town.shares).to.deep.equal([0])
    await town.pass(timing.marginMs + 50)
    expect(town.shares).to.deep.equal([shardCount])
  })

  it('move to who comes its share and no more, and none to who takes no actors', async () => {
    await town.join('a')
    await town.join('jobs', { takesActors: false })
    await town.pass(2_000)
    town.moves = 0
    await town.join('b')
    await town.pass(1_000)
    expect(town.shares).to.have.members([shardCount - town.moves, 0, town.moves])
    expect(town.moves).to.be.within(0.4 * shardCount, 0.6 * shardCount)
    expect(town.unserved).to.equal(0)
  })

  it('finish what is under way before a shard is given, slice after slice', async () => {
    const a = await town.join('a')
    await town.pass(2_000)
    let finish = () => {}
    a.release = () => new Promise<void>((done) => (finish = done))
    await town.join('b')
    await town.pass(1_000)
    expect(a.releasing).to.have.length(1)
    expect(a.releasing[0]).to.have.length(64)
    expect(town.shares, 'it has them until they are given').to.deep.equal([shardCount, 0])
    const [first = 0] = a.releasing[0] ?? []
    expect(a.leases.owns(first), 'but takes nothing for them').to.equal(false)
    finish()
    await town.pass(300)
    expect(town.shares).to.deep.equal([shardCount - 64, 64])
    expect(a.lost.toSorted()).to.deep.equal(a.releasing[0]?.toSorted())
  })

  it('of a member that was killed are served again within 1.2 s, by its heirs alone', async () => {
    for (const me of ['a', 'b', 'c']) await town.join(me)
    await town.pass(3_000)
    expect(town.unserved).to.equal(0)
    town.moves = 0
    const had = town.all.get('b')?.leases.owned
    town.kill('b')
    await town.pass(1_200)
    expect(town.unserved).to.equal(0)
    expect(town.moves).to.equal(had)
    expect(['a', 'c'].map((me) => town.all.get(me)?.died())).to.deep.equal([1, 1])
  })

  it('of one that only stands still wait for the whole expiry, and its own clock forbids it to answer long before', async () => {
    const a = await town.join('a')
    const b = await town.join('b')
    await town.pass(3_000)
    b.pulse.isStopped = true
    await town.pass(timing.servesMs)
    expect(b.leases.isServing(), 'its loop was blocked for half the expiry').to.equal(false)
    await town.pass(timing.expiryMs - timing.servesMs - 300)
    expect(a.leases.owned, 'nobody has succeeded it').to.be.below(shardCount)
    await town.pass(700)
    expect(a.leases.owned).to.equal(shardCount)
    b.pulse.isStopped = false
    expect(b.leases.isServing()).to.equal(false)
    await town.pass(2_000)
    expect(b.lost.length, 'it heard that it was taken for dead').to.be.greaterThan(400)
    expect(town.shares.every((share) => share > 400)).to.equal(true)
    expect(town.unserved).to.equal(0)
  })

  it('of one whose machine slept are not answered for when it wakes, although its own clock stood still', async () => {
    await town.join('a')
    const b = await town.join('b')
    await town.pass(3_000)
    b.pulse.isStopped = true
    town.wallMs += 60_000
    expect(b.leases.isServing()).to.equal(false)
    b.pulse.isStopped = false
    await town.pass(300)
    expect(b.leases.isServing(), 'a beat later it knows').to.equal(true)
    town.moves = 0
    town.wallMs -= 3_600_000
    await town.pass(2_000)
    expect([town.moves, town.unserved], 'a clock that is set moves nothing').to.deep.equal([0, 0])
  })

  it('of one that hears no answers, although its signs still come, are taken over', async () => {
    const a = await town.join('a')
    const b = await town.join('b')
    await town.pass(3_000)
    town.hub.delay = (what, member) =>
      what === 'answered' && member === 'b' ? Promise.reject(new Error('lost')) : undefined
    await town.pass(2_500)
    expect([a.leases.owned, b.leases.isServing()]).to.deep.equal([shardCount, false])
    town.hub.delay = () => undefined
    await town.pass(2_000)
    expect(b.leases.owned).to.be.greaterThan(400)
    expect(town.unserved).to.equal(0)
  })

  it('of one that stood still for less than the expiry stay with it', async () => {
    await town.join('a')
    const b = await town.join('b')
    await town.pass(3_000)
    town.moves = 0
    b.pulse.isStopped = true
    await town.pass(1_100)
    b.pulse.isStopped = false
    await town.pass(1_000)
    expect(town.moves).to.equal(0)
    expect(b.lost).to.deep.equal([])
    expect(town.unserved).to.equal(0)
  })

  it('count from before the question: an answer that was long on its way leaves less', async () => {
    const a = await town.join('a')
    await town.pass(3_000)
    town.hub.delay = (what) => (what === 'answered' ? new Promise((go) => a.pulse.later(700, go)) : undefined)
    await town.pass(250 + 700)
    town.hub.delay = () => undefined
    // Renewed at this moment, and good for 50 ms more: not for 750.
    expect(a.leases.isServing()).to.equal(true)
    a.pulse.isStopped = true
    await town.pass(60)
    expect(a.leases.isServing()).to.equal(false)
  })

  it('end by themselves when the board cannot be reached, and come back without a restart', async () => {
    const a = await town.join('a')
    const b = await town.join('b')
    await town.pass(3_000)
    town.hub.delay = () => Promise.reject(new Error('unreachable'))
    await town.pass(timing.servesMs)
    expect([a, b].map(({ leases }) => leases.isServing())).to.deep.equal([false, false])
    expect(
      [a, b].map(({ leases }) => leases.isCutOff),
      'perhaps it is back in a moment',
    ).to.deep.equal([false, false])
    await town.pass(timing.expiryMs)
    expect([a, b].map(({ leases }) => leases.isCutOff)).to.deep.equal([true, true])
    expect(a.lost.length + b.lost.length).to.equal(shardCount)
    await town.pass(30_000)
    town.hub.delay = () => undefined
    town.moves = 0
    await town.pass(600)
    expect(town.unserved, 'nobody buried anybody: nobody could look').to.equal(0)
    expect(town.moves).to.equal(0)
  })

  it('are never two, and soon all again, when the board forgets everything', async () => {
    for (const me of ['a', 'b', 'c']) await town.join(me)
    await town.pass(3_000)
    town.moves = 0
    town.hub.forget()
    await town.pass(400)
    expect(town.unserved, 'each said what it held').to.equal(0)
    expect(town.moves).to.equal(0)
    // One of them comes back long after the others have begun anew.
    const c = town.all.get('c')
    if (c) c.pulse.isStopped = true
    await town.pass(100)
    town.hub.forget()
    await town.pass(2_000)
    if (c) c.pulse.isStopped = false
    await town.pass(2_000)
    expect(town.unserved).to.equal(0)
    expect(Math.min(...town.shares)).to.be.greaterThan(200)
  })

  it('are never two while members come and go every second, and each change moves one share', async () => {
    for (const me of ['a', 'b', 'c']) await town.join(me)
    await town.pass(3_000)
    for (let round = 0; round < 20; round++) {
      town.moves = 0
      if (round % 4 === 3) town.kill(`d${round - 1}`)
      else if (round % 2 === 0) await town.join(`d${round}`)
      else {
        const leaver = town.all.get(`d${round - 1}`)
        await Promise.all([leaver?.leases.leave(), town.pass(500)])
        town.all.delete(`d${round - 1}`)
      }
      await town.pass(1_500)
      expect(town.unserved, `round ${round}`).to.equal(0)
      // Of three, the fourth has or had a quarter, more or less.
      expect(town.moves, `round ${round}`).to.be.below((1.2 / 4) * shardCount)
    }
  })

  it('are given to the others by who leaves, before it goes', async () => {
    const a = await town.join('a')
    const b = await town.join('b')
    await town.pass(3_000)
    const [left] = await Promise.all([a.leases.leave().then(() => town.time.now), town.pass(600)])
    expect(left).to.be.greaterThan(0)
    expect(a.lost.length).to.equal(a.releasing.flat().length)
    expect(a.leases.counters.lost, 'all were given, none dropped').to.equal(0)
    town.all.delete('a')
    expect(b.died(), 'who leaves has not died').to.equal(0)
    expect(town.shares).to.deep.equal([shardCount])
    expect(town.unserved).to.equal(0)
  })

  it('of two processes with one name are two members’', async () => {
    const a = await town.join('web.1')
    const b = await town.join('web.2')
    await town.pass(3_000)
    expect(a.leases.owned + b.leases.owned).to.equal(shardCount)
    town.kill('web.1')
    await town.pass(300)
    expect(b.leases.owned, 'the second never renews the first’s').to.be.below(shardCount)
    await town.pass(900)
    expect(b.leases.owned).to.equal(shardCount)
  })
})
