import { expect } from 'chai'
import { ObjectId, openedStore, refusal } from './harness.ts'

describe('embedded store: create, read, update, delete', () => {
  const opened = openedStore()

  it('poses as a standalone MongoDB 7', async () => {
    const hello = await opened.db.admin().command({ hello: 1 })
    expect(hello.isWritablePrimary).to.equal(true)
    expect(hello.maxWireVersion).to.equal(21)
    expect(hello).not.to.have.any.keys('setName', 'msg', 'logicalSessionTimeoutMinutes')
    expect((await opened.db.admin().buildInfo()).version).to.match(/^7\.0\./)
  })

  it('keeps documents, in the order in which they came, with their fields in order', async () => {
    const things = await opened.fresh()
    await things.insertMany([{ _id: 'c', z: 1, a: 2 }, { _id: 'a' }, { _id: 'b' }])
    const found = await things.find().toArray()
    expect(found.map((each) => each._id)).to.deep.equal(['c', 'a', 'b'])
    expect(Object.keys(found[0])).to.deep.equal(['_id', 'z', 'a'])
    expect((await things.find().sort({ $natural: -1 }).toArray()).map((each) => each._id)).to.deep.equal([
      'b',
      'a',
      'c',
    ])
  })

  it('gives an id to a document without one, and puts it first', async () => {
    const things = await opened.fresh()
    await opened.db.command({ insert: 'things', documents: [{ a: 1 }, { a: 2, _id: 'x' }] })
    const [first, second] = await things.find().toArray()
    expect(first._id).to.be.instanceOf(ObjectId)
    expect(Object.keys(second)).to.deep.equal(['_id', 'a'])
  })

  it('filters, sorts, skips, limits and projects', async () => {
    const things = await opened.fresh()
    await things.insertMany(
      Array.from({ length: 20 }, (_, i) => ({ _id: i, group: i % 3, tags: [`t${i}`, 'all'], in: { n: i } })),
    )
    const page = await things
      .find({ group: 1, 'in.n': { $gt: 3 } })
      .sort({ _id: -1 })
      .skip(1)
      .limit(2)
      .project({ 'in.n': 1, tags: { $slice: 1 } })
      .toArray()
    expect(page).to.deep.equal([
      { _id: 16, in: { n: 16 }, tags: ['t16'] },
      { _id: 13, in: { n: 13 }, tags: ['t13'] },
    ])
    expect(await things.findOne({ tags: 't7' }, { projection: { _id: 0, 'tags.$': 1 } })).to.deep.equal({
      tags: ['t7'],
    })
    expect(await things.findOne({ _id: 7 }, { projection: { group: 0, in: 0 } })).to.deep.equal({
      _id: 7,
      tags: ['t7', 'all'],
    })
    expect(
      await things.findOne({ _id: 7 }, { projection: { _id: 0, twice: { $multiply: ['$in.n', 2] } } }),
    ).to.deep.equal({ twice: 14 })
    expect(await things.countDocuments({ group: 2 })).to.equal(6)
    expect(await things.distinct('group')).to.deep.equal([0, 1, 2])
  })

  it('updates one, updates many, replaces, and says what it did', async () => {
    const things = await opened.fresh()
    await things.insertMany([
      { _id: 1, a: 1 },
      { _id: 2, a: 1 },
      { _id: 3, a: 2 },
    ])
    expect(await things.updateMany({ a: 1 }, { $set: { a: 2 } })).to.include({ matchedCount: 2, modifiedCount: 2 })
    expect(await things.updateMany({ a: 2 }, { $set: { a: 2 } })).to.include({ matchedCount: 3, modifiedCount: 0 })
    expect(await things.replaceOne({ _id: 3 }, { b: 1 })).to.include({ matchedCount: 1, modifiedCount: 1 })
    expect(await things.findOne({ _id: 3 })).to.deep.equal({ _id: 3, b: 1 })
    expect(await things.deleteMany({ a: 2 })).to.include({ deletedCount: 2 })
    expect(await things.deleteOne({ a: 2 })).to.include({ deletedCount: 0 })
  })

  it('does not meet its own changes again in an update of many', async () => {
    const things = await opened.fresh()
    await things.createIndex({ n: 1 })
    await things.insertMany(Array.from({ length: 1500 }, (_, i) => ({ _id: i, n: i })))
    expect(await things.updateMany({ n: { $gte: 0 } }, { $inc: { n: 10_000 } })).to.include({ modifiedCount: 1500 })
    expect(await things.countDocuments({ n: { $gte: 20_000 } })).to.equal(0)
  })

  it('upserts from the equalities of the filter', async () => {
    const things = await opened.fresh()
    const { upsertedId } = await things.updateOne(
      { _id: 'k', 'in.a': 1, n: { $gt: 5 }, $and: [{ x: { $eq: 2 } }] },
      { $set: { 'in.b': 2 }, $setOnInsert: { born: true } },
      { upsert: true },
    )
    expect(upsertedId).to.equal('k')
    expect(await things.findOne({ _id: 'k' })).to.deep.equal({ _id: 'k', in: { a: 1, b: 2 }, x: 2, born: true })
    await things.updateOne({ _id: 'k' }, { $setOnInsert: { born: false }, $set: { n: 1 } }, { upsert: true })
    expect((await things.findOne({ _id: 'k' })).born).to.equal(true)
  })

  it('finds and modifies in one step', async () => {
    const things = await opened.fresh()
    await things.insertMany([
      { _id: 1, n: 3 },
      { _id: 2, n: 1 },
    ])
    expect(await things.findOneAndUpdate({}, { $inc: { n: 1 } }, { sort: { n: 1 } })).to.deep.equal({ _id: 2, n: 1 })
    expect(await things.findOneAndUpdate({ _id: 2 }, { $inc: { n: 1 } }, { returnDocument: 'after' })).to.deep.equal({
      _id: 2,
      n: 3,
    })
    expect(
      await things.findOneAndUpdate(
        { _id: 9, kind: 'new' },
        { $set: { n: 1 } },
        { upsert: true, returnDocument: 'after' },
      ),
    ).to.deep.equal({ _id: 9, kind: 'new', n: 1 })
    expect(await things.findOneAndUpdate({ _id: 10 }, { $set: { n: 1 } }, { upsert: true })).to.equal(null)
    expect(await things.findOneAndReplace({ _id: 10 }, { m: 1 }, { returnDocument: 'after' })).to.deep.equal({
      _id: 10,
      m: 1,
    })
    expect(await things.findOneAndDelete({ _id: 10 }, { projection: { _id: 0 } })).to.deep.equal({ m: 1 })
    expect(await things.findOneAndDelete({ _id: 10 })).to.equal(null)
  })

  it('answers with the error of MongoDB when an id would change', async () => {
    const things = await opened.fresh()
    await things.insertOne({ _id: 1 })
    expect((await refusal(things.updateOne({ _id: 1 }, { $set: { _id: 2 } }))).code).to.equal(66)
    expect((await refusal(things.replaceOne({ _id: 1 }, { _id: 2 }))).code).to.equal(66)
    expect(await things.find().toArray()).to.deep.equal([{ _id: 1 }])
  })

  it('lists, creates, renames and drops collections', async () => {
    await opened.db.dropDatabase()
    await opened.db.createCollection('one')
    await opened.collection('two').insertOne({ _id: 1 })
    expect((await opened.db.listCollections().toArray()).map((each) => each.name)).to.have.members(['one', 'two'])
    await opened.collection('two').rename('three')
    expect(await opened.collection('three').findOne()).to.deep.equal({ _id: 1 })
    expect((await refusal(opened.collection('three').rename('one'))).code).to.equal(48)
    await opened.db.dropCollection('one')
    expect((await opened.db.listCollections().toArray()).map((each) => each.name)).to.deep.equal(['three'])
  })

  it('aggregates: match, group, lookup, facet, unwind, out and merge', async () => {
    const things = await opened.fresh()
    const people = await opened.fresh('people')
    await people.insertMany([
      { _id: 'p1', name: 'Ana' },
      { _id: 'p2', name: 'Ben' },
    ])
    await things.insertMany([
      { _id: 1, by: 'p1', n: 2, tags: ['a', 'b'] },
      { _id: 2, by: 'p2', n: 3, tags: [] },
      { _id: 3, by: 'p1', n: 5, tags: ['a'] },
    ])
    const grouped = await things
      .aggregate([
        { $match: { n: { $gte: 2 } } },
        { $group: { _id: '$by', sum: { $sum: '$n' } } },
        { $sort: { _id: 1 } },
      ])
      .toArray()
    expect(grouped).to.deep.equal([
      { _id: 'p1', sum: 7 },
      { _id: 'p2', sum: 3 },
    ])
    const joined = await things
      .aggregate([
        { $match: { _id: 2 } },
        { $lookup: { from: 'people', localField: 'by', foreignField: '_id', as: 'who' } },
      ])
      .toArray()
    expect(joined[0]?.['who']).to.deep.equal([{ _id: 'p2', name: 'Ben' }])
    const [facets] = await things
      .aggregate([{ $facet: { tags: [{ $unwind: '$tags' }, { $sortByCount: '$tags' }], all: [{ $count: 'n' }] } }])
      .toArray()
    expect(facets).to.deep.equal({
      tags: [
        { _id: 'a', count: 2 },
        { _id: 'b', count: 1 },
      ],
      all: [{ n: 3 }],
    })
    await things.aggregate([{ $project: { n: 1 } }, { $out: 'copied' }]).toArray()
    expect(await opened.collection('copied').countDocuments()).to.equal(3)
    await things.aggregate([{ $set: { extra: 1 } }, { $merge: 'copied' }]).toArray()
    expect(await opened.collection('copied').findOne({ _id: 3 })).to.deep.equal({
      _id: 3,
      n: 5,
      by: 'p1',
      tags: ['a'],
      extra: 1,
    })
  })

  it('answers in order on one connection, an unacknowledged write before the read behind it', async () => {
    const things = await opened.fresh()
    const single = await new (opened.client.constructor as any)(opened.store.uri, { maxPoolSize: 1 }).connect()
    const unheard = single.db().collection('things', { writeConcern: { w: 0 } })
    for (let i = 0; i < 20; i++) {
      await unheard.insertOne({ _id: i })
      expect(await single.db().collection('things').countDocuments({})).to.equal(i + 1)
    }
    await single.close()
    expect(await things.countDocuments({})).to.equal(20)
  })
})
