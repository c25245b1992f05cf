import { expect } from 'chai'
import { Binary, ObjectId as Id, serialize, Timestamp } from 'bson'
import { keyOfChecked } from '../../../store/embedded/bson/check.ts'
import { decodeCommand } from '../../../store/embedded/bson/decode.ts'
import { checkedPart } from '../../../store/embedded/bson/partial.ts'
import { Wanted } from '../../../store/embedded/bson/wanted.ts'
import type { Store } from '../../../store/embedded/commands/command.ts'
import { insertOne } from '../../../store/embedded/commands/insert-one.ts'
import { encodeKey } from '../../../store/embedded/keys.ts'
import { frameReply } from '../../../store/embedded/wire.ts'
import { InnerStore } from '../proof/inner.ts'
import { Random } from '../proof/random.ts'
import { BSONRegExp, Decimal128, Double, Long, MinKey } from './harness.ts'

const NUMBER = 4242
const OK = new Double(1)

function frameOf(command: object): Buffer {
  const body = serialize(command, { ignoreUndefined: true })
  const head = Buffer.alloc(21)
  head.writeInt32LE(21 + body.length, 0)
  head.writeInt32LE(NUMBER, 4)
  head.writeInt32LE(2013, 12)
  return Buffer.concat([head, body])
}

const message = { conversationId: 'c_1', n: 7, from: { kind: 'user', id: 'u_1' }, at: new Date(5), isRead: false }
const everything = {
  ...message,
  double: new Double(1.5),
  long: Long.MAX_VALUE,
  decimal: Decimal128.fromString('0.1'),
  bytes: new Binary(Buffer.from('abc')),
  stamp: new Timestamp(5n),
  list: [1, 'two', [3, { four: null }], {}],
  '': 'no name',
  numbered: { 7: 'a number for a name' },
  _ids: [new Id()],
}

describe('embedded store: a document that is checked where it lies', () => {
  const id = new Wanted()
  id.whole(['_id'])
  /** The key by the general way; the reason where that refuses the document. */
  function general(bytes: Buffer): Buffer | string {
    try {
      return encodeKey([checkedPart(bytes, id)['_id']])
    } catch (error) {
      return (error as Error).message
    }
  }
  const bytesOf = (document: object) => Buffer.from(serialize(document))

  it('has the key that the general way finds', () => {
    for (const _id of [new Id(), 'a', '', 'msg_0190'])
      for (const rest of [{}, message, everything]) {
        const bytes = bytesOf({ _id, ...rest })
        expect(keyOfChecked(bytes)).to.deep.equal(general(bytes))
      }
  })

  const others: [string, object][] = [
    ['an _id that is not the first', { a: 1, _id: 'a' }],
    ['no _id', { a: 1 }],
    ['an _id of a rarer type', { _id: 1 }],
    ['a text beyond ASCII for an _id', { _id: 'é' }],
    ['a zero in an _id', { _id: 'a\0b' }],
    ['a rarer type', { _id: 'a', pattern: new BSONRegExp('a', 'i') }],
    ['a rarer type further in', { _id: 'a', list: [{ least: new MinKey() }] }],
  ]
  for (const [name, document] of others)
    it(`is left to the general way with ${name}`, () => expect(keyOfChecked(bytesOf(document))).to.equal(null))

  it('is left to the general way with two _ids, of which the last counts', () => {
    const bytes = bytesOf({ _id: 'a', _iX: 'b' })
    bytes[bytes.indexOf('_iX') + 2] = 'd'.charCodeAt(0)
    expect(general(bytes)).to.deep.equal(encodeKey(['b']))
    expect(keyOfChecked(bytes)).to.equal(null)
  })

  it('is never taken for whole where the general way refuses it', () => {
    const random = new Random(1)
    let taken = 0
    for (const _id of [new Id(), 'msg_0190'])
      for (const rest of [message, everything]) {
        const whole = bytesOf({ _id, ...rest })
        for (let n = 0; n < 1_000; n++) {
          const bytes = random.chance(0.9)
            ? Buffer.from(whole)
            : Buffer.from(whole.subarray(0, random.below(whole.length)))
          for (let times = random.between(1, 2); times > 0; times--)
            bytes[random.below(bytes.length)] = random.below(256)
          const key = keyOfChecked(bytes)
          if (!key) continue
          taken++
          const other = general(bytes)
          if (typeof other === 'string' || !other.equals(key)) expect(other, bytes.toString('hex')).to.deep.equal(key)
        }
      }
    // A fuzz that hardly ever goes the short way proves nothing.
    expect(taken).to.be.greaterThan(1_000)
  })
})

describe('embedded store: insert of one document, from the bytes of its frame', () => {
  const short = new InnerStore()
  const twin = new InnerStore()
  const observer = { isSlow: () => false }
  const inner = { database: short.database, catalog: short.catalog, isReadOnly: false, observer } as unknown as Store
  after(() => {
    short.close()
    twin.close()
  })

  const inserted = (frame: Buffer) => insertOne(inner, frame)?.carryOn() ?? null
  /** The same command by the general way. */
  function expected(frame: Buffer): Buffer {
    const { command, documents } = decodeCommand(frame.subarray(21))
    return frameReply({ requestId: frame.readInt32LE(4), isLegacy: false }, twin.answer({ command, documents }))
  }
  /** Every answer has its own number. */
  const withoutNumber = (frame: Buffer) => Buffer.concat([frame.subarray(0, 4), frame.subarray(8)])
  /** `from`: without the first bytes of each document. */
  const contents = (store: InnerStore, from = 0) =>
    store.catalog.all().map(({ namespace, table, indexes }) => {
      const rows = store.database.prepare(`SELECT rid, s, d FROM ${table} ORDER BY rid`).all() as any[]
      const keys = indexes.map((index) => store.database.prepare(`SELECT k, rid FROM ${index.table}`).all())
      return [namespace, rows.map(([rid, s, d]) => [rid, from ? 0 : s, Buffer.from(d).subarray(from)]), keys]
    })
  /** A document that lost its `_id` gets another one from each store. */
  const ID_BYTES = 21

  const oid = new Id()
  const documents: object[] = [{ _id: oid, ...everything }, { _id: oid }, { _id: 'a' }, { n: 1, _id: 'b' }, { _id: 1 }]
  documents.push({ _id: 'a', n: 2 }, { _id: 'é' }, { _id: [1] }, { _id: { $odd: 1 } }, { _id: null }, { _id: null })

  it('answers and keeps what the general way does, byte for byte, duplicates and what cannot be kept included', () => {
    for (const [n, document] of documents.entries())
      for (const collection of ['things', 'others']) {
        const ordered = [true, false, undefined][n % 3]
        const frame = frameOf({ insert: collection, documents: [document], ordered, $db: 'proof' })
        const answer = inserted(frame)
        expect(answer && withoutNumber(answer), `document ${n}`).to.deep.equal(withoutNumber(expected(frame)))
      }
    expect(contents(short)).to.deep.equal(contents(twin))
  })

  it('keeps up the indexes of a collection, and what a unique one refuses', () => {
    let n = 0
    const indexes = [{ key: { mail: 1 }, name: 'mail_1', unique: true }]
    for (const store of [short, twin]) expect(store.run({ createIndexes: 'indexed', indexes }).ok).to.deep.equal(OK)
    for (const mail of ['one@example.com', 'two@example.com', 'one@example.com']) {
      const frame = frameOf({ insert: 'indexed', documents: [{ _id: `${mail} ${n++}`, mail }], $db: 'proof' })
      expect(withoutNumber(inserted(frame) as Buffer)).to.deep.equal(withoutNumber(expected(frame)))
    }
    expect(short.catalog.find('proof.indexed')?.count()).to.equal(2)
    expect(contents(short)).to.deep.equal(contents(twin))
  })

  const one = [{ _id: 'left' }]
  const left: [string, object][] = [
    ['two documents', { insert: 'things', documents: [...one, { _id: 'right' }] }],
    ['no document', { insert: 'things', documents: [] }],
    ['documents that are none', { insert: 'things', documents: ['text'] }],
    ['a write concern', { insert: 'things', documents: one, writeConcern: { w: 1 } }],
    ['an unknown field', { insert: 'things', documents: one, oddity: 1 }],
    ['a comment', { insert: 'things', documents: one, comment: 'why' }],
    ['a transaction', { insert: 'things', documents: one, txnNumber: 1 }],
    ['no collection', { insert: '', documents: one }],
    ['a collection that is no text', { insert: 1, documents: one }],
    ['another command', { delete: 'things', deletes: [{ q: {}, limit: 0 }] }],
  ]
  for (const [name, command] of left)
    it(`leaves to the general way: ${name}`, () =>
      expect(insertOne(inner, frameOf({ ...command, $db: 'proof' }))).to.equal(null))

  it('leaves to the general way: a store that is only read, a command without a database, an unanswered one', () => {
    const command = { insert: 'things', documents: one }
    expect(insertOne({ ...inner, isReadOnly: true }, frameOf({ ...command, $db: 'proof' }))).to.equal(null)
    expect(insertOne(inner, frameOf(command))).to.equal(null)
    const unanswered = frameOf({ ...command, $db: 'proof' })
    unanswered.writeInt32LE(2, 16)
    expect(insertOne(inner, unanswered)).to.equal(null)
  })

  it('takes no frame that is cut, or has another byte, for something that it is not', () => {
    const frame = frameOf({ insert: 'things', documents: [{ _id: oid, ...message }], ordered: true, $db: 'proof' })
    for (let at = 0; at < frame.length; at++) {
      expect(insertOne(inner, frame.subarray(0, at)), `cut at ${at}`).to.equal(null)
      for (const change of [1, 0x80, 0xff]) {
        const changed = Buffer.from(frame)
        changed[at] = (changed[at] as number) ^ change
        const answer = attempt(() => inserted(changed))
        if (!answer) continue
        expect(answer, `byte ${at}`).to.deep.equal(attempt(() => expected(changed)))
      }
    }
    expect(contents(short, ID_BYTES)).to.deep.equal(contents(twin, ID_BYTES))
  })

  /** The answer, or what a command that is refused as a whole says. */
  function attempt(work: () => Buffer | null): Buffer | string | null {
    try {
      const answer = work()
      return answer && withoutNumber(answer)
    } catch (error) {
      return (error as Error).message
    }
  }
})
