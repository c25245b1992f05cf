import fs, { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Database } from '../../../store/embedded/engine/database.ts'
import { LogRoom } from '../../../store/embedded/engine/log-room.ts'
import { LogSyncs } from '../../../store/embedded/engine/log-syncs.ts'

describe('embedded store: its log', () => {
  const { fdatasync, writeSync } = fs
  const root = mkdtempSync(join(tmpdir(), 'careline-log-'))
  let directory: string
  let number = 0
  beforeEach(() => mkdirSync((directory = join(root, String(number++)))))
  afterEach(() => {
    fs.fdatasync = fdatasync
    fs.writeSync = writeSync
    syncBuiltinESMExports()
  })
  after(() => rmSync(root, { recursive: true }))

  describe('synced', () => {
    let ends: ((error: Error | null) => void)[]
    let handles: number[]
    let answered: string[]
    let failures: string[]
    let syncs: LogSyncs
    beforeEach(() => {
      ends = []
      handles = []
      answered = []
      failures = []
      fs.fdatasync = ((fd: number, done: (error: Error | null) => void) => {
        handles.push(fd)
        ends.push(done)
      }) as typeof fdatasync
      syncBuiltinESMExports()
      const log = join(directory, 'log')
      fs.writeFileSync(log, '')
      syncs = new LogSyncs(log, { ended: () => undefined, failed: (error) => failures.push(error.message) })
    })
    const begin = (name: string) => syncs.begin([() => answered.push(name)], 1)

    it('by several at once, each by its own handle; one that has ended answers for those that began before it', async () => {
      for (const name of ['one', 'two', 'three']) begin(name)
      expect(new Set(handles).size).to.equal(3)
      expect([syncs.isFree, syncs.writes]).to.deep.equal([false, 3])
      ends[1]?.(null)
      expect(answered).to.deep.equal(['one', 'two'])
      ends[0]?.(null)
      expect(answered).to.deep.equal(['one', 'two'])
      syncs.after(() => answered.push('who found what was on its way'))
      expect(answered.length).to.equal(2)
      const closed = syncs.close()
      ends[2]?.(null)
      expect(answered.slice(2)).to.deep.equal(['three', 'who found what was on its way'])
      await closed
    })

    it('and after one that failed nobody is answered any more', () => {
      begin('one')
      begin('two')
      ends[0]?.(new Error('EIO'))
      ends[1]?.(null)
      expect([answered, failures]).to.deep.equal([[], ['EIO']])
    })

    it('by one at a time where the disk is slow', () => {
      expect(syncs.atOnce).to.equal(3)
      syncs.ms = 5
      expect(syncs.atOnce).to.equal(1)
      begin('one')
      expect(syncs.isFree).to.equal(false)
    })
  })

  describe('made longer before it is full', () => {
    const ROWS = 40
    const filler = Buffer.alloc(60_000, 1)

    const opened: Database[] = []
    afterEach(() => {
      for (const database of opened.splice(0)) database.close()
    })

    function written(room: (file: string, database: Database) => LogRoom): { file: string; sizes: number[] } {
      const file = join(directory, 'careline.sqlite')
      const database = new Database(file)
      opened.push(database)
      database.exec('CREATE TABLE things(n INTEGER PRIMARY KEY, d BLOB)')
      const made = room(`${file}-wal`, database)
      const sizes = [0]
      for (let n = 0; n < ROWS; n++) {
        database.run('INSERT INTO things VALUES (?, ?)', n, filler)
        made.keep()
        const { size } = statSync(`${file}-wal`)
        if (size !== sizes.at(-1)) sizes.push(size)
      }
      made.close()
      return { file, sizes }
    }

    it('grows in few steps, and what it holds is found again as if it had not', () => {
      const { file, sizes } = written((log, database) => new LogRoom(log, database.pageBytes))
      // Each of the rows fills some sixteen pages.
      expect(sizes.length).to.be.lessThan(ROWS / 4)
      const copy = join(directory, 'copy.sqlite')
      copyFileSync(file, copy)
      copyFileSync(`${file}-wal`, `${copy}-wal`)
      const again = new Database(copy)
      opened.push(again)
      expect(again.one('SELECT count(*), sum(length(d)) FROM things')).to.deep.equal([ROWS, ROWS * filler.length])
      expect(again.one('PRAGMA integrity_check')).to.deep.equal(['ok'])
    })

    it('is as it was on a disk that is full, and that is not tried again', () => {
      let tries = 0
      fs.writeSync = () => {
        tries++
        throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
      }
      syncBuiltinESMExports()
      const { sizes } = written((log, database) => new LogRoom(log, database.pageBytes))
      expect(tries).to.equal(1)
      expect(sizes.length).to.equal(ROWS + 1)
    })
  })
})
