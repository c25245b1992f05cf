import { expect } from 'chai'
import { letterboxActor } from '../../actors/letterbox/actor.ts'
import { given } from '../harness/given.ts'

const posted = {
  letterId: 'let_1',
  to: 'nina@clinic.test',
  language: 'en',
  letter: { about: 'password' as const, link: 'https://care.test/x', minutes: 30 },
  notAfter: 60_000,
}
const said = (outcome: 'accepted' | 'retry' | 'never' | 'broken', retryAfterMs: number | null = null) => ({
  letterId: 'let_1',
  outcome,
  why: outcome === 'accepted' ? null : 'The provider says no',
  retryAfterMs,
})

describe('letterbox: decisions', () => {
  // A handler's type is the union of all that it may return; here any part of it is looked at.
  const { post, sent, again, view }: any = letterboxActor.on
  const full = () => post(letterboxActor.initial, posted, given({ now: 0 }))

  it('sends at once, and forgets what was taken', () => {
    const { state, effects } = full()
    expect(effects).to.have.lengthOf(1)
    expect(effects[0]).to.deep.include({ effect: 'mail', key: 'let_1/0' })
    expect(effects[0].input).to.not.have.property('notAfter')
    const after = sent(state, said('accepted'), given({ now: 10 })).state
    expect(view(after).reply).to.deep.equal({ waiting: 0, sent: 1, failed: 0, why: null })
    expect(sent(after, said('retry'), given({ now: 20 })), 'an old answer changes nothing').to.deep.equal({
      state: after,
    })
  })

  it('tries again, later each time, under a new key of the effect, while it is of any use', () => {
    let { state } = full()
    let now = 0
    const waits: number[] = []
    for (;;) {
      const change = sent(state, said('retry', 2_500), given({ now }))
      state = change.state
      const { at } = change.reminders?.['again/let_1'] ?? {}
      if (at === undefined) break
      waits.push(at - now)
      now = at
      const [effect] = again(state, { letterId: 'let_1' }).effects
      expect(effect.key).to.equal(`let_1/${waits.length}`)
    }
    expect(waits[0], 'what the provider asks for').to.equal(2_500)
    expect(waits).to.deep.equal(waits.toSorted((a, b) => a - b))
    expect(now).to.be.at.most(posted.notAfter)
    expect(view(state).reply).to.include({ waiting: 0, failed: 1, why: 'The provider says no' })
  })

  it('gives up at once what is refused for good, and keeps what somebody must mend', () => {
    const { state } = full()
    expect(view(sent(state, said('never'), given({ now: 1 })).state).reply).to.include({ waiting: 0, failed: 1 })
    const broken = sent(state, said('broken'), given({ now: 1 }))
    expect(view(broken.state).reply).to.include({ waiting: 1, failed: 0, why: 'The provider says no' })
    expect(broken.reminders).to.have.property('again/let_1')
  })

  it('writes for a letter to nobody, and sends nothing', () => {
    const change = post(letterboxActor.initial, { ...posted, letter: { about: 'nobody' } }, given({ now: 0 }))
    expect(change).to.not.have.property('effects')
    expect(change.state).to.not.deep.equal(letterboxActor.initial)
  })

  it('is bounded', () => {
    let state = letterboxActor.initial
    for (let n = 0; n < 200; n++) state = post(state, { ...posted, letterId: `let_${n}` }, given({ now: 0 })).state
    expect(() => post(state, { ...posted, letterId: 'one more' }, given({ now: 0 }))).to.throw('Too many letters')
  })
})
