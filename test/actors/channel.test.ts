import { expect } from 'chai'
import fc from 'fast-check'
import { channelActor } from '../../actors/channel/actor.ts'
import { breakerAfter, closed, mayTry } from '../../actors/channel/breaker.ts'
import { channelEffects } from '../../actors/channel/effects.ts'
import { nextTurn, spend } from '../../actors/channel/pace.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
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
  const { enqueue, pump, configure, sent, outcomeDue } = channelActor.on as any
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

  /** What the provider answers, with the parcel that the effect brings back. */
  const answered = ({ effects }: any, outcome: object) => {
    const { content: _, ...parcel } = effects[0].input
    return { result: { messageId: parcel.messageId, ...outcome }, parcel }
  }
  const accepted = { outcome: 'accepted' as const, providerId: 'wamid.1' }
  const again = {
    outcome: 'refused' as const,
    error: { code: 'x', title: 'X', providerCode: null, retryable: true },
    action: 'retry' as const,
    retryAfterMs: null,
  }

  it('keeps nothing of what is on its way: a thousand weigh no more than one', () => {
    const limits = { perSecond: 10_000, burst: 10_000, pairMs: 0 }
    let state = configure(channelActor.initial, { limits }, given({ now: 0 })).state
    const sending: any[] = []
    for (let n = 0; n < 1_000; n++) {
      const change = enqueue(state, parcel(n), given({ now: n }))
      state = change.state
      sending.push(answered(change, n % 2 === 0 ? accepted : again))
    }
    expect([state.queue, state.underWay]).to.deep.equal([[], {}])
    const told: string[] = []
    for (const input of sending) {
      const change = sent({ ...state, queue: [] }, input, given({ now: 1_000 }))
      for (const { id, input: said } of change.tells) told.push(`${id} ${said.status}`)
      if (input.result.outcome === 'refused') expect(change.state.queue[0]).to.include({ tries: 1, to: '49151' })
    }
    expect(told).to.deep.equal(sending.map((_, n) => `c_${n} ${n % 2 === 0 ? 'sent' : 'queued'}`))
  })

  it('keeps a message of which nobody knows whether it was taken, and takes one word on it', () => {
    const change = enqueue(start, parcel(1), given())
    const unknown = sent(change.state, answered(change, { outcome: 'unknown', why: 'silence' }), given())
    expect(Object.keys(unknown.state.underWay)).to.deep.equal(['msg_1'])
    const { tells, state } = outcomeDue(unknown.state, { messageId: 'msg_1' }, given())
    expect(tells[0].input).to.deep.include({ messageId: 'msg_1', status: 'failed' })
    expect(state.underWay).to.deep.equal({})
    expect(outcomeDue(state, { messageId: 'msg_1' }, given())).to.deep.equal({ state })
  })

  const conversationThat = (hears: (told: object) => Promise<unknown>) =>
    ({ at: () => ({ statusChanged: hears }) }) as unknown as Workspace

  it('leaves it to the effect to say that a message was taken, and says it where that could not', async () => {
    const change = enqueue(start, parcel(1), given())
    const [{ input, key }] = change.effects
    const { deliver } = channelEffects({
      contentOf: async () => undefined,
      deliver: async () => ({ ...accepted, messageId: 'msg_1' }),
    })
    const heard: object[] = []
    const answering = conversationThat(async (told) => heard.push(told))
    const busy = conversationThat(() => Promise.reject(new Error('busy')))
    const backFrom = (workspace: Workspace) =>
      deliver.run(input, key, { workspaceId: 'w1', actorId: 'ch_1', workspace })
    expect(sent(change.state, await backFrom(answering), given()).tells).to.deep.equal([])
    expect(heard).to.deep.equal([{ messageId: 'msg_1', status: 'sent', error: null, providerId: 'wamid.1' }])
    const [told] = sent(change.state, await backFrom(busy), given()).tells
    expect(told).to.include({ kind: 'conversation', id: 'c_1', message: 'statusChanged' })
    expect(told.input).to.deep.equal(heard[0])
  })

  it('knows what an earlier version handed out, which says less and is in its state', async () => {
    const { content, ...whole } = { ...parcel(1), tries: 0 }
    const before = { ...start, underWay: { msg_1: whole } }
    const { deliver } = channelEffects({
      contentOf: async () => content,
      deliver: async () => ({ ...accepted, messageId: 'msg_1' }),
    })
    const { priority: _, notAfter: __, tries: ___, ...handed } = whole
    const context = {
      workspaceId: 'w1',
      actorId: 'ch_1',
      workspace: conversationThat(() => Promise.reject(new Error('busy'))),
    }
    const back = await deliver.run({ ...handed, content }, 'msg_1/0', context)
    expect(back.parcel).to.equal(undefined)
    const { tells, state } = sent(before, back, given())
    expect(tells[0].input).to.deep.include({ messageId: 'msg_1', status: 'sent' })
    expect(state.underWay).to.deep.equal({})
    const now = await deliver.lookUp({ ...whole, content }, 'msg_1/0', context)
    expect(now?.parcel).to.deep.equal(whole)
    expect(sent(state, back, given()), 'nothing is known of it').to.deep.equal({ state })
  })

  it('lets each leave once, in the order of arrival within what is as urgent, however answers come', () => {
    const order = { staff: 0, transactional: 1, bulk: 2 }
    const kinds = fc.constantFrom('staff' as const, 'transactional' as const, 'bulk' as const)
    fc.assert(
      fc.property(fc.array(fc.tuple(kinds, fc.nat(300)), { minLength: 1, maxLength: 60 }), (all) => {
        let state = start
        let now = 0
        const left: number[] = []
        const waiting: number[] = []
        const take = (change: any) => {
          state = change.state
          for (const { input } of change.effects ?? []) {
            const n = Number(input.messageId.slice(4))
            const first = waiting.toSorted((a, b) => order[all[a]![0]] - order[all[b]![0]] || a - b)[0]
            expect(n, 'the first of those that waited').to.equal(first)
            waiting.splice(waiting.indexOf(n), 1)
            left.push(n)
            const { content: _, ...sending } = input
            if (n % 3 > 0)
              take(
                sent(state, { result: { ...accepted, messageId: input.messageId }, parcel: sending }, given({ now })),
              )
          }
        }
        for (const [n, [priority, ms]] of all.entries()) {
          now += ms
          waiting.push(n)
          take(enqueue(state, parcel(n, priority), given({ now })))
        }
        for (let n = 0; n < 60 && waiting.length > 0; n++) take(pump(state, {}, given({ now: (now += 100) })))
        expect(left.toSorted((a, b) => a - b)).to.deep.equal(all.map((_, n) => n))
      }),
      { numRuns: 100 },
    )
  })

  it('refuses to queue more than it can carry, and says so', () => {
    let state = { ...start, breaker: { ...closed, status: 'open' as const, retryAt: 9e9 } }
    for (let n = 0; n < 256; n++) state = enqueue(state, parcel(n), given()).state
    const { tells } = enqueue(state, parcel(999), given())
    expect(tells?.[0]?.input).to.deep.include({ messageId: 'msg_999', status: 'failed' })
  })
})
