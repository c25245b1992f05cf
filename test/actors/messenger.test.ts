import { expect } from 'chai'
import { messengerActor } from '../../actors/messenger/actor.ts'
import { given } from '../harness/given.ts'

const text = {
  textId: 'txt_1',
  to: '+4915123456789',
  language: 'en',
  words: { about: 'sign_in' as const, code: '123456', minutes: 10 },
  ways: ['whatsapp', 'sms'] as const,
  workspaceId: 'ws_1',
  notAfter: 600_000,
}
const handed = (outcome: string, way = 'whatsapp', retryAfterMs: number | null = null) => ({
  textId: 'txt_1',
  way,
  outcome,
  why: outcome === 'accepted' ? null : 'The provider says no',
  retryAfterMs,
})

describe('messenger: decisions', () => {
  // A handler's type is the union of all that it may return; here any part of it is looked at.
  const { text: take, handed: hear, again, ask, over, told, view }: any = messengerActor.on
  const begun = () => take(messengerActor.initial, text, given({ now: 0 }))
  const counts = (state: object) => view(state).reply

  it('sends at once by the first way, and counts one that is for nobody without sending it', () => {
    const { state, effects, reminders } = begun()
    expect(effects).to.have.lengthOf(1)
    expect(effects[0]).to.deep.include({ effect: 'send', key: 'txt_1/0/0' })
    expect(effects[0].input).to.include({ way: 'whatsapp', since: 0, to: text.to })
    expect(reminders['over/txt_1']).to.deep.include({ at: text.notAfter })
    const nobody = take(state, { ...text, textId: 'txt_2', words: { about: 'nobody' } }, given())
    expect(nobody.effects).to.equal(undefined)
    expect(counts(nobody.state)).to.deep.equal(counts(state))
  })

  it('waits for the provider’s word on one that was taken, and forgets it then', () => {
    const taken = hear(begun().state, handed('accepted'), given({ now: 1 })).state
    expect(counts(taken)).to.include({ waiting: 0, sent: 1, delivered: 0 })
    const sent = told(taken, { textId: 'txt_1', status: 'sent', why: null }, given({ now: 2 })).state
    const { state, reminders } = told(sent, { textId: 'txt_1', status: 'delivered', why: null }, given({ now: 3 }))
    expect(counts(state)).to.deep.equal({ waiting: 0, sent: 1, delivered: 1, failed: 0, why: null })
    expect(reminders['over/txt_1']).to.equal(null)
    expect(state.underway).to.deep.equal({})
    expect(told(state, { textId: 'txt_1', status: 'delivered', why: null }, given()), 'again').to.deep.equal({ state })
    const silent = over(taken, { textId: 'txt_1' }, given({ now: text.notAfter })).state
    expect(counts(silent), 'not every carrier says').to.include({ sent: 1, failed: 0 })
  })

  it('hears that it arrived before it hears that it was taken', () => {
    const { state } = told(begun().state, { textId: 'txt_1', status: 'delivered', why: null }, given())
    expect(counts(state)).to.include({ sent: 1, delivered: 1 })
    expect(hear(state, handed('accepted'), given())).to.deep.equal({ state })
  })

  it('goes by the next way where one refuses for good, at once or afterwards, and gives up after the last', () => {
    const { state, effects } = hear(begun().state, handed('never'), given({ now: 5 }))
    expect(effects[0]).to.deep.include({ effect: 'send', key: 'txt_1/1/0' })
    expect(effects[0].input).to.include({ way: 'sms', since: 5 })
    expect(hear(state, handed('accepted'), given()), 'a late word on the other way').to.deep.equal({ state })
    const taken = hear(state, handed('accepted', 'sms'), given({ now: 6 })).state
    const lost = told(taken, { textId: 'txt_1', status: 'failed', why: 'Nobody has this number.' }, given({ now: 7 }))
    expect(counts(lost.state)).to.include({ failed: 1, why: 'Nobody has this number.' })
    expect(lost.effects).to.equal(undefined)
    const later = hear(begun().state, handed('accepted'), given({ now: 1 })).state
    const again = told(later, { textId: 'txt_1', status: 'failed', why: 'No WhatsApp' }, given({ now: 2 }))
    expect(again.effects[0].input).to.include({ way: 'sms' })
    const late = told(later, { textId: 'txt_1', status: 'failed', why: 'No' }, given({ now: text.notAfter }))
    expect(late.effects, 'of no use any more').to.equal(undefined)
  })

  it('tries one way three times, each under a key of its own, before the next', () => {
    let { state } = begun()
    let now = 0
    const keys: string[] = []
    for (let way = 'whatsapp'; ;) {
      const change = hear(state, handed('retry', way, 2_500), given({ now }))
      state = change.state
      const due = change.reminders?.['again/txt_1']
      if (due) {
        expect(due.at - now).to.be.at.least(2_500)
        now = due.at
      }
      const next = due ? again(state, { textId: 'txt_1' }, given({ now })) : change
      if (!next.effects) break
      state = next.state
      keys.push(next.effects[0].key)
      way = next.effects[0].input.way
    }
    expect(keys).to.deep.equal(['txt_1/0/1', 'txt_1/0/2', 'txt_1/1/0', 'txt_1/1/1', 'txt_1/1/2'])
    expect(counts(state)).to.include({ waiting: 0, failed: 1 })
  })

  it('never sends again what may have been taken: it asks once, and waits', () => {
    const doubt = hear(begun().state, handed('unknown'), given({ now: 100 }))
    expect(doubt.effects).to.equal(undefined)
    expect(doubt.reminders['ask/txt_1'].at).to.equal(10_100)
    const asked = ask(doubt.state, { textId: 'txt_1' }, given({ now: 10_100 }))
    expect(asked.effects[0]).to.deep.include({ effect: 'find' })
    const still = hear(asked.state, handed('unknown'), given({ now: 10_200 }))
    expect(still, 'asked once').to.deep.equal({ state: asked.state })
    expect(counts(hear(asked.state, handed('accepted'), given()).state)).to.include({ sent: 1, waiting: 0 })
    const ended = over(still.state, { textId: 'txt_1' }, given({ now: text.notAfter }))
    expect(counts(ended.state)).to.include({ failed: 1, waiting: 0 })
  })

  it('holds so many, and refuses more before anything changes', () => {
    let { state } = begun()
    for (let n = 2; n <= 300; n++) state = take(state, { ...text, textId: `txt_${n}` }, given()).state
    expect(() => take(state, { ...text, textId: 'txt_301' }, given())).to.throw('Too many texts')
    const nobody = { ...text, textId: 'txt_302', words: { about: 'nobody' } }
    expect(() => take(state, nobody, given()), 'for nobody, too').to.throw('Too many texts')
    expect(Object.keys(state.underway)).to.have.lengthOf(300)
  })
})
