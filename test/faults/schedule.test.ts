import { expect } from 'chai'
import { Fleet } from './chaos/fleet.ts'
import { run } from './chaos/schedule.ts'

/** The order of faults is this one's; `npm run faults` draws others, for as long as one likes. */
const seed = 20_261

describe('faults: one after another, by a seeded schedule', function () {
  this.timeout(90_000)
  let fleet: Fleet
  before(async () => {
    fleet = await Fleet.open()
  })
  after(() => fleet.close())

  it('breaks no invariant', async () => {
    const [round] = await run(fleet, { seed, seconds: 1 })
    expect(round?.violations, `seed ${seed}\n${round?.deeds.join('\n')}`).to.deep.equal([])
    expect(round?.operations).to.be.greaterThan(100)
    expect(round?.deeds.length).to.be.greaterThan(1)
  })
})
