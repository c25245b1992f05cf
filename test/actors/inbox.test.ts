import { expect } from 'chai'
import { inboxActor, InboxState } from '../../actors/inbox/actor.ts'
import type { Line } from '../../actors/inbox/contract.ts'
import { inboxEffects } from '../../actors/inbox/effects.ts'
import type { EffectContext } from '../../actors/runtime/effect.ts'
import { hotMs } from '../../actors/runtime/hot.ts'
import { memorySchema } from '../../kernel/codec.ts'
import { conflict } from '../../kernel/problem.ts'
import { given } from '../harness/given.ts'

describe('inbox: the lines that it shows', () => {
  const lineOf = (text: string) =>
    ({ conversation: { name: text }, last: null }) as unknown as Omit<Line, 'conversationId'>
  const read: string[][] = []
  const effects = inboxEffects({
    linesOf: (_, ids) => {
      read.push([...ids])
      return Promise.resolve(ids.filter((id) => id !== 'gone').map((id) => ({ conversationId: id, ...lineOf('read') })))
    },
  })
  const contextOf = (line: (id: string) => Promise<unknown>) =>
    ({ workspaceId: 'w1', workspace: { at: (_: unknown, id: string) => ({ line: () => line(id) }) } }) as never
  const run = (context: EffectContext, ...conversationIds: string[]) =>
    effects.readLines.run({ conversationIds }, 'key', context)
  beforeEach(() => void read.splice(0))

  it('are told by the conversations, and nothing is read', async () => {
    const { lines } = await run(
      contextOf((id) => Promise.resolve(lineOf(`told by ${id}`))),
      'c_a',
      'c_b',
    )
    expect(lines.map(({ conversationId, conversation }) => [conversationId, conversation.name])).to.deep.equal([
      ['c_a', 'told by c_a'],
      ['c_b', 'told by c_b'],
    ])
    expect(read).to.deep.equal([])
  })

  it('of conversations that cannot answer are read, and hold up no others', async () => {
    const told = (id: string) =>
      id === 'c_a' ? Promise.resolve(lineOf('told')) : Promise.reject(conflict('no', 'No.'))
    const { lines } = await run(contextOf(told), 'c_b', 'c_a', 'gone')
    expect(lines.map(({ conversationId, conversation }) => [conversationId, conversation.name])).to.deep.equal([
      ['c_a', 'told'],
      ['c_b', 'read'],
    ])
    expect(read).to.deep.equal([['c_b', 'gone']])
  })
})

describe('inbox: a list that changes all the time', () => {
  // A handler's type is the union of all that it may return; here any part of it is looked at.
  const { touch, flush, linesRead }: any = inboxActor.on
  const at = (now: number) => given({ id: 'w1', now })
  const standing = { status: 'open', isAssigned: false, isUnread: true }
  const touched = (state: any, now: number) =>
    touch(state, { conversationId: 'c_a', was: standing, is: standing }, at(now))

  /** Each reading takes as long as it is said, something changes meanwhile, and timers are on time. Answers when it was shown. */
  function shown(took: (nth: number) => number, times: number) {
    const found: number[] = []
    let change = touched(inboxActor.initial, 10_000)
    let now = 10_000
    for (let nth = 0; found.length < times; nth++) {
      if (!change.effects) {
        now = Math.max(now, change.reminders.flush.at)
        change = flush(change.state, {}, at(now))
      }
      const { state } = touched(change.state, now)
      now += took(nth)
      change = linesRead(state, { lines: [] }, at(now))
      if (change.events) found.push(now)
    }
    return found.map((time, nth) => time - (found[nth - 1] ?? time)).slice(1)
  }

  it('is shown every quarter of a second, and not that much later each time as a reading takes', () => {
    const gaps = shown(() => 60, 60)
    expect(Math.min(...gaps)).to.be.at.least(hotMs)
    expect(gaps[0], 'at first nobody knows').to.be.above(hotMs + 40)
    expect(gaps.at(-1)).to.be.within(hotMs, hotMs + 20)
  })

  it('is never shown sooner, however unevenly readings take', () => {
    const gaps = shown((nth) => [80, 80, 80, 80, 80, 80, 80, 2][nth % 8] ?? 0, 100)
    expect(Math.min(...gaps)).to.be.at.least(hotMs)
    expect(Math.max(...gaps)).to.be.at.most(hotMs + 90)
  })

  it('keeps a little more than a quarter of a second between, so that one that is late brings no fifth into a second', () => {
    for (const took of [0, 4, 9]) expect(shown(() => took, 20).at(-1)).to.equal(hotMs + 10)
  })

  it('moves also where the time of the workspace stands still', () => {
    const first = touched(inboxActor.initial, 10_000)
    const state = { ...first.state, lead: 40, flushedAt: 10_000 }
    const early = linesRead(state, { lines: [] }, at(10_000))
    expect(early.events).to.equal(undefined)
    expect(early.reminders.flush).to.include({ at: 10_000 + hotMs, isPause: true })
    const again = flush(early.state, {}, at(10_000))
    expect(again.effects).to.have.length(1)
    expect(linesRead(again.state, { lines: [] }, at(10_000)).events).to.have.length(1)
  })

  it('opens from what was kept before it knew how long readings take', () => {
    const { begunAt: _, lead: __, isHeld: ___, ...before } = inboxActor.initial
    const migrated = (inboxActor.migrations as any)[2](before)
    expect(memorySchema(InboxState).parse(migrated)).to.deep.equal(inboxActor.initial)
  })
})
