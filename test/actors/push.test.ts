import { expect } from 'chai'
import { patienceMs, pushActor } from '../../actors/push/actor.ts'
import { given } from '../harness/given.ts'

const message = { messageId: 'msg_1', conversationId: 'c_usr_1', channelId: 'ch_app', seq: 7 }
const devices = [
  { id: 'psn_1', service: 'fcm' },
  { id: 'psn_2', service: 'webpush' },
]

describe('push: decisions', () => {
  // A handler's type is the union of all that it may return; here any part of it is looked at.
  const { told, shown, due, looked, tried, view }: any = pushActor.on
  const first = () => told(pushActor.initial, message, given({ now: 0 }))
  const look = (state: object, verdict: object, tries = 0, now = patienceMs) =>
    looked(state, { messageId: 'msg_1', tries, verdict }, given({ now }))
  const said = (state: object, deviceId: string, result: object, now = 5_000) =>
    tried(state, { messageId: 'msg_1', deviceId, result }, given({ now, random: () => 0.5 }))
  const going = () => look(first().state, { is: 'due', devices }).state
  const outcomes = ({ decisions = [] }: any) => decisions.map(({ outcome }: any) => outcome)

  it('waits for a device to show it, and tells nobody when one does, before or after', () => {
    const { state, reminders, effects } = first()
    expect(reminders['due/msg_1'].at).to.equal(patienceMs)
    expect(effects).to.equal(undefined)
    const seen = shown(state, { seq: 7 }, given({ now: 10 }))
    expect(view(seen.state).reply).to.deep.equal({ waiting: 0 })
    expect(seen.reminders['due/msg_1']).to.equal(null)
    expect(due(seen.state, { messageId: 'msg_1' }, given())).to.deep.equal({ state: seen.state })
    const early = shown(pushActor.initial, { seq: 7 }, given()).state
    expect(told(early, message, given())).to.deep.equal({ state: early })
    expect(view(shown(state, { seq: 6 }, given()).state).reply, 'an earlier one').to.deep.equal({ waiting: 1 })
  })

  it('tells each device once, and says so once when all have answered', () => {
    const looking = due(first().state, { messageId: 'msg_1' }, given({ now: patienceMs }))
    expect(looking.effects).to.have.lengthOf(1)
    const { state, effects } = look(looking.state, { is: 'due', devices })
    expect(effects.map(({ input }: any) => input.deviceId)).to.deep.equal(['psn_1', 'psn_2'])
    expect(look(state, { is: 'due', devices }), 'looked at twice').to.deep.equal({ state })
    expect(due(state, { messageId: 'msg_1' }, given()), 'while it is on its way').to.deep.equal({ state })
    const one = said(state, 'psn_1', { outcome: 'told' })
    expect(outcomes(one)).to.deep.equal([])
    expect(said(one.state, 'psn_1', { outcome: 'told' }), 'twice').to.deep.equal({ state: one.state })
    const both = said(one.state, 'psn_2', { outcome: 'gone', code: 'http_410' })
    expect(both.decisions).to.deep.equal([
      {
        rule: 'push@1',
        outcome: 'told',
        facts: { messageId: 'msg_1', devices: 2, told: 1, code: 'http_410', tries: 1 },
      },
    ])
    expect(both.tells).to.equal(undefined)
    expect(view(both.state).reply).to.deep.equal({ waiting: 0 })
  })

  it('tries again, when the service wants it, only where it was not told', () => {
    const half = said(going(), 'psn_1', { outcome: 'told' }).state
    const busy = said(half, 'psn_2', { outcome: 'again', code: 'quota_exceeded', retryAfterMs: 60_000 })
    expect(busy.reminders['due/msg_1'].at).to.equal(65_000)
    const { tries } = due(busy.state, { messageId: 'msg_1' }, given({ now: 65_000 })).effects[0].input
    expect(tries).to.equal(1)
    const again = look(busy.state, { is: 'due', devices }, 1, 65_000)
    expect(again.effects.map(({ input }: any) => input.deviceId)).to.deep.equal(['psn_2'])
    const read = look(busy.state, { is: 'over', why: 'read' }, 1, 65_000)
    expect(outcomes(read)).to.deep.equal(['read'])
    const quiet = look(busy.state, { is: 'held', until: 900_000 }, 1, 65_000)
    expect(outcomes(quiet), 'told half, and now it is night').to.deep.equal(['quiet_hours'])
    const away = look(busy.state, { is: 'due', devices: [devices[0]] }, 1, 65_000)
    expect(outcomes(away), 'it was signed out meanwhile').to.deep.equal(['told'])
  })

  it('gives up what is no news any more', () => {
    let state = going()
    for (let tries = 1; tries <= 6; tries++) {
      for (const { id } of devices) {
        const change = said(state, id, { outcome: 'again', code: 'unavailable', retryAfterMs: null })
        state = change.state
        if (tries === 6 && id === 'psn_2') expect(outcomes(change)).to.deep.equal(['unreached'])
      }
      if (tries < 6) state = look(state, { is: 'due', devices }, tries).state
    }
    const late = said(going(), 'psn_1', { outcome: 'again', code: 'quota_exceeded', retryAfterMs: 7 * 3_600_000 }).state
    expect(outcomes(said(late, 'psn_2', { outcome: 'failed', code: 'x' }))).to.deep.equal(['unreached'])
  })

  it('leaves it to another channel where nobody could be told, and never where somebody may have been', () => {
    const none = look(first().state, { is: 'due', devices: [] })
    expect(none.tells[0]).to.deep.include({ message: 'unreached' })
    expect(none.tells[0].input).to.deep.equal({ messageId: 'msg_1', channelId: 'ch_app', code: 'no_device' })
    const gone = said(going(), 'psn_1', { outcome: 'gone', code: 'unregistered' }).state
    expect(said(gone, 'psn_2', { outcome: 'failed', code: 'http_400' }).tells).to.have.lengthOf(1)
    const unsure = said(gone, 'psn_2', { outcome: 'unknown' })
    expect(outcomes(unsure)).to.deep.equal(['unknown'])
    expect(unsure.tells).to.equal(undefined)
  })

  it('waits for the morning with what may wait, and keeps not more than it can', () => {
    const held = look(first().state, { is: 'held', until: 900_000 })
    expect(held.reminders['due/msg_1'].at).to.equal(900_000)
    expect(held.decisions[0]).to.deep.include({ outcome: 'deferred' })
    let state: any = pushActor.initial
    for (let n = 1; n <= 51; n++) {
      const change = told(state, { ...message, messageId: `msg_${n}`, seq: n }, given({ now: n }))
      if (n === 51) {
        expect(change.decisions).to.deep.equal([{ rule: 'push@1', outcome: 'too_many', facts: { messageId: 'msg_1' } }])
        expect(change.reminders['due/msg_1']).to.equal(null)
      }
      state = change.state
    }
    expect(view(state).reply).to.deep.equal({ waiting: 50 })
  })
})
