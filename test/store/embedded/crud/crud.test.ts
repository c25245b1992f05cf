import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect } from 'chai'
import { openedStore } from '../harness.ts'
import { parsed, runUnified, unmet } from './unified.ts'

/*
 * The MongoDB drivers' own tests of reading and writing (see SOURCE.md), against the embedded store as if it were a
 * standalone MongoDB 7.0. `skipped.json` names what is left out: by reason, by file, by test.
 */

const here = import.meta.dirname
const files = globSync(join(here, 'unified/*.json'))
  .sort()
  .map((path) => ({ name: basename(path, '.json'), ...parsed(readFileSync(path, 'utf8')) }))
const skipped: Record<string, Record<string, string[]>> = JSON.parse(readFileSync(join(here, 'skipped.json'), 'utf8'))

function reasonOf(file: string, test: string): string | undefined {
  return Object.keys(skipped).find((reason) => skipped[reason]?.[file]?.includes(test))
}

describe("embedded store: the MongoDB drivers' CRUD tests", () => {
  const opened = openedStore({ durability: 'relaxed' })
  let ran = 0

  for (const file of files)
    describe(file.name, () => {
      for (const test of file.tests) {
        if (reasonOf(file.name, test.description) !== undefined) continue
        it(test.description, async () => {
          await runUnified(opened, file, test)
          ran++
        })
      }
    })

  // mocha runs a suite's own tests before those of the suites inside it.
  describe('all of them', () => {
    it('ran every test but those with a reason, and every requirement that is not met is named', () => {
      const all = files.flatMap((file) => file.tests.map((test: any) => ({ file, test })))
      const named = Object.values(skipped).flatMap((byFile) => Object.values(byFile).flat())
      expect(ran).to.equal(all.length - named.length)
      expect(ran).to.be.greaterThan(300)
      for (const { file, test } of all) {
        const need = unmet(file.runOnRequirements) ?? unmet(test.runOnRequirements)
        const reason = reasonOf(file.name, test.description)
        const isForNeed = reason?.startsWith('needs ') ? reason : null
        expect(isForNeed, `${file.name}: ${test.description}`).to.equal(need)
      }
    })
  })
})
