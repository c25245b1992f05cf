import { expect } from 'chai'
import fc from 'fast-check'
import { conversationActor } from '../../actors/conversation/actor.ts'
import { type CallStatus, callAfter, callWords, isOver } from '../../kernel/call.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import { decided } from '../../server/why-words.ts'
import { given } from '../harness/given.ts'

// A handler's type is the union of all that it may return; here any part of it is looked at.
const on: any = conversationActor.on
const { initial } = conversationActor
const noon = Date.UTC(2026, 0, 6, 12)
const night = Date.UTC(2026, 0, 6, 23)
const line = { id: 'ch1', kind: 'sms' as const, provider: 'twilio', name: 'Line', isActive: true }
const settings = { ...defaultSettings, timezone: 'Europe/London', channels: [line] }
const at = (now = noon) => given({ now, settings })
const phone = '+4915112345678'

const told = (status: CallStatus, more = {}) => ({
  ...{
    messageId: 'msg_in',
    providerId: `CA${'0'.repeat(32)}`,
    channelId: 'ch1',
    kind: 'sms' as const,
    userId: 'usr_pat',
  },
  ...{ address: phone, name: '', content: { kind: 'call', status, ...more }, replyTo: null, sentAt: noon },
})
const written = (text: string, n: number) => ({
  ...told('ringing'),
  ...{ messageId: `msg_${String(n)}`, providerId: `SM${String(n)}`, content: { kind: 'text', text } },
})
const rung = on.receive(initial, told('ringing'), at()).state

describe('conversation: calls', () => {
  it('end the same, in whatever order and however often what Twilio tells of them comes', () => {
    const news = [
      { leg: 'staff', status: 'cancelled' as const },
      { leg: 'person', status: 'ringing' as const },
      { leg: 'person', status: 'in_progress' as const },
      { leg: 'person', status: 'completed' as const, seconds: 42 },
    ]
    const called = on.call(rung, {}, at())
    const { messageId } = called.reply
    const some = fc.shuffledSubarray([...news, ...news], { minLength: 4, maxLength: 8 })
    fc.assert(
      fc.property(some, (all) => {
        const tell = (state: any, { leg: _, ...one }: (typeof news)[number]) =>
          on.callChanged(state, { messageId, ...one }, at()).state
        const end: any = all.reduce(tell, called.state)
        const best = all.reduce<any>((before, one) => callAfter(before, one), { status: 'dialing' })
        const known = end.calls.find((one: { messageId: string }) => one.messageId === messageId)
        expect([known.status, known.seconds]).to.deep.equal([best.status, best.seconds])
        expect(all.some(({ status }) => status === 'completed') === (known.status === 'completed')).to.equal(true)
      }),
    )
  })

  it('are one message, whatever of them is told first, and change it only by what is new', () => {
    const missed = on.receive(rung, told('missed'), at())
    expect(missed.reply).to.deep.equal({ n: 1, isNew: false })
    expect(missed.events.map(({ type }: { type: string }) => type)).to.deep.equal(['message.call_changed'])
    expect(missed.rows.map(({ row, id, set }: any) => [row, id, set.content.status])).to.deep.equal([
      ['message', 'msg_in', 'missed'],
    ])
    const again = on.receive(missed.state, told('ringing'), at())
    expect([again.state, again.events]).to.deep.equal([missed.state, undefined])
    expect(on.receive(initial, told('missed'), at()).state.calls[0].status).to.equal('missed')
  })

  it('wait for an answer, open no way to write by, and are answered by speaking', () => {
    const wrote = on.receive(
      initial,
      { ...written('Hi', 1), channelId: 'ch_wa', kind: 'whatsapp', address: '4915112345678' },
      at(),
    )
    const after = on.receive(wrote.state, told('ringing'), at()).state
    expect(after).to.include({ channelId: 'ch_wa', unread: 2, status: 'open' })
    expect(after.lastIn).to.include({ channelId: 'ch_wa', n: 2 })
    expect(rung.waitingSince).to.equal(noon)
    const taken = on.receive(rung, told('completed', { seconds: 9 }), at())
    expect(taken.state.waitingSince).to.equal(null)
    // Who had written before still waits for that.
    const both = on.receive(after, told('completed'), at(noon + 1_000)).state
    expect(both.waitingSince).to.equal(null)
    const since = { ...after, waitingSince: noon + 500, calls: [{ ...after.calls[0], at: noon }] }
    expect(on.receive(since, told('completed'), at()).state.waitingSince).to.equal(noon + 500)
  })

  it('of somebody who is blocked call nobody', () => {
    const rules = { ...initial.rules, terms: { ...initial.rules.terms, isBlocked: true } }
    const { state } = on.receive({ ...initial, rules }, told('ringing'), at())
    expect(state).to.include({ unread: 0, waitingSince: null })
  })

  it('of which no end is told are asked about, and given up in the end', () => {
    const { state, reminders } = on.receive(initial, told('ringing'), at())
    expect(reminders['call/msg_in']).to.include({ message: 'callDue', at: noon + 10 * 60_000 })
    const due = on.callDue(state, { messageId: 'msg_in' }, at(noon + 600_000))
    expect(due.effects.map(({ effect }: { effect: string }) => effect)).to.deep.equal(['lookAtCall'])
    const silent = on.callSeen(state, { messageId: 'msg_in', news: [] }, at(noon + 600_000))
    expect(silent.reminders['call/msg_in'].at).to.equal(noon + 600_000 + 30 * 60_000)
    const found = on.callSeen(state, { messageId: 'msg_in', news: [{ status: 'missed' }] }, at(noon + 600_000))
    expect([found.state.calls[0].status, found.reminders['call/msg_in']]).to.deep.equal(['missed', null])
    expect(on.callDue(found.state, { messageId: 'msg_in' }, at()).effects).to.equal(undefined)
    const late = on.callSeen(state, { messageId: 'msg_in', news: [] }, at(noon + 7 * 3_600_000))
    expect(late.state.calls[0]).to.include({ status: 'failed' })
  })

  const refused = (state: object, now = noon) => {
    try {
      on.call(state, {}, at(now))
      return undefined
    } catch (error) {
      const { code, decisions } = error as { code: string; decisions: { rule: string }[] }
      return [code, decisions?.[0]]
    }
  }
  it('are made once at a time, by the number that can call', () => {
    const called = on.call(rung, {}, at())
    expect(called.effects.map(({ effect, input }: any) => [effect, input.to, input.memberId])).to.deep.equal([
      ['placeCall', phone, 'ana'],
    ])
    expect(called.state).to.include({ waitingSince: noon, isAnswered: false, humanRev: 1 })
    const { messageId } = called.reply
    const sid = `CA${'1'.repeat(32)}`
    const placed = on.callPlaced(called.state, { messageId, placed: { outcome: 'accepted', sid } }, at()).state
    expect(refused(placed)?.[0]).to.equal('call_underway')
    // Of which nobody knows whether it was made, it keeps nobody from trying again for long.
    expect(refused(called.state, noon + 59_000)?.[0]).to.equal('call_underway')
    expect(refused(called.state, noon + 60_000)).to.equal(undefined)
    const failed = on.callPlaced(called.state, { messageId, placed: { outcome: 'refused', why: 'No.' } }, at())
    expect(failed.state.calls.at(-1)).to.include({ status: 'failed', why: 'No.' })
    expect(refused({ ...rung, addresses: {}, identities: [] })?.[0]).to.equal('address_missing')
  })

  it('are refused with one decision, which says why in words', () => {
    const rules = (terms: object, word: object | null = null) => ({
      ...rung,
      heardAt: null,
      rules: { ...rung.rules, terms: { ...rung.rules.terms, ...terms }, word },
    })
    const stop = { channel: 'sms', address: null, reason: 'stop', at: noon }
    const reasons: [object, number, string, string][] = [
      [rules({ isBlocked: true }), noon, 'person_blocked', 'call.blocked@1'],
      [rules({ suppressed: [stop], wordN: 1 }), noon, 'address_suppressed', 'call.suppressed@1'],
      [rules({ suppressed: [{ ...stop, reason: 'manual' }] }), noon, 'address_suppressed', 'call.suppressed@1'],
      [rules({}, { n: 1, kind: 'sms', isStop: true }), noon, 'address_suppressed', 'call.suppressed@1'],
      [{ ...rules({ isArchived: true }), waitingSince: null }, noon, 'person_archived', 'call.archived@1'],
      [{ ...rules({ isRestricted: true }), waitingSince: null }, noon, 'person_restricted', 'call.restricted@1'],
      [rules({}), night, 'quiet_hours', 'call.quiet_hours@1'],
    ]
    for (const [state, now, code, rule] of reasons) {
      const [said, decision] = refused(state, now) ?? []
      const { outcome, facts } = decision as any
      expect([said, (decision as any).rule, outcome], code).to.deep.equal([code, rule, 'refused'])
      expect(decided(rule, outcome, facts), code).to.match(/^Not called: .+\.$/)
    }
    // Who was just in touch is awake; who was in touch after a STOP wants an answer.
    expect(refused({ ...rules({}), heardAt: night - 60_000 }, night)).to.equal(undefined)
    expect(refused({ ...rules({ suppressed: [stop], wordN: 0 }) })).to.equal(undefined)
  })

  it('open with what an earlier version kept', () => {
    const { calls: _, ...before } = rung
    expect((conversationActor.migrations as any)[4](before)).to.deep.equal({ ...before, calls: [] })
  })

  it('are said in few words', () => {
    expect(callWords({ status: 'completed', seconds: 185 })).to.equal('Call, 3:05')
    expect(callWords({ status: 'missed', seconds: 9 })).to.equal('Missed call')
    expect((['ringing', 'in_progress', 'dialing'] as const).some((status) => isOver({ status }))).to.equal(false)
  })
})
