import { deserialize, serialize } from 'bson'
import { expect } from 'chai'
import { asOperation, PlainUpdate } from '../../../store/embedded/commands/plain-update.ts'
import { patched } from '../../../store/embedded/update/patch.ts'
import { fuzzPatches } from '../proof/patch-fuzz.ts'

const operation = (given: object) => asOperation(Buffer.from(serialize(given))) as unknown

describe('embedded store: updates that are patched into the bytes of a document', () => {
  it('leave the same bytes, keys and answers as those that are carried out in the general way', () => {
    const { updates, changed, refused, patched, unmatched } = fuzzPatches(1_500, 11)
    expect(updates).to.equal(1_500)
    // A fuzz that changes nothing, or never goes the short way, proves nothing.
    expect(changed).to.be.greaterThan(300)
    expect(refused).to.be.greaterThan(200)
    expect(patched).to.be.greaterThan(300)
    expect(unmatched).to.be.greaterThan(80)
  })

  it('are what a commit of an actor is', () => {
    const q = { _id: 'c1', workspaceId: 'w', 'actor.owner': 'o', 'actor.rev': 3 }
    const u = {
      $set: { 'actor.rev': 4, last: { text: 'x' }, 'actor.out.5': { type: 'tell' } },
      $unset: { 'actor.outAt': '', 'actor.out.4': '' },
      $push: { 'actor.recent': { $each: [{ id: 'r2' }], $slice: -1 } },
    }
    const read = operation({ q, u, upsert: true }) as PlainUpdate
    expect(read).to.be.instanceOf(PlainUpdate)
    const actor = { owner: 'o', rev: 3, out: { 4: { type: 'tell' } }, recent: [{ id: 'r1' }], outAt: new Date(0) }
    const document = { _id: 'c1', workspaceId: 'w', last: null, actor }
    const raw = patched(Buffer.from(serialize(document)), read.places)
    expect(raw && deserialize(raw)).to.deep.equal({
      ...document,
      last: { text: 'x' },
      actor: { owner: 'o', rev: 4, out: { 5: { type: 'tell' } }, recent: [{ id: 'r2' }] },
    })
    const later = { ...document, actor: { ...actor, rev: 4 } }
    expect(patched(Buffer.from(serialize(later)), read.places)).to.equal(null)
  })

  it('know below from not above, of numbers and of dates', () => {
    const outcome = (document: object, condition: object) => {
      const read = operation({ q: { _id: 'd', ...condition }, u: { $set: { c: 1 } } }) as PlainUpdate
      return patched(Buffer.from(serialize({ _id: 'd', ...document })), read.places)
    }
    for (const [least, equal] of [
      [-2, -1],
      [new Date(-1), new Date(0)],
      [new Date(2 ** 32 - 1), new Date(2 ** 32)],
    ]) {
      expect(outcome({ a: least }, { a: { $lt: equal } })).to.be.instanceOf(Buffer)
      expect(outcome({ a: equal }, { a: { $lt: equal } })).to.equal(null)
      expect(outcome({ a: equal }, { a: { $lte: equal } })).to.be.instanceOf(Buffer)
      expect(outcome({ a: equal }, { a: { $lte: least } })).to.equal(null)
    }
    expect(outcome({ a: 1.5 }, { a: { $lt: 2 } })).to.equal(undefined)
    expect(outcome({}, { a: { $lt: 2 } })).to.equal(null)
  })

  it('are left to the general way where a document has a name twice', () => {
    const { places } = operation({ q: { _id: 'd' }, u: { $set: { a: 3 } } }) as PlainUpdate
    const raw = Buffer.from(serialize({ _id: 'd', a: 1, b: 2 }))
    expect(patched(raw, places)).to.be.instanceOf(Buffer)
    raw[raw.indexOf('b\0')] = 'a'.charCodeAt(0)
    expect(patched(raw, places)).to.equal(undefined)
  })

  it('are none where anything else is said, or something is wrong', () => {
    const q = { _id: 'd' }
    const u = { $set: { a: 1 } }
    expect(operation({ q, u })).to.be.instanceOf(PlainUpdate)
    const others = [
      { q, u, hint: 'a' },
      { q, u, collation: { locale: 'de' } },
      { q: {}, u },
      { q: { _id: 'd\u0301' }, u },
      { q: { _id: 'd', a: { $gt: 1 } }, u },
      { q: { _id: { $in: ['d'] } }, u },
      { q: { _id: { $in: ['d'] } }, u, multi: true, upsert: true },
      { q, u: { a: 1 } },
      { q, u: [{ $set: { a: 1 } }] },
      { q, u: { $set: { _id: 'e' } } },
      { q, u: { $set: { 'a.$': 1 } } },
      { q, u: { $set: { 'a.b.c.d': 1 } } },
      { q, u: { $set: { a: 1, 'a.b': 1 } } },
      { q, u: { $inc: { a: 1 } } },
      { q, u: { $push: { a: 1 } } },
      { q, u: { $push: { a: { $each: [1], $sort: 1 } } } },
    ]
    for (const other of others) expect(operation(other), JSON.stringify(other)).not.to.be.instanceOf(PlainUpdate)
  })
})
