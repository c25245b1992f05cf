import { expect } from 'chai'
import { Decimal128, Double, Long, openedStore, refusal, Timestamp } from './harness.ts'

describe('embedded store: update operators', () => {
  const opened = openedStore()

  /** What an update makes of a document. */
  async function made(document: any, update: any, options: any = {}, filter: any = {}): Promise<any> {
    const things = opened.collection()
    await things.deleteMany({})
    await things.insertOne({ _id: 1, ...document })
    await things.updateOne({ _id: 1, ...filter }, update, options)
    const { _id, ...rest } = await things.findOne({ _id: 1 })
    expect(_id).to.equal(1)
    return rest
  }

  const cases: [string, any, any, any, any?, any?][] = [
    ['$set', { a: 1 }, { $set: { a: 2, 'b.c': 3 } }, { a: 2, b: { c: 3 } }],
    ['$set in an array, beyond its end', { a: [1] }, { $set: { 'a.3': 4 } }, { a: [1, null, null, 4] }],
    ['$unset', { a: 1, b: { c: 1, d: 1 } }, { $unset: { a: '', 'b.c': '', z: '' } }, { b: { d: 1 } }],
    ['$unset of an element', { a: [1, 2, 3] }, { $unset: { 'a.1': '' } }, { a: [1, null, 3] }],
    ['$inc', { a: 1 }, { $inc: { a: 2, b: 5 } }, { a: 3, b: 5 }],
    ['$mul', { a: 3 }, { $mul: { a: 2, b: 5 } }, { a: 6, b: 0 }],
    ['$min', { a: 3, b: 3 }, { $min: { a: 2, b: 4, c: 1 } }, { a: 2, b: 3, c: 1 }],
    ['$max across types', { a: 3 }, { $max: { a: 'text' } }, { a: 'text' }],
    ['$rename', { a: 1, c: { d: 2 } }, { $rename: { a: 'b', 'c.d': 'e' } }, { c: {}, b: 1, e: 2 }],
    ['$bit', { a: 13, b: 1 }, { $bit: { a: { and: 10 }, b: { or: 6 }, c: { xor: 3 } } }, { a: 8, b: 7, c: 3 }],
    ['$push', { a: [1] }, { $push: { a: 2, b: 1 } }, { a: [1, 2], b: [1] }],
    ['$push of a list, cut', { a: [1, 2] }, { $push: { a: { $each: [3, 4], $slice: -3 } } }, { a: [2, 3, 4] }],
    ['$push at a position', { a: [1, 4] }, { $push: { a: { $each: [2, 3], $position: 1 } } }, { a: [1, 2, 3, 4] }],
    ['$push at a negative position', { a: [1, 4] }, { $push: { a: { $each: [3], $position: -1 } } }, { a: [1, 3, 4] }],
    [
      '$push sorted by a field, cut',
      { a: [{ n: 2 }] },
      { $push: { a: { $each: [{ n: 1 }, { n: 3 }], $sort: { n: -1 }, $slice: 2 } } },
      { a: [{ n: 3 }, { n: 2 }] },
    ],
    ['$push sorted by itself', { a: [3, 1] }, { $push: { a: { $each: [2], $sort: 1 } } }, { a: [1, 2, 3] }],
    ['$push to nothing', { a: [1, 2] }, { $push: { a: { $each: [3], $slice: 0 } } }, { a: [] }],
    ['$addToSet', { a: [1, { b: 1 }] }, { $addToSet: { a: { $each: [1, 2, { b: 1 }, 2] } } }, { a: [1, { b: 1 }, 2] }],
    ['$addToSet of a list as a value', { a: [] }, { $addToSet: { a: [1] } }, { a: [[1]] }],
    ['$pop', { a: [1, 2, 3], b: [1, 2, 3] }, { $pop: { a: 1, b: -1, c: 1 } }, { a: [1, 2], b: [2, 3] }],
    ['$pull by value', { a: [1, 2, 1, 3] }, { $pull: { a: 1 } }, { a: [2, 3] }],
    ['$pull by operator', { a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
    ['$pull by fields', { a: [{ x: 1, y: 1 }, { x: 2 }] }, { $pull: { a: { x: 1 } } }, { a: [{ x: 2 }] }],
    ['$pullAll', { a: [1, 2, 3, 1] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
    ['$ (positional)', { a: [1, 5, 9] }, { $set: { 'a.$': 6 } }, { a: [1, 6, 9] }, {}, { a: { $gt: 4 } }],
    [
      '$ in a document of an array',
      { a: [{ x: 1 }, { x: 2, y: 0 }] },
      { $inc: { 'a.$.y': 1 } },
      { a: [{ x: 1 }, { x: 2, y: 1 }] },
      {},
      { 'a.x': 2 },
    ],
    [
      '$ by $elemMatch',
      {
        a: [
          { x: 1, y: 1 },
          { x: 1, y: 2 },
        ],
      },
      { $set: { 'a.$.z': 1 } },
      {
        a: [
          { x: 1, y: 1 },
          { x: 1, y: 2, z: 1 },
        ],
      },
      {},
      { a: { $elemMatch: { x: 1, y: 2 } } },
    ],
    ['$[] (all)', { a: [{ n: 1 }, { n: 2 }] }, { $inc: { 'a.$[].n': 1 } }, { a: [{ n: 2 }, { n: 3 }] }],
    [
      '$[id] (filtered)',
      { a: [1, 5, 9] },
      { $set: { 'a.$[big]': 0 } },
      { a: [1, 0, 0] },
      { arrayFilters: [{ big: { $gte: 5 } }] },
    ],
    [
      '$[id] twice',
      { a: [{ b: [1, 2] }, { b: [3] }] },
      { $inc: { 'a.$[].b.$[odd]': 10 } },
      { a: [{ b: [11, 2] }, { b: [13] }] },
      { arrayFilters: [{ odd: { $mod: [2, 1] } }] },
    ],
    ['a pipeline', { a: 1, b: 2 }, [{ $set: { sum: { $add: ['$a', '$b'] } } }, { $unset: 'b' }], { a: 1, sum: 3 }],
  ]
  for (const [name, document, update, result, options, filter] of cases)
    it(`${name}`, async () => expect(await made(document, update, options, filter)).to.deep.equal(result))

  it('$currentDate', async () => {
    const { a, b, c } = await made({}, { $currentDate: { a: true, b: { $type: 'timestamp' }, c: { $type: 'date' } } })
    expect(Date.now() - a).to.be.within(0, 5000)
    expect(b).to.be.instanceOf(Timestamp)
    expect(c).to.be.instanceOf(Date)
  })

  it('keeps the type of a number, and widens it only when it must', async () => {
    const things = opened.collection('numbers')
    await things.insertOne({
      _id: 1,
      int: 1,
      max: 2_147_483_647,
      double: new Double(5),
      long: Long.fromString('9007199254740993'),
      decimal: Decimal128.fromString('0.10'),
    })
    await things.updateOne(
      { _id: 1 },
      { $inc: { int: 1, max: 1, double: 1, long: 1, decimal: Decimal128.fromString('0.20') }, $set: { touched: true } },
    )

    const stored = await things.findOne({ _id: 1 }, { promoteValues: false })
    expect(stored.int._bsontype).to.equal('Int32')
    expect(stored.max._bsontype).to.equal('Long')
    expect(stored.max.toString()).to.equal('2147483648')
    expect(stored.double._bsontype).to.equal('Double')
    expect(stored.long.toString()).to.equal('9007199254740994')
    expect(stored.decimal.toString()).to.equal('0.30')
  })

  const refused: [string, any, any, number, any?][] = [
    ['an unknown modifier', {}, { $sett: { a: 1 } }, 9],
    ['two changes of one path', {}, { $set: { a: 1 }, $inc: { 'a.b': 1 } }, 40],
    ['$inc of a text', { a: 'x' }, { $inc: { a: 1 } }, 14],
    ['$inc by a text', { a: 1 }, { $inc: { a: 'x' } }, 14],
    ['a long that overflows', { a: Long.MAX_VALUE }, { $inc: { a: 1 } }, 2],
    ['$push to what is no array', { a: 1 }, { $push: { a: 1 } }, 2],
    ['$pop of what is no array', { a: 1 }, { $pop: { a: 1 } }, 14],
    ['a field inside a number', { a: 1 }, { $set: { 'a.b': 1 } }, 28],
    ['$ without a match in an array', { a: [1] }, { $set: { 'a.$': 1 } }, 2],
    ['an unknown array filter', { a: [1] }, { $set: { 'a.$[x]': 1 } }, 2],
    ['an unused array filter', { a: [1] }, { $set: { b: 1 } }, 9, { arrayFilters: [{ x: 1 }] }],
    ['an empty path', {}, { $set: { 'a..b': 1 } }, 56],
    ['$rename onto itself', { a: 1 }, { $rename: { a: 'a' } }, 2],
    ['a stage that no update may use', {}, [{ $group: { _id: 1 } }], 72],
  ]
  for (const [name, document, update, code, options] of refused)
    it(`refuses ${name}, and changes nothing`, async () => {
      const things = opened.collection()
      await things.deleteMany({})
      await things.insertOne({ _id: 1, ...document })
      const error = await refusal(things.updateOne({ _id: 1 }, update, options))
      expect(error.code).to.equal(code)
      expect(await things.findOne({ _id: 1 }, { promoteLongs: false })).to.deep.equal({ _id: 1, ...document })
    })
})
