import { expect } from 'chai'
import { openedStore, stages } from './harness.ts'

describe('embedded store: explain', () => {
  const opened = openedStore({ durability: 'relaxed' })
  const things = () => opened.collection()

  before(async () => {
    await things().createIndexes([{ key: { a: 1 } }, { key: { b: 1, c: 1 } }, { key: { tags: 1 } }])
    await things().insertMany(
      Array.from({ length: 200 }, (_, i) => ({
        _id: i as any,
        a: i % 20,
        b: i % 10,
        c: i,
        d: i % 4,
        tags: [i, i + 1],
      })),
    )
  })

  const explained = (cursor: any): Promise<any> => cursor.explain('executionStats')
  const counts = ({ executionStats: { nReturned, totalKeysExamined, totalDocsExamined } }: any) => [
    nReturned,
    totalKeysExamined,
    totalDocsExamined,
  ]
  const ids = async (cursor: any) =>
    (await cursor.toArray()).map((each: any) => each._id).sort((x: number, y: number) => x - y)

  it('says what was looked at, for the whole and for each stage', async () => {
    const scan = await explained(things().find({ d: 1 }))
    expect(stages(scan)).to.deep.equal(['COLLSCAN'])
    expect(counts(scan)).to.deep.equal([50, 0, 200])
    expect(scan.executionStats.executionStages).to.include({ stage: 'COLLSCAN', docsExamined: 200, nReturned: 50 })
    const index = await explained(things().find({ a: 3, d: 3 }))
    expect(stages(index)).to.deep.equal(['FETCH', 'IXSCAN'])
    expect(counts(index)).to.deep.equal([10, 10, 10])
    expect(index.executionStats.executionStages.inputStage).to.include({ indexName: 'a_1', keysExamined: 10 })
    const byId = await explained(things().find({ _id: 7 as any }))
    expect(stages(byId)).to.deep.equal(['IDHACK'])
    expect(counts(byId)).to.deep.equal([1, 1, 1])
    const sorted = await explained(things().find({ d: 1 }).sort({ d: 1, c: -1 }).limit(3))
    expect(stages(sorted)).to.deep.equal(['SORT', 'COLLSCAN'])
    expect(counts(sorted)).to.deep.equal([3, 0, 200])
    expect((await things().find({ a: 3 }).explain('queryPlanner'))['executionStats']).to.equal(undefined)
  })

  it('unites the indexes of an $or, each document once', async () => {
    const either = { $or: [{ a: 3 }, { b: 3, c: { $lt: 50 } }] }
    const plan = await explained(things().find(either))
    expect(stages(plan)).to.deep.equal(['FETCH', 'OR'])
    const inputs = plan.queryPlanner.winningPlan.inputStage.inputStages
    expect(inputs.map((each: any) => each.indexName)).to.deep.equal(['a_1', 'b_1_c_1'])
    expect(await ids(things().find(either))).to.deep.equal([3, 13, 23, 33, 43, 63, 83, 103, 123, 143, 163, 183])
    expect(counts(plan)).to.deep.equal([12, 12, 12])
  })

  it('takes what else a filter says into each branch, and nests', async () => {
    const plan = async (filter: any, sort: any = {}) => stages(await explained(things().find(filter).sort(sort)))
    expect(await plan({ c: 13, $or: [{ b: 3 }, { _id: 13 }] })).to.deep.equal(['FETCH', 'OR'])
    expect(await ids(things().find({ c: 13, $or: [{ b: 3 }, { _id: 13 as any }] }))).to.deep.equal([13])
    expect(await plan({ $and: [{ d: 1 }, { $or: [{ a: 1 }, { $or: [{ a: 2 }, { tags: 5 }] }] }] })).to.deep.equal([
      'FETCH',
      'OR',
    ])
    expect(await ids(things().find({ $or: [{ tags: 5 }, { tags: 6 }] }))).to.deep.equal([4, 5, 6])
    // An index on what all branches need is better; a branch without any makes the others useless.
    expect(await plan({ a: 1, $or: [{ b: 1 }, { b: 2 }] })).to.deep.equal(['FETCH', 'IXSCAN'])
    expect(await plan({ $or: [{ a: 1 }, { d: 1 }] })).to.deep.equal(['COLLSCAN'])
    expect(await plan({ $or: [{ a: 1 }, { b: 2 }] }, { c: 1 })).to.deep.equal(['SORT', 'FETCH', 'OR'])
  })

  it('changes and deletes by the union too', async () => {
    const some = await opened.fresh('some')
    await some.createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }])
    await some.insertMany(Array.from({ length: 6 }, (_, i) => ({ _id: i as any, a: i % 3, b: i % 2 })))
    const changed = await some.updateMany({ $or: [{ a: 0 }, { b: 1 }] }, { $inc: { a: 1, n: 1 } })
    expect(changed.modifiedCount).to.equal(4)
    expect((await some.find({ n: { $gt: 1 } }).toArray()).length).to.equal(0)
    expect((await some.deleteMany({ $or: [{ a: 1 }, { b: 1 }] })).deletedCount).to.equal(5)
  })

  it('speaks for every command without carrying out its changes', async () => {
    const explain = (command: any) => opened.db.command({ explain: command, verbosity: 'executionStats' })
    const commands = [
      { count: 'things', query: { a: 1 } },
      { distinct: 'things', key: 'c', query: { a: 1 } },
      { findAndModify: 'things', query: { a: 1 }, update: { $set: { a: 99 } } },
      { update: 'things', updates: [{ q: { a: 1 }, u: { $set: { a: 99 } }, multi: true }] },
      { delete: 'things', deletes: [{ q: { a: 1 }, limit: 0 }] },
      { aggregate: 'things', pipeline: [{ $match: { a: 1 } }, { $group: { _id: '$b' } }], cursor: {} },
    ]
    for (const command of commands) {
      const plan = await explain(command)
      expect(JSON.stringify(plan['queryPlanner']), Object.keys(command)[0]).to.include('"indexName":"a_1"')
    }
    expect(await things().countDocuments({ a: 1 })).to.equal(10)
  })
})
