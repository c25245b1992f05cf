import { expect } from 'chai'
import type { Without } from '../../bench/proof/simulation/nodes.ts'
import { simulate } from '../../bench/proof/simulation/run.ts'

const runs = 40
const budgetMs = 6_000

describe('simulated histories', () => {
  // New ones with each run of the tests; one that breaks something is printed and can be run again.
  const first = Date.now() % 1_000_000

  it('keep every promise, whatever dies, is lost, is slow or is set wrong', async () => {
    const end = performance.now() + budgetMs
    let [operations, deaths, moves] = [0, 0, 0]
    for (let seed = first; seed < first + runs && performance.now() < end; seed++) {
      const outcome = await simulate({ seed })
      expect(outcome.violations, `npm run simulate -- --seed ${seed}`).to.deep.equal([])
      operations += outcome.operations
      deaths += outcome.deaths
      moves += outcome.moves
    }
    expect(operations).to.be.greaterThan(50)
    expect(deaths).to.be.greaterThan(5)
    expect(moves, 'shards that changed their owner').to.be.greaterThan(2_000)
  })

  it('are the same again from the same seed', async () => {
    const [one, other, next] = [await simulate({ seed: 7 }), await simulate({ seed: 7 }), await simulate({ seed: 8 })]
    expect(other).to.deep.equal(one)
    expect(next.trace).not.to.equal(one.trace)
  })

  const broken: [NonNullable<Without>, RegExp][] = [
    ['fencing', /^I[1-4]: /],
    ['gate', /^I4: .* before (its turn|it) was durable/],
    ['deduplication', /^I2: .* took a command twice/],
    ['lookUp', /^I4: .* was called \d+ times/],
    ['guard', /^I3: .* answer for/],
    ['arrivals', /^I2: .* took a command twice/],
  ]
  for (const [without, violation] of broken)
    it(`break a promise without ${without}, and say which`, async () => {
      const found: string[] = []
      for (let seed = 1; seed < 40 && !found.some((one) => violation.test(one)); seed++)
        found.push(...(await simulate({ seed, without })).violations)
      expect(found.filter((one) => violation.test(one))).not.to.deep.equal([])
    })
})
