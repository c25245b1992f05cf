import { expect } from 'chai'
import { fuzzPartialUpdates } from '../proof/partial-fuzz.ts'

describe('embedded store: updates that decode only what they touch', () => {
  it('leave the same bytes, keys and answers as those that decode everything', () => {
    const { updates, changed, refused, partial } = fuzzPartialUpdates(2_000, 7)
    expect(updates).to.equal(2_000)
    // A fuzz that changes nothing, or never goes the short way, proves nothing.
    expect(changed).to.be.greaterThan(300)
    expect(refused).to.be.greaterThan(200)
    expect(partial).to.be.greaterThan(1_000)
  })
})
