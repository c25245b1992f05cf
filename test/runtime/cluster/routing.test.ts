import { expect } from 'chai'
import { namesUnder, RedisBoard } from '../../../actors/runtime/cluster/board.ts'
import { principal } from '../../../actors/runtime/system.ts'
import { Problem } from '../../../kernel/problem.ts'
import { chaosActors, counter, ledger } from '../../faults/chaos/actors.ts'
import { Neighbours, type Node } from '../../harness/members.ts'
import { until } from '../../harness/until.ts'

const staff = principal('staff', 'mem_ana')
const plain = { remindMs: null, charges: false, ledger: null }
const at = (node: Node, id: string, commandId?: string) => node.system.workspace('w1', staff, commandId).at(counter, id)
const add = (node: Node, id: string, tag = 't', commandId?: string) => at(node, id, commandId).add({ tag, ...plain })
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as Problem,
  )
const pass = (ms: number) => new Promise((later) => setTimeout(later, ms))

describe('actors of several processes', () => {
  let town: Neighbours
  let a: Node
  let b: Node
  /** An actor that this member owns. */
  const ownedBy = ({ cluster }: Node, nth = 0) => {
    for (let n = 0; ; n++) {
      const { member } = cluster.ownerOf({ workspaceId: 'w1', kind: 'user', id: `u${n}` })
      if (member === cluster.me && nth-- === 0) return `u${n}`
    }
  }

  describe('are asked wherever they are', () => {
    before(async () => {
      town = await Neighbours.of(chaosActors())
      ;[a, b] = (await town.share('web', 'web')) as [Node, Node]
    })
    after(() => town.close())

    it('by anybody, once each, and each has one owner', async () => {
      const ids = Array.from({ length: 100 }, (_, n) => `many${n}`)
      for (const node of [a, b]) await Promise.all(ids.map((id) => add(node, id)))
      const views = await Promise.all(ids.map((id) => at(a, id).view()))
      expect(new Set(views.map(({ n }) => n))).to.deep.equal(new Set([2]))
      const here = new Set(a.system.inspect().map(({ id }) => id))
      const there = b.system.inspect().map(({ id }) => id)
      expect(there.filter((id) => here.has(id))).to.deep.equal([])
      expect(Math.min(here.size, there.length)).to.be.greaterThan(20)
      expect(a.system.counters.conflicts + b.system.counters.conflicts).to.equal(0)
    })

    it('and each knows whether the process that had an actor lives', () => {
      expect(a.cluster.isAlive(b.system.incarnation)).to.equal(true)
      expect(a.cluster.isAlive('act_of_another')).to.equal(false)
    })

    it('and two processes of one name are two members', () => {
      expect(a.cluster.me).not.to.equal(b.cluster.me)
      expect(a.cluster.inspect().members.map(({ name }) => name)).to.deep.equal(['web', 'web'])
    })

    it('and answer as if they were here: Problems with kind and code, faults as faults', async () => {
      const id = ownedBy(b)
      const refused = await failure(at(a, id).add({ tag: '', ...plain }))
      expect(refused).to.be.instanceOf(Problem)
      expect(refused).to.include({ kind: 'invalid', code: 'invalid_message' })
      const fault = await failure(at(a, id).fail())
      expect(fault).not.to.be.instanceOf(Problem)
      expect(fault).to.include({ message: 'broken on purpose' })
    })

    it('in the order in which one caller asks', async () => {
      const id = ownedBy(b, 1)
      const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => add(a, id, `t${n}`)))
      expect(answers.map(({ n }) => n)).to.deep.equal(Array.from({ length: 200 }, (_, n) => n + 1))
    })

    it('and a command that comes again, from anywhere, gets its first reply', async () => {
      const id = ownedBy(b, 2)
      const first = await add(a, id, 't', 'key-1')
      await add(a, id)
      for (const node of [a, b]) expect(await add(node, id, 't', 'key-1')).to.deep.equal(first)
      expect(await at(b, id).view()).to.include({ n: 2 })
    })

    it('and tell one another, in order and once', async () => {
      const [from, to] = [ownedBy(a, 3), 'l1']
      for (const node of [a, b])
        await Promise.all(Array.from({ length: 50 }, () => at(node, from).add({ tag: 't', ...plain, ledger: to })))
      const view = () => a.system.workspace('w1', staff).at(ledger, to).view()
      await until(async () => (await view()).last[from] === 100)
      expect(await view()).to.deep.equal({ last: { [from]: 100 }, disorder: [] })
    })

    it('and refuse at once to wait for themselves, over any number of processes', async () => {
      const [one, other] = [ownedBy(a, 4), ownedBy(b, 4)]
      const command = { id: 'x', message: 'view', input: {}, by: staff }
      const [first, second] = [one, other].map((id) => ({ workspaceId: 'w1', kind: 'user', id }))
      const chain = [`w1/user/${one}`, `w1/user/${other}`]
      const took: number[] = []
      for (let n = 0; n < 5; n++) {
        const asked = performance.now()
        const error = await failure(a.system.send({ ...command, to: first!, chain }))
        took.push(performance.now() - asked)
        expect(error).to.include({ code: 'deadlock' })
      }
      expect(Math.min(...took), 'at once, whatever else the machine does').to.be.below(5)
      expect(await a.system.send({ ...command, to: second!, chain: chain.slice(0, 1) })).to.include({ n: 0 })
    })

    it('and are woken where they belong', async () => {
      const id = ownedBy(b, 5)
      await add(b, id)
      a.system.wake({ workspaceId: 'w1', kind: 'user', id: ownedBy(b, 6) })
      await until(() => b.system.inspect().some((one) => one.id === ownedBy(b, 6)))
      expect(a.system.inspect().some((one) => one.id === ownedBy(b, 6))).to.equal(false)
    })

    it('and a message that somebody publishes twice is taken once', async () => {
      const { Redis } = await import('ioredis')
      const [spy, echo] = [new Redis(town.redis.url), new Redis(town.redis.url)]
      const channel = `test:member:${b.cluster.me}`
      let repeats = 0
      spy.on('messageBuffer', (_: Buffer, bytes: Buffer) => {
        if (repeats++ < 10) void echo.publish(channel, bytes)
      })
      await spy.subscribe(channel)
      const id = ownedBy(b, 7)
      for (let n = 1; n <= 10; n++) expect(await add(a, id)).to.deep.equal({ n })
      await until(() => b.cluster.counters.repeated > 0)
      expect(await at(a, id).view()).to.include({ n: 10 })
      spy.disconnect()
      echo.disconnect()
    })

    it('and what no member said is not believed', async () => {
      const { Redis } = await import('ioredis')
      const stranger = new Redis(town.redis.url)
      const before = town.faults.length
      for (const text of ['hello', '', '\xc1\xc1', '{"ask":1}'])
        await stranger.publish(`test:member:${b.cluster.me}`, text)
      await until(() => town.faults.length > before)
      expect(await add(a, ownedBy(b, 8))).to.deep.equal({ n: 1 })
      stranger.disconnect()
    })

    it('and one process asks another what only that one knows', async () => {
      for (const node of [a, b]) node.cluster.answers('size', async (input) => [input, node.cluster.me])
      for (const node of [a, b])
        for (const { cluster } of [a, b])
          expect(await node.cluster.ask(cluster.me, 'size', 1)).to.deep.equal([1, cluster.me])
      expect(await failure(a.cluster.ask(b.cluster.me, 'unknown'))).to.include({
        message: 'this member has no answer to unknown',
      })
      expect(await failure(a.cluster.ask('nobody.1', 'size'))).to.include({ code: 'try_again' })
    })

    it('and a mailbox that is full is full for everybody', async () => {
      const id = ownedBy(b, 9)
      const asked = Array.from({ length: 400 }, () => failure(add(a, id)))
      const codes = (await Promise.all(asked)).map((error) => error?.code)
      expect(codes.filter((code) => code === 'mailbox_full').length).to.be.within(100, 150)
      expect(codes.filter((code) => code === undefined).length).to.be.greaterThan(250)
    })
  })

  describe('move', () => {
    beforeEach(async () => {
      town = await Neighbours.of(chaosActors())
      ;[a, b] = (await town.share('a', 'b')) as [Node, Node]
    })
    afterEach(() => town.close())

    /** Asks without a pause, of both, until it is told to stop. */
    function load(ids: readonly string[], nodes: readonly Node[]) {
      const counts = new Map<string, number>()
      const failed: unknown[] = []
      const pauses: number[] = []
      let isOver = false
      const loops = ids.map(async (id, nth) => {
        while (!isOver) {
          const asked = performance.now()
          const answer = await failure(add(nodes[nth % nodes.length]!, id).then(({ n }) => counts.set(id, n)))
          pauses.push(performance.now() - asked)
          if (answer) failed.push(answer)
          await pass(4)
        }
      })
      return {
        counts,
        failed,
        pauses,
        async stop() {
          isOver = true
          await Promise.all(loops)
        },
      }
    }
    const ids = Array.from({ length: 120 }, (_, n) => `m${n}`)

    it('to who comes and from who goes without one ask that fails, or one change that is lost', async () => {
      // A machine that stands still for longer than a lease must not decide: its asks are refused, and rightly.
      const patient = { timing: { servesMs: 4_000, expiryMs: 8_000 } }
      await town.close()
      town = await Neighbours.of(chaosActors())
      ;[a, b] = [await town.boot('a', patient), await town.boot('b', patient)]
      await town.settled([a, b])
      const under = load(ids, [a])
      for (let round = 0; round < 3; round++) {
        const c = await town.boot('c', patient)
        await pass(400)
        await town.leave(c)
      }
      await town.leave(b)
      await under.stop()
      expect(under.failed).to.deep.equal([])
      const sorted = under.pauses.toSorted((x, y) => x - y)
      expect(sorted.length).to.be.greaterThan(500)
      const heir = await town.boot('d', patient)
      for (const id of ids) expect((await at(heir, id).view()).n).to.equal(under.counts.get(id))
      expect(a.system.counters.conflicts, 'an orderly move fences nobody').to.equal(0)
    })

    it('without the heir guessing what became of a call: it is waited for', async () => {
      let finish = (_: unknown) => {}
      const looked: unknown[] = []
      const effects = {
        user: {
          charge: {
            run: () => new Promise((done) => (finish = done)),
            lookUp: async (input: unknown) => {
              looked.push(input)
              return input
            },
          },
        },
      }
      const c = await town.boot('c', { effects })
      await town.settled([a, b, c])
      const id = ownedBy(c)
      await at(a, id).add({ tag: 't', ...plain, charges: true })
      const leaving = town.leave(c)
      await pass(150)
      const asked = add(a, id)
      await pass(50)
      finish({ key: 'done' })
      await leaving
      expect(await asked).to.deep.equal({ n: 2 })
      const state = town.memory.stateOf({ workspaceId: 'w1', kind: 'user', id }) as { charged: string[] }
      expect(state.charged).to.deep.equal(['done'])
      expect(looked).to.deep.equal([])
    })

    it('with their reminders: the heir wakes what is due soon', async () => {
      const id = ownedBy(b)
      await at(a, id).add({ tag: 't', ...plain, remindMs: 1_200 })
      await town.leave(b)
      await until(() => a.system.inspect().some((one) => one.id === id))
      const rung = () => (town.memory.stateOf({ workspaceId: 'w1', kind: 'user', id }) as { rung: string[] }).rung
      await until(() => rung().length > 0)
      expect(rung()).to.deep.equal(['r1'])
    })

    it('to an heir when their process dies; what had an id is said again, the rest says that nobody knows', async () => {
      const id = ownedBy(b)
      await add(a, id)
      const gate = Promise.withResolvers<void>()
      town.memory.disk = () => gate.promise
      const named = add(a, id, 'named', 'key-9')
      const unnamed = failure(add(a, id, 'unnamed'))
      await pass(20)
      town.cut(b) // In the middle of a write, whose outcome nobody hears of.
      town.memory.disk = async () => undefined
      const dead = performance.now()
      expect(await named).to.deep.equal({ n: 2 })
      expect(performance.now() - dead).to.be.below(10_000)
      expect(await unnamed).to.include({ kind: 'busy', code: 'unanswered' })
      gate.resolve()
      await pass(20)
      expect(await add(a, id)).to.deep.equal({ n: 3 })
    })
  })

  describe('of one that was taken for dead and lives', () => {
    before(async () => {
      town = await Neighbours.of(chaosActors())
      ;[a, b] = (await town.share('a', 'b')) as [Node, Node]
    })
    after(() => town.close())

    it('are asked again as soon as it is a member again, in both directions', async () => {
      const { Redis } = await import('ioredis')
      const redis = new Redis(town.redis.url)
      const [mine, other] = [ownedBy(a), ownedBy(b)]
      for (let n = 0; n < 50; n++) await Promise.all([add(a, other), add(b, mine)])
      const { keys } = namesUnder('test')
      const [generation, , , , beats] = keys as [string, string, string, string, string]
      await until(async () => {
        const sign = String(await redis.hget(beats, b.cluster.me))
        await new RedisBoard(redis, namesUnder('test')).bury(
          a.cluster.me,
          String(await redis.get(generation)),
          b.cluster.me,
          sign,
        )
        return (await redis.hexists(beats, b.cluster.me)) === 0
      })
      redis.disconnect()
      await until(() => b.cluster.leases.counters.lost > 0)
      await town.settled([a, b])
      const asked = performance.now()
      expect(await add(a, other)).to.deep.equal({ n: 51 })
      expect(await add(b, mine)).to.deep.equal({ n: 51 })
      expect(performance.now() - asked).to.be.below(5_000)
    })
  })

  describe('without Redis', () => {
    beforeEach(async () => {
      town = await Neighbours.of(chaosActors())
      ;[a, b] = (await town.share('a', 'b')) as [Node, Node]
    })
    afterEach(() => town.close())

    it('answer until their leases end, and then that nobody has them; and are back when it is, without a restart', async () => {
      const [mine, other] = [ownedBy(a), ownedBy(b)]
      for (const id of [mine, other]) await add(a, id)
      town.redis.pause()
      expect(await add(a, mine), 'the lease is still good').to.deep.equal({ n: 2 })
      const held = failure(add(a, other))
      await pass(2_200)
      for (const id of [mine, other]) {
        const asked = performance.now()
        expect(await failure(add(a, id))).to.include({ kind: 'busy', code: 'unplaced' })
        expect(performance.now() - asked, 'at once').to.be.below(1_000)
      }
      expect(await held).to.include({ kind: 'busy' })
      const before = town.memory.writes
      await pass(500)
      expect(town.memory.writes).to.equal(before)
      town.redis.resume()
      await until(() => [a, b].every(({ cluster }) => cluster.isServing()))
      expect(await add(b, mine)).to.deep.equal({ n: 3 })
      await until(async () => (await failure(add(a, other))) === undefined)
    })

    it('a short absence is only a pause: nothing fails', async function () {
      // Of a lease of 1.5 s little is left then: a machine that stands still at that moment loses it, as it must.
      this.retries(3)
      const [mine, other] = [ownedBy(a), ownedBy(b)]
      town.redis.pause()
      const asked = [mine, other].map((id) => add(a, id))
      await pass(1_000)
      town.redis.resume()
      for (const answer of await Promise.all(asked)) expect(answer).to.deep.equal({ n: 1 })
      expect(a.cluster.counters.lost + b.cluster.counters.lost).to.equal(0)
    })

    it('nothing is owned twice when it comes back with nothing, and all is served again', async () => {
      const ids = Array.from({ length: 50 }, (_, n) => `r${n}`)
      await Promise.all(ids.map((id) => add(a, id)))
      await town.redis.restart()
      const back = performance.now()
      const answers = await Promise.all(ids.map((id) => add(a, id, 't', `key-${id}`)))
      expect(performance.now() - back).to.be.below(15_000)
      expect(new Set(answers.map(({ n }) => n))).to.deep.equal(new Set([2]))
      await town.settled([a, b])
      expect(a.system.counters.conflicts + b.system.counters.conflicts).to.equal(0)
    })
  })

  describe('without the guard', () => {
    it('a process that was taken for dead answers what is no longer true', async () => {
      for (const guard of [true, false]) {
        town = await Neighbours.of(chaosActors())
        a = await town.boot('a')
        b = await town.boot('b', { protections: { guard } })
        await town.settled([a, b])
        const id = ownedBy(b)
        await add(b, id)
        town.cut(b)
        await add(a, id, 't', 'key')
        const seen = await failure(
          at(b, id)
            .view()
            .then(({ n }) => expect(n).to.equal(2)),
        )
        if (guard) expect(seen).to.include({ kind: 'busy' })
        else expect(seen).to.include({ name: 'AssertionError' })
        await town.close()
      }
    })
  })
})
