import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'chai'
import { migrate } from '../../../store/migrate.ts'
import { Decimal128, Double, Int32, Long, ObjectId, refusal, Timestamp } from '../embedded/harness.ts'
import { type Place, Places } from './harness.ts'

const silent = { at: () => undefined }

describe('migration between two stores', () => {
  const places = new Places()
  let source: Place
  let target: Place
  before(async () => {
    source = await places.start('source', { durability: 'relaxed' })
    target = await places.start('target', { durability: 'relaxed', tcpPort: 0 })
    await source.things.insertMany(
      Array.from({ length: 4500 }, (_, n) => ({ _id: n % 2 ? n : `s${n}`, n, tag: n % 9, pad: 'x'.repeat(100) })),
    )
    await source.things.createIndexes([
      { key: { n: 1 }, unique: true, name: 'by n' },
      { key: { tag: -1, n: 1 }, partialFilterExpression: { tag: { $gt: 3 } } },
    ])
    const odd = source.client.db().collection<any>('odd')
    await odd.insertMany([
      { _id: new ObjectId(), five: new Double(5), int: new Int32(5), long: Long.fromString('9007199254740993') },
      { _id: 1, decimal: Decimal128.fromString('1.10'), minus: new Double(-0), nan: NaN, at: new Date(0) },
      { _id: 'x', nothing: null, regex: /a.b/i, stamp: new Timestamp({ t: 1, i: 2 }), bytes: Buffer.from([1, 2]) },
      { _id: { a: 1 }, deep: { list: [1, [2, { b: 3 }]] } },
    ])
    await odd.createIndex({ at: 1 }, { expireAfterSeconds: 10 ** 9 })
    await source.client.db().collection('empty').createIndex({ a: 1 }, { sparse: true })
  })
  after(() => places.remove())
  const uris = (): [string, string] => [source.store.uri, target.store.tcpUri ?? '']

  it('killed in the middle, goes on where it was', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'migrate-child.ts'), ...uris()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let out = ''
    for await (const chunk of child.stdout) {
      out += String(chunk)
      if (/^things [1-4]000 /m.test(out)) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect(child.signalCode).to.equal('SIGKILL')
    const there = await target.things.countDocuments()
    expect(there).to.be.within(1, 4500)
    const begun: number[] = []
    const copied = await migrate(...uris(), { at: (name, n) => void (name === 'things' && begun.push(n)) })
    expect(begun[0], 'what was there is not copied again').to.be.at.least(there)
    expect(copied.map(({ name, documents, indexes }) => [name, documents, indexes])).to.deep.equal([
      ['empty', 0, 2],
      ['odd', 4, 2],
      ['things', 4500, 3],
    ])
  })

  it('has copied every value and every index as it was', async () => {
    for (const name of ['odd', 'things', 'empty']) {
      const [from, to] = [source, target].map(({ client }) => client.db().collection<any>(name))
      const raw = (all: any) => all.find({}, { raw: true }).sort({ _id: 1 }).toArray()
      expect(await raw(to)).to.deep.equal(await raw(from))
      expect(await to?.indexes()).to.deep.equal(await from?.indexes())
    }
    expect((await refusal(target.things.insertOne({ n: 1 }))).code).to.equal(11000)
    expect(await target.client.db().listCollections({ name: 'careline_migration' }).toArray()).to.deep.equal([])
  })

  it('refuses a target that has data, and the unfinished copy of other data', async () => {
    expect((await refusal(migrate(...uris(), silent))).message).to.match(/target has data \(in (odd|things)\)/)
    const fresh = await places.start('fresh')
    await fresh.client.db().collection<any>('careline_migration').insertOne({ _id: 'state', fingerprint: 'another' })
    const error = await refusal(migrate(source.store.uri, fresh.store.uri, silent))
    expect(error.message).to.match(/unfinished copy of other data/)
  })

  it('does not call a copy the same that is not', async () => {
    const other = await places.start('other')
    const uris = [source.store.uri, other.store.uri] as const
    const stops = {
      at: (name: string, documents: number) => {
        if (name === 'things' && documents > 0) throw new Error('stopped on the way')
      },
    }
    expect((await refusal(migrate(...uris, stops))).message).to.equal('stopped on the way')
    await other.client
      .db()
      .collection<any>('odd')
      .updateOne({ _id: 1 }, { $set: { nan: 1 } })
    expect((await refusal(migrate(...uris, silent))).message).to.match(/odd is not the same/)
  })
})
