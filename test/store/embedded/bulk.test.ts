import { expect } from 'chai'
import { openedStore, refusal } from './harness.ts'

describe('embedded store: bulk writes', () => {
  const opened = openedStore()

  /** One actor's write: only when the document is still the one that was read. */
  const write = (id: string, owner: string, rev: number, change: any) => ({
    updateOne: {
      filter: { _id: id, workspaceId: 'w1', 'actor.owner': owner, 'actor.rev': rev },
      update: { $set: { 'actor.owner': owner, 'actor.rev': rev + 1 }, ...change },
      upsert: true,
    },
  })

  it('refuses exactly the writes whose document has moved on, and carries out the others', async () => {
    const things = await opened.fresh()
    await things.createIndex({ workspaceId: 1, 'actor.owner': 1 })
    await things.insertMany([
      { _id: 'a', workspaceId: 'w1', actor: { owner: 'p1', rev: 3 }, recent: [1, 2, 3], gone: 1, ids: [1, 2] },
      { _id: 'b', workspaceId: 'w1', actor: { owner: 'p2', rev: 9 } },
      { _id: 'c', workspaceId: 'w2', actor: { owner: 'p1', rev: 1 } },
    ])
    const error = await refusal(
      things.bulkWrite(
        [
          write('a', 'p1', 3, {
            $push: { recent: { $each: [4], $slice: -3 } },
            $unset: { gone: '' },
            $pull: { ids: 1 },
          }),
          write('b', 'p1', 9, {}),
          write('new', 'p1', 0, {}),
          write('c', 'p1', 1, {}),
        ],
        { ordered: false },
      ),
    )
    expect(error.code).to.equal(11000)
    expect(error.writeErrors.map((each: any) => [each.index, each.code])).to.deep.equal([
      [1, 11000],
      [3, 11000],
    ])
    expect(error.writeErrors[0].errmsg).to.equal(
      'E11000 duplicate key error collection: careline.things index: _id_ dup key: { _id: "b" }',
    )
    expect(error.result).to.include({ matchedCount: 1, modifiedCount: 1, upsertedCount: 1 })
    expect(await things.findOne({ _id: 'a' })).to.deep.equal({
      _id: 'a',
      workspaceId: 'w1',
      actor: { owner: 'p1', rev: 4 },
      recent: [2, 3, 4],
      ids: [2],
    })
    expect(await things.findOne({ _id: 'new' })).to.deep.equal({
      _id: 'new',
      workspaceId: 'w1',
      actor: { owner: 'p1', rev: 1 },
    })
    expect((await things.findOne({ _id: 'c' })).actor).to.deep.equal({ owner: 'p1', rev: 1 })
  })

  it('ends an ordered bulk with its first error', async () => {
    const things = await opened.fresh()
    const error = await refusal(things.insertMany([{ _id: 1 }, { _id: 1 }, { _id: 2 }]))
    expect(error.writeErrors).to.have.length(1)
    expect(await things.countDocuments()).to.equal(1)
  })

  it('inserts the rest of an unordered insertMany', async () => {
    const things = await opened.fresh()
    await things.createIndex({ email: 1 }, { unique: true })
    await things.insertMany([{ _id: 1, email: 'a' }])
    const error = await refusal(
      things.insertMany(
        [
          { _id: 1, email: 'x' },
          { _id: 2, email: 'a' },
          { _id: 3, email: 'b' },
        ],
        { ordered: false },
      ),
    )
    expect(error.writeErrors.map((each: any) => each.index)).to.deep.equal([0, 1])
    expect(await things.distinct('_id')).to.deep.equal([1, 3])
    const told = await opened.db.command({ insert: 'things', documents: [{ email: 'a' }], ordered: false })
    expect(told['writeErrors'][0]).to.deep.include({ code: 11000, keyPattern: { email: 1 }, keyValue: { email: 'a' } })
    // A write that was refused leaves no key behind.
    await things.insertOne({ _id: 4, email: 'x' })
  })

  it('tells the key that clashed, also of an array, null and a date', async () => {
    const things = await opened.fresh()
    await things.createIndex({ 'tags.id': 1, day: 1 }, { unique: true, name: 'unique_tag' })
    await things.insertOne({ tags: [{ id: 1 }, { id: 2 }], day: new Date(5) })
    const error = await refusal(things.insertOne({ tags: [{ id: 9 }, { id: 2 }], day: new Date(5) }))
    expect(error.message).to.equal(
      'E11000 duplicate key error collection: careline.things index: unique_tag dup key: { tags.id: 2, day: new Date(5) }',
    )
    expect(error.keyPattern).to.deep.equal({ 'tags.id': 1, day: 1 })
    await things.insertOne({})
    expect((await refusal(things.insertOne({}))).keyValue).to.deep.equal({ 'tags.id': null, day: null })
  })

  it('lets exactly one of many racing upserts in', async () => {
    const things = await opened.fresh()
    const tries = await Promise.allSettled(
      Array.from({ length: 30 }, (_, i) =>
        things.updateOne({ _id: 'one', by: i }, { $set: { n: 1 } }, { upsert: true }),
      ),
    )
    expect(tries.filter((each) => each.status === 'fulfilled')).to.have.length(1)
    expect(await things.countDocuments()).to.equal(1)
  })

  it('carries mixed operations in their order', async () => {
    const things = await opened.fresh()
    const result = await things.bulkWrite([
      { insertOne: { document: { _id: 1, n: 1 } } },
      { updateMany: { filter: {}, update: { $inc: { n: 1 } } } },
      { replaceOne: { filter: { _id: 2 }, replacement: { n: 5 }, upsert: true } },
      { deleteOne: { filter: { _id: 1 } } },
    ])
    expect(result).to.include({ insertedCount: 1, modifiedCount: 1, upsertedCount: 1, deletedCount: 1 })
    expect(await things.find().toArray()).to.deep.equal([{ _id: 2, n: 5 }])
  })
})
