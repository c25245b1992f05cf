import { expect } from 'chai'
import { principal } from '../../actors/runtime/system.ts'
import { webhookEndpointActor } from '../../actors/webhook-endpoint/actor.ts'
import { type Tried, webhookEndpoint } from '../../actors/webhook-endpoint/contract.ts'
import { given } from '../harness/given.ts'
import { type Stage, stages } from '../harness/stage.ts'

const minute = 60_000
const hour = 60 * minute
type Answer = Partial<Tried['answer']> & { retryAfterMs?: number; isFinal?: boolean }

describe('the queue of a webhook endpoint', () => {
  let stage: Stage
  let sent: { n: number; at: number }[]
  let offs: { reason: string; why: string | null }[]
  /** What an endpoint answers to a delivery; 200 unless a test says otherwise. */
  let answers: (n: number) => Answer | Promise<Answer>
  beforeEach(async () => {
    stage = await stages.memory()
    sent = []
    offs = []
    answers = () => ({})
  })
  afterEach(() => stage.close())

  const runners = () => ({
    'webhook-endpoint': {
      send: {
        run: async (input: unknown) => {
          const { n } = input as { n: number }
          sent.push({ n, at: stage.clock.now() })
          const { retryAfterMs = null, isFinal = false, ...answer } = await answers(n)
          return { n, answer: { status: 200, why: null, body: '', ms: 1, ...answer }, retryAfterMs, isFinal }
        },
      },
      turnOff: { run: async (input: unknown) => (offs.push(input as never), {}) },
    },
  })
  function open(random?: () => number) {
    const system = stage.boot({ effects: runners(), ...(random && { random }) })
    const endpoint = system.workspace('w1', principal('system', 'x')).at(webhookEndpoint, 'whe_1')
    let events = 0
    const occurrence = () => {
      const seq = ++events
      const at = stage.clock.now()
      return {
        eventId: `evt_${seq}`,
        type: 'user.changed',
        at,
        source: { in: 'stream' as const, stream: 'user:u', seq },
      }
    }
    return {
      ...endpoint,
      async takes(count: number) {
        for (let n = 0; n < count; n++) await endpoint.take(occurrence())
        await system.settled()
      },
      tests: async () => {
        const { n } = await endpoint.test(occurrence())
        await system.settled()
        return n
      },
      on: async () => (await endpoint.on(), system.settled()),
      off: async () => (await endpoint.off(), system.settled()),
      replays: (...ns: number[]) =>
        endpoint.replay({ items: ns.map((n) => ({ n, eventId: `evt_${n}`, type: 'user.changed', at: 0 })) }),
      settled: () => system.settled(),
      view: () => endpoint.view(),
    }
  }
  const numbers = () => sent.map(({ n }) => n)

  it('keeps the order: one at a time', async () => {
    const waiting: (() => void)[] = []
    answers = () => new Promise((done) => waiting.push(() => done({})))
    const queue = open()
    void queue.takes(3)
    for (let n = 1; n <= 3; n++) {
      while (waiting.length === 0) await new Promise((later) => setImmediate(later))
      expect(numbers(), 'the next waits for this one').to.deep.equal([1, 2, 3].slice(0, n))
      waiting.shift()?.()
    }
    await queue.settled()
    expect(await queue.view()).to.include({ waiting: 0, failingSince: null })
  })

  it('tries again ever later, lets others pass after five tries, and goes on by itself', async () => {
    answers = (n) => (n === 1 ? { status: 500 } : {})
    const queue = open()
    await queue.takes(2)
    await stage.clock.advance(100_000)
    expect(numbers(), 'what comes meanwhile waits').to.deep.equal([1, 1, 1])
    await queue.takes(1)
    expect(numbers(), 'and does not make it hurry').to.deep.equal([1, 1, 1])
    await stage.clock.advance(20 * minute)
    expect(numbers()).to.deep.equal([1, 1, 1, 1, 1, 2, 3])
    const pauses = sent.filter(({ n }) => n === 1).map(({ at }, index, all) => at - (all[index - 1]?.at ?? at))
    for (const [index, expected] of [0, 5_000, 30_000, 2 * minute, 8 * minute].entries())
      expect(pauses[index]).to.be.within(expected * 0.75, expected * 1.25)
    expect(
      sent.filter(({ n }) => n === 1),
      'those that were taken did not bring it back',
    ).to.have.length(5)
    for (let day = 0; day < 4; day++) {
      await stage.clock.advance(20 * hour)
      await queue.takes(1)
    }
    const tries = sent.filter(({ n }) => n === 1)
    expect(tries.at(-1)?.at).to.be.greaterThan((tries[0]?.at ?? 0) + 68 * hour)
    expect(await queue.view()).to.include({ waiting: 0, aside: 0 })
    expect(offs, 'others were taken: it is the delivery that is bad').to.deep.equal([])
  })

  it('sends all that waited as soon as one is taken again', async () => {
    let isDown = true
    answers = () => (isDown ? { status: null, why: 'Nobody listens there.' } : {})
    // Each wait as long as it is named: the first stepped aside at 10:35, and the second is tried again at 21:10.
    const queue = open(() => 0.5)
    await queue.takes(4)
    await stage.clock.advance(14 * minute)
    expect(await queue.view()).to.include({ waiting: 3, aside: 1 })
    isDown = false
    const before = sent.length
    await stage.clock.advance(35 * minute)
    expect(new Set(numbers().slice(before))).to.deep.equal(new Set([1, 2, 3, 4]))
    const at = new Set(sent.slice(before).map((one) => one.at))
    expect(at.size, 'at one moment').to.equal(1)
    expect(await queue.view()).to.include({ waiting: 0, aside: 0, failingSince: null })
  })

  it('waits as long as it is asked to', async () => {
    answers = () => (sent.length === 1 ? { status: 429, retryAfterMs: 2 * hour } : {})
    const queue = open()
    await queue.takes(1)
    await stage.clock.advance(2 * hour - 1)
    expect(numbers()).to.deep.equal([1])
    await stage.clock.advance(1)
    expect(numbers()).to.deep.equal([1, 1])
  })

  it('is turned off when nothing was taken for three days, says so once, and goes on where it was', async () => {
    answers = () => ({ status: 503 })
    const queue = open()
    await queue.takes(3)
    await stage.clock.advance(73 * hour)
    expect(offs).to.have.length(1)
    expect(offs[0]).to.include({ reason: 'failing', why: 'HTTP 503' })
    const before = sent.length
    await queue.takes(1)
    await stage.clock.advance(200 * hour)
    expect(sent.length, 'it is left alone').to.equal(before)
    answers = () => ({})
    await queue.on()
    expect(numbers().slice(before), 'but for the one whose time was over').to.have.length(2)
    expect(await queue.view()).to.include({ waiting: 0, aside: 0, failingSince: null })
    await queue.takes(1)
    expect(numbers().at(-1)).to.equal(4)
  })

  it('is turned off by 410 at once, and by more than 10,000 that wait', async () => {
    answers = () => ({ status: 410 })
    const queue = open()
    await queue.takes(2)
    expect(numbers()).to.deep.equal([1])
    expect(offs).to.have.length(1)
    expect(offs[0]).to.include({ reason: 'gone' })

    const behind = {
      ...webhookEndpointActor.initial,
      last: 10_000,
      attempt: { tries: 1, since: 0, triedAt: 0, isUnderWay: false },
    }
    const occurrence = { eventId: 'e', type: 'user.changed', at: 0, source: { in: 'stream', stream: 'user:u', seq: 1 } }
    const { take } = webhookEndpointActor.on
    const change = take(behind, occurrence as never, given()) as any
    expect(change.state.isOn).to.equal(false)
    expect(change.rows, 'the one too many is not kept').to.equal(undefined)
    expect(change.effects[0].input).to.include({ reason: 'too_far_behind' })
    expect((take({ ...behind, last: 9_999 }, occurrence as never, given()) as any).state).to.include({
      isOn: true,
      last: 10_000,
    })
  })

  it('gives up at once what is not kept any more, and blames nobody', async () => {
    answers = (n) => (n === 1 ? { status: null, isFinal: true } : {})
    const queue = open()
    await queue.takes(2)
    expect(numbers()).to.deep.equal([1, 2])
    expect(await queue.view()).to.include({ failingSince: null })
  })

  it('sends tests out of turn and once, also while it is off', async () => {
    answers = () => ({ status: 500 })
    const queue = open()
    await queue.takes(2)
    const test = await queue.tests()
    expect(numbers()).to.deep.equal([1, test])
    await queue.takes(1)
    answers = () => ({})
    await stage.clock.advance(10_000)
    expect(numbers(), 'the queue never sends it again').to.deep.equal([1, 3, 1, 2, 4])
    await queue.off()
    const other = await queue.tests()
    expect(numbers().at(-1)).to.equal(other)
    await queue.takes(1)
    expect(numbers().at(-1), 'nothing else leaves').to.equal(other)
    expect(await queue.view()).to.include({ waiting: 0 })
  })

  it('repeats what is asked for after what waits', async () => {
    const queue = open()
    await queue.takes(2)
    expect(await queue.replays(1, 2)).to.deep.equal({ last: 4 })
    await queue.settled()
    expect(numbers()).to.deep.equal([1, 2, 3, 4])
  })

  it('sends again after a crash what may have been on its way', async () => {
    answers = () => new Promise(() => {})
    void open().takes(1)
    while (sent.length === 0) await new Promise((later) => setImmediate(later))
    answers = () => ({})
    const again = open()
    await again.view()
    await again.settled()
    expect(numbers()).to.deep.equal([1, 1])
    expect(await again.view()).to.include({ waiting: 0 })
  })
})
