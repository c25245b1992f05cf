import { expect } from 'chai'
import { serialize } from 'bson'
import { decode, decodeCommand } from '../../../store/embedded/bson/decode.ts'
import { Request, type Sliced, type Store } from '../../../store/embedded/commands/command.ts'
import { commandFor } from '../../../store/embedded/commands/index.ts'
import { asOperation } from '../../../store/embedded/commands/plain-update.ts'
import { Cursors } from '../../../store/embedded/cursors.ts'
import type { Steps } from '../../../store/embedded/steps.ts'
import { InnerStore } from '../proof/inner.ts'
import { openedStore, refusal } from './harness.ts'
import { answersDuring } from './answers.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

/** A command that has begun, and rests after every step. */
class Resting {
  readonly #store: InnerStore
  readonly #running: Steps<Buffer> | Sliced
  reply: any = null

  constructor(store: InnerStore, asked: object) {
    this.#store = store
    const { command, documents } = decodeCommand(Buffer.from(serialize({ ...asked, $db: 'proof' })), asOperation)
    const inner = { database: store.database, catalog: store.catalog, cursors: new Cursors(600_000) }
    const request = new Request(inner as unknown as Store, command, documents, 1)
    this.#running = commandFor(request).command.run(request) as Steps<Buffer> | Sliced
  }

  /** False when that was the last. */
  step(): boolean {
    const reply = 'rewind' in this.#running ? this.#slice(this.#running) : this.#step(this.#running)
    if (reply) this.reply = decode(reply)
    return reply === null
  }

  steps(count: number): this {
    for (let n = 0; n < count; n++) this.step()
    return this
  }

  end(): any {
    while (this.step());
    return this.reply
  }

  /** A slice that never was. */
  fail(): void {
    this.#store.database.run('BEGIN')
    const sliced = this.#running as Sliced
    sliced.next(() => true)
    sliced.rewind()
    this.#store.database.run('ROLLBACK')
    this.#store.catalog.load()
  }

  #step(steps: Steps<Buffer>): Buffer | null {
    const next = steps.next()
    return next.done ? next.value : null
  }

  #slice(sliced: Sliced): Buffer | null {
    this.#store.database.run('BEGIN')
    try {
      return sliced.next(() => true)
    } finally {
      this.#store.database.run('COMMIT')
    }
  }
}

describe('embedded store: whoever reads long, rests', () => {
  let store: InnerStore
  beforeEach(() => {
    store = new InnerStore()
    store.run({ insert: 'things', documents: numbers(60).map((n) => ({ _id: n, n, kind: n % 3, tag: 'old' })) })
  })
  afterEach(() => store.close())

  const update = (q: object, u: object) => store.run({ update: 'things', updates: [{ q, u, multi: true }] })
  const remove = (q: object) => store.run({ delete: 'things', deletes: [{ q, limit: 0 }] })
  const index = (key: object) => store.run({ createIndexes: 'things', indexes: [{ key, name: 'i' }] })
  const tables = () =>
    store.database.prepare("SELECT count(*) FROM sqlite_schema WHERE name GLOB '[ci][0-9]*'").all() as unknown

  const finds: [string, object, object | null][] = [
    ['a scan', { filter: { kind: { $gte: 0 } } }, null],
    ['an index', { filter: { n: { $gte: 0 } } }, { n: 1 }],
    ['the _id', { filter: { _id: { $gte: 0 } } }, null],
    ['a list of _ids', { filter: { _id: { $in: numbers(60) } } }, null],
    ['indexes that are merged', { filter: { kind: { $in: [0, 1, 2] } }, sort: { n: 1 } }, { kind: 1, n: 1 }],
  ]
  for (const [name, query, key] of finds)
    it(`and finds by ${name} what is there when it comes to it: nothing that has gone, everything as it is`, () => {
      if (key) index(key)
      const read = new Resting(store, { find: 'things', ...query, batchSize: 1000 }).steps(20)
      update({ _id: { $gte: 30 } }, { $set: { tag: 'new' } })
      read.steps(3)
      remove({ _id: { $gte: 50 } })
      read.steps(3)
      store.run({ insert: 'things', documents: [{ _id: 49.5, n: 49.5, kind: 1, tag: 'new' }] })
      const found = read.end().cursor.firstBatch
      const late = name === 'a list of _ids' ? 0 : 1
      expect(found).to.have.length(50 + late)
      expect(new Set(found.map((each: any) => String(each._id))).size).to.equal(found.length)
      for (const each of found) expect(each.tag, String(each._id)).to.equal(Number(each._id) >= 30 ? 'new' : 'old')
    })

  it('and says so when what it reads was dropped meanwhile', () => {
    index({ n: 1 })
    const filter = { n: { $gte: 0 } }
    const byIndex = new Resting(store, { find: 'things', filter, batchSize: 100 }).steps(5)
    const byScan = new Resting(store, { distinct: 'things', key: 'kind' }).steps(20)
    store.run({ dropIndexes: 'things', index: 'i' })
    expect(() => byIndex.end()).to.throw(/query plan killed :: index 'i' dropped/)
    expect(byScan.step()).to.equal(true)
    store.run({ drop: 'things' })
    expect(() => byScan.end()).to.throw(/collection dropped/)
  })

  it('but not in what a rollback has left as it was', () => {
    const read = new Resting(store, { count: 'things', query: { kind: { $gte: 0 } } }).steps(20)
    store.catalog.load()
    expect(read.end().n).to.equal(60)
  })

  it('and changes the first of an order as it is then, not as it was when it was read', () => {
    const change = {
      findAndModify: 'things',
      query: { tag: 'old' },
      sort: { kind: -1, n: -1 },
      update: { $inc: { n: 1 } },
    }
    const resting = new Resting(store, change).steps(30)
    update({ _id: { $in: [59, 56] } }, { $set: { tag: 'new' } })
    expect(resting.end().value._id).to.equal(53)
    const scanning = new Resting(store, { update: 'things', updates: [{ q: { n: 54 }, u: { $set: { hit: 1 } } }] })
    scanning.steps(5)
    scanning.fail()
    update({ _id: { $in: [53, 54] } }, { $set: { n: 0 } })
    expect(scanning.end().n).to.equal(0)
  })

  it('and every stage of a pipeline rests: what they make together is what it was', () => {
    const pipeline = [
      { $match: { n: { $gte: 2 } } },
      { $lookup: { from: 'things', localField: 'kind', foreignField: 'n', as: 'same' } },
      { $unwind: '$same' },
      { $group: { _id: '$kind', n: { $sum: '$n' }, all: { $push: '$n' } } },
      { $sort: { _id: -1 } },
      { $facet: { a: [{ $limit: 1 }], b: [{ $skip: 2 }, { $project: { all: 0 } }], c: [{ $count: 'c' }] } },
    ]
    const asked = { aggregate: 'things', pipeline, cursor: {} }
    const resting = new Resting(store, asked)
    let steps = 0
    while (resting.step()) steps++
    expect(steps).to.be.greaterThan(60)
    const [{ a, b, c }] = resting.reply.cursor.firstBatch
    expect([a[0]._id, a[0].n, b, c]).to.deep.equal([2, 610, [{ _id: 0, n: 570 }], [{ c: 3 }]])
  })

  it('and $out takes the place of a collection in one moment, or not at all', () => {
    const before = tables()
    store.run({ insert: 'goal', documents: [{ _id: 'old' }] })
    store.run({ createIndexes: 'goal', indexes: [{ key: { u: 1 }, name: 'u', unique: true }] })
    const goal = () => store.run({ find: 'goal' }).cursor.firstBatch.map(({ _id }: any) => String(_id))
    const out = (u: unknown) => [{ $match: { n: { $lt: 20 } } }, { $project: { u } }, { $out: 'goal' }]
    const resting = new Resting(store, { aggregate: 'things', pipeline: out('$n'), cursor: {} }).steps(5)
    resting.fail()
    resting.steps(70)
    resting.fail()
    expect(goal()).to.deep.equal(['old'])
    resting.end()
    expect(goal()).to.have.length(20)
    const refused = new Resting(store, { aggregate: 'things', pipeline: out('same'), cursor: {} })
    expect(() => refused.end()).to.throw(/E11000 duplicate key error collection: proof.goal index: u/)
    expect(goal()).to.have.length(20)
    const late = new Resting(store, { aggregate: 'things', pipeline: out('$n'), cursor: {} }).steps(90)
    store.run({ dropIndexes: 'goal', index: 'u' })
    expect(() => late.end()).to.throw(/changed during processing/)
    store.run({ drop: 'goal' })
    expect(tables()).to.deep.equal(before)
  })

  it('and $merge goes on where it was after a slice that failed', () => {
    const pipeline = [
      { $project: { n: 1 } },
      { $merge: { into: 'goal', whenMatched: [{ $set: { n: { $add: ['$n', '$$new.n'] } } }] } },
    ]
    const resting = new Resting(store, { aggregate: 'things', pipeline, cursor: {} }).steps(65)
    for (let n = 0; n < 10; n++) {
      store.run({ count: 'goal' })
      resting.fail()
      resting.step()
    }
    resting.end()
    expect(store.run({ count: 'goal' }).n.value).to.equal(60)
    const [{ n }] = store.run({ aggregate: 'goal', pipeline: [{ $group: { _id: 1, n: { $sum: '$n' } } }], cursor: {} })
      .cursor.firstBatch
    expect(n.value).to.equal(1770)
  })

  it('and what is dropped is gone at once, and its tables by and by; the next start drops what a crash has left', () => {
    index({ n: 1 })
    const before = tables()
    const dropping = new Resting(store, { drop: 'things' }).steps(1)
    expect(store.run({ count: 'things' }).n.value).to.equal(0)
    store.run({ insert: 'things', documents: [{ _id: 1 }] })
    dropping.fail()
    dropping.steps(2)
    expect(tables()).not.to.deep.equal(before)
    store.catalog.dropLeftovers()
    expect((tables() as [number][])[0]).to.deep.equal([1])
    expect(store.run({ count: 'things' }).n.value).to.equal(1)
  })
})

describe('embedded store: while somebody reads long', () => {
  const opened = openedStore({ durability: 'relaxed' })
  const DOCUMENTS = 12_000

  before(() =>
    opened.collection().insertMany(numbers(DOCUMENTS).map((n) => ({ _id: n, tag: n % 100, text: `text ${n}` }))),
  )

  const other = () => opened.collection('other')
  before(() => other().insertOne({ _id: 'it', n: 0 }))
  const ask = async () => {
    await other().findOne({ _id: 'it' })
  }

  it('others are answered: beside a scan, a sort, groups, $out, $merge and a count', async () => {
    const things = opened.collection()
    const nowhere = { text: 'nowhere' }
    const long: Record<string, () => Promise<unknown>> = {
      scan: () => things.findOne(nowhere),
      sort: () => things.find().sort({ text: -1 }).limit(1).toArray(),
      distinct: () => things.distinct('text'),
      count: () => things.countDocuments({ text: /9/ }),
      group: () => things.aggregate([{ $group: { _id: '$text' } }, { $sort: { _id: 1 } }, { $limit: 1 }]).toArray(),
      update: () => things.updateOne(nowhere, { $set: { a: 1 } }),
      modify: () => things.findOneAndUpdate(nowhere, { $set: { a: 1 } }, { sort: { tag: 1 } }),
      out: () => things.aggregate([{ $out: 'goal' }]).toArray(),
      merge: () => things.aggregate([{ $merge: 'goal' }]).toArray(),
    }
    // In one go, each of them would let none or one through.
    for (const [name, work] of Object.entries(long)) expect(await answersDuring(ask, work), name).to.be.greaterThan(1)
  })

  it('a cursor is for one at a time, and killed beneath one that waits for it', async () => {
    const { db } = opened
    const { cursor } = await db.command({ find: 'things', filter: { text: { $ne: 'nowhere' } }, batchSize: 2 })
    const more = () => db.command({ getMore: cursor.id, collection: 'things' })
    const busy = await Promise.allSettled([more(), more()])
    expect(busy.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected'])
    const other = await db.command({ find: 'things', filter: { tag: { $gte: 0 } }, batchSize: 2 })
    const waiting = refusal(db.command({ getMore: other['cursor'].id, collection: 'things' }))
    await db.command({ killCursors: 'things', cursors: [other['cursor'].id] })
    expect((await waiting).code).to.equal(237)
  })

  it('a change ends with the time that it may take, as a read does', async () => {
    const slow = { $expr: { $gt: [{ $sum: { $range: [0, 60] } }, 1e6] } }
    const things = opened.collection()
    const inTime = { maxTimeMS: 1 }
    const change = { $set: { a: 1 } }
    for (const late of [
      things.findOne(slow, inTime),
      things.updateOne(slow, change, inTime),
      things.findOneAndUpdate(slow, change, inTime),
      things.aggregate([{ $match: slow }, { $out: 'never' }], inTime).toArray(),
    ])
      expect((await refusal(late)).code).to.equal(50)
  })

  it('distinct values of more than 16 MB are refused', async () => {
    const large = await opened.fresh('large')
    await large.insertMany(numbers(3).map((n) => ({ text: String(n).repeat(6_000_000) })))
    expect(await refusal(large.distinct('text'))).to.include({ code: 17217, errmsg: 'distinct too big, 16mb cap' })
    expect(await large.distinct('text', { text: { $lt: '2' } })).to.have.length(2)
  })
})
