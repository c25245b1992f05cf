import { expect } from 'chai'
import { auditActor } from '../../actors/audit/actor.ts'
import type { Act } from '../../actors/audit/contract.ts'
import { canonical, digest, hashOf, origin } from '../../kernel/chain.ts'
import { given } from '../harness/given.ts'

const act = (change: Partial<Act> = {}): Act => ({
  by: { kind: 'member', id: 'mem_ann', role: 'admin', sessionId: 'ses_1', actingId: null },
  action: 'member.changed',
  target: { kind: 'member', id: 'mem_ben' },
  fields: ['role'],
  isRead: false,
  result: 'done',
  code: null,
  requestId: 'req_1',
  at: 1_000,
  origin: { ip: '192.0.2.7', userAgent: 'a browser' },
  note: {},
  ...change,
})

describe('audit: decisions', () => {
  // A handler's type is the union of all that it may return; here any part of it is looked at.
  const { begin, record, recordAll, overdue, view, verified, forget }: any = auditActor.on
  const at = given({ id: 'w1' })
  const begun = (state: any, actId: string) => begin(state, { actId, act: act() }, at)
  const written = (state: any, change: Partial<Act> = {}, actId = 'act_x') =>
    record(state, { actId, act: act(change) }, at)

  it('links each entry to the one before it', () => {
    const first = written(auditActor.initial)
    const second = written(first.state, { at: 2_000 })
    const [one, two] = [first.rows[0].insert, second.rows[0].insert]
    expect([one.n, two.n, one.before, two.before]).to.deep.equal([1, 2, origin, one.hash])
    expect(first.rows[0].id).to.equal('w1.1')
    for (const { _id: _, ...link } of [one, two]) {
      expect(hashOf(link)).to.equal(link.hash)
      expect(digest(link.details)).to.equal(link.detailsHash)
      expect(hashOf({ ...link, action: 'member.removed' })).not.to.equal(link.hash)
    }
    expect(view(second.state).reply.end).to.deep.equal({ n: 2, hash: two.hash })
  })

  it('links several at once as it links one after the other', () => {
    const salted = given({ id: 'w1', newId: () => 'slt_1' })
    const [one, two] = [act(), act({ at: 2_000 })]
    const both = recordAll(auditActor.initial, { acts: [one, two] }, salted)
    const first = record(auditActor.initial, { actId: 'a', act: one }, salted)
    const apart = record(first.state, { actId: 'b', act: two }, salted)
    expect(both.state).to.deep.equal(apart.state)
    expect(both.rows[1]).to.deep.equal(apart.rows[0])
  })

  it('keeps what is sealed out of what is hashed in the open', () => {
    const [row] = written(auditActor.initial).rows
    const { details, hash: _, ...open } = row.insert
    expect(JSON.stringify(open)).not.to.contain('192.0.2.7')
    expect(details).to.include({ ip: '192.0.2.7' })
    const another = record(auditActor.initial, { actId: 'a', act: act() }, given({ id: 'w1', newId: () => 'slt_2' }))
    expect(another.rows[0].insert.detailsHash, 'nobody can try all addresses').not.to.equal(open.detailsHash)
  })

  it('says unknown of what was begun and never ended, at the second look', () => {
    const one = begun(auditActor.initial, 'act_1')
    expect(one.rows, 'nothing is written yet').to.equal(undefined)
    expect(one.reminders.overdue).to.include({ message: 'overdue', isPause: true })
    const two = begun(one.state, 'act_2')
    expect(two.reminders, 'one reminder for all').to.equal(undefined)
    const ended = written(two.state, {}, 'act_2')
    expect(ended.rows).to.have.length(1)
    expect(ended.reminders, 'another is open').to.equal(undefined)
    const looked = overdue(ended.state, {}, at)
    expect([looked.rows.length, looked.reminders.overdue.message]).to.deep.equal([0, 'overdue'])
    const lost = overdue(looked.state, {}, at)
    expect(lost.rows.map(({ insert }: any) => insert.result)).to.deep.equal(['unknown'])
    expect([lost.state.open, lost.reminders]).to.deep.equal([{}, undefined])
  })

  it('forgets its reminder when the last has ended, and takes no more than it can hold', () => {
    let { state } = begun(auditActor.initial, 'act_1')
    expect(written(state, {}, 'act_1').reminders).to.deep.equal({ overdue: null })
    for (let n = 2; n <= 200; n++) state = begun(state, `act_${n}`).state
    expect(() => begun(state, 'act_201')).to.throw('Too much is being done')
  })

  it('writes down what a look through it found, once', () => {
    const { state } = written(auditActor.initial)
    const broken = { at: 5, looked: 1, findings: [{ what: 'altered', n: 1 }] }
    const first = verified(state, broken, at)
    expect([first.reply.isNews, first.rows[0].insert.action]).to.deep.equal([true, 'audit.verified'])
    const again = verified(first.state, { ...broken, at: 6 }, at)
    expect([again.reply.isNews, again.rows]).to.deep.equal([false, undefined])
    expect(verified(again.state, { at: 7, looked: 2, findings: [] }, at).reply.isNews, 'it is whole again').to.equal(
      true,
    )
  })

  it('begins later where it was let go of, and says so', () => {
    let state: any = auditActor.initial
    for (let n = 0; n < 3; n++) state = written(state).state
    const change = forget(state, { upTo: { n: 2, hash: 'a'.repeat(64) }, at: 9 }, at)
    expect(change.state.chain.begin).to.deep.equal({ n: 2, hash: 'a'.repeat(64) })
    expect(change.rows[0].insert).to.deep.include({ n: 4, action: 'audit.shortened' })
    expect(forget(change.state, { upTo: { n: 1, hash: 'b'.repeat(64) }, at: 9 }, at).rows, 'never back').to.equal(
      undefined,
    )
    expect(forget(change.state, { upTo: { n: 9, hash: 'b'.repeat(64) }, at: 9 }, at).rows, 'nor ahead').to.equal(
      undefined,
    )
  })
})

describe('the canonical form', () => {
  it('is the same whatever the order of the fields, and differs where a value does', () => {
    expect(canonical({ b: [1, 'x', null], a: { d: true, c: undefined } })).to.equal('{"a":{"d":true},"b":[1,"x",null]}')
    expect(canonical({ a: '1' })).not.to.equal(canonical({ a: 1 }))
    expect(canonical({ a: ['b'], c: null })).not.to.equal(canonical({ a: ['b', null] }))
    expect(canonical('"},{"')).to.equal(JSON.stringify('"},{"'))
  })
})
