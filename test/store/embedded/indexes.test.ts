import { expect } from 'chai'
import { openedStore, refusal, stages } from './harness.ts'

describe('embedded store: indexes', () => {
  const opened = openedStore({ expiryEveryMs: 50 })

  const explained = (cursor: any) => cursor.explain('executionStats')

  it('walks a compound index in its order and stops at the limit', async () => {
    const things = await opened.fresh()
    await things.createIndex({ workspaceId: 1, status: 1, updatedAt: -1 })
    await things.insertMany(
      Array.from({ length: 1000 }, (_, i) => ({
        _id: i,
        workspaceId: `w${i % 2}`,
        status: i % 4 < 2 ? 'open' : 'closed',
        updatedAt: new Date(i),
      })),
    )
    const list = (filter: any) =>
      things
        .find({ workspaceId: 'w1', ...filter })
        .sort({ updatedAt: -1 })
        .limit(5)
    const page = list({ status: 'open', updatedAt: { $lt: new Date(900) } })
    expect((await page.toArray()).map((each) => each._id)).to.deep.equal([897, 893, 889, 885, 881])
    const plan = await explained(list({ status: 'open', updatedAt: { $lt: new Date(900) } }))
    expect(stages(plan)).to.deep.equal(['LIMIT', 'FETCH', 'IXSCAN'])
    expect(plan.executionStats).to.include({ totalDocsExamined: 5, nReturned: 5 })
    // Several statuses are merged into one order rather than sorted.
    const merged = await explained(list({ status: { $in: ['open', 'closed'] } }))
    expect(stages(merged)).to.deep.equal(['LIMIT', 'FETCH', 'SORT_MERGE', 'IXSCAN'])
    expect(merged.executionStats.totalDocsExamined).to.be.at.most(7)
    expect((await list({ status: { $in: ['open', 'closed'] } }).toArray()).map((each) => each._id)).to.deep.equal([
      999, 997, 995, 993, 991,
    ])
    expect(stages(await explained(things.find({ workspaceId: 'w1' }).sort({ updatedAt: 1 })))).to.include('SORT')
  })

  it('finds by _id without any search, and pages by it', async () => {
    const things = await opened.fresh()
    await things.insertMany(Array.from({ length: 300 }, (_, i) => ({ _id: i, a: i % 3 })))
    expect(stages(await explained(things.find({ _id: 5 })))).to.deep.equal(['IDHACK'])
    const page = things
      .find({ _id: { $gt: 100 }, a: 0 })
      .sort({ _id: 1 })
      .limit(2)
    expect((await page.toArray()).map((each) => each._id)).to.deep.equal([102, 105])
    expect(
      stages(
        await explained(
          things
            .find({ _id: { $gt: 100 } })
            .sort({ _id: -1 })
            .limit(2),
        ),
      ),
    ).to.deep.equal(['LIMIT', 'FETCH', 'IXSCAN'])
    expect(stages(await explained(things.find({ a: 1 })))).to.deep.equal(['COLLSCAN'])
  })

  it('keeps the order behind an equality with an array', async () => {
    const things = await opened.fresh()
    await things.createIndex({ members: 1, at: 1 })
    await things.insertMany([
      { _id: 1, members: ['x', 'y'], at: 2 },
      { _id: 2, members: ['x'], at: 1 },
      { _id: 3, members: ['y'], at: 0 },
    ])
    const found = things.find({ members: 'x' }).sort({ at: 1 })
    expect((await found.toArray()).map((each) => each._id)).to.deep.equal([2, 1])
    expect(stages(await explained(things.find({ members: 'x' }).sort({ at: 1 })))).to.deep.equal(['FETCH', 'IXSCAN'])
    expect(stages(await explained(things.find({}).sort({ members: 1 })))).to.include('SORT')
    // Found by x, but sorted by its greatest member, which may be another.
    expect((await things.find({ members: 'x' }).sort({ members: -1 }).toArray()).map((each) => each._id)).to.deep.equal(
      [1, 2],
    )
  })

  it('uses a partial index only for queries that it holds', async () => {
    const things = await opened.fresh()
    await things.createIndex({ due: 1 }, { partialFilterExpression: { state: 'open' } })
    await things.createIndex({ key: 1 }, { unique: true, partialFilterExpression: { key: { $type: 'string' } } })
    await things.insertMany([
      { _id: 1, due: 1, state: 'open' },
      { _id: 2, due: 1, state: 'done' },
      { _id: 3, due: 1, state: 'open', key: 'k' },
    ])
    expect(stages(await explained(things.find({ due: 1, state: 'open' })))).to.include('IXSCAN')
    expect(stages(await explained(things.find({ due: 1 })))).to.deep.equal(['COLLSCAN'])
    await things.createIndex({ late: 1 }, { partialFilterExpression: { late: { $gt: 5 } } })
    expect(stages(await explained(things.find({ late: { $gte: 6 } })))).to.include('IXSCAN')
    expect(stages(await explained(things.find({ late: { $gte: 5 } })))).to.deep.equal(['COLLSCAN'])
    expect(stages(await explained(things.find({ late: { $gte: new Date() } })))).to.deep.equal(['COLLSCAN'])
    expect(await things.countDocuments({ due: 1 })).to.equal(3)
    expect((await refusal(things.insertOne({ key: 'k' }))).code).to.equal(11000)
    // Leaving and entering the index by an update.
    await things.updateOne({ _id: 1 }, { $set: { state: 'done' } })
    expect(await things.distinct('_id', { due: 1, state: 'open' })).to.deep.equal([3])
    await things.updateOne({ _id: 2 }, { $set: { state: 'open' } })
    expect(await things.distinct('_id', { due: 1, state: 'open' })).to.deep.equal([2, 3])
  })

  it('leaves documents without the field out of a sparse unique index', async () => {
    const things = await opened.fresh()
    await things.createIndex({ a: 1 }, { unique: true, sparse: true })
    await things.insertMany([{}, {}, { a: 1 }])
    expect((await refusal(things.insertOne({ a: 1 }))).code).to.equal(11000)
    expect(await things.countDocuments({ a: null })).to.equal(2)
    expect(stages(await explained(things.find({ a: 1 })))).to.include('IXSCAN')
    expect(stages(await explained(things.find({ a: null })))).to.deep.equal(['COLLSCAN'])
  })

  it('looks for the beginning of a text in the index', async () => {
    const things = await opened.fresh()
    await things.createIndex({ name: 1 })
    await things.insertMany(['ab', 'abc', 'b', 'aB'].map((name) => ({ name })))
    expect(stages(await explained(things.find({ name: /^ab/ })))).to.include('IXSCAN')
    expect(await things.countDocuments({ name: /^ab/ })).to.equal(2)
    expect(await things.countDocuments({ name: /^ab/i })).to.equal(3)
  })

  it('removes what has expired', async () => {
    const things = await opened.fresh()
    await things.createIndex({ at: 1 }, { expireAfterSeconds: 10 })
    await things.insertMany([
      { _id: 1, at: new Date(Date.now() - 60_000) },
      { _id: 2, at: new Date() },
      { _id: 3, at: 'never' },
      { _id: 4 },
    ])
    while ((await things.countDocuments()) === 4) await new Promise((done) => setTimeout(done, 10))
    expect(await things.distinct('_id')).to.deep.equal([2, 3, 4])
  })

  it('creates, lists and drops; the same again is no error, something else by that name is', async () => {
    const things = await opened.fresh()
    await things.insertMany([{ a: 1 }, { a: 1 }])
    expect(await things.createIndex({ a: 1, b: -1 })).to.equal('a_1_b_-1')
    expect(await things.createIndex({ a: 1, b: -1 })).to.equal('a_1_b_-1')
    expect((await refusal(things.createIndex({ c: 1 }, { name: 'a_1_b_-1' }))).code).to.equal(86)
    expect((await refusal(things.createIndex({ a: 1, b: -1 }, { name: 'other' }))).code).to.equal(85)
    expect((await refusal(things.createIndex({ a: 1 }, { unique: true }))).code).to.equal(11000)
    expect((await things.indexes()).map((each) => each.name)).to.deep.equal(['_id_', 'a_1_b_-1'])
    await things.dropIndex('a_1_b_-1')
    expect((await refusal(things.dropIndex('a_1_b_-1'))).code).to.equal(27)
    expect((await refusal(things.dropIndex('_id_'))).code).to.equal(72)
    expect((await refusal(things.find().hint('a_1_b_-1').toArray())).code).to.equal(2)
  })

  it('refuses an index over two arrays side by side', async () => {
    const things = await opened.fresh()
    await things.createIndex({ a: 1, b: 1 })
    expect((await refusal(things.insertOne({ a: [1], b: [2] }))).code).to.equal(171)
    expect(await things.countDocuments()).to.equal(0)
  })
})
