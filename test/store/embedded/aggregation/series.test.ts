import { expect } from 'chai'
import { codeOf, exactly } from '../exact.ts'
import { Decimal128, Double, Long, openedStore } from '../harness.ts'

/** `$fill`, `$densify`, `$bucketAuto`, `$redact`, `$median`, `$percentile`: what MongoDB's manual shows. */
describe('embedded store: series and buckets', () => {
  const opened = openedStore({ durability: 'relaxed' })
  const { run, computed } = exactly(opened)

  it('fills with a value, the last one, or a line; apart for each partition', async () => {
    const sales = [
      { _id: 1, shop: 'a', n: 10 },
      { _id: 2, shop: 'a' },
      { _id: 3, shop: 'b', n: null },
      { _id: 4, shop: 'a', n: 16 },
    ]
    const filled = async (stage: any) =>
      (await run(sales, { $fill: stage }, { $sort: { _id: 1 } })).map((each) => each.n ?? null)
    expect(await filled({ output: { n: { value: { $multiply: [2, 3] } } } })).to.deep.equal([
      'int:10',
      'int:6',
      'int:6',
      'int:16',
    ])
    expect(await filled({ sortBy: { _id: 1 }, output: { n: { method: 'locf' } } })).to.deep.equal([
      'int:10',
      'int:10',
      'int:10',
      'int:16',
    ])
    const apart = { sortBy: { _id: 1 }, partitionByFields: ['shop'], output: { n: { method: 'linear' } } }
    expect(await filled(apart)).to.deep.equal(['int:10', 'double:12', null, 'int:16'])
    expect(await codeOf(filled({ output: { n: { method: 'guess' } } }))).to.equal(6050202)
    expect(await codeOf(filled({ output: {} }))).to.equal(6050203)
  })

  const altitudes = [
    { _id: 1, altitude: 600, variety: 'Typica' },
    { _id: 2, altitude: 750, variety: 'Typica' },
    { _id: 3, altitude: 950, variety: 'Typica' },
    { _id: 4, altitude: 1250, variety: 'Gesha' },
    { _id: 5, altitude: 1700, variety: 'Gesha' },
    { _id: 6, altitude: 2100, variety: 'Gesha' },
  ]
  const places = async (range: any, extra: any = {}, documents: any[] = altitudes) =>
    (await run(documents, { $densify: { field: 'altitude', range, ...extra } })).map((each) =>
      each._id === undefined ? [each.altitude] : each.altitude,
    )
  const int = (...numbers: number[]) => numbers.map((n) => `int:${n}`)
  const made = (...numbers: number[]) => numbers.map((n) => [`int:${n}`])

  it('densifies over all, on the steps of the first', async () => {
    expect(await places({ bounds: 'full', step: 200 })).to.deep.equal([
      ...int(600, 750),
      ...made(800),
      ...int(950),
      ...made(1000, 1200),
      ...int(1250),
      ...made(1400, 1600),
      ...int(1700),
      ...made(1800, 2000),
      ...int(2100),
    ])
  })

  it('densifies each partition by itself, with its fields', async () => {
    const range = { bounds: 'partition', step: 200 }
    expect(await places(range, { partitionByFields: ['variety'] })).to.deep.equal([
      ...int(1250),
      ...made(1450, 1650),
      ...int(1700),
      ...made(1850, 2050),
      ...int(2100, 600, 750),
      ...made(800),
      ...int(950),
    ])
    const stage = { $densify: { field: 'altitude', range, partitionByFields: ['variety'] } }
    const results = await run(altitudes, stage, { $match: { _id: { $exists: false } } })
    expect(results[0]).to.deep.equal({ variety: 'Gesha', altitude: 'int:1450' })
  })

  it('densifies within bounds, and passes on what is outside of them or has no value', async () => {
    const documents = [{ _id: 1, altitude: 1 }, { _id: 2, altitude: 12 }, { _id: 3, altitude: 40 }, { _id: 4 }]
    expect(await places({ bounds: [10, 20], step: 4 }, {}, documents)).to.deep.equal([
      undefined,
      'int:1',
      ...made(10),
      'int:12',
      ...made(14, 18),
      'int:40',
    ])
    expect(await places({ bounds: [0, 3], step: 1 }, {}, [])).to.deep.equal(made(0, 1, 2))
    const decimals = {
      bounds: [Decimal128.fromString('0'), Decimal128.fromString('1')],
      step: Decimal128.fromString('0.5'),
    }
    expect(await places(decimals, {}, [])).to.deep.equal([['decimal:0'], ['decimal:0.5']])
    expect(await codeOf(places({ bounds: [0, new Double(3)], step: 1 }, {}, []))).to.equal(5876900)
    expect(await codeOf(places({ bounds: [0, 1e6], step: 1 }, {}, []))).to.equal(5897900)
  })

  it('densifies dates, by the hour and by the month', async () => {
    const at = (text: string) => new Date(`${text}Z`)
    const dates = async (field: any, range: any) =>
      (await run(field, { $densify: { field: 'at', range } })).map((each) => each.at.toISOString().slice(0, 16))
    const day = [{ at: at('2021-05-18T00:00') }, { at: at('2021-05-18T03:00') }]
    expect(await dates(day, { bounds: 'full', step: 1, unit: 'hour' })).to.deep.equal([
      '2021-05-18T00:00',
      '2021-05-18T01:00',
      '2021-05-18T02:00',
      '2021-05-18T03:00',
    ])
    const months = { bounds: [at('2024-01-31T00:00'), at('2024-04-01T00:00')], step: Long.fromInt(1), unit: 'month' }
    expect(await dates([], months)).to.deep.equal(['2024-01-31T00:00', '2024-02-29T00:00', '2024-03-29T00:00'])
  })

  it('makes buckets of about the same size', async () => {
    const prices = [199.99, 280, 76.04, 167.3, 483, 385, 159, 118.42].map((price, _id) => ({ _id, price }))
    expect(await run(prices, { $bucketAuto: { groupBy: '$price', buckets: 4 } })).to.deep.equal([
      { _id: { min: 'double:76.04', max: 'int:159' }, count: 'int:2' },
      { _id: { min: 'int:159', max: 'double:199.99' }, count: 'int:2' },
      { _id: { min: 'double:199.99', max: 'int:385' }, count: 'int:2' },
      { _id: { min: 'int:385', max: 'int:483' }, count: 'int:2' },
    ])
    const same = [1, 1, 1, 2].map((n) => ({ n }))
    const stage = { $bucketAuto: { groupBy: '$n', buckets: 3, output: { all: { $push: '$n' } } } }
    expect(await run(same, stage)).to.deep.equal([
      { _id: { min: 'int:1', max: 'int:2' }, all: int(1, 1, 1) },
      { _id: { min: 'int:2', max: 'int:2' }, all: int(2) },
    ])
  })

  it('rounds the bounds of buckets to preferred numbers', async () => {
    const hundred = Array.from({ length: 100 }, (_, n) => ({ n }))
    const buckets = async (granularity: string) =>
      (await run(hundred, { $bucketAuto: { groupBy: '$n', buckets: 5, granularity } })).map(({ _id, count }) =>
        [_id.min, _id.max, count].map((each) => Number(each.replace(/\w+:/, ''))),
      )
    expect(await buckets('R20')).to.deep.equal([
      [0, 20, 20],
      [20, 40, 20],
      [40, 63, 23],
      [63, 90, 27],
      [90, 100, 10],
    ])
    expect(await buckets('E24')).to.deep.equal([
      [0, 20, 20],
      [20, 43, 23],
      [43, 68, 25],
      [68, 91, 23],
      [91, 100, 9],
    ])
    expect(await buckets('1-2-5')).to.deep.equal([
      [0, 20, 20],
      [20, 50, 30],
      [50, 100, 50],
    ])
    expect(await buckets('POWERSOF2')).to.deep.equal([
      [0, 32, 32],
      [32, 64, 32],
      [64, 128, 36],
    ])
    expect(await codeOf(buckets('E7'))).to.equal(40257)
  })

  it('redacts by what each part says of itself', async () => {
    const forecast = {
      _id: 1,
      tags: ['G', 'STLW'],
      sections: [
        { subtitle: '1', tags: ['SI', 'G'] },
        { subtitle: '2', tags: ['STLW'] },
        { subtitle: '3', tags: ['TK'], content: { tags: ['G'] } },
      ],
    }
    const may = { $gt: [{ $size: { $setIntersection: ['$tags', ['STLW', 'G']] } }, 0] }
    const [seen] = await run([forecast], { $redact: { $cond: { if: may, then: '$$DESCEND', else: '$$PRUNE' } } })
    expect(seen.sections.map((each: any) => each.subtitle)).to.deep.equal(['1', '2'])
    const levels = { _id: 1, level: 1, in: { level: 5, in: { level: 1 } }, n: Long.fromInt(3) }
    const top = { $redact: { $cond: [{ $eq: ['$level', 5] }, '$$PRUNE', '$$DESCEND'] } }
    expect(await run([levels], top)).to.deep.equal([{ _id: 'int:1', level: 'int:1', n: 'long:3' }])
    expect(await run([levels], { $redact: '$$PRUNE' })).to.deep.equal([])
    expect(await codeOf(run([levels], { $redact: 'maybe' }))).to.equal(17053)
  })

  it('knows percentiles, of a group and of a list', async () => {
    const scores = [62, 60, 67, 64, 60].map((test01, _id) => ({ _id, test01 }))
    const by = { input: '$test01', method: 'approximate' }
    const group = { _id: null, p: { $percentile: { ...by, p: [0.95, 0] } }, m: { $median: by } }
    expect(await run(scores, { $group: group })).to.deep.equal([
      { _id: null, p: ['double:67', 'double:60'], m: 'double:62' },
    ])
    const list = { input: [1, 'x', null, Long.fromInt(5), 3], method: 'approximate' }
    expect(await computed({ $median: list })).to.equal('double:3')
    expect(await computed({ $percentile: { ...list, p: [0.1, 1] } })).to.deep.equal(['double:1', 'double:5'])
    expect(await computed({ $median: { ...list, input: '$nothing' } })).to.equal(null)
    expect(await codeOf(computed({ $percentile: { ...list, p: [2] } }))).to.equal(7750301)
    expect(await codeOf(computed({ $median: { input: 1, method: 'exact' } }))).to.equal(2)
  })

  it('takes some of the documents by chance', async () => {
    const numbers = Array.from({ length: 200 }, (_, _id) => ({ _id }))
    const count = async (...stages: any[]) => (await run(numbers, ...stages)).length
    expect(await count({ $match: { $sampleRate: 1 } })).to.equal(200)
    expect(await count({ $match: { $sampleRate: 0 } })).to.equal(0)
    expect(await count({ $match: { $sampleRate: 0.5 } })).to.be.within(50, 150)
    expect(await codeOf(count({ $match: { $sampleRate: 2 } }))).to.equal(2)
    expect(new Set((await run(numbers, { $sample: { size: 30 } })).map((each) => each._id)).size).to.equal(30)
    expect(await count({ $sample: { size: 500 } })).to.equal(200)
  })

  it('merges by another key, with variables, and keeps what it must', async () => {
    const target = await opened.fresh('target')
    await target.createIndex({ k: 1 }, { unique: true })
    await target.insertOne({ _id: 9 as any, k: 1, n: 5 })
    const into = (extra: any) => ({ $merge: { into: 'target', on: 'k', ...extra } })
    const pipeline = [{ $set: { n: { $add: ['$n', '$$by', '$$new.n'] } } }]
    await run([{ k: 1, n: 2 }], { $project: { _id: 0 } }, into({ let: { by: 10 }, whenMatched: pipeline }))
    expect(await target.find().toArray()).to.deep.equal([{ _id: 9, k: 1, n: 17 }])
    await run([{ k: 1, more: 1 }], { $project: { _id: 0 } }, into({}))
    expect(await target.find().toArray()).to.deep.equal([{ _id: 9, k: 1, n: 17, more: 1 }])
    const code = (documents: any[], ...stages: any[]) => codeOf(run(documents, ...stages))
    expect(await code([{ _id: 1, k: 1 }], into({ whenMatched: 'replace' }))).to.equal(66)
    expect(await code([{ _id: 1 }], into({}))).to.equal(51132)
    expect(await code([{ _id: 1 }], { $merge: { into: 'target', on: 'n' } })).to.equal(51183)
  })
})
