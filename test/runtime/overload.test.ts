import { expect } from 'chai'
import fc from 'fast-check'
import { Ask } from '../../actors/runtime/cluster/asks.ts'
import { MemoryPersistence } from '../../actors/runtime/memory.ts'
import { Moved, unbegun } from '../../actors/runtime/refusals.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import { Problem } from '../../kernel/problem.ts'
import { cell, cellActor } from '../harness/cell.ts'
import { crewOn } from '../harness/ground.ts'
import { VirtualTime } from '../harness/virtual-time.ts'

const staff = principal('staff', 'mem_ana')

/** One process whose store takes so long for each write, one after the other; all of it in virtual time. */
function stage(writeMs: () => number, parts: { beforeTurn?: () => void; bounds?: object } = {}) {
  const time = new VirtualTime()
  const pulse = time.pulse()
  const memory = new MemoryPersistence()
  let freeAt = 0
  memory.disk = (when) => {
    if (when === 'after') return Promise.resolve()
    freeAt = Math.max(freeAt, time.now) + writeMs()
    return freeAt === time.now ? Promise.resolve() : new Promise((done) => pulse.later(freeAt - time.now, done))
  }
  const publish = (event: Parameters<MemoryPersistence['publish']>[0]) => memory.publish(event)
  const ground = { log: memory, store: undefined, persistence: () => memory, publish, close: async () => {} }
  const crew = crewOn(ground)
  const hooks = parts.beforeTurn ? { add: parts.beforeTurn } : {}
  const system = crew.boot([cellActor(hooks)], { pulse, bounds: parts.bounds ?? {} })
  return { time, pulse, memory, system }
}

const at = (system: ActorSystem, id: string, commandId?: string) =>
  system.workspace('w1', staff, commandId).at(cell, id)
const codeOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'answered',
    (error: unknown) => (error as Problem).code,
  )

describe('twice as many asks as can be answered', () => {
  it('leave nine tenths of what can be done to be done in time, also where everybody tries again', async () => {
    const { time, pulse, system } = stage(() => 10)
    const counts: Record<string, number> = {}
    let [n, tries] = [0, 0]
    const ask = async (id: string, left: number): Promise<void> => {
      tries++
      const [asked, code] = [time.now, await codeOf(at(system, id, `cmd_${id}`).add())]
      expect(time.now - asked, 'ms until somebody heard of it').to.be.at.most(10_500)
      const known = `${code}${code === 'answered' && time.now > 20_000 ? ' late' : ''}`
      counts[known] = (counts[known] ?? 0) + 1
      if (code === 'answered' || left === 0) return
      pulse.later(1_000, () => void ask(id, left - 1))
    }
    const stop = pulse.every(5, () => void ask(`u${n++}`, 2))
    await time.advance(60_000)
    stop()
    expect(tries).to.be.greaterThan(14_000)
    expect(counts['answered late'], JSON.stringify(counts)).to.be.greaterThan(0.9 * 40 * 100)
    expect(counts['too_much_waits']).to.be.greaterThan(3_000)
    // Of those that were begun, hardly any waits in vain.
    expect(counts['timeout'] ?? 0, JSON.stringify(counts)).to.be.lessThan(0.05 * 60 * 100)
  })

  it('leave all as it was when they are over', async () => {
    const { time, pulse, system } = stage(() => 10)
    let n = 0
    const stop = pulse.every(5, () => void codeOf(at(system, `u${n++}`).add()))
    await time.advance(30_000)
    stop()
    await time.advance(15_000)
    const [code] = await Promise.all([codeOf(at(system, 'after').add()), time.advance(1_000)])
    expect(code).to.equal('answered')
  })
})

describe('an ask that waited too long', () => {
  it('is refused as one that did not happen, and is not begun; what was begun may still happen', async () => {
    let turns = 0
    const { time, memory, system } = stage(() => 0, { beforeTurn: () => void turns++ })
    await at(system, 'a').add()
    const gate = Promise.withResolvers<void>()
    memory.disk = () => gate.promise
    const begun = codeOf(at(system, 'a').add())
    await time.advance(1)
    const unbegun = [codeOf(at(system, 'a').add()), codeOf(at(system, 'a').view())]
    await time.advance(10_500)
    expect(await begun).to.equal('timeout')
    expect(await Promise.all(unbegun)).to.deep.equal(['too_much_waits', 'too_much_waits'])
    gate.resolve()
    memory.disk = () => Promise.resolve()
    await time.advance(1)
    expect(await at(system, 'a').view()).to.include({ n: 2 })
    expect(turns).to.equal(2)
  })

  it('is not said to have had no effect where an earlier try of it was lost on its way', () => {
    const refusalOf = (isLost: boolean) => {
      let refusal: unknown
      const command = { ...{ id: 'c', to: { workspaceId: 'w1', kind: 'user', id: 'a' }, message: 'add', input: {} } }
      const waiting = { resolve: () => undefined, reject: (error: unknown) => void (refusal = error), deadline: 10 }
      const ask = new Ask(
        { ...waiting, command: { ...command, by: staff, isRetried: true } },
        { shard: 0, since: 0 },
        () => undefined,
      )
      if (isLost) ask.lost()
      else ask.reject(new Moved())
      ask.reject(unbegun())
      return (refusal as Problem).code
    }
    expect([refusalOf(false), refusalOf(true)]).to.deep.equal(['too_much_waits', 'unanswered'])
  })

  it('does not hold up what must happen: that waits on, and is not said again', async () => {
    const told: unknown[] = []
    const { time, memory, system } = stage(() => 0, { beforeTurn: () => void told.push(1) })
    await at(system, 'a').add()
    const gate = Promise.withResolvers<void>()
    const hangs = new Set(['a'])
    const commit = memory.commit.bind(memory)
    memory.commit = async (write) => {
      if (hangs.has(write.address.id)) await gate.promise
      return commit(write)
    }
    const begun = codeOf(at(system, 'a').add())
    await time.advance(1)
    await at(system, 'b').pass({ to: 'a', by: 5 })
    await time.advance(60_000)
    const [a] = system.inspect().filter(({ id }) => id === 'a')
    expect(a?.waiting, 'the one tell, once').to.equal(1)
    hangs.clear()
    gate.resolve()
    await time.advance(1)
    expect(await begun).to.equal('timeout')
    expect(await at(system, 'a').view()).to.include({ n: 7 })
    expect(told.length).to.equal(3)
  })

  it('loads no actor for nobody, and only so many at once', async () => {
    const { time, memory, system } = stage(() => 0)
    const claim = memory.claim.bind(memory)
    const gate = Promise.withResolvers<void>()
    let claims = 0
    memory.claim = async (address, owner) => {
      claims++
      await gate.promise
      return claim(address, owner)
    }
    const asked = Array.from({ length: 200 }, (_, n) => codeOf(at(system, `u${n}`).add()))
    system.wake({ workspaceId: 'w1', kind: 'user', id: 'woken' })
    await time.advance(10_500)
    expect(new Set(await Promise.all(asked))).to.deep.equal(new Set(['too_much_waits']))
    expect(claims).to.equal(64)
    gate.resolve()
    await time.advance(1)
    expect(claims, 'who was woken is loaded, as nobody asked for it').to.equal(65)
    expect(await codeOf(at(system, 'u199').add())).to.equal('answered')
  })

  it('takes effect once when it comes again, and not at all where it is never answered so', async () => {
    const step = fc.record({
      actor: fc.integer({ min: 0, max: 3 }),
      afterMs: fc.integer({ min: 0, max: 400 }),
      writeMs: fc.integer({ min: 0, max: 1_200 }),
      isTold: fc.boolean(),
      tries: fc.integer({ min: 1, max: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        let writeMs = 0
        const { time, pulse, system } = stage(() => writeMs, { bounds: { askMs: 1_500, mailboxMax: 8 } })
        const sums = [0, 1, 2, 3].map(() => ({ least: 0, most: 0 }))
        const ask = async (n: number, actor: number, left: number, isUnsure = false): Promise<void> => {
          const sum = sums[actor] as { least: number; most: number }
          const code = await codeOf(at(system, `u${actor}`, `cmd_${n}`).add())
          const mayBe = isUnsure || code === 'timeout' || code === 'unanswered'
          if (code === 'answered') sum.least++
          if (code === 'answered' || (left === 0 && mayBe)) sum.most++
          else if (left > 0) pulse.later(300, () => void ask(n, actor, left - 1, mayBe))
        }
        for (const [n, one] of steps.entries()) {
          writeMs = one.writeMs
          if (one.isTold) {
            const passed = codeOf(at(system, `t${n}`).pass({ to: `u${one.actor}` }))
            void passed.then((code) => {
              const sum = sums[one.actor] as { least: number; most: number }
              if (code === 'answered') sum.least++
              if (code === 'answered' || code === 'timeout') sum.most++
            })
          } else void ask(n, one.actor, one.tries)
          await time.advance(one.afterMs)
        }
        writeMs = 0
        await time.advance(90_000)
        for (const [actor, { least, most }] of sums.entries()) {
          const view = at(system, `u${actor}`).view()
          const n = await view.then(
            (one) => one.n,
            () => 0,
          )
          expect(n).to.be.within(least, most)
        }
      }),
      { numRuns: 60 },
    )
  })
})
