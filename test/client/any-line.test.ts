import { expect } from 'chai'
import fc from 'fast-check'
import { connect, type Client } from '../../client/connect.ts'
import { memoryStorage } from '../../client/outbox-storage.ts'
import { FakeServer, type Way } from './fake-server.ts'

const ways = fc.constantFrom<Way>('once', 'once', 'twice', 'late', 'never')
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), way: ways }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('command' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(3, 20, 400, 4_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('answers' as const), way: ways }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('busy' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('goaway' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reach' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('prune' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wake' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

/** One person's app, over any number of runs of it. */
class App {
  readonly server = new FakeServer()
  readonly #storage = memoryStorage()
  readonly #chance: () => number
  client!: Client
  handle!: ReturnType<Client['stream']>
  given = 0
  /** What a screen was told of, since the last snapshot. */
  shown: number[] = []

  constructor(seed: number) {
    let state = seed
    this.#chance = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
    this.begin()
  }

  begin() {
    const platform = this.server.platform(this.#chance)
    this.client = connect({ token: () => 'staff:ana', storage: this.#storage, platform })
    const handle = this.client.stream('conversation', 'c1')
    this.handle = handle
    this.shown = []
    handle.subscribe(({ event, signal }) => {
      if (event) this.shown.push(event.seq)
      else if (!signal) this.shown = []
    })
  }

  async does(step: Step) {
    const { server } = this
    const acts: { [Name in Step['do']]: () => void } = {
      write: () => void server.write('theirs', 'way' in step ? step.way : 'once'),
      command: () => this.command(),
      wait: () => {},
      cut: () => server.cut(),
      answers: () => void (server.answers = 'way' in step ? step.way : 'once'),
      busy: () => void server.refusals++,
      reset: () => server.tell('reset', { stream: 'conversation:c1', reason: 'gap' }),
      goaway: () => server.tell('goaway', { reason: 'closing', afterMs: 50, jitterMs: 500 }),
      reach: () => void (server.isReachable = !server.isReachable),
      prune: () => void (server.base = server.log.length),
      wake: () => server.wakes.forEach((wake) => wake()),
      restart: () => {
        this.client.close()
        this.begin()
      },
    }
    acts[step.do]()
    await server.time.advance(step.do === 'wait' ? step.ms : 1)
  }

  command() {
    void this.client.command('note.add', { conversationId: 'c1', text: `ours ${this.given++}` })
  }

  /** Everything works from now on; what was lost at the very end shows itself with the next event. */
  async heal() {
    const { server } = this
    server.isReachable = true
    server.answers = 'once'
    await server.time.advance(60_000)
    server.write('the last')
    await server.time.advance(60_000)
  }
}

describe('client: any line', () => {
  it('ends as if it had never been cut, with each command once and in order, whatever happens on the way', async () => {
    let snapshots = 0
    let connects = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 1e9 }),
        async (steps, seed) => {
          const app = new App(seed)
          for (const one of steps) {
            await app.does(one)
            const { shown } = app
            expect(shown.every((seq, at) => at === 0 || seq === (shown[at - 1] ?? 0) + 1)).to.equal(true)
          }
          await app.heal()
          const { server, handle, client, given } = app
          expect(handle.state()).to.deep.equal(server.state)
          expect(handle.seq()).to.equal(server.log.length)
          expect(server.said).to.deep.equal(Array.from({ length: given }, (_, n) => `ours ${n}`))
          expect(client.outbox()).to.deep.equal([])
          expect(client.status()).to.include({ state: 'live', behind: 0, unsent: 0, isKept: true })
          snapshots += server.counts.snapshots
          connects += server.counts.connects
          client.close()
        },
      ),
      { numRuns: 150, seed: 20261121 },
    )
    expect(Math.min(snapshots, connects), 'it was no calm sea').to.be.greaterThan(300)
  })
})
