import { expect } from 'chai'
import { Fleet } from './chaos/fleet.ts'
import { type Round, run } from './chaos/schedule.ts'

/** The order of faults is this one's; `npm run faults` draws others, for as long as one likes. */
const seed = 20_261

describe('faults: one after another, by a seeded schedule', () => {
  let fleet: Fleet
  before(async () => {
    fleet = await Fleet.open()
  })
  after(() => fleet.close())

  it('breaks no invariant in a minute', async () => {
    const rounds = await run(fleet, { seed, seconds: 60, restMs: 150 })
    for (const round of rounds)
      expect(round.violations, `seed ${round.seed}\n${round.deeds.join('\n')}`).to.deep.equal([])
    const total = (count: (round: Round) => number) => rounds.reduce((sum, round) => sum + count(round), 0)
    expect(total(({ operations }) => operations)).to.be.greaterThan(600)
    expect(total(({ deeds }) => deeds.length)).to.be.greaterThan(rounds.length)
  })
})
