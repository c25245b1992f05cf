import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import { checkBackup, placeBackup, sealCopy } from '../../../store/embedded/backup.ts'
import { refusal } from '../embedded/harness.ts'
import { Places } from './harness.ts'

const about = { madeAt: '2026-11-21T12:00:00.000Z', version: '0.0.0' }

describe('embedded store: backup', () => {
  const places = new Places()
  const copy = places.directory('copy')
  const acknowledged: number[] = []
  let acknowledgedBefore = 0

  before(async () => {
    const { store, things, close } = await places.start('busy', { durability: 'relaxed' })
    await things.createIndexes([{ key: { n: 1, side: 1 }, unique: true }, { key: { tags: 1 } }])
    let isOver = false
    let next = 0
    // Two documents in one command: a copy that has one of them has caught half a write.
    const pair = (n: number) => ['a', 'b'].map((side) => ({ n, side, tags: [n % 5, 'all'], pad: 'x'.repeat(2000) }))
    const writer = async () => {
      while (!isOver) {
        const n = next++
        await things.insertMany(pair(n))
        acknowledged.push(n)
      }
    }
    for (; next < 500; acknowledged.push(next++)) await things.insertMany(pair(next))
    const writers = Array.from({ length: 8 }, writer)
    acknowledgedBefore = acknowledged.length
    await store.backup(copy)
    isOver = true
    await Promise.all(writers)
    await close()
  })
  after(() => places.remove())

  it('is one moment of a store that is written meanwhile, readable by its owner only', async () => {
    expect((statSync(copy).mode & 0o777).toString(8)).to.equal('600')
    const { collections } = sealCopy(copy, about)
    mkdirSync(places.directory('restored'))
    expect(placeBackup(copy, places.directory('restored')).collections).to.deep.equal(collections)
    const { store, things } = await places.start('restored')
    const sides = new Map<number, number>()
    for (const { n } of await things.find().toArray()) sides.set(n, (sides.get(n) ?? 0) + 1)
    expect([...sides.values()].every((count) => count === 2)).to.equal(true)
    expect(collections).to.have.length(1)
    expect(collections[0]?.documents).to.equal(sides.size * 2)
    expect(acknowledged.slice(0, acknowledgedBefore).filter((n) => !sides.has(n))).to.deep.equal([])
    expect(sides.size).to.be.at.least(500)
    expect((await store.validate()).flatMap(({ errors }) => errors)).to.deep.equal([])
    expect(existsSync(`${places.file('restored')}.restoring`)).to.equal(false)
  })

  it('writes over nothing', async () => {
    const { store } = await places.start('careful')
    expect((await refusal(store.backup(copy))).message).to.match(/EEXIST/)
    expect(() => checkBackup(copy)).not.to.throw()
    expect((await refusal(store.backup(places.directory('no/such/place')))).message).to.match(/ENOENT/)
  })

  it('is refused when one byte of a document is not as it was', () => {
    const bytes = readFileSync(copy)
    const at = bytes.indexOf('x'.repeat(100)) + 50
    bytes[at] = 'y'.charCodeAt(0)
    const damaged = places.directory('damaged')
    writeFileSync(damaged, bytes)
    expect(() => checkBackup(damaged)).to.throw(
      /damaged is damaged: the document in row \d+ of careline\.things.* do not give its checksum/,
    )
    mkdirSync(places.directory('untouched'))
    expect(() => placeBackup(damaged, places.directory('untouched'))).to.throw(/damaged/)
    expect(existsSync(places.file('untouched'))).to.equal(false)
  })

  it('is not taken for one when it is another file', () => {
    const other = places.directory('other')
    const database = new DatabaseSync(other)
    database.exec('CREATE TABLE a(b)')
    database.close()
    expect(() => checkBackup(other)).to.throw(/is no backup of Careline/)
    const text = places.directory('text')
    writeFileSync(text, 'Dear reader, '.repeat(1000))
    expect(() => checkBackup(text)).to.throw(/is damaged|not a database/)
  })
})
