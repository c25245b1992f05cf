import { expect } from 'chai'
import { MemoryPersistence } from '../../actors/runtime/memory.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import { cell, cellActor } from '../harness/cell.ts'
import { type Crew, crewOn } from '../harness/ground.ts'
import { until } from '../harness/until.ts'

const staff = principal('staff', 'mem_ana')

describe('a write that waits for company', () => {
  let crew: Crew
  let system: ActorSystem
  let hastened: (string | undefined)[]
  /** Writes of `b` that nobody asks for, and how each goes on. */
  let waiting: (() => void)[]
  let fetches: PromiseWithResolvers<object>[]
  beforeEach(() => {
    const memory = new MemoryPersistence()
    hastened = []
    waiting = []
    fetches = []
    const goOn = (kind?: string) => {
      hastened.push(kind)
      for (const go of waiting.splice(0)) go()
    }
    const commit = memory.commit.bind(memory)
    memory.commit = async (write) => {
      const canWait = write.address.id === 'b' && !write.isAwaited && write.entries.length === 0
      if (canWait) await new Promise<void>((go) => waiting.push(go))
      return commit(write)
    }
    const persistence = Object.assign(memory, { hasten: goOn })
    const publish = memory.publish.bind(memory)
    crew = crewOn({ log: memory, store: undefined, persistence: () => persistence, publish, close: async () => {} })
    const run = () => {
      const fetch = Promise.withResolvers<object>()
      fetches.push(fetch)
      return fetch.promise
    }
    system = crew.boot([cellActor()], { effects: { user: { fetch: { run } } } })
  })
  afterEach(() => crew.close())

  const at = (id: string) => system.workspace('w1', staff).at(cell, id)
  const turns = () => new Promise<void>((done) => setImmediate(() => setImmediate(done)))
  const told = async () => {
    await at('a').pass({ to: 'b' })
    await until(() => waiting.length === 1)
  }

  it('of what was told holds up no ask: its kind is hastened', async () => {
    await told()
    expect(await at('b').view()).to.include({ n: 1 })
    expect(hastened).to.deep.equal(['user'])
  })

  it('of what was told holds up no result of an effect', async () => {
    await at('b').fetch({ what: 'x' })
    await told()
    fetches[0]?.resolve({ found: 'a result' })
    await until(() => hastened.length === 1)
    expect(await at('b').view()).to.deep.include({ n: 1, fired: ['a result'] })
  })

  it('of what was told holds up no reminder', async () => {
    await at('b').wake({ key: 'k', at: crew.clock.now() + 1_000 })
    await told()
    crew.clock.settle = turns // Who waits until all is settled hastens all.
    await crew.clock.advance(1_000)
    await until(() => hastened.length === 1)
    expect((await at('b').view()).fired).to.have.length(1)
  })

  it('is waited for by what is told, and by results of effects where it is one of them', async () => {
    await told()
    await at('a').pass({ to: 'b' })
    await turns()
    expect(hastened).to.deep.equal([])
    waiting.pop()?.()
    await until(() => waiting.length === 1)
    waiting.pop()?.()
    for (const what of ['x', 'y']) await at('b').fetch({ what })
    await until(() => fetches.length === 2)
    hastened = []
    fetches[0]?.resolve({ found: 'one' })
    await until(() => waiting.length === 1)
    fetches[1]?.resolve({ found: 'another' })
    await turns()
    expect(hastened).to.deep.equal([])
    expect(await at('b').view()).to.deep.include({ n: 2, fired: ['one', 'another'] })
  })
})
