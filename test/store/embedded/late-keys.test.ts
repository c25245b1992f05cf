import { expect } from 'chai'
import { type KeyOfRow, KeySet, orderOfKeys } from '../../../store/embedded/engine/key-set.ts'
import { InnerStore } from '../proof/inner.ts'
import { Random } from '../proof/random.ts'

/** What several writes have made lies in memory, in the tables, or in both: whoever asks sees none of it. */
describe('embedded store: keys that are late', () => {
  let store: InnerStore

  beforeEach(() => {
    store = new InnerStore()
    const index = (name: string, key: object, more: object = {}) => ({ name, key, ...more })
    const indexes = [index('w', { w: 1, at: -1 }), index('at', { at: 1 }), index('u', { u: 1 }, { unique: true })]
    store.run({ createIndexes: 'c', indexes })
  })
  afterEach(() => store.close())

  const words = ['ab', 'cd', 'ef', 'gh']
  const insert = (from: number, count: number) =>
    store.run({
      insert: 'c',
      documents: Array.from({ length: count }, (_, i) => ({ _id: from + i, at: from + i, u: from + i, w: words })),
    })
  const collection = () => {
    const found = store.catalog.find('proof.c')
    if (!found) throw new Error('it is not there')
    return found
  }
  const inTable = (name: string) => {
    const table = collection().indexes.find((index) => index.name === name)?.table
    return Number(store.database.one(`SELECT count(*) FROM ${table}`)?.[0])
  }
  const late = () => Number(store.database.one('SELECT count(*) FROM late')?.[0])
  const ids = (filter: object, sort: object, limit = 0) =>
    store
      .run({ find: 'c', filter, sort, limit, batchSize: 10_000, projection: { _id: 1 } })
      .cursor.firstBatch.map(({ _id }: { _id: unknown }) => Number(_id))
  const some = (count: number) => store.settle(() => --count < 0)
  const rising = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

  it('are found and walked through before any of them is in its table, unique ones excepted', () => {
    insert(0, 40)
    expect([inTable('w'), inTable('at'), inTable('u'), late()]).to.deep.equal([0, 0, 40, 1])
    expect(ids({ w: 'ef' }, { at: -1 }, 3)).to.deep.equal([39, 38, 37])
    expect(ids({ at: { $gte: 5, $lt: 25 } }, { at: 1 })).to.deep.equal(rising(5, 25))
    expect(store.run({ explain: { find: 'c', filter: { w: 'ef' } } }).queryPlanner.winningPlan.stage).to.equal('FETCH')
  })

  it('are found once while they settle, with what comes, changes and goes meanwhile', () => {
    insert(0, 40)
    some(2)
    expect(inTable('w')).to.be.within(16, 48)
    insert(40, 10)
    store.run({ delete: 'c', deletes: [{ q: { _id: { $in: [0, 39, 45] } }, limit: 0 }] })
    store.run({ update: 'c', updates: [{ q: { _id: 1 }, u: { $set: { at: 100, w: ['xy'] } } }] })
    store.run({ update: 'c', updates: [{ q: { _id: 47 }, u: { $set: { w: ['xy'] } } }] })
    const there = [...rising(2, 39), ...rising(40, 45), 46, 47, 48, 49, 1]
    const isAllThere = () => {
      expect(ids({ at: { $gte: 0 } }, { at: 1 })).to.deep.equal(there)
      expect(ids({ w: 'cd' }, { at: -1 })).to.deep.equal(there.filter((id) => id !== 1 && id !== 47).reverse())
      expect(ids({ w: 'xy' }, { at: -1 })).to.deep.equal([1, 47])
    }
    isAllThere()
    some(2)
    isAllThere()
    store.settle()
    isAllThere()
    store.settle()
    isAllThere()
    expect([inTable('at'), inTable('w'), late()]).to.deep.equal([there.length, (there.length - 2) * 4 + 2, 0])
  })

  it('are made again of the rows by whoever begins with the file, wherever the last one stopped', () => {
    insert(0, 40)
    some(11)
    expect(inTable('at')).to.be.within(16, 39)
    insert(40, 10)
    for (let times = 0; times < 3; times++) {
      store.catalog.load()
      expect(ids({ w: 'gh' }, { at: -1 }, 5)).to.deep.equal([49, 48, 47, 46, 45])
      expect(ids({ at: { $gte: 0 } }, { at: 1 })).to.deep.equal(rising(0, 50))
      some(3)
    }
    store.run({ delete: 'c', deletes: [{ q: { at: { $lt: 45 } }, limit: 0 }] })
    store.catalog.load()
    expect(ids({ at: { $gte: 0 } }, { at: 1 })).to.deep.equal(rising(45, 50))
    store.settle()
    expect(ids({ at: { $gte: 0 } }, { at: 1 })).to.deep.equal(rising(45, 50))
    expect([inTable('at'), inTable('w'), late()]).to.deep.equal([5, 20, 0])
  })

  it('are in an index that comes later, and gone with a collection whose name comes again', () => {
    insert(0, 40)
    store.run({ createIndexes: 'c', indexes: [{ name: 'x', key: { w: 1, _id: 1 } }] })
    insert(40, 1)
    store.run({ delete: 'c', deletes: [{ q: { _id: { $lt: 38 } }, limit: 0 }] })
    expect(ids({ w: 'ab', _id: { $gte: 0 } }, { _id: 1 })).to.deep.equal([38, 39, 40])
    store.settle()
    expect(inTable('x')).to.equal(12)
    insert(41, 5)
    store.run({ drop: 'c' })
    expect(ids({ at: { $gte: 0 } }, { at: 1 })).to.deep.equal([])
    store.settle()
    insert(0, 1)
    expect(ids({ at: 0 }, { at: 1 })).to.deep.equal([0])
  })

  it('take no more memory than is theirs, however many come at once', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => `w${i}`)
    store.run({ createIndexes: 'm', indexes: [{ name: 'w', key: { w: 1 } }] })
    for (let from = 0; from < 250; from++) store.run({ insert: 'm', documents: [{ _id: from, w: many }] })
    const keys = store.catalog.find('proof.m')?.keys
    const [index] = store.catalog.find('proof.m')?.indexes ?? []
    expect(index && keys?.countOf(index)).to.be.lessThan(150_000)
    expect(Number(store.run({ count: 'm', query: { w: 'w7' } }).n)).to.equal(250)
  })
})

describe('embedded store: keys in memory', () => {
  it('are there in their order, however adding, asking, removing and taking follow one another', () => {
    const random = new Random(5)
    const set = new KeySet()
    let model: KeyOfRow[] = []
    const asBytes = (key: string) => [Buffer.from(key, 'latin1')]
    const key = () => String.fromCharCode(random.below(200), random.below(200))
    for (let rid = 0; rid < 6_000; rid++) {
      const entry = { key: key(), rid }
      set.add(asBytes(entry.key), rid)
      model.push(entry)
      if (random.chance(0.1)) {
        const [gone] = model.splice(random.below(model.length), 1) as [KeyOfRow]
        set.remove(asBytes(gone.key), gone.rid)
      }
      // Now and then, so that the runs are of many lengths.
      if (rid % 500 > 480) {
        const [from, end] = [key(), key()].sort() as [string, string]
        const found = set.next({ key: from, rid: -1 }, end, false, 5).sort(orderOfKeys)
        const there = model.filter((each) => each.key >= from && each.key < end).sort(orderOfKeys)
        expect(found.slice(0, 5)).to.deep.equal(there.slice(0, 5))
      }
    }
    model = model.sort(orderOfKeys)
    expect(set.count).to.equal(model.length)
    const taken = Array.from({ length: model.length }, () => set.take())
    expect(taken.findIndex((each, i) => each?.rid !== model[i]?.rid)).to.equal(-1)
    expect([set.take(), set.count]).to.deep.equal([null, 0])
  })
})
