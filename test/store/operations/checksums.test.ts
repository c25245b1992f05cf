import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import { checkBackup } from '../../../store/embedded/backup.ts'
import type { StoreEvent } from '../../../store/embedded/observe.ts'
import { refusal } from '../embedded/harness.ts'
import { Places } from './harness.ts'

describe('embedded store: checksums of documents', () => {
  const places = new Places()
  after(() => places.remove())

  async function filled(name: string) {
    const { things, close, file } = await places.start(name, { durability: 'relaxed' })
    await things.createIndex({ tag: 1 })
    await things.createIndex({ at: 1 }, { expireAfterSeconds: 60 })
    await things.insertMany(
      Array.from({ length: 50 }, (_, n) => ({ _id: `t${n}`, tag: n % 7, text: `This is text ${n}.`, at: new Date(0) })),
    )
    await close()
    return file
  }

  /** One bit of one document is another, as a disk may do it: pages and lengths stay what they were. */
  function flip(file: string, text: string) {
    const bytes = readFileSync(file)
    const handle = openSync(file, 'r+')
    let places = 0
    // A page that was split still has the bytes of what moved away: which of them counts is not to be seen from here.
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
      writeSync(handle, Buffer.of((bytes[at] as number) ^ 1), 0, 1, at)
      places++
    }
    closeSync(handle)
    expect(places).to.be.greaterThan(0)
  }

  it('a byte that is not as it was written is never given out, and named wherever it is met', async () => {
    const file = await filled('flipped')
    flip(file, 'This is text 7.')
    const events: StoreEvent[] = []
    const told = /row 8 of careline\.things, _id: "t7", is damaged.*careline restore --from/
    const options = { onEvent: (event: StoreEvent) => events.push(event), expiryEveryMs: 3_600_000 }
    const { things, store } = await places.start('flipped', options)
    const meeting: [string, () => Promise<unknown>][] = [
      ['by _id', () => things.findOne({ _id: 't7' })],
      ['by an index', () => things.find({ tag: 0 }).toArray()],
      ['by a scan', () => things.find({}).toArray()],
      ['counted', () => things.countDocuments({ text: 'x' })],
      ['grouped', () => things.aggregate([{ $group: { _id: '$text' } }]).toArray()],
      ['changed', () => things.updateOne({ _id: 't7' }, { $set: { tag: 9 } })],
      ['changed with others', () => things.updateMany({}, { $set: { tag: 9 } })],
      ['removed', () => things.deleteOne({ _id: 't7' })],
      ['found and changed', () => things.findOneAndUpdate({ _id: 't7' }, { $set: { tag: 9 } })],
      ['in a new index', () => things.createIndex({ text: 1 })],
    ]
    for (const [name, meet] of meeting) expect((await refusal(meet())).message, name).to.match(told)
    const damages = events.filter(({ kind }) => kind === 'damaged')
    expect(damages).to.have.length(1)
    expect(damages[0]).to.include({ file })
    expect((await things.findOne({ _id: 't8' })).text).to.equal('This is text 8.')
    await things.updateOne({ _id: 't8' }, { $set: { tag: 3 } })
    const [validated] = await store.validate()
    expect(validated?.errors).to.have.length(1)
    expect(validated?.errors[0]).to.match(/row 8 of careline\.things, _id: "t7", is damaged/)
    const copy = places.directory('copy')
    await store.backup(copy)
    expect(() => checkBackup(copy)).to.throw()
  })

  it('a damaged document stays where it is, when others expire', async () => {
    const file = await filled('expiring')
    flip(file, 'This is text 7.')
    const events: StoreEvent[] = []
    let heard = () => {}
    const damage = new Promise<void>((resolve) => (heard = resolve))
    const onEvent = (event: StoreEvent) => void (events.push(event), event.kind === 'damaged' && heard())
    const { things } = await places.start('expiring', { onEvent, expiryEveryMs: 20 })
    await damage
    expect((await refusal(things.findOne({ _id: 't7' }))).message).to.match(/damaged/)
    await things.insertOne({ _id: 'new' })
  })

  it('a store of before goes on: what is written gets its checksum, the rest at the next compaction', async () => {
    const file = await filled('older')
    const database = new DatabaseSync(file)
    const { tbl } = database.prepare("SELECT tbl FROM catalog WHERE ns = 'careline.things'").get() as { tbl: string }
    database.exec(`ALTER TABLE ${tbl} DROP COLUMN s; PRAGMA user_version=1`)
    database.close()
    const without = () => {
      const reader = new DatabaseSync(file)
      const { n } = reader.prepare(`SELECT count(*) n FROM ${tbl} WHERE s IS NULL`).get() as { n: number }
      reader.close()
      return n
    }
    const first = await places.start('older', { expiryEveryMs: 3_600_000 })
    expect(await first.things.countDocuments({ text: /^This/ })).to.equal(50)
    await first.things.updateOne({ _id: 't1' }, { $set: { tag: 8 } })
    await first.close()
    expect(without()).to.equal(49)
    const second = await places.start('older', { expiryEveryMs: 3_600_000 })
    await second.store.compact()
    expect((await second.store.validate())[0]?.errors).to.deep.equal([])
    await second.close()
    expect(without()).to.equal(0)
    flip(file, 'This is text 7.')
    const third = await places.start('older', { expiryEveryMs: 3_600_000 })
    expect((await refusal(third.things.findOne({ _id: 't7' }))).message).to.match(/_id: "t7", is damaged/)
  })
})
