import { expect } from 'chai'
import { openedStore, refusal } from './harness.ts'

describe('embedded store: cursors', () => {
  const opened = openedStore()
  const status = async () => (await opened.db.admin().serverStatus())['metrics'].cursor.open.total

  before(() =>
    opened
      .collection()
      .insertMany(Array.from({ length: 2500 }, (_, i) => ({ _id: i, n: 2500 - i, pad: 'x'.repeat(50) }))),
  )

  it('streams in batches, from a scan, an index and a sort', async () => {
    const things = opened.collection()
    expect(await things.find().batchSize(100).toArray()).to.have.length(2500)
    await things.createIndex({ n: 1 })
    const byIndex = await things
      .find({ n: { $gt: 0 } })
      .sort({ n: 1 })
      .batchSize(33)
      .toArray()
    expect(byIndex.map((each) => each.n)).to.deep.equal(Array.from({ length: 2500 }, (_, i) => i + 1))
    const sorted = await things.find().sort({ pad: 1, _id: -1 }).batchSize(700).toArray()
    expect(sorted.map((each) => each._id)).to.deep.equal(Array.from({ length: 2500 }, (_, i) => 2499 - i))
    expect(await status()).to.equal(0)
  })

  it('goes on beside writes, without meeting a document twice', async () => {
    const seen: number[] = []
    for await (const each of opened
      .collection()
      .find({ _id: { $type: 'number' } })
      .batchSize(50)) {
      seen.push(each._id)
      if (each._id % 500 === 0)
        await opened.collection().updateMany({ _id: { $lt: 2500 } }, { $set: { seen: each._id } })
      if (each._id === 1000) await opened.collection().insertOne({ _id: 'late', n: 0 })
      if (each._id === 2000) await opened.collection().deleteMany({ _id: { $gte: 2400 } })
    }
    expect(new Set(seen).size).to.equal(seen.length)
    expect(seen).to.have.length(2400)
  })

  it('respects the limit and the 16 MB of a reply', async () => {
    expect(await opened.collection().find().limit(250).batchSize(100).toArray()).to.have.length(250)
    const large = await opened.fresh('large')
    await large.insertMany(Array.from({ length: 5 }, () => ({ data: 'x'.repeat(6_000_000) })))
    expect(await large.find().toArray()).to.have.length(5)
    expect(await status()).to.equal(0)
  })

  it('closes on request and when its collection is dropped', async () => {
    const cursor = opened.collection().find().batchSize(2)
    await cursor.next()
    expect(await status()).to.equal(1)
    await cursor.close()
    expect(await status()).to.equal(0)

    const brief = await opened.fresh('brief')
    await brief.insertMany([{}, {}, {}])
    const dropped = brief.find().batchSize(1)
    await dropped.next()
    await brief.drop()
    expect((await refusal(dropped.next())).code).to.equal(175)
  })
})
