import { expect } from 'chai'
import { serialize } from 'bson'
import { decode, decodeCommand } from '../../../store/embedded/bson/decode.ts'
import { Request, type Sliced, type Store } from '../../../store/embedded/commands/command.ts'
import { commandFor } from '../../../store/embedded/commands/index.ts'
import { asOperation } from '../../../store/embedded/commands/plain-update.ts'
import { Writing } from '../../../store/embedded/commands/writing.ts'
import { MORE } from '../../../store/embedded/engine/commit.ts'
import { asBuffer } from '../../../store/embedded/engine/database.ts'
import { InnerStore } from '../proof/inner.ts'
import { Random } from '../proof/random.ts'
import { openedStore } from './harness.ts'
import { answersDuring } from './answers.ts'

/** A write that is carried out step by step, with whatever the test likes between two steps. */
class Steps {
  readonly #store: InnerStore
  readonly #sliced: Sliced
  reply: any = null

  constructor(store: InnerStore, asked: object) {
    this.#store = store
    const { command, documents } = decodeCommand(Buffer.from(serialize({ ...asked, $db: 'proof' })), asOperation)
    const inner = { database: store.database, catalog: store.catalog } as unknown as Store
    const request = new Request(inner, command, documents, 1)
    this.#sliced = commandFor(request).command.run(request) as Sliced
  }

  /** As little as can be done at once. False when that was the last. */
  next(): boolean {
    this.#store.database.run('BEGIN')
    try {
      const reply = this.#sliced.next(() => true)
      if (reply) this.reply = decode(reply)
      return reply === null
    } finally {
      this.#store.database.run('COMMIT')
    }
  }

  /** A step that never was. */
  fail(): void {
    this.#store.database.run('BEGIN')
    this.#sliced.next(() => true)
    this.#sliced.rewind()
    this.#store.database.run('ROLLBACK')
    this.#store.catalog.load()
  }
}

/** What is wrong with the keys of each index: nothing, or in words. */
function differences({ database, catalog }: InnerStore): string[] {
  const collection = catalog.find('proof.things')
  if (!collection) return ['there is no collection']
  const rows = database.prepare(`SELECT rid, d FROM ${collection.table}`).all() as unknown as [number, Uint8Array][]
  return collection.indexes.flatMap((index) => {
    const text = (key: Uint8Array, rid: number) => `${asBuffer(key).toString('hex')} ${rid}`
    const wanted = rows.flatMap(([rid, raw]) => index.keysOf(decode(asBuffer(raw))).keys.map((key) => text(key, rid)))
    const kept = database.prepare(`SELECT k, rid FROM ${index.table}`).all() as unknown as [Uint8Array, number][]
    const is = new Set(kept.map(([key, rid]) => text(key, rid)))
    const wrong = wanted.filter((key) => !is.has(key))
    return wrong.length > 0 || is.size !== wanted.length ? [`${index.name}: ${is.size} keys, not ${wanted.length}`] : []
  })
}

describe('embedded store: a long write is carried out in slices', () => {
  const KEYS: [string, object][] = [
    ['one field', { key: { a: 1 }, name: 'i' }],
    ['an array', { key: { list: 1, a: -1 }, name: 'i' }],
    ['some documents only', { key: { a: 1 }, name: 'i', partialFilterExpression: { b: { $gt: 2 } } }],
    ['every value once', { key: { u: 1 }, name: 'i', unique: true }],
  ]
  for (const [name, index] of KEYS)
    it(`an index by ${name} has the keys of every document, whatever is written and fails meanwhile`, () => {
      const random = new Random(11)
      const store = new InnerStore()
      const document = (_id: number) => ({
        ...{ _id, a: random.below(5), b: random.below(5), u: `${_id} ${random.below(1e9)}` },
        list: random.list(0, 3, () => random.below(4)),
      })
      store.run({ insert: 'things', documents: Array.from({ length: 120 }, (_, id) => document(id)) })
      const steps = new Steps(store, { createIndexes: 'things', indexes: [index] })
      let at = 120
      const writes = [
        () => store.run({ insert: 'things', documents: [document(at++)] }),
        () => store.run({ delete: 'things', deletes: [{ q: { _id: random.below(at) }, limit: 1 }] }),
        () => {
          const { _id, ...set } = document(random.below(at))
          return store.run({ update: 'things', updates: [{ q: { _id }, u: { $set: set } }] })
        },
        () => store.run({ update: 'things', updates: [{ q: { a: 3 }, u: { $inc: { b: 1 } }, multi: true }] }),
        () => steps.fail(),
      ]
      let count = 0
      do {
        for (let n = random.below(3); n > 0; n--) random.pick(writes)()
        count++
      } while (steps.next())
      expect(steps.reply).to.deep.include({ numIndexesBefore: 1, numIndexesAfter: 2 })
      expect(count).to.be.greaterThan(100)
      expect(differences(store)).to.deep.equal([])
      store.close()
    })

  it('an index cannot be when a write meanwhile made its key a second time; unless that has gone again', () => {
    for (const isTwice of [true, false]) {
      const store = new InnerStore()
      store.run({ insert: 'things', documents: Array.from({ length: 20 }, (_, _id) => ({ _id, u: _id })) })
      const steps = new Steps(store, { createIndexes: 'things', indexes: [{ key: { u: 1 }, name: 'u', unique: true }] })
      for (let n = 0; n < 10; n++) steps.next()
      const written = store.run({ update: 'things', updates: [{ q: { _id: 2 }, u: { $set: { u: 3 } } }] })
      expect(written.n.value).to.equal(1)
      expect(written).not.to.have.property('writeErrors')
      if (!isTwice) store.run({ delete: 'things', deletes: [{ q: { _id: 3 }, limit: 1 }] })
      const rest = () => {
        while (steps.next());
      }
      if (isTwice)
        expect(rest).to.throw(/E11000 duplicate key error collection: proof.things index: u dup key: { u: 3 }/)
      else rest()
      expect(store.catalog.find('proof.things')?.indexes).to.have.length(isTwice ? 0 : 1)
      expect(differences(store)).to.deep.equal([])
      store.close()
    }
  })

  it('nobody builds on in a collection that has been dropped, and no table of it is left', () => {
    const store = new InnerStore()
    store.run({ insert: 'things', documents: Array.from({ length: 20 }, (_, _id) => ({ _id })) })
    const steps = new Steps(store, { createIndexes: 'things', indexes: [{ key: { a: 1 }, name: 'a' }] })
    for (let n = 0; n < 5; n++) steps.next()
    expect(store.run({ renameCollection: 'proof.things', to: 'proof.others' })).to.include({ code: 12587 })
    store.run({ drop: 'things' })
    store.run({ insert: 'things', documents: [{ _id: 1 }] })
    expect(() => steps.next()).to.throw(/collection dropped/)
    const tables = store.database.prepare("SELECT name FROM sqlite_schema WHERE name GLOB 'i[0-9]*'").all()
    expect(tables).to.deep.equal([])
    store.close()
  })

  it('an update of many changes each document once, and none that others took out of its reach', () => {
    const store = new InnerStore()
    store.run({ createIndexes: 'things', indexes: [{ key: { n: 1 }, name: 'n' }] })
    store.run({ insert: 'things', documents: Array.from({ length: 30 }, (_, n) => ({ _id: n, n, done: 0 })) })
    const q = { n: { $gte: 0 } }
    const steps = new Steps(store, { update: 'things', updates: [{ q, u: { $inc: { done: 1 } }, multi: true }] })
    for (let at = 0; at < 10; at++) steps.next()
    // Ahead, where the walk along the index will meet it again; out of what it looks for; gone.
    for (const [_id, n] of [
      [1, 100],
      [2, -1],
      [25, -2],
    ])
      store.run({ update: 'things', updates: [{ q: { _id }, u: { $set: { n } } }] })
    store.run({ delete: 'things', deletes: [{ q: { _id: 3 }, limit: 1 }] })
    for (let at = 0; at < 40; at++) {
      steps.next()
      // While it looks, a failure would let it look anew: later, it must go on with what it has found.
      if (at > 30) steps.fail()
    }
    while (steps.next());
    expect(steps.reply).to.deep.include({ n: 27, nModified: 27 })
    const { firstBatch } = store.run({ find: 'things', batchSize: 100 }).cursor
    const done = firstBatch.map((each: any) => [each._id.value, each.done.value])
    expect(done.filter(([, times]: number[]) => times !== 1)).to.deep.equal([
      [2, 0],
      [25, 0],
    ])
    store.close()
  })

  it('a small command is one transaction however slow the machine is; a large one is not', () => {
    const store = new InnerStore()
    const inner = { database: store.database, catalog: store.catalog, observer: { took: () => undefined } }
    const carriedOn = (documents: number) => {
      const asked = { insert: 'things', documents: Array.from({ length: documents }, () => ({})), $db: 'proof' }
      const { command, documents: raw } = decodeCommand(Buffer.from(serialize(asked)), asOperation)
      const request = new Request(inner as unknown as Store, command, raw, 1)
      return new Writing(request, commandFor(request).command).carryOn(() => true)
    }
    expect(carriedOn(100)).to.be.instanceOf(Buffer)
    expect(carriedOn(101)).to.equal(MORE)
    store.close()
  })

  it('a step that was rolled back is done again, and counted once', () => {
    const store = new InnerStore()
    const asked = { insert: 'things', documents: [{ _id: 1 }, { _id: 1 }, { _id: 2 }, { _id: 3 }], ordered: false }
    const steps = new Steps(store, asked)
    steps.next()
    steps.fail()
    while (steps.next()) steps.fail()
    expect(steps.reply.n).to.equal(3)
    expect(steps.reply.writeErrors.map(({ index }: any) => index)).to.deep.equal([1])
    expect(store.run({ count: 'things' }).n.value).to.equal(3)
    store.close()
  })
})

describe('embedded store: while a long write is carried out', () => {
  const opened = openedStore({ durability: 'relaxed' })
  const DOCUMENTS = 40_000

  const other = () => opened.collection('other')
  before(() => other().insertOne({ _id: 'it', n: 0 }))
  const ask = async () => {
    await other().findOne({ _id: 'it' })
    await other().updateOne({ _id: 'it' }, { $inc: { n: 1 } })
  }

  it('others are answered: beside an insert, an index, an update and a delete', async () => {
    const things = opened.collection()
    const documents = Array.from({ length: DOCUMENTS }, (_, n) => ({ _id: n, tag: n % 100, text: `text ${n}` }))
    const during = {
      insert: await answersDuring(ask, () => things.insertMany(documents)),
      index: await answersDuring(ask, () => things.createIndex({ text: 1 })),
      update: await answersDuring(ask, () => things.updateMany({ tag: { $gte: 0 } }, { $inc: { tag: 1 } })),
      delete: await answersDuring(ask, () => things.deleteMany({ text: { $gte: 'text 1' } })),
    }
    // In one go, each of them would let none or one through.
    for (const [name, answers] of Object.entries(during)) expect(answers, name).to.be.greaterThan(4)
    expect(await things.countDocuments()).to.equal(1)
    const [validated] = (await opened.store.validate()).filter(({ namespace }) => namespace === 'careline.things')
    expect(validated).to.deep.include({ errors: [], keys: { _id_: 1, text_1: 1 } })
  })
})
