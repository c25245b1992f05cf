import { expect } from 'chai'
import { hasCompiler, Powerless } from './disk.ts'
import { type Deaths, dieRepeatedly } from './kills.ts'
import { Random } from './random.ts'

type Cut = Deaths & { cuts: number }
/** Of its start, and of some dozens of commits; the end of a checkpoint is for `bench/proof/kills.ts`. */
const changesMax = [60, 2_000, 4_000]
const acknowledgedLeast = 40
const isWhole = ({ torn, indexDifferences }: Pick<Cut, 'torn' | 'indexDifferences'>) =>
  torn === 0 && indexDifferences === 0

/** A slice of `bench/proof/kills.ts --disk`; a failure says of which seed. */
describe('embedded store: the power fails under 16 writers', () => {
  const seed = Date.now() % 1_000_000_000
  before(function () {
    if (!hasCompiler) this.skip() // The disk that loses what was not synced is a library in C.
  })

  /** Whether the power went in the middle of a write is for chance to say: again, a few times, until `isEnough`. */
  async function cut(durability: 'full' | 'relaxed', isEnough: (cut: Cut) => boolean) {
    for (let more = 3; ; more--) {
      const place = new Powerless(durability, new Random(seed + more), changesMax)
      try {
        const last = { ...(await dieRepeatedly(place, 3, 16, 50)), cuts: place.cuts }
        if (more === 0 || isEnough(last)) return last
      } finally {
        place.remove()
      }
    }
  }

  it('and nothing that was acknowledged is lost, nor anything found by half', async () => {
    const { acknowledged, cuts, ...deaths } = await cut(
      'full',
      ({ cuts, lost, acknowledged, ...deaths }) =>
        (cuts > 0 && acknowledged > acknowledgedLeast) || lost > 0 || !isWhole(deaths),
    )
    expect(deaths, `seed ${seed}`).to.deep.equal({ rounds: 3, lost: 0, torn: 0, indexDifferences: 0 })
    expect(cuts).to.be.greaterThan(0)
    expect(acknowledged).to.be.greaterThan(acknowledgedLeast)
  })

  it('and where acknowledging does not wait for the disk, something is: this disk does lose things', async () => {
    const { lost, torn, indexDifferences } = await cut('relaxed', ({ lost, ...deaths }) => lost > 0 || !isWhole(deaths))
    expect({ torn, indexDifferences }, `seed ${seed}`).to.deep.equal({ torn: 0, indexDifferences: 0 })
    expect(lost).to.be.greaterThan(0)
  })
})
