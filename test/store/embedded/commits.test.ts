import fs, { mkdtempSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { Committer } from '../../../store/embedded/engine/commit.ts'
import { Database } from '../../../store/embedded/engine/database.ts'

describe('embedded store: what an answer waits for', () => {
  const { fdatasync } = fs
  const directory = mkdtempSync(join(tmpdir(), 'careline-commits-'))
  const file = join(directory, 'careline.sqlite')
  let database: Database
  let committer: Committer
  let syncs: (() => void)[]
  let answered: string[]

  before(() => {
    fs.fdatasync = ((fd: number, done: (error: Error | null) => void) => {
      syncs.push(() => fdatasync(fd, done))
    }) as typeof fdatasync
    syncBuiltinESMExports()
    database = new Database(file)
    database.exec('CREATE TABLE things(name TEXT PRIMARY KEY)')
    const failed = (error: Error) => {
      throw error
    }
    committer = new Committer(database, file, 'full', { rolledBack: () => undefined, failed })
  })
  beforeEach(() => {
    syncs = []
    answered = []
  })
  after(() => {
    fs.fdatasync = fdatasync
    syncBuiltinESMExports()
    database.close()
    rmSync(directory, { recursive: true })
  })

  function add(name: string): void {
    const work = () => {
      const { changes } = database.prepare('INSERT OR IGNORE INTO things VALUES (?)').run(name)
      if (changes > 0) database.isChanged = true
      return changes > 0 ? 'new' : 'known'
    }
    void committer.submit(work).then((outcome) => answered.push(`${name} ${outcome}`))
  }
  const turns = async (until: () => boolean, atLeast = 10) => {
    const end = performance.now() + 20_000
    for (let n = 0; n < atLeast || (performance.now() < end && !until()); n++) await turn()
  }

  it('a write is answered when it is on disk', async () => {
    add('one')
    await turns(() => syncs.length === 1)
    expect(answered).to.deep.equal([])
    syncs.shift()?.()
    await turns(() => answered.length === 1)
    expect(answered).to.deep.equal(['one new'])
  })

  it('nobody hears of a duplicate before the first of its kind is on disk', async () => {
    add('two')
    await turns(() => syncs.length === 1)
    add('two')
    await turns(() => true, 1_000)
    expect(answered).to.deep.equal([])
    syncs.shift()?.()
    await turns(() => answered.length === 2)
    expect(answered).to.deep.equal(['two new', 'two known'])
    add('two')
    await turns(() => answered.length === 3)
    expect(answered.at(-1), 'nothing is left to wait for').to.equal('two known')
    expect(syncs).to.deep.equal([])
  })
})
