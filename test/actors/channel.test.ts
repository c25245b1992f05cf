import { expect } from 'chai'
import fc from 'fast-check'
import { channelActor } from '../../actors/channel/actor.ts'
import { breakerAfter, closed, mayTry } from '../../actors/channel/breaker.ts'
import { nextTurn, spend } from '../../actors/channel/pace.ts'
import { backoffMs } from '../../kernel/backoff.ts'
import { given } from '../harness/given.ts'

const limits = { perSecond: 10, burst: 5, pairMs: 0 }
const parcel = (n: number, priority: 'staff' | 'transactional' | 'bulk' = 'staff') => ({
  messageId: `msg_${n}`,
  conversationId: `c_${n}`,
  to: '49151',
  content: { kind: 'text' as const, text: 'hi' },
  replyTo: null,
  priority,
  notAfter: 1_000_000,
})

describe('channel: decisions', () => {
  // A handler's type is the union of all that it may return; here any part of it is looked at.
  const { enqueue, pump, configure, sent } = channelActor.on as any
  const start = configure(channelActor.initial, { limits }, given({ now: 0 })).state

  it('sends at once what may go, and the rest in the pace of its limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 200 }),
        (count, steps) => {
          let state = start
          let now = 0
          const times: number[] = []
          for (let n = 0; n < count; n++) {
            const change = enqueue(state, parcel(n), given({ now }))
            state = change.state
            times.push(...(change.effects ?? []).map(() => now))
          }
          for (const step of steps) {
            now += step
            const change = pump(state, {}, given({ now }))
            state = change.state
            times.push(...(change.effects ?? []).map(() => now))
          }
          // In no window did more go than the burst and what the rate allows.
          for (const [index, from] of times.entries()) {
            const within = times.slice(index).filter((time) => time - from < 1_000).length
            expect(within).to.be.at.most(limits.burst + limits.perSecond)
          }
          expect(times.length + state.queue.length).to.equal(count)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('wakes up for what waits, always later than now', () => {
    let state = start
    for (let n = 0; n < 9; n++) state = enqueue(state, parcel(n), given({ now: 50 })).state
    const { reminders } = enqueue(state, parcel(10), given({ now: 50 }))
    expect(reminders.pump?.at).to.be.within(51, 151)
  })

  it('lets staff go before campaigns, and each in the order of arrival', () => {
    const entry = (n: number, priority: 'staff' | 'bulk') => ({ ...parcel(n, priority), notBefore: 0, tries: 0 })
    const queue = [entry(1, 'bulk'), entry(2, 'staff'), entry(3, 'staff')]
    const paced = { limits, tokens: 5, tokensAt: 0, pairs: {}, queue }
    expect(nextTurn(paced, 0)?.messageId).to.equal('msg_2')
    expect(nextTurn({ ...paced, queue: queue.slice(0, 1) }, 0)?.messageId).to.equal('msg_1')
  })

  it('keeps a person’s messages apart where the provider asks for it', () => {
    const paced = { limits: { ...limits, pairMs: 1_000 }, tokens: 5, tokensAt: 0, pairs: {}, queue: [] }
    const after = { ...spend(paced, 'c_1', 0), queue: [{ ...parcel(1), notBefore: 0, tries: 0 }] }
    expect(nextTurn(after, 999)).to.equal(undefined)
    expect(nextTurn(after, 1_000)?.messageId).to.equal('msg_1')
  })

  it('waits 1, 4, 16, 64 seconds, each a little different', () => {
    expect([1, 2, 3, 4].map((tries) => backoffMs(tries, 0.5))).to.deep.equal([1_000, 4_000, 16_000, 64_000])
    expect([0, 1].map((chance) => backoffMs(1, chance))).to.deep.equal([750, 1_250])
  })

  it('opens after five faults, tries with one, and closes when that one goes', () => {
    let breaker = closed
    for (let n = 0; n < 4; n++) breaker = breakerAfter(breaker, 'retry', 0)
    expect(mayTry(breaker, 0)).to.equal(true)
    breaker = breakerAfter(breaker, 'retry', 0)
    expect(breaker).to.include({ status: 'open', retryAt: 5_000 })
    expect([mayTry(breaker, 4_999), mayTry(breaker, 5_000)]).to.deep.equal([false, true])
    expect(mayTry({ ...breaker, status: 'half_open' }, 9_999)).to.equal(false)
    expect(breakerAfter({ ...breaker, status: 'half_open' }, 'retry', 0)).to.include({
      status: 'open',
      retryAt: 10_000,
    })
  })

  it('stays open where the one that tries meets anything but a message’s own refusal', () => {
    // A lost credential opens it at the first fault: what counts then is the try, not how many failed before it.
    const open = breakerAfter(closed, 'broken', 0)
    expect(open).to.include({ status: 'open', failures: 1 })
    const tries = { ...open, status: 'half_open' as const }
    for (const met of ['retry', 'broken', 'cool_off', 'unknown'] as const)
      expect(breakerAfter(tries, met, 9_000).status, met).to.equal('open')
    expect(breakerAfter(tries, 'never', 9_000), 'the channel took the question').to.deep.equal(closed)
  })

  it('takes one word on a message, and only while it is under way', () => {
    const { state } = enqueue(start, parcel(1), given())
    const result = { outcome: 'accepted' as const, messageId: 'msg_1', providerId: 'wamid.1' }
    const change = sent(state, { result }, given())
    expect(change.tells).to.have.length(1)
    expect(sent(change.state, { result }, given())).to.deep.equal({ state: change.state })
  })

  it('refuses to queue more than it can carry, and says so', () => {
    let state = { ...start, breaker: { ...closed, status: 'open' as const, retryAt: 9e9 } }
    for (let n = 0; n < 256; n++) state = enqueue(state, parcel(n), given()).state
    const { tells } = enqueue(state, parcel(999), given())
    expect(tells?.[0]?.input).to.deep.include({ messageId: 'msg_999', status: 'failed' })
  })
})
