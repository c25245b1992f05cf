import { expect } from 'chai'
import fc from 'fast-check'
import { Decimal128, Long, openedStore } from './harness.ts'

const RUNS = 25

/** The same documents with indexes and without: every query must find the same, in an order that the sort allows. */
describe('embedded store: index against scan', () => {
  const opened = openedStore({ durability: 'relaxed' })

  const scalar = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom<any>(
      0.5,
      NaN,
      -0,
      Infinity,
      null,
      true,
      false,
      '',
      'a',
      'b',
      'ab',
      'B',
      'é',
      '\u{1F600}',
      { x: 1 },
      { x: 1, y: 2 },
    ),
    fc.constantFrom<any>(new Date(0), new Date(5), Long.fromString('9007199254740993'), Decimal128.fromString('0.5')),
  )
  const value = fc.oneof({ weight: 6, arbitrary: scalar }, { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) })
  const inner = fc.record({ z: scalar, w: scalar }, { requiredKeys: [] })
  const document = fc.record(
    { a: value, b: value, c: scalar, n: fc.oneof(inner, fc.array(inner, { maxLength: 2 })) },
    { requiredKeys: [] },
  )
  const path = fc.constantFrom('a', 'b', 'c', 'n.z', 'n.w')
  const range = fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$eq', '$ne')
  const condition = fc.oneof<any>(
    scalar,
    fc.tuple(range, scalar).map(([operator, argument]) => ({ [operator]: argument })),
    fc.tuple(scalar, scalar).map(([low, high]) => ({ $gte: low, $lt: high })),
    fc.array(scalar, { maxLength: 3 }).map((list) => ({ $in: list })),
    fc.boolean().map((exists) => ({ $exists: exists })),
    fc.array(scalar, { maxLength: 2 }),
    fc.constantFrom<any>(
      { $regex: '^a' },
      { $elemMatch: { $gte: 1, $lt: 3 } },
      { $type: 'number' },
      { $not: { $gt: 1 } },
    ),
  )
  const filter = fc.oneof<any>(
    fc.dictionary(path, condition, { maxKeys: 3 }),
    fc.tuple(path, condition, path, condition).map(([p, x, q, y]) => ({ $and: [{ [p]: x }, { [q]: y }] })),
    fc.tuple(path, condition, path, condition).map(([p, x, q, y]) => ({ $or: [{ [p]: x }, { [q]: y }] })),
    inner.map((match) => ({ n: { $elemMatch: match } })),
  )
  const direction = fc.constantFrom<1 | -1>(1, -1)
  const order = fc
    .uniqueArray(path, { minLength: 1, maxLength: 2 })
    .chain((paths) =>
      fc
        .tuple(...paths.map(() => direction))
        .map((directions) => Object.fromEntries(paths.map((p, i) => [p, directions[i]]))),
    )
  const index = fc.record({
    key: order,
    kind: fc.constantFrom(
      {},
      {},
      {},
      { sparse: true },
      { partialFilterExpression: { a: { $gt: 1 } } },
      { partialFilterExpression: { c: 'a' } },
    ),
  })
  const change = fc.record({
    at: fc.nat(29),
    path: fc.constantFrom('a', 'b', 'c'),
    value: fc.option(value, { nil: undefined }),
  })
  const query = fc.record({ filter, sort: fc.option(order, { nil: undefined }), limit: fc.constantFrom(0, 0, 3) })

  /** Nothing stands behind what it must stand before: two documents differ when they do so whichever way ties fall. */
  function inOrder(found: any[], rising: any[], falling: any[]): void {
    for (let i = 1; i < found.length; i++) {
      const [before, after] = [found[i - 1], found[i]]
      const isWrong = [rising, falling].every((order) => order.indexOf(after) < order.indexOf(before))
      expect(isWrong, `${after} before ${before}`).to.equal(false)
    }
  }

  const isDone = (promise: Promise<unknown>) =>
    promise.then(
      () => true,
      () => false,
    )

  /** Two collections with the same content: what one refuses (arrays side by side), the other does not get either. */
  async function twins(documents: any[], indexes: any[], changes: any[]) {
    const [plain, indexed] = [await opened.fresh('plain'), await opened.fresh('indexed')]
    // Two specifications may turn out to be the same index: the second is then refused.
    for (const [i, { key, kind }] of indexes.entries())
      await isDone(indexed.createIndex(key, { ...kind, name: `i${i}` }))
    for (const [_id, each] of documents.entries())
      if (await isDone(indexed.insertOne({ ...each, _id }))) await plain.insertOne({ ...each, _id })
    for (const { at, path: name, value: to } of changes) {
      const update: any = to === undefined ? { $unset: { [name]: '' } } : { $set: { [name]: to } }
      if (await isDone(indexed.updateOne({ _id: at }, update))) await plain.updateOne({ _id: at }, update)
    }
    return { plain, indexed }
  }

  const ids = (on: any, filter: any, sort: any, limit = 0): Promise<any[]> =>
    on
      .find(filter)
      .sort(sort)
      .limit(limit)
      .map((each: any) => each._id)
      .toArray()

  async function compare(plain: any, indexed: any, { filter, sort: wanted, limit }: any): Promise<void> {
    // Two arrays side by side cannot be sorted by: MongoDB says so, and so does this store.
    const sort = (await isDone(ids(plain, filter, wanted ?? {}))) ? wanted : undefined
    const rising = await ids(plain, filter, { ...sort, _id: 1 })
    const found = await ids(indexed, filter, sort ?? {})
    expect([...found].sort()).to.deep.equal([...rising].sort())
    if (sort) inOrder(found, rising, await ids(plain, filter, { ...sort, _id: -1 }))
    if (!limit) return
    const first = await ids(indexed, filter, sort ?? {}, limit)
    expect(first).to.have.length(Math.min(limit, rising.length))
    if (sort) expect(first).to.deep.equal(found.slice(0, limit))
  }

  it('finds the same, whatever the documents, indexes, changes and queries', async () => {
    let used = 0
    let asked = 0
    const property = fc.asyncProperty(
      fc.array(document, { minLength: 10, maxLength: 30 }),
      fc.array(index, { minLength: 1, maxLength: 3 }),
      fc.array(change, { maxLength: 10 }),
      fc.array(query, { minLength: 12, maxLength: 12 }),
      async (documents, indexes, changes, queries) => {
        const { plain, indexed } = await twins(documents, indexes, changes)
        for (const each of queries) {
          await compare(plain, indexed, each)
          asked++
          const cursor = indexed.find(each.filter as any).sort((each.sort ?? {}) as any)
          const plan: any = await cursor.explain('queryPlanner')
          if (JSON.stringify(plan.queryPlanner.winningPlan).includes('IXSCAN')) used++
        }
      },
    )
    await fc.assert(property, { numRuns: RUNS })
    expect(asked).to.equal(RUNS * 12)
    // A fuzz that never meets an index proves nothing.
    expect(used).to.be.greaterThan(RUNS)
  })
})
