import { expect } from 'chai'
import type { StoreEvent } from '../../../store/embedded/observe.ts'
import { Places } from './harness.ts'
import { until } from '../../harness/until.ts'

describe('embedded store: what it tells its owner', function () {
  const places = new Places()
  const events: StoreEvent[] = []
  after(() => places.remove())
  const scans = () => events.filter((event) => event.kind === 'scan')

  it('names a scan of more than a thousand documents by its shape, never by a value', async () => {
    const { things } = await places.start('scanned', {
      durability: 'relaxed',
      onEvent: (event) => events.push(event),
      slowMs: 60_000,
    })
    await things.insertMany(Array.from({ length: 1000 }, (_, n) => ({ _id: n, name: `Maya ${n}`, tag: n % 3 })))
    await things.createIndex({ tag: 1 })
    const ask = (name: string) => things.findOne({ name, 'list.at': { $in: [name, 1] } })
    await ask('Maya Fraser')
    await things.insertOne({ _id: 1000, name: 'one more' })
    await things.find({ tag: 1 }).toArray()
    expect(scans()).to.deep.equal([])
    await ask('Maya Fraser')
    await ask('Grace Okafor')
    await things.updateOne({ pad: 'Maya' }, { $set: { tag: 1 } })
    await until(() => scans().length === 2)
    expect(scans()).to.deep.equal([
      { kind: 'scan', namespace: 'careline.things', shape: '{name:?,list.at:{$in:[?]}}', times: 1 },
      { kind: 'scan', namespace: 'careline.things', shape: '{pad:?}', times: 1 },
    ])
  })

  it('names a slow command by its shape', async () => {
    const { things, client } = await places.start('slow', { onEvent: (event) => events.push(event), slowMs: 0 })
    await things.insertOne({ _id: 1, name: 'Maya Fraser' })
    await things.find({ name: 'Maya Fraser' }).sort({ name: 1 }).toArray()
    await things.updateOne({ name: 'Maya Fraser' }, { $set: { name: 'Maya' } })
    await things.aggregate([{ $match: { name: 'Maya Fraser' } }, { $limit: 1 }]).toArray()
    await client.db().command({ validate: 'things' })
    const slow = () => events.filter((event) => event.kind === 'slow' && event.namespace === 'careline.things')
    await until(() => slow().length >= 4)
    const shapes = slow().map((event) => event.kind === 'slow' && `${event.command} ${event.shape}`)
    expect(shapes).to.include.members([
      'insert {}',
      'find {filter:{name:?},sort:{name:?}}',
      'update {updates:[{q:{name:?},u:{$set:{name:?}}}]}',
      'aggregate {pipeline:[{$match:{name:?}}]}',
    ])
    expect(JSON.stringify(events)).not.to.match(/Maya|Fraser/)
  })
})
