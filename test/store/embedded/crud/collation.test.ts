import { expect } from 'chai'
import { openedStore, stages } from '../harness.ts'

/** What MongoDB's manual says of each option, and what an index may and may not do under one. */
describe('embedded store: collation', () => {
  const opened = openedStore({ durability: 'relaxed' })
  const loose = { locale: 'en_US', strength: 2 } as const
  const texts = ['ping', 'Ping', 'PING', 'píng', 'pong', 7]

  async function filled(values: any[] = texts) {
    const things = await opened.fresh()
    await things.insertMany(values.map((a, _id) => ({ _id, a })))
    return things
  }
  const ids = async (cursor: any) => (await cursor.toArray()).map((each: any) => each._id)

  it('tells letters apart as far as its strength says', async () => {
    const things = await filled()
    const like = (strength: 1 | 2 | 3) => ids(things.find({ a: 'ping' }).collation({ locale: 'en', strength }))
    expect(await like(1)).to.deep.equal([0, 1, 2, 3])
    expect(await like(2)).to.deep.equal([0, 1, 2])
    expect(await like(3)).to.deep.equal([0])
    expect(await ids(things.find({ a: 'ping' }))).to.deep.equal([0])
    expect(await ids(things.find({ a: 'ping' }).collation({ locale: 'simple' }))).to.deep.equal([0])
  })

  it('holds for every operator that compares, and not for a pattern', async () => {
    const things = await filled()
    const found = (filter: any) => ids(things.find(filter).collation(loose))
    expect(await found({ a: { $in: ['PONG', 7] } })).to.deep.equal([4, 5])
    expect(await found({ a: { $ne: 'PING' } })).to.deep.equal([3, 4, 5])
    expect(await found({ a: { $gt: 'PING', $lte: 'PONG' } })).to.deep.equal([3, 4])
    expect(await found({ $expr: { $eq: ['$a', 'PONG'] } })).to.deep.equal([4])
    expect(await found({ a: { $not: { $eq: 'PING' } } })).to.deep.equal([3, 4, 5])
    expect(await found({ a: /^P/ })).to.deep.equal([1, 2])
  })

  it('reaches into documents and arrays', async () => {
    const things = await filled([['A', 'b'], { x: 'A' }, [{ x: 'A' }], 'a'])
    const found = (filter: any) => ids(things.find(filter).collation(loose))
    expect(await found({ a: 'a' })).to.deep.equal([0, 3])
    expect(await found({ a: { x: 'a' } })).to.deep.equal([1, 2])
    expect(await found({ a: { $all: ['a', 'B'] } })).to.deep.equal([0])
    expect(await found({ a: { $elemMatch: { x: 'a' } } })).to.deep.equal([2])
    expect(await found({ a: { X: 'A' } })).to.deep.equal([])
  })

  it('sorts by the language, numbers in texts when asked, and arrays by their least', async () => {
    const things = await filled(['b', 'A', 'a', 'B', 'ä', 'z'])
    const sorted = (collation: any, direction: 1 | -1 = 1) =>
      ids(things.find().sort({ a: direction, _id: 1 }).collation(collation))
    expect(await sorted({ locale: 'de' })).to.deep.equal([2, 1, 4, 0, 3, 5])
    expect(await sorted(loose)).to.deep.equal([1, 2, 4, 0, 3, 5])
    expect(await sorted(loose, -1)).to.deep.equal([5, 0, 3, 4, 1, 2])
    expect(await sorted({ locale: 'sv' })).to.deep.equal([2, 1, 0, 3, 5, 4])
    expect(await sorted({ locale: 'en', caseFirst: 'upper' })).to.deep.equal([1, 2, 4, 3, 0, 5])
    await filled(['a10', 'a9', ['b', 'A8']])
    expect(await sorted({ locale: 'en' })).to.deep.equal([0, 2, 1])
    expect(await sorted({ locale: 'en', numericOrdering: true })).to.deep.equal([2, 1, 0])
  })

  it('uses no index of bytes for texts, nor for an order, but one for what is no text', async () => {
    const things = await filled()
    await things.createIndex({ a: 1 })
    const plan = async (filter: any, sort: any = {}) =>
      stages(await things.find(filter).sort(sort).collation(loose).explain('queryPlanner'))
    expect(await plan({ a: 'ping' })).to.deep.equal(['COLLSCAN'])
    expect(await plan({ _id: 'ping' })).to.deep.equal(['COLLSCAN'])
    expect(await plan({}, { a: 1 })).to.deep.equal(['SORT', 'COLLSCAN'])
    expect(await plan({ a: 7 })).to.include('IXSCAN')
    expect(await plan({ _id: 1 })).to.deep.equal(['IDHACK'])
    expect(await ids(things.find({ a: 'PING' }).collation(loose).hint({ a: 1 }))).to.have.members([0, 1, 2])
  })

  it('goes with updates, deletes, distinct and groups', async () => {
    const things = await filled()
    expect((await things.distinct('a', {}, { collation: loose })).length).to.equal(4)
    const mixed = await filled(['d', 'b', 'C', 'a', 'B', 'D', 'c', 'A', ['e', 'E']])
    expect(await mixed.distinct('a', {}, { collation: loose })).to.deep.equal(['d', 'b', 'C', 'a', 'e'])
    await filled()
    const groups = await things
      .aggregate([{ $group: { _id: '$a', n: { $sum: 1 } } }, { $sort: { _id: 1 } }], { collation: loose })
      .toArray()
    expect(groups.map((each) => each.n)).to.deep.equal([1, 3, 1, 1])
    await things.updateMany({ a: 'PING' }, { $set: { list: ['x', 'X', 'y'] } }, { collation: loose })
    await things.updateOne({ _id: 0 }, { $pull: { list: 'X' } as any }, { collation: loose })
    await things.updateOne({ _id: 1 }, { $addToSet: { list: 'Y' } }, { collation: loose })
    await things.updateOne(
      { _id: 2 },
      { $set: { 'list.$[e]': 0 } as any },
      { collation: loose, arrayFilters: [{ e: 'Y' }] },
    )
    expect((await things.find().sort({ _id: 1 }).limit(3).toArray()).map((each) => each.list)).to.deep.equal([
      ['y'],
      ['x', 'X', 'y'],
      ['x', 'X', 0],
    ])
    const { deletedCount } = await things.deleteMany({ a: 'PinG' }, { collation: loose })
    expect(deletedCount).to.equal(3)
    expect(await things.countDocuments({ a: 'PING' }, { collation: { locale: 'en', strength: 1 } })).to.equal(1)
  })
})
