import { expect } from 'chai'
import {
  Binary,
  BSONRegExp,
  Decimal128,
  Double,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  openedStore,
  Timestamp,
} from './harness.ts'

describe('embedded store: BSON to the letter', () => {
  const opened = openedStore()

  /** The ids of what matches, in the order of the ids. */
  const ids = async (filter: any) =>
    (await opened.collection().find(filter).sort({ _id: 1 }).toArray()).map((each) => each._id)

  async function keep(values: any[], index?: any) {
    const things = await opened.fresh()
    await things.insertMany(values.map((a, _id) => (a === undefined ? { _id } : { _id, a })))
    if (index) await things.createIndex(index)
    return things
  }

  const odd = [
    Long.fromString('9007199254740993'),
    Long.MIN_VALUE,
    Decimal128.fromString('1E+6000'),
    new Double(5),
    -0,
    NaN,
    new Date(-8.64e15),
    new Date(8.64e15),
    new Binary(Buffer.from('abc'), 4),
    new BSONRegExp('^a', 'im'),
    new Timestamp({ t: 5, i: 4_000_000_000 }),
    new MinKey(),
    new MaxKey(),
    'a\u0000b',
    '\u{1F600}',
    [[], [[]], {}],
    { $ref: 'x', $id: 1 },
  ]

  it('gives back every value as it was, also after an update beside it', async () => {
    const things = await opened.fresh()
    await things.insertOne({ _id: 1, odd })
    const raw = async () =>
      Buffer.from(await things.findOne<any>({ _id: 1 }, { raw: true, projection: { odd: 1 } })).toString('hex')
    const inserted = await raw()
    await things.updateOne({ _id: 1 }, { $set: { beside: 1 } })
    await things.updateOne({ _id: 1 }, { $push: { more: 1 } as any })
    expect(await raw()).to.equal(inserted)
  })

  for (const index of [undefined, { a: 1 }, { a: -1 }])
    describe(index ? `with an index ${JSON.stringify(index)}` : 'without an index', () => {
      it('compares longs above 2^53, doubles and decimals exactly', async () => {
        const big = Long.fromString('9007199254740993')
        await keep(
          [
            big,
            Long.fromString('9007199254740992'),
            9007199254740992,
            Decimal128.fromString('9007199254740992.5'),
            Decimal128.fromString('0.1'),
            0.1,
          ],
          index,
        )
        expect(await ids({ a: big })).to.deep.equal([0])
        expect(await ids({ a: 9007199254740992 })).to.deep.equal([1, 2])
        expect(await ids({ a: { $gt: 9007199254740992 } })).to.deep.equal([0, 3])
        expect(await ids({ a: { $gt: Decimal128.fromString('9007199254740992.5') } })).to.deep.equal([0])
        // 0.1 as a double is a little more than one tenth.
        expect(await ids({ a: Decimal128.fromString('0.1') })).to.deep.equal([4])
        expect(await ids({ a: { $gt: Decimal128.fromString('0.1'), $lt: 1 } })).to.deep.equal([5])
      })

      it('takes int, long, double and decimal of one value for equal, -0 for 0, NaN for NaN', async () => {
        await keep(
          [1, Long.fromInt(1), new Double(1), Decimal128.fromString('1.0'), -0, 0, NaN, Decimal128.fromString('NaN')],
          index,
        )
        expect(await ids({ a: 1 })).to.deep.equal([0, 1, 2, 3])
        expect(await ids({ a: 0 })).to.deep.equal([4, 5])
        expect(await ids({ a: NaN })).to.deep.equal([6, 7])
        expect(await ids({ a: { $lt: 5 } })).to.deep.equal([0, 1, 2, 3, 4, 5])
        expect(await ids({ a: { $lte: NaN } })).to.deep.equal([6, 7])
        await keep([Infinity, -Infinity, 1], index)
        expect(await ids({ a: { $gte: Infinity } })).to.deep.equal([0])
        expect(await ids({ a: { $lte: -Infinity } })).to.deep.equal([1])
      })

      it('tells null from missing by $exists and $type only', async () => {
        await keep([null, undefined, 0, [null], []], index)
        expect(await ids({ a: null })).to.deep.equal([0, 1, 3])
        expect(await ids({ a: { $ne: null } })).to.deep.equal([2, 4])
        expect(await ids({ a: { $exists: false } })).to.deep.equal([1])
        expect(await ids({ a: { $type: 'null' } })).to.deep.equal([0, 3])
        expect(await ids({ a: { $in: [null, 0] } })).to.deep.equal([0, 1, 2, 3])
        expect(await ids({ a: [] })).to.deep.equal([4])
      })

      it('compares within a type only', async () => {
        await keep([5, '5', new Date(5), true, null, { x: 1 }, new ObjectId('5'.repeat(24))], index)
        expect(await ids({ a: { $gte: 1 } })).to.deep.equal([0])
        expect(await ids({ a: { $gte: '' } })).to.deep.equal([1])
        expect(await ids({ a: { $lte: new Date(10) } })).to.deep.equal([2])
        expect(await ids({ a: { $gt: new MinKey() } })).to.deep.equal([0, 1, 2, 3, 4, 5, 6])
      })

      it('looks into arrays, and at them', async () => {
        await keep([[1, 9], 5, [5], [[5]], [4, 6]], index)
        expect(await ids({ a: 5 })).to.deep.equal([1, 2])
        expect(await ids({ a: [5] })).to.deep.equal([2, 3])
        expect(await ids({ a: { $gt: 4, $lt: 6 } })).to.deep.equal([0, 1, 2, 4])
        expect(await ids({ a: { $elemMatch: { $gt: 4, $lt: 6 } } })).to.deep.equal([2])
        expect(await ids({ a: { $size: 2 } })).to.deep.equal([0, 4])
        expect(await ids({ a: { $all: [4, 6] } })).to.deep.equal([4])
        expect(await ids({ 'a.0': 5 })).to.deep.equal([2, 3])
      })

      it('sorts across types, arrays by their least or greatest, text by code point', async () => {
        const things = await keep(
          [new MaxKey(), 'b', [7, 1], null, '\u{1F600}', '\uFFEE', [], 3, undefined, new Date(0), true],
          index,
        )
        const sorted = async (direction: 1 | -1) =>
          (await things.find().sort({ a: direction, _id: 1 }).toArray()).map((each) => each._id)
        expect(await sorted(1)).to.deep.equal([6, 3, 8, 2, 7, 1, 5, 4, 10, 9, 0])
        expect(await sorted(-1)).to.deep.equal([0, 9, 10, 4, 5, 1, 2, 7, 3, 8, 6])
      })
    })

  it('pairs the elements of one array in a compound index', async () => {
    const things = await opened.fresh()
    await things.createIndex({ 'a.x': 1, 'a.y': 1 }, { unique: true })
    await things.insertOne({
      _id: 0,
      a: [
        { x: 1, y: 1 },
        { x: 2, y: 2 },
      ],
    })
    await things.insertOne({ _id: 1, a: [{ x: 1, y: 2 }] })
    expect(await ids({ 'a.x': 1, 'a.y': 2 })).to.deep.equal([0, 1])
    expect(await ids({ a: { $elemMatch: { x: 1, y: 2 } } })).to.deep.equal([1])
  })

  it('takes __proto__ and constructor for names like any other', async () => {
    const things = await opened.fresh()
    await things.insertOne({ _id: 1, a: {} })
    await opened.db.command({
      update: 'things',
      updates: [
        {
          q: { _id: 1 },
          u: {
            $set: {
              '__proto__.polluted': 'yes',
              'constructor.prototype.polluted': 'yes',
              'a.__proto__.polluted': 'yes',
            },
          },
        },
      ],
    })
    await things.createIndex({ '__proto__.polluted': 1 })
    for (const path of ['__proto__.polluted', 'constructor.prototype.polluted', 'a.__proto__.polluted'])
      expect(await ids({ [path]: 'yes' }), path).to.deep.equal([1])
    // A polluted prototype would show in every other document.
    await things.insertOne({ _id: 2, a: {} })
    expect(await ids({ polluted: 'yes' })).to.deep.equal([])
    expect(await ids({ 'a.polluted': 'yes' })).to.deep.equal([])
    expect(await ids({ toString: { $exists: true } })).to.deep.equal([])
    expect(await ids({ 'a.hasOwnProperty': { $exists: true } })).to.deep.equal([])
    const added = [{ $addFields: { '__proto__.x': 1 } }, { $match: { '__proto__.x': 1 } }, { $count: 'n' }]
    expect(await things.aggregate(added).toArray()).to.deep.equal([{ n: 2 }])
  })
})
