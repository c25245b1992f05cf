import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { fuzzIndexes } from './index-fuzz.ts'
import { InnerStore } from './inner.ts'
import { dieRepeatedly, killed } from './kills.ts'
import { fuzzUpdates } from './update-fuzz.ts'

/** Short slices of the programs in bench/proof, each time of another seed; a failure says which. */
describe('embedded store: proofs', () => {
  const seed = Date.now() % 1_000_000_000

  it('finds by an index what it finds by a scan', () => {
    const { byIndex, queries } = fuzzIndexes(1500, seed)
    expect(queries).to.equal(1500)
    expect(byIndex).to.be.greaterThan(150)
  })

  it('updates as the manual says', () => {
    const { refused, updates } = fuzzUpdates(2000, seed)
    expect(updates - refused).to.be.greaterThan(400)
  })

  it('never uses a partial index of present fields for null, which missing fields are too', () => {
    const store = new InnerStore()
    const key = { a: 1 }
    store.run({ createIndexes: 'c', indexes: [{ key, name: 'a', partialFilterExpression: { a: { $exists: true } } }] })
    store.run({ insert: 'c', documents: [{ _id: 1, a: null }, { _id: 2 }, { _id: 3, a: 1 }] })
    expect(store.run({ find: 'c', filter: { a: null } }).cursor.firstBatch).to.have.length(2)
    store.close()
  })

  it('loses nothing that it acknowledged when it is killed six times under 16 writers', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'careline-proof-'))
    try {
      const deaths = await dieRepeatedly({ directory, end: killed }, 6, 16, 100)
      expect(deaths.acknowledged).to.be.greaterThan(100)
      expect(deaths).to.include({ rounds: 6, lost: 0, torn: 0, indexDifferences: 0 })
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
