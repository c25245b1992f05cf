import { expect } from 'chai'
import { codeOf, exactly } from '../exact.ts'
import { Decimal128, Double, Long, openedStore } from '../harness.ts'

/** What MongoDB's manual shows for its own examples, and the types that it does not show. */
describe('embedded store: windows', () => {
  const opened = openedStore({ durability: 'relaxed' })
  const { run } = exactly(opened)
  const cake = (_id: number, type: string, at: string, state: string, price: number, quantity: number) => ({
    _id,
    type,
    orderDate: new Date(at),
    state,
    price,
    quantity,
  })
  const cakes = [
    cake(0, 'chocolate', '2020-05-18T14:10:30Z', 'CA', 13, 120),
    cake(1, 'chocolate', '2021-03-20T11:30:05Z', 'WA', 14, 140),
    cake(2, 'vanilla', '2021-01-11T06:31:15Z', 'CA', 12, 145),
    cake(3, 'vanilla', '2020-02-08T13:13:23Z', 'WA', 13, 104),
    cake(4, 'strawberry', '2019-05-18T16:09:01Z', 'CA', 41, 162),
    cake(5, 'strawberry', '2019-01-08T06:12:03Z', 'WA', 43, 134),
  ]

  /** `[_id, x]` in the order in which the documents come. */
  async function windowed(documents: any[], stage: any): Promise<any[]> {
    const { x, ...rest } = stage
    const results = await run(documents, { $setWindowFields: { ...rest, output: { x } } })
    return results.map(({ _id, x: value }) => [Number(String(_id).replace('int:', '')), value])
  }

  it('sums up to the current document, in the order of partition and sort', async () => {
    const x = { $sum: '$quantity', window: { documents: ['unbounded', 'current'] } }
    expect(await windowed(cakes, { partitionBy: '$state', sortBy: { orderDate: 1 }, x })).to.deep.equal([
      [4, 'int:162'],
      [0, 'int:282'],
      [2, 'int:427'],
      [5, 'int:134'],
      [3, 'int:238'],
      [1, 'int:378'],
    ])
  })

  it('averages over neighbours, by an expression', async () => {
    const x = { $avg: '$quantity', window: { documents: [-1, 0] } }
    const stage = { partitionBy: { $year: '$orderDate' }, sortBy: { orderDate: 1 }, x }
    expect(await windowed(cakes, stage)).to.deep.equal([
      [5, 'double:134'],
      [4, 'double:148'],
      [3, 'double:104'],
      [0, 'double:112'],
      [2, 'double:145'],
      [1, 'double:142.5'],
    ])
  })

  it('takes a range of numbers', async () => {
    const x = { $sum: '$quantity', window: { range: [-10, 10] } }
    expect(await windowed(cakes, { partitionBy: '$state', sortBy: { price: 1 }, x })).to.deep.equal([
      [2, 'int:265'],
      [0, 'int:265'],
      [4, 'int:162'],
      [3, 'int:244'],
      [1, 'int:244'],
      [5, 'int:134'],
    ])
  })

  it('takes a range of dates, by months', async () => {
    const of = async (range: any) => {
      const x = { $push: '$_id', window: { range, unit: 'month' } }
      return windowed(cakes, { partitionBy: '$state', sortBy: { orderDate: 1 }, x })
    }
    expect(await of(['unbounded', 10])).to.deep.equal([
      [4, ['int:4']],
      [0, ['int:4', 'int:0', 'int:2']],
      [2, ['int:4', 'int:0', 'int:2']],
      [5, ['int:5']],
      [3, ['int:5', 'int:3']],
      [1, ['int:5', 'int:3', 'int:1']],
    ])
    expect((await of(['unbounded', -10]))[0]).to.deep.equal([4, []])
  })

  it('ranks, with gaps and without, and numbers', async () => {
    const points = [7, 9, 9, 10].map((n, _id) => ({ _id, n }))
    const of = async (name: string) =>
      (await windowed(points, { sortBy: { n: 1 }, x: { [name]: {} } })).map(([, value]) => value)
    expect(await of('$rank')).to.deep.equal(['int:1', 'int:2', 'int:2', 'int:4'])
    expect(await of('$denseRank')).to.deep.equal(['int:1', 'int:2', 'int:2', 'int:3'])
    expect(await of('$documentNumber')).to.deep.equal(['int:1', 'int:2', 'int:3', 'int:4'])
    const state = { partitionBy: '$state', sortBy: { quantity: -1 }, x: { $rank: {} } }
    expect((await windowed(cakes, state)).map(([_id]) => _id)).to.deep.equal([4, 2, 0, 1, 5, 3])
  })

  it('shifts', async () => {
    const stage = { partitionBy: '$state', sortBy: { quantity: -1 } }
    const x = { $shift: { output: '$quantity', by: 1, default: 'Not available' } }
    expect(await windowed(cakes, { ...stage, x })).to.deep.equal([
      [4, 'int:145'],
      [2, 'int:120'],
      [0, 'Not available'],
      [1, 'int:134'],
      [5, 'int:104'],
      [3, 'Not available'],
    ])
    const back = { $shift: { output: '$quantity', by: -1 } }
    expect((await windowed(cakes, { ...stage, x: back }))[0]).to.deep.equal([4, null])
  })

  it('averages exponentially, as a double, and as a decimal once there is one', async () => {
    const prices = (values: any[]) => values.map((price, _id) => ({ _id, price }))
    const stage = { sortBy: { _id: 1 }, x: { $expMovingAvg: { input: '$price', N: 2 } } }
    expect(await windowed(prices([13, 15.4, 12, 11.7, 'none']), stage)).to.deep.equal([
      [0, 'double:13'],
      [1, 'double:14.6'],
      [2, 'double:12.866666666666667'],
      [3, 'double:12.088888888888889'],
      [4, 'double:12.088888888888889'],
    ])
    const alpha = { sortBy: { _id: 1 }, x: { $expMovingAvg: { input: '$price', alpha: 0.75 } } }
    expect(await windowed(prices([13, Decimal128.fromString('15.4')]), alpha)).to.deep.equal([
      [0, 'double:13'],
      [1, 'decimal:14.8000000000000000'],
    ])
  })

  const trucks = [1295.1, 1295.63, 1296.25, 1296.76].map((miles, i) => ({
    _id: i,
    at: new Date(Date.UTC(2020, 4, 18, 14, 10, 30) + i * 30_000),
    miles,
  }))

  it('derives: miles per hour from miles every half minute', async () => {
    const window = { range: [-30, 0], unit: 'second' }
    const x = { $derivative: { input: '$miles', unit: 'hour' }, window }
    const results = await windowed(trucks, { sortBy: { at: 1 }, x })
    expect(results[0]).to.deep.equal([0, null])
    const speeds = results.slice(1).map(([, speed]) => Number(speed.replace('double:', '')))
    for (const [i, speed] of [63.6, 74.4, 61.2].entries()) expect(speeds[i]).to.be.closeTo(speed, 1e-8)
    const longs = [1, 3].map((n) => ({ _id: n, n: Long.fromNumber(n * 4) }))
    const by = { sortBy: { _id: 1 }, x: { $derivative: { input: '$n' }, window: { documents: [-1, 0] } } }
    expect(await windowed(longs, by)).to.deep.equal([
      [1, null],
      [3, 'double:4'],
    ])
  })

  it('integrates: kilowatt hours from kilowatts', async () => {
    const meter = [2.95, 2.7, 2.6, 2.98].map((kilowatts, i) => ({ ...trucks[i], kilowatts }))
    const window = { range: ['unbounded', 'current'], unit: 'hour' }
    const x = { $integral: { input: '$kilowatts', unit: 'hour' }, window }
    const results = await windowed(meter, { sortBy: { at: 1 }, x })
    const hours = results.map(([, each]) => Number(each.replace('double:', '')))
    for (const [i, each] of [0, 0.0235416666, 0.0456249999, 0.0688749999].entries())
      expect(hours[i]).to.be.closeTo(each, 1e-9)
  })

  it('knows how two things go together', async () => {
    const x = {
      $covariancePop: [{ $year: '$orderDate' }, '$quantity'],
      window: { documents: ['unbounded', 'current'] },
    }
    const results = await windowed(cakes, { partitionBy: '$state', sortBy: { orderDate: 1 }, x })
    expect(results.slice(0, 2)).to.deep.equal([
      [4, 'double:0'],
      [0, 'double:-10.5'],
    ])
    expect(Number(results[2]?.[1].replace('double:', ''))).to.be.closeTo(-17 / 3, 1e-12)
    const sample = { $covarianceSamp: ['$price', '$quantity'], window: { documents: ['unbounded', 'current'] } }
    expect((await windowed(cakes, { sortBy: { _id: 1 }, x: sample }))[0]).to.deep.equal([0, null])
    const decimals = [1, 2].map((n) => ({ _id: n, d: Decimal128.fromString(`${n}.5`) }))
    expect(await windowed(decimals, { x: { $covariancePop: ['$d', '$_id'] } })).to.deep.equal([
      [1, 'decimal:0.25'],
      [2, 'decimal:0.25'],
    ])
  })

  const prices = [500, null, 515, null, null, 485].map((price, i) => ({ _id: i, at: new Date(i * 3_600_000), price }))

  it('fills gaps by a line, or by the last value', async () => {
    const stage = { sortBy: { at: 1 } }
    const line = await windowed(prices, { ...stage, x: { $linearFill: '$price' } })
    expect(line.map(([, price]) => price)).to.deep.equal([
      'int:500',
      'double:507.5',
      'int:515',
      'double:505',
      'double:495',
      'int:485',
    ])
    const last = await windowed(prices, { ...stage, x: { $locf: '$price' } })
    expect(last.map(([, price]) => price)).to.deep.equal([
      'int:500',
      'int:500',
      'int:515',
      'int:515',
      'int:515',
      'int:485',
    ])
    const repeated = await codeOf(
      windowed([prices[0], { ...prices[1], at: new Date(0) }], { ...stage, x: { $linearFill: '$price' } }),
    )
    expect(repeated).to.equal(6050106)
  })

  it('gathers everything else that a group does, and what an empty window gives', async () => {
    const window = { documents: [1, 1] }
    const of = async (accumulator: any) =>
      (
        await windowed(
          [
            { _id: 1, n: new Double(2) },
            { _id: 2, n: Long.fromInt(7) },
          ],
          { sortBy: { _id: 1 }, x: { ...accumulator, window } },
        )
      ).map(([, value]) => value)
    const cases: [any, any, any][] = [
      [{ $sum: '$n' }, 'long:7', 'int:0'],
      [{ $avg: '$n' }, 'double:7', null],
      [{ $min: '$n' }, 'long:7', null],
      [{ $max: '$n' }, 'long:7', null],
      [{ $first: '$n' }, 'long:7', null],
      [{ $last: '$n' }, 'long:7', null],
      [{ $push: '$n' }, ['long:7'], []],
      [{ $addToSet: '$n' }, ['long:7'], []],
      [{ $count: {} }, 'int:1', 'int:0'],
      [{ $stdDevPop: '$n' }, 'double:0', null],
      [{ $stdDevSamp: '$n' }, null, null],
      [{ $minN: { input: '$n', n: 2 } }, ['long:7'], []],
      [{ $maxN: { input: '$n', n: 2 } }, ['long:7'], []],
      [{ $firstN: { input: '$n', n: 2 } }, ['long:7'], []],
      [{ $lastN: { input: '$n', n: 2 } }, ['long:7'], []],
      [{ $top: { sortBy: { n: 1 }, output: '$_id' } }, 'int:2', null],
      [{ $bottomN: { sortBy: { n: 1 }, output: '$_id', n: 1 } }, ['int:2'], []],
      [{ $median: { input: '$n', method: 'approximate' } }, 'double:7', null],
      [{ $percentile: { input: '$n', p: [0.5, 1], method: 'approximate' } }, ['double:7', 'double:7'], [null, null]],
    ]
    for (const [accumulator, one, none] of cases)
      expect(await of(accumulator), JSON.stringify(accumulator)).to.deep.equal([one, none])
  })

  it('does not change what it has given when the window goes on', async () => {
    const x = { $push: '$_id', window: { documents: ['unbounded', 'current'] } }
    const stage = { $setWindowFields: { sortBy: { _id: 1 }, output: { x } } }
    expect(await run([{ _id: 1 }, { _id: 2 }], stage, { $sort: { _id: -1 } }, { $limit: 2 })).to.deep.equal([
      { _id: 'int:2', x: ['int:1', 'int:2'] },
      { _id: 'int:1', x: ['int:1'] },
    ])
  })

  it('sets nested fields, and hands over to $out and $merge', async () => {
    const stage = { $setWindowFields: { sortBy: { _id: 1 }, output: { 'a.n': { $documentNumber: {} } } } }
    expect(await run([{ _id: 1, a: { b: 2 } }], stage)).to.deep.equal([{ _id: 'int:1', a: { b: 'int:2', n: 'int:1' } }])
    await run([{ _id: 1 }], stage, { $out: 'numbered' })
    await run([{ _id: 2 }], stage, { $merge: { into: 'numbered' } })
    expect(await opened.collection('numbered').find().toArray()).to.deep.equal([
      { _id: 1, a: { n: 1 } },
      { _id: 2, a: { n: 1 } },
    ])
  })

  it('refuses what makes no sense, in MongoDB’s words', async () => {
    const sortBy = { price: 1 }
    const code = (stage: any) => codeOf(windowed(cakes, stage))
    expect(await code({ x: { $sum: 1, window: { documents: [-1, 0] } } })).to.equal(5339901)
    expect(await code({ x: { $sum: 1, window: { range: [-1, 0] } } })).to.equal(5339902)
    expect(await code({ sortBy: { price: -1 }, x: { $sum: 1, window: { range: [-1, 0] } } })).to.equal(8947401)
    expect(await code({ sortBy, x: { $sum: 1, window: { documents: [1, 0] } } })).to.equal(5339900)
    expect(await code({ sortBy, x: { $sum: 1, window: { range: [0, 1], unit: 'day' } } })).to.equal(5429513)
    expect(await code({ sortBy: { orderDate: 1 }, x: { $sum: 1, window: { range: [0, 1] } } })).to.equal(5429413)
    expect(await code({ sortBy: { type: 1 }, x: { $sum: 1, window: { range: [0, 1] } } })).to.equal(5429414)
    expect(await code({ sortBy, x: { $mergeObjects: '$x' } })).to.equal(9)
    expect(await code({ x: { $rank: {} } })).to.equal(9)
    expect(await code({ partitionBy: [1], x: { $sum: 1 } })).to.equal(14)
    const slope = { $derivative: { input: '$quantity' }, window: { documents: [-1, 0] } }
    expect(await code({ sortBy: { orderDate: 1 }, x: slope })).to.equal(5624901)
  })
})
