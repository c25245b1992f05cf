import { expect } from 'chai'
import { ObjectId as Id, serialize } from 'bson'
import { answerFindById } from '../../../store/embedded/commands/find-by-id.ts'
import type { Store } from '../../../store/embedded/commands/command.ts'
import { decodeCommand } from '../../../store/embedded/bson/decode.ts'
import { frameReply } from '../../../store/embedded/wire.ts'
import { InnerStore } from '../proof/inner.ts'
import { Decimal128, Double, Int32, Long } from './harness.ts'

const NUMBER = 4242

function frameOf(command: object): Buffer {
  const body = serialize({ ...command, $db: 'proof' }, { ignoreUndefined: true })
  const head = Buffer.alloc(21)
  head.writeInt32LE(21 + body.length, 0)
  head.writeInt32LE(NUMBER, 4)
  head.writeInt32LE(2013, 12)
  return Buffer.concat([head, body])
}

describe('embedded store: find by nothing but an _id, from the bytes of its frame', () => {
  const store = new InnerStore()
  const inner = { database: store.database, catalog: store.catalog } as unknown as Store
  const oid = new Id()
  const ids: any[] = [oid, 'a', '', 'msg_0190', 'é', 'a\0b', 1, new Int32(7), new Double(2.5), Long.MAX_VALUE]
  ids.push(Decimal128.fromString('0.10'), null, true, new Date(5), { a: 1 })
  before(() => {
    for (const [n, _id] of ids.entries())
      store.run({ insert: 'things', documents: [{ _id, n, text: 'x'.repeat(n * 40) }] })
  })
  after(() => store.close())

  const answered = (frame: Buffer) => answerFindById(inner, frame)
  /** The same command by the general way. */
  function expected(frame: Buffer): Buffer {
    const { command, documents } = decodeCommand(frame.subarray(21))
    return frameReply({ requestId: NUMBER, isLegacy: false }, store.answer({ command, documents }))
  }
  /** Every answer has its own number. */
  const withoutNumber = (frame: Buffer | null) => frame && Buffer.concat([frame.subarray(0, 4), frame.subarray(8)])

  const more: [string, object][] = [
    ['as the driver asks', { limit: 1, singleBatch: true }],
    ['alone', {}],
    ['with a batch size', { batchSize: 5 }],
    ['without a limit', { limit: 0, singleBatch: false }],
  ]
  for (const [name, fields] of more)
    it(`answers what the general way answers, byte for byte: ${name}`, () => {
      let short = 0
      for (const _id of [...ids, new Id(), 'nobody']) {
        const frame = frameOf({ find: 'things', filter: { _id }, ...fields })
        const answer = answered(frame)
        if (!answer) continue
        short++
        expect(withoutNumber(answer), String(_id)).to.deep.equal(withoutNumber(expected(frame)))
      }
      // ObjectIds and plain texts; a missing one is left to the general way.
      expect(short).to.equal(4)
    })

  it('shows what was written since, and nothing that was rolled back or removed', () => {
    const frame = frameOf({ find: 'things', filter: { _id: 'a' } })
    const text = () => answered(frame)?.toString('latin1') ?? 'nothing'
    const set = (tag: string) => store.run({ update: 'things', updates: [{ q: { _id: 'a' }, u: { $set: { tag } } }] })
    expect(text()).not.to.include('one')
    set('one')
    expect(text()).to.include('one')
    store.database.run('BEGIN')
    store.catalog.find('proof.things')?.remove(store.catalog.find('proof.things')?.byId('a') as any)
    store.database.run('ROLLBACK')
    store.catalog.load()
    expect(text()).to.include('one')
    store.run({ findAndModify: 'things', query: { _id: 'a' }, update: { $set: { tag: 'two' } } })
    expect(text()).to.include('two').and.not.to.include('one')
    store.run({ delete: 'things', deletes: [{ q: { tag: 'two' }, limit: 1 }] })
    expect(text()).to.equal('nothing')
    store.run({ insert: 'things', documents: [{ _id: 'a', tag: 'three' }] })
    expect(text()).to.include('three')
    store.run({ aggregate: 'things', pipeline: [{ $match: { _id: oid } }, { $out: 'things' }], cursor: {} })
    expect(text()).to.equal('nothing')
    store.run({ insert: 'things', documents: [{ _id: 'a', tag: 'four' }] })
    expect(text()).to.include('four')
    store.run({ drop: 'things' })
    expect(text()).to.equal('nothing')
    for (const [n, _id] of ids.entries()) store.run({ insert: 'things', documents: [{ _id, n }] })
  })

  const others: [string, object][] = [
    ['another field beside it', { filter: { _id: 'a', n: 1 } }],
    ['an operator', { filter: { _id: { $in: ['a'] } } }],
    ['a projection', { filter: { _id: 'a' }, projection: { n: 1 } }],
    ['a sort', { filter: { _id: 'a' }, sort: { n: 1 } }],
    ['a collation', { filter: { _id: 'a' }, collation: { locale: 'de' } }],
    ['skip', { filter: { _id: 'a' }, skip: 1 }],
    ['a negative limit', { filter: { _id: 'a' }, limit: -1 }],
    ['no first batch', { filter: { _id: 'a' }, batchSize: 0 }],
    ['a limit that is no int', { filter: { _id: 'a' }, limit: new Double(1) }],
    ['no filter', {}],
    ['an unknown field', { filter: { _id: 'a' }, oddity: 1 }],
    ['a field that begins alike', { filter: { _id: 'a' }, limits: 1 }],
  ]
  for (const [name, fields] of others)
    it(`leaves to the general way: ${name}`, () =>
      expect(answered(frameOf({ find: 'things', ...fields }))).to.equal(null))

  it('takes no frame that is cut, or has another byte, for something that it is not', () => {
    const frame = frameOf({ find: 'things', filter: { _id: 'a' }, limit: 1, singleBatch: true })
    for (let at = 0; at < frame.length; at++) {
      expect(answered(frame.subarray(0, at)), `cut at ${at}`).to.equal(null)
      for (const change of [1, 0x80, 0xff]) {
        const changed = Buffer.from(frame)
        changed[at] = (changed[at] as number) ^ change
        const answer = answered(changed)
        // In the header's numbers, in limit and singleBatch a change is another command that is answered alike.
        if (!answer) continue
        const { command, documents } = decodeCommand(changed.subarray(21))
        const general = frameReply(
          { requestId: changed.readInt32LE(4), isLegacy: false },
          store.answer({ command, documents }),
        )
        expect(withoutNumber(answer), `byte ${at}`).to.deep.equal(withoutNumber(general))
      }
    }
  })
})
