import { expect } from 'chai'
import { Cursors, type CursorOptions } from '../../../store/embedded/cursors.ts'
import { fields } from '../../../store/embedded/bson/value.ts'
import { orderingOf, Sorter, sortOf } from '../../../store/embedded/query/sort.ts'
import type { Ordering } from '../../../store/embedded/query/sort.ts'
import { wholly } from '../../../store/embedded/steps.ts'
import { codeOf } from './exact.ts'
import { openedStore } from './harness.ts'

describe('embedded store: bounds', () => {
  const opened = openedStore({ durability: 'relaxed' })
  const things = () => opened.collection()
  const nested = (depth: number): any => (depth === 0 ? 1 : { a: nested(depth - 1) })
  const computed = (expression: any) =>
    things()
      .aggregate([{ $limit: 1 }, { $project: { x: expression } }])
      .toArray()
  const doubled = (initialValue: any, inner: any) => ({
    $reduce: { input: { $range: [0, 40] }, initialValue, in: inner },
  })

  before(() => things().insertOne({ _id: 1 as any }))

  describe('of a document', () => {
    it('holds 150 levels, and no more than 200', async () => {
      await things().insertOne({ _id: 2 as any, deep: nested(150) })
      expect(JSON.stringify(await things().findOne({ _id: 2 as any })).split('"a"')).to.have.length(151)
      expect(await codeOf(things().insertOne({ deep: nested(250) }))).to.equal(15)
      const deeper = { $reduce: { input: { $range: [0, 20_000] }, initialValue: {}, in: { a: '$$value' } } }
      expect(await codeOf(computed(deeper))).to.equal(15)
    })

    it('is 16 MB, whoever makes it', async () => {
      const large = await opened.fresh('large')
      await large.insertOne({ _id: 1 as any, text: 'x'.repeat(9_000_000) })
      const twice = [{ $project: { a: '$text', b: '$text' } }]
      expect(await codeOf(large.aggregate(twice).toArray())).to.equal(10334)
      expect(await codeOf(large.aggregate([...twice, { $out: 'larger' }]).toArray())).to.equal(10334)
      expect(await codeOf(large.updateOne({ _id: 1 }, [{ $set: { more: '$text' } }]))).to.equal(10334)
    })

    it('does not grow for ever in an expression', async () => {
      expect(await codeOf(computed(doubled(1, { a: '$$value', b: '$$value' })))).to.equal(10334)
      expect(await codeOf(computed(doubled('ab', { $concat: ['$$value', '$$value'] })))).to.equal(146)
      expect(await codeOf(computed({ $size: doubled([1], { $concatArrays: ['$$value', '$$value'] }) }))).to.equal(146)
      expect(await codeOf(computed({ $range: [0, 1e7] }))).to.equal(146)
    })
  })

  it('of time: a stage that makes many documents of one stops too', async () => {
    const numbers = { $range: [0, 1_000_000] }
    const pipeline = [{ $limit: 1 }, { $project: { n: numbers } }, { $unwind: '$n' }, { $group: { _id: '$n' } }]
    expect(await codeOf(things().aggregate(pipeline, { maxTimeMS: 50 }).toArray())).to.equal(50)
  })

  it('of a batch: 100,000 operations', async () => {
    const deletes = Array.from({ length: 100_001 }, () => ({ q: { _id: 0 }, limit: 1 }))
    expect(await codeOf(opened.db.command({ delete: 'things', deletes }))).to.equal(16)
  })

  describe('of a sort', () => {
    const order = orderingOf(
      sortOf(fields({ n: 1 })) as NonNullable<ReturnType<typeof sortOf>>,
      null,
    ) as Ordering<Buffer>
    const sorted = (limit: number, numbers: number[], bytes: number) => {
      const sorter = new Sorter<number>(limit, order)
      wholly(sorter.take(numbers, (n) => [fields({ n }), n, bytes]))
      return [...sorter.items()]
    }

    it('is 100 MB, unless a limit keeps it small', () => {
      const numbers = Array.from({ length: 300 }, (_, i) => (i * 7919) % 300)
      expect(() => sorted(Infinity, numbers, 1_000_000)).to.throw(/Sort exceeded memory limit of 104857600 bytes/)
      expect(sorted(3, numbers, 1_000_000)).to.deep.equal([0, 1, 2])
      expect(sorted(Infinity, numbers, 1000)).to.deep.equal(numbers.toSorted((a, b) => a - b))
    })

    it('is refused beyond it, also where the disk may be used', async () => {
      const large = await opened.fresh('large')
      const pad = 'x'.repeat(15_000_000)
      for (let i = 0; i < 7; i++) await large.insertOne({ _id: i as any, n: -i, pad })
      for (const allowDiskUse of [false, true])
        expect(await codeOf(large.find().sort({ n: 1 }).allowDiskUse(allowDiskUse).toArray())).to.equal(292)
      expect(await codeOf(large.aggregate([{ $group: { _id: '$n' } }], { allowDiskUse: true }).toArray())).to.equal(292)
      const first = await large
        .find({}, { projection: { n: 1 } })
        .sort({ n: 1 })
        .limit(2)
        .toArray()
      expect(first.map((each) => each.n)).to.deep.equal([-6, -5])
      await large.drop()
    })
  })

  describe('of cursors', () => {
    let now = 0
    const cursors = () => {
      const open = new Cursors(600_000, () => now)
      return {
        open,
        begin: (options: CursorOptions) => wholly(open.begin('db.things', many(), options)),
        more: (id: bigint, size: number) => wholly(open.more(id, 'db.things', size)),
      }
    }
    const many = () => Array.from({ length: 3 }, (_, i) => Buffer.alloc(8, i))[Symbol.iterator]()

    it('rest ten minutes between two batches, and not longer', () => {
      const { open, begin, more } = cursors()
      const [kept, forgotten, patient] = [false, false, true].map((isIdleAllowed) => begin({ size: 1, isIdleAllowed }))
      now += 599_000
      open.closeIdle()
      expect(more(kept!.id, 1).documents).to.have.length(1)
      now += 2000
      open.closeIdle()
      expect(open.count).to.equal(2)
      expect(() => more(forgotten!.id, 1)).to.throw(/cursor id \d+ not found/)
      now += 599_000
      open.closeIdle()
      expect(open.count).to.equal(1)
      expect(more(patient!.id, 0)).to.include({ id: 0n })
      expect(open.count).to.equal(0)
    })

    it('are 10,000 at most', () => {
      const { open, begin } = cursors()
      const ids = Array.from({ length: 10_000 }, () => begin({ size: 1 }).id)
      expect(() => begin({ size: 1 })).to.throw(/Too many open cursors/)
      expect(begin({ size: 5 }).id).to.equal(0n)
      expect(open.close(ids[0] as bigint)).to.equal(true)
      expect(begin({ size: 1 }).id).to.not.equal(0n)
    })

    it('belong to their namespace, and are gone when killed', async () => {
      await things().insertMany([{}, {}, {}])
      const reply = await opened.db.command({ find: 'things', batchSize: 1 })
      const { id } = reply['cursor']
      expect(await codeOf(opened.db.command({ getMore: id, collection: 'other' }))).to.equal(13)
      const more = await opened.db.command({ getMore: id, collection: 'things', batchSize: 1 })
      expect(more['cursor'].nextBatch).to.have.length(1)
      const killed = await opened.db.command({ killCursors: 'things', cursors: [id, 5] })
      expect([killed['cursorsKilled'].length, killed['cursorsNotFound']]).to.deep.equal([1, [5]])
      expect(await codeOf(opened.db.command({ getMore: id, collection: 'things' }))).to.equal(43)
    })
  })
})
