import { closeSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import type { StoreEvent } from '../../../store/embedded/observe.ts'
import { refusal } from '../embedded/harness.ts'
import { Places } from './harness.ts'

describe('embedded store: damage', () => {
  const places = new Places()
  after(() => places.remove())

  async function filled(name: string) {
    const { things, client, close, file } = await places.start(name, { durability: 'relaxed' })
    await things.createIndexes([
      { key: { tag: 1 }, name: 'tag' },
      { key: { list: 1 }, name: 'list' },
    ])
    await things.insertMany(
      Array.from({ length: 300 }, (_, n) => ({ _id: n, tag: n % 7, list: [n, -n], pad: 'p'.repeat(1000) })),
    )
    await client.db().collection<any>('others').insertOne({ _id: 1, is: 'well' })
    await close()
    return file
  }

  function edited(file: string, ...statements: string[]) {
    const database = new DatabaseSync(file)
    for (const statement of statements) database.exec(statement)
    database.close()
  }

  it('is found by validate: a key that lacks, one too many, a document that cannot be read', async () => {
    const file = await filled('edited')
    const database = new DatabaseSync(file)
    const { tbl } = database.prepare("SELECT tbl FROM catalog WHERE ns = 'careline.things'").get() as { tbl: string }
    database.close()
    const well = await places.start('edited')
    const [others, things] = (await well.store.validate()).sort((a, b) => (a.namespace < b.namespace ? -1 : 1))
    expect(others).to.deep.include({ documents: 1, errors: [] })
    expect(things).to.deep.equal({
      namespace: 'careline.things',
      documents: 300,
      keys: { _id_: 300, tag: 300, list: 599 },
      errors: [],
    })
    await well.close()
    edited(
      file,
      'DELETE FROM i2 WHERE rid = 5',
      "INSERT INTO i3 VALUES (x'00ff', 9)",
      "INSERT INTO i3 VALUES (x'00fe', 9999)",
      `UPDATE ${tbl} SET d = substr(d, 1, 20) WHERE rid = 11`,
    )
    const { store, client } = await places.start('edited', { readOnly: true })
    const { errors } = (await store.validate()).find(({ namespace }) => namespace === 'careline.things') ?? {
      errors: [],
    }
    const text = errors.join('\n')
    expect(text).to.match(/index tag lacks a key of row 5/)
    expect(text).to.match(/index list has a key that row 9 has not/)
    expect(text).to.match(/index list has a key of row 9999, which is not there/)
    expect(text).to.match(/document in row 11 of careline.things, _id: 10, is damaged/)
    const answer = await client.db().command({ validate: 'things', full: true })
    expect(answer).to.deep.include({ valid: false, nrecords: 300, nIndexes: 3 })
    expect(answer['indexDetails']).to.deep.equal({
      _id_: { valid: true },
      tag: { valid: false },
      list: { valid: false },
    })
    expect((await client.db().command({ validate: 'others' }))['valid']).to.equal(true)
    expect((await refusal(client.db().command({ validate: 'nothing' }))).code).to.equal(26)
  })

  it('of a page is named where it is met, with the way to restore; the rest goes on, and nothing is lost of it', async () => {
    const file = await filled('torn')
    const bytes = readFileSync(file)
    const handle = openSync(file, 'r+')
    const junk = Buffer.alloc(4096, 0x5a)
    // The leaves of one table: every page that holds its documents, and none other.
    for (let page = 4096; page < bytes.length; page += 4096)
      if (bytes.subarray(page, page + 4096).includes('p'.repeat(900))) writeSync(handle, junk, 0, 4096, page)
    closeSync(handle)
    const events: StoreEvent[] = []
    const { things, client, store } = await places.start('torn', { onEvent: (event) => events.push(event) })
    const error = await refusal(things.find().toArray())
    expect(error.message)
      .to.include(file)
      .and.to.match(/is damaged .*careline restore --from/)
    expect((await refusal(things.updateMany({}, { $set: { tag: 1 } }))).message).to.include(file)
    expect(events.filter(({ kind }) => kind === 'damaged')).to.have.length(1)
    const others = client.db().collection<any>('others')
    expect(await others.findOne({ _id: 1 })).to.deep.equal({ _id: 1, is: 'well' })
    await others.insertOne({ _id: 2 })
    const [found] = (await store.validate()).filter(({ errors }) => errors.length > 0)
    expect(found?.namespace).to.equal('careline.things')
  })

  it('never becomes an empty store: a file that has gone, has no bytes, or is cut short', async () => {
    const file = await filled('emptied')
    const whole = readFileSync(file)
    const says = async () => (await refusal(places.start('emptied'))).message
    truncateSync(file, 0)
    expect(await says()).to.match(
      /careline\.sqlite cannot be opened: it is empty, and was not\. Restore it.*careline restore/,
    )
    rmSync(file)
    expect(await says()).to.match(/it was there, and has gone\. Restore it/)
    writeFileSync(file, whole.subarray(0, 4096 * 3))
    expect(await says()).to.match(/cannot be opened: .*malformed.* Restore it/)
    writeFileSync(file, whole)
    const { things } = await places.start('emptied')
    expect(await things.countDocuments()).to.equal(300)
  })
})
