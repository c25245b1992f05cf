import { statSync } from 'node:fs'
import { expect } from 'chai'
import type { StoreEvent } from '../../../store/embedded/observe.ts'
import { refusal } from '../embedded/harness.ts'
import { Places } from './harness.ts'

describe('embedded store: compaction', () => {
  const places = new Places()
  const events: StoreEvent[] = []
  const onEvent = (event: StoreEvent) => void events.push(event)
  const compactBytes = 1024 * 1024
  after(() => places.remove())

  const fill = (things: any, round: number) =>
    things.insertMany(Array.from({ length: 1500 }, (_, n) => ({ _id: `${round}-${n}`, n, pad: 'x'.repeat(2000) })))

  it('on request gives space back, while cursors and writers go on', async () => {
    const { things, store } = await places.start('asked', { durability: 'relaxed', onEvent })
    await things.createIndex({ n: 1 })
    await fill(things, 1)
    const cursor = things.find({}, { batchSize: 10 }).sort({ n: 1 })
    expect((await cursor.next()).n).to.equal(0)
    await things.deleteMany({ n: { $gte: 100 } })
    const writes = Promise.all(Array.from({ length: 20 }, (_, n) => things.insertOne({ n: 10_000 + n })))
    const { before, after } = await store.compact()
    await writes
    expect(before.freeBytes).to.be.greaterThan(before.bytes / 2)
    expect(after.bytes).to.be.lessThan(before.bytes / 3)
    expect(statSync(places.file('asked')).size).to.be.lessThan(before.bytes / 3)
    expect(events.map(({ kind }) => kind)).to.include('compacted')
    expect((await cursor.toArray()).slice(0, 99).map(({ n }: any) => n)).to.deep.equal(
      Array.from({ length: 99 }, (_, n) => n + 1),
    )
    expect(await things.countDocuments({ n: { $gte: 0 } }, { hint: { n: 1 } })).to.equal(120)
    expect((await store.validate()).flatMap(({ errors }) => errors)).to.deep.equal([])
  })

  it('happens at a start when half of the file is empty, and not before', async () => {
    events.length = 0
    const first = await places.start('started', { durability: 'relaxed', compactBytes, onEvent })
    await fill(first.things, 1)
    await first.close()
    const full = statSync(places.file('started')).size
    const second = await places.start('started', { durability: 'relaxed', compactBytes, onEvent })
    await second.things.deleteMany({ n: { $lt: 1200 } })
    await second.close()
    expect(events.filter(({ kind }) => kind === 'compacted')).to.deep.equal([])
    expect(statSync(places.file('started')).size).to.be.at.least(full)
    const reader = await places.start('started', { readOnly: true, compactBytes, onEvent })
    expect((await refusal(reader.store.compact())).message).to.match(/read-only/)
    await reader.close()
    expect(events.filter(({ kind }) => kind === 'compacted')).to.deep.equal([])
    const third = await places.start('started', { compactBytes, onEvent })
    expect(events.filter(({ kind }) => kind === 'compacted')).to.have.length(1)
    expect(statSync(places.file('started')).size).to.be.lessThan(full / 2)
    expect(await third.things.countDocuments()).to.equal(300)
  })
})
