import { expect } from 'chai'
import { exactly, shown } from '../exact.ts'
import { Decimal128, Double, Long, openedStore, refusal } from '../harness.ts'

/** Numbers keep their types through a pipeline: what is shown is `type:value`. */
describe('embedded store: exact aggregation', () => {
  const opened = openedStore({ durability: 'relaxed' })
  const big = Long.fromString('9007199254740993')
  const precise = Decimal128.fromString('0.1000000000000000000000000000000001')

  const { run, computed } = exactly(opened)

  const odd = {
    _id: new Double(1),
    d: new Double(5),
    z: -0,
    l: Long.fromInt(7),
    b: big,
    p: precise,
    n: [new Double(2)],
  }
  const oddShown = {
    _id: 'double:1',
    d: 'double:5',
    z: 'double:-0',
    l: 'long:7',
    b: 'long:9007199254740993',
    p: 'decimal:0.1000000000000000000000000000000001',
    n: ['double:2'],
  }

  for (const [name, pipeline] of Object.entries<any[]>({
    nothing: [],
    $addFields: [{ $addFields: { more: 1 } }, { $unset: 'more' }],
    $project: [{ $project: { _id: 1, d: '$d', z: 1, l: 1, b: '$b', p: { $ifNull: ['$p', 0] }, n: 1 } }],
    $replaceRoot: [{ $project: { whole: '$$ROOT' } }, { $replaceRoot: { newRoot: '$whole' } }],
    $facet: [{ $facet: { a: [] } }, { $unwind: '$a' }, { $replaceWith: '$a' }],
    $lookup: [
      { $limit: 1 },
      { $lookup: { from: 'things', localField: 'b', foreignField: 'b', as: 'same' } },
      { $replaceWith: { $first: '$same' } },
    ],
    $group: [{ $group: { _id: null, all: { $push: '$$ROOT' } } }, { $replaceWith: { $arrayElemAt: ['$all', 0] } }],
    $setWindowFields: [
      { $setWindowFields: { sortBy: { d: 1 }, output: { at: { $documentNumber: {} } } } },
      { $unset: 'at' },
    ],
  }))
    it(`keeps the types of what passes through ${name}`, async () => {
      const [result] = await run([odd], ...pipeline)
      expect(result).to.deep.equal(oddShown)
    })

  for (const [expression, result] of [
    [{ $add: [1, 2] }, 'int:3'],
    [{ $add: [2_147_483_647, 1] }, 'long:2147483648'],
    [{ $add: ['$b', 1] }, 'long:9007199254740994'],
    [{ $add: ['$d', 1] }, 'double:6'],
    [{ $add: ['$p', '$p'] }, 'decimal:0.2000000000000000000000000000000002'],
    [{ $subtract: ['$b', '$l'] }, 'long:9007199254740986'],
    [{ $multiply: ['$l', 2] }, 'long:14'],
    [{ $divide: [6, 3] }, 'double:2'],
    [{ $divide: [Decimal128.fromString('1'), 3] }, 'decimal:0.3333333333333333333333333333333333'],
    [{ $mod: [-7, 3] }, 'int:-1'],
    [{ $mod: ['$d', 3] }, 'double:2'],
    [{ $abs: Long.fromInt(-3) }, 'long:3'],
    [{ $round: [2.5] }, 'double:2'],
    [{ $round: [3.5] }, 'double:4'],
    [{ $round: [1234, -2] }, 'int:1200'],
    [{ $round: [2.345, 1] }, 'double:2.3'],
    [{ $trunc: [-2.7] }, 'double:-2'],
    [{ $floor: [-2.1] }, 'double:-3'],
    [{ $ceil: [2.1] }, 'double:3'],
    [{ $sqrt: [16] }, 'double:4'],
    [{ $pow: [2, 10] }, 'int:1024'],
    [{ $pow: [2, 40] }, 'long:1099511627776'],
    [{ $pow: [2, -1] }, 'double:0.5'],
    [{ $pow: [Decimal128.fromString('1.10'), 2] }, 'decimal:1.2100'],
    [{ $pow: [Decimal128.fromString('-8'), 0.5] }, 'decimal:NaN'],
    [{ $pow: [Decimal128.fromString('9.999'), 6000] }, 'decimal:5.487951708942337096960043688006764E+5999'],
    [{ $sqrt: Decimal128.fromString('2') }, 'decimal:1.414213562373095048801688724209698'],
    [{ $sqrt: Decimal128.fromString('4.00') }, 'decimal:2'],
    [{ $exp: Decimal128.fromString('-2.5') }, 'decimal:0.08208499862389879516952867446715981'],
    [{ $ln: Decimal128.fromString('10') }, 'decimal:2.302585092994045684017991454684364'],
    [{ $log10: Decimal128.fromString('1E-6100') }, 'decimal:-6100'],
    [{ $log: [Decimal128.fromString('8'), 2] }, 'decimal:3'],
    [{ $sum: [1, '$d', 'x', null] }, 'double:6'],
    [{ $sum: [0.1, 0.2, 0.3] }, 'double:0.6'],
    [{ $avg: [1, 2] }, 'double:1.5'],
    [{ $avg: [2, 2] }, 'double:2'],
    [{ $max: ['$b', 9007199254740992] }, 'long:9007199254740993'],
    [{ $toLong: '$d' }, 'long:5'],
    [{ $toInt: '3' }, 'int:3'],
    [{ $toDouble: 3 }, 'double:3'],
    [{ $toDecimal: 0.1 }, 'decimal:0.100000000000000'],
    [{ $toString: '$b' }, '9007199254740993'],
    [{ $type: '$d' }, 'double'],
    [{ $type: '$nothing' }, 'missing'],
    [{ $eq: ['$b', 9007199254740992] }, false],
    [{ $eq: ['$d', 5] }, true],
    [{ $eq: ['$nothing', null] }, false],
    [{ $cond: ['$z', 'yes', 'no'] }, 'no'],
    [{ $in: [5, ['$d']] }, true],
    [{ $map: { input: [1, 2], in: { $multiply: ['$$this', '$d'] } } }, ['double:5', 'double:10']],
    [{ $reduce: { input: [1, 2, 3], initialValue: 0, in: { $add: ['$$value', '$$this'] } } }, 'int:6'],
    [{ $filter: { input: [1, 2, 3], as: 'i', cond: { $gt: ['$$i', 1] } } }, ['int:2', 'int:3']],
    [{ $sortArray: { input: [3, '$d', 1], sortBy: -1 } }, ['double:5', 'int:3', 'int:1']],
    [{ $arrayElemAt: [[1, [2]], 1] }, ['int:2']],
    [{ $concat: ['a', { $toUpper: 'b' }] }, 'aB'],
    [{ $year: new Date(0) }, 'int:1970'],
    [{ $dateToString: { date: new Date(0), format: '%Y-%m-%d' } }, '1970-01-01'],
    [{ $dateDiff: { startDate: new Date(0), endDate: new Date(86_400_000), unit: 'day' } }, 'long:1'],
    [{ $subtract: [new Date(5), new Date(2)] }, 'long:3'],
    [{ $getField: 'd' }, 'double:5'],
    [{ $mergeObjects: [{ a: 1 }, null, { b: '$l' }] }, { a: 'int:1', b: 'long:7' }],
    [{ $let: { vars: { v: '$l' }, in: { $add: ['$$v', 1] } } }, 'long:8'],
    [{ $regexMatch: { input: 'abc', regex: /^A/i } }, true],
    [{ $literal: '$d' }, '$d'],
    ['$n.x', []],
  ] as [any, any][])
    it(JSON.stringify(expression), async () => {
      expect(await computed(expression, odd)).to.deep.equal(result)
    })

  it('refuses what it cannot compute exactly, and what MongoDB refuses', async () => {
    const code = async (expression: any) => Number((await refusal(computed(expression, odd))).code)
    expect(await code({ $divide: [1, 0] })).to.equal(16608)
    expect(await code({ $add: [1, 'x'] })).to.equal(16554)
    expect(await code({ $sin: '$p' })).to.equal(2)
    expect(await code({ $frobnicate: 1 })).to.equal(168)
    expect(await code({ $add: [1], $subtract: [1] })).to.equal(15983)
    expect(await code('$$nothing')).to.equal(17276)
  })

  it('sums and averages longs, decimals and doubles of a group', async () => {
    const group = (a: any) => ({
      $group: { _id: null, sum: { $sum: a }, avg: { $avg: a }, min: { $min: a }, max: { $max: a } },
    })
    const of = (values: any[]) =>
      run(
        values.map((a) => ({ a })),
        group('$a'),
      )
    expect(await of([big, 1])).to.deep.equal([
      {
        _id: null,
        sum: 'long:9007199254740994',
        avg: 'double:4503599627370497',
        min: 'int:1',
        max: 'long:9007199254740993',
      },
    ])
    expect(await of([1, Decimal128.fromString('0.1')])).to.deep.equal([
      { _id: null, sum: 'decimal:1.1', avg: 'decimal:0.55', min: 'decimal:0.1', max: 'int:1' },
    ])
    expect(await of([1.5, 1.5, 'x'])).to.deep.equal([
      { _id: null, sum: 'double:3', avg: 'double:1.5', min: 'double:1.5', max: 'x' },
    ])
    expect(await of(['x', null])).to.deep.equal([{ _id: null, sum: 'int:0', avg: null, min: 'x', max: 'x' }])
    expect((await of([2_147_483_647, 1]))[0].sum).to.equal('long:2147483648')
  })

  it('groups by value, whatever the numeric type, missing with null, _id first', async () => {
    const documents = [{ a: 1 }, { a: new Double(1) }, { a: Long.fromInt(1) }, { a: null }, {}, { a: big }]
    const groups = await run(documents, { $group: { n: { $sum: 1 }, _id: '$a' } })
    expect(groups).to.deep.equal([
      { _id: 'int:1', n: 'int:3' },
      { _id: null, n: 'int:2' },
      { _id: 'long:9007199254740993', n: 'int:1' },
    ])
    expect(groups.map((each) => Object.keys(each)[0])).to.deep.equal(['_id', '_id', '_id'])
  })

  it('gathers with every accumulator', async () => {
    const accumulators = {
      first: { $first: '$v' },
      last: { $last: '$v' },
      all: { $push: '$v' },
      two: { $firstN: { input: '$v', n: 2 } },
      most: { $maxN: { input: '$v', n: 2 } },
      top: { $top: { sortBy: { v: -1 }, output: '$v' } },
      n: { $count: {} },
      both: { $mergeObjects: '$o' },
      spread: { $stdDevPop: '$v' },
    }
    const documents = [
      { v: 2, o: { a: 1 } },
      { v: 4, o: { b: 2 } },
    ]
    expect(await run(documents, { $group: { _id: null, ...accumulators } })).to.deep.equal([
      {
        _id: null,
        first: 'int:2',
        last: 'int:4',
        all: ['int:2', 'int:4'],
        two: ['int:2', 'int:4'],
        most: ['int:4', 'int:2'],
        top: 'int:4',
        n: 'int:2',
        both: { a: 'int:1', b: 'int:2' },
        spread: 'double:1',
      },
    ])
  })

  it('unwinds, buckets, joins by a pipeline, unites and walks a graph', async () => {
    const unwind = { $unwind: { path: '$l', includeArrayIndex: 'at', preserveNullAndEmptyArrays: true } }
    expect(
      await run([{ _id: 1, l: ['a', 'b'] }, { _id: 2, l: [] }, { _id: 3 }], unwind, { $project: { _id: 1, l: 1 } }),
    ).to.deep.equal([{ _id: 'int:1', l: 'a' }, { _id: 'int:1', l: 'b' }, { _id: 'int:2' }, { _id: 'int:3' }])
    const numbers = [1, 5, 12].map((_id) => ({ _id, next: _id === 1 ? 5 : 12 }))
    expect(await run(numbers, { $bucket: { groupBy: '$_id', boundaries: [0, 10], default: 'more' } })).to.deep.equal([
      { _id: 'int:0', count: 'int:2' },
      { _id: 'more', count: 'int:1' },
    ])
    const lookup = {
      from: 'things',
      let: { me: '$_id' },
      pipeline: [{ $match: { $expr: { $lt: ['$_id', '$$me'] } } }],
      as: 'less',
    }
    expect((await run(numbers, { $lookup: lookup })).map((each) => each.less.length)).to.deep.equal([0, 1, 2])
    expect(await run(numbers, { $unionWith: 'things' }, { $count: 'n' })).to.deep.equal([{ n: 'int:6' }])
    const graph = { from: 'things', startWith: '$next', connectFromField: 'next', connectToField: '_id', as: 'way' }
    const [first] = await run(numbers, { $sort: { _id: 1 } }, { $graphLookup: graph })
    expect(first.way.map((each: any) => each._id)).to.deep.equal(['int:5', 'int:12'])
  })

  it('updates by a pipeline without changing a type beside it', async () => {
    const things = await opened.fresh()
    await things.insertOne(odd as any)
    await things.updateOne({ _id: 1 }, [{ $set: { more: { $add: ['$b', 1] } } }])
    const [document] = await things.find({}, { promoteValues: false }).toArray()
    expect(shown(document)).to.deep.equal({ ...oddShown, more: 'long:9007199254740994' })
  })

  it('keeps the order of fields that are named like indexes of an array', async () => {
    const things = await opened.fresh()
    await things.insertOne(
      new Map<string, any>([
        ['b', 1],
        ['7', 2],
        ['a', 3],
        ['_id', 1],
      ]) as any,
    )
    const names = async (...pipeline: any[]) => {
      const [raw] = await things
        .aggregate([...pipeline, { $project: { _id: 0, pairs: { $objectToArray: '$$ROOT' } } }])
        .toArray()
      return raw?.pairs.map((pair: any) => pair.k)
    }
    expect(await names()).to.deep.equal(['_id', 'b', '7', 'a'])
    await things.updateOne({ _id: 1 }, { $set: { '3': 1, c: 1 } })
    expect(await names()).to.deep.equal(['_id', 'b', '7', 'a', '3', 'c'])
    expect(await names({ $project: { b: 1, '7': 1, c: 1 } })).to.deep.equal(['_id', 'b', '7', 'c'])
    expect(await names({ $addFields: { '1': 1 } })).to.deep.equal(['_id', 'b', '7', 'a', '3', 'c', '1'])
  })
})
