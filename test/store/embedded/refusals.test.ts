import { expect } from 'chai'
import { openedStore, refusal } from './harness.ts'

describe('embedded store: what it refuses', () => {
  const opened = openedStore()
  const things = () => opened.collection()
  const find = (filter: any) => () => things().find(filter).toArray()
  const aggregate =
    (...pipeline: any[]) =>
    () =>
      things().aggregate(pipeline).toArray()
  const create = (options: any) => () => opened.db.createCollection('special', options)
  const index =
    (key: any, options: any = {}) =>
    () =>
      things().createIndex(key, options)
  const command = (body: any) => () => opened.db.command(body)

  before(() => things().insertOne({ _id: 1, a: 1 }))

  const cases: [string, () => Promise<unknown>, number, RegExp][] = [
    ['an unknown command', command({ mapReduce: 'things' }), 59, /no such command: 'mapReduce'/],
    [
      'an unknown field of a command',
      command({ find: 'things', surprise: 1 }),
      40415,
      /'find.surprise' is an unknown field/,
    ],
    [
      'an unknown field of an operation',
      command({ update: 'things', updates: [{ q: {}, u: {}, sort: { a: 1 } }] }),
      40415,
      /unknown field/,
    ],
    [
      'a transaction',
      command({ insert: 'things', documents: [{}], txnNumber: 1, startTransaction: true, autocommit: false }),
      20,
      /Transaction numbers are only allowed on a replica set member or mongos/,
    ],
    ['a change stream', aggregate({ $changeStream: {} }), 40573, /only supported on replica sets/],
    ['an unknown operator', find({ a: { $foo: 1 } }), 2, /unknown operator: \$foo/],
    ['an unknown top-level operator', find({ $foo: 1 }), 2, /unknown top level operator: \$foo/],
    [
      'an unknown operator in an empty collection',
      () =>
        opened
          .collection('nowhere')
          .find({ a: { $foo: 1 } })
          .toArray(),
      2,
      /unknown operator/,
    ],
    ['$where', find({ $where: 'true' }), 2, /globalScriptEngine/],
    ['$text', find({ $text: { $search: 'x' } }), 27, /text index required/],
    ['$near', find({ a: { $near: [0, 0] } }), 291, /unable to find index/],
    ['$geoWithin', find({ a: { $geoWithin: {} } }), 2, /unknown operator/],
    [
      '$function',
      aggregate({ $project: { x: { $function: { body: 'function() {}', args: [], lang: 'js' } } } }),
      31264,
      /javascript/,
    ],
    ['$accumulator', aggregate({ $group: { _id: 1, x: { $accumulator: {} } } }), 31264, /javascript/],
    ['an unknown stage', aggregate({ $frobnicate: {} }), 40324, /Unrecognized pipeline stage name: '\$frobnicate'/],
    ['two stages in one', aggregate({ $match: {}, $limit: 1 }), 40323, /exactly one field/],
    ['an unknown expression', find({ $expr: { $frobnicate: 1 } }), 168, /Unrecognized expression '\$frobnicate'/],
    ['a geo index', index({ a: '2dsphere' }), 67, /2dsphere/],
    ['a text index', index({ a: 'text' }), 67, /text/],
    ['a hashed index', index({ a: 'hashed' }), 67, /hashed/],
    ['a wildcard index', index({ '$**': 1 }), 67, /Wildcard/],
    ['a hidden index', index({ a: 1 }, { hidden: true }), 197, /hidden/],
    ['an index with a collation', index({ a: 1 }, { collation: { locale: 'en' } }), 197, /collation/],
    ['a TTL over two fields', index({ a: 1, b: 1 }, { expireAfterSeconds: 1 }), 67, /single-field/],
    [
      'a partial index by $ne',
      index({ a: 1 }, { partialFilterExpression: { a: { $ne: 1 } } }),
      67,
      /unsupported expression/,
    ],
    ['a capped collection', create({ capped: true, size: 100 }), 72, /capped/],
    ['a time series', create({ timeseries: { timeField: 'at' } }), 72, /timeseries/],
    ['a view', create({ viewOn: 'things', pipeline: [] }), 72, /viewOn/],
    ['a validator', create({ validator: { a: 1 } }), 72, /validator/],
    [
      'a locale that is none',
      () =>
        things()
          .find({}, { collation: { locale: 'nowhere' } })
          .toArray(),
      2,
      /Field 'locale' is invalid/,
    ],
    [
      'a strength that it cannot compare by',
      () =>
        things()
          .find({}, { collation: { locale: 'de', strength: 5 } })
          .toArray(),
      2,
      /strength 5 is not supported/,
    ],
    ['a tailable cursor', () => things().find({}, { tailable: true }).toArray(), 2, /tailable/],
    ['a snapshot', command({ find: 'things', readConcern: { level: 'snapshot' } }), 123, /replica set/],
    [
      'more than one acknowledgement',
      command({ insert: 'things', documents: [{}], writeConcern: { w: 2 } }),
      2,
      /not replicated/,
    ],
    ['a broken regular expression', find({ a: { $regex: '(' } }), 51091, /invalid/],
    ['a wrong sort', command({ find: 'things', sort: { a: 5 } }), 15975, /ascending/],
    [
      'a mixed projection',
      () =>
        things()
          .find({}, { projection: { a: 1, b: 0 } })
          .toArray(),
      31254,
      /exclusion on field b/,
    ],
    ['an empty batch', command({ insert: 'things', documents: [] }), 16, /between 1 and 100000/],
    ['an array as _id', () => things().insertOne({ _id: [1] }), 53, /array/],
    [
      'a document over 16 MB',
      async () => {
        await opened.collection('big').insertOne({ _id: 1, text: 'x'.repeat(9e6) })
        return opened.collection('big').updateOne({ _id: 1 }, [{ $set: { text: { $concat: ['$text', '$text'] } } }])
      },
      10334,
      /invalid/,
    ],
    [
      'maxTimeMS that is over',
      async () => {
        const many = opened.collection('many')
        await many.insertMany(Array.from({ length: 20_000 }, (_, i) => ({ i })))
        return many
          .find({ $expr: { $eq: ['$i', -1] } })
          .maxTimeMS(1)
          .toArray()
      },
      50,
      /time limit/,
    ],
  ]
  for (const [name, attempt, code, text] of cases)
    it(name, async () => {
      const error = await refusal(attempt())
      const told = error.writeErrors?.[0] ?? error
      expect(told.code).to.equal(code)
      expect(told.errmsg ?? told.message).to.match(text)
    })

  it('changes nothing while refusing', async () => {
    expect(await things().find().toArray()).to.deep.equal([{ _id: 1, a: 1 }])
    expect(await opened.db.listCollections({ name: 'special' }).toArray()).to.deep.equal([])
  })
})
