import { expect } from 'chai'
import { deedNames, interrupt, Original } from './deeds.ts'
import { hasCompiler } from './disk.ts'
import { interruptMigration } from './migration.ts'

/** A slice of bench/proof/interrupted.ts, which goes through every part of each. */
describe('embedded store: the process or the power ends, or the disk is full, in the middle of', () => {
  let original: Original
  before(async function () {
    if (!hasCompiler) this.skip() // The disk that does so is a library in C.
    original = await Original.made()
  })
  after(() => original?.remove())

  for (const name of deedNames)
    it(`${name}: nothing is lost, and no half is taken for a whole`, async () => {
      expect(await interrupt(name, original, 3, 1)).to.include({ cut: 1, torn: 1, killed: 1 })
    })

  it('a migration, in its target: it goes on where that is, and both are the same in the end', async () => {
    expect(await interruptMigration(original, 3, 1)).to.deep.equal({ cut: 1, torn: 1, killed: 1, full: 1 })
  })
})
