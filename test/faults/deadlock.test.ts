import { expect } from 'chai'
import type { EffectContext } from '../../actors/runtime/effect.ts'
import type { ActorSystem } from '../../actors/runtime/system.ts'
import { principal } from '../../actors/runtime/system.ts'
import { Problem } from '../../kernel/problem.ts'
import { cell, cellActor } from '../harness/cell.ts'
import { type Crew, crewOn, grounds } from '../harness/ground.ts'

const by = principal('staff', 'mem_ana')
/** At once is so fast; whatever else the machine does, one of a few is. */
const limitMs = 5
const tries = 5

describe('faults: an actor that waits for itself', () => {
  let crew: Crew
  beforeEach(async () => {
    crew = crewOn(await grounds.memory())
  })
  afterEach(() => crew.close())

  /** What somebody is told, and after how long. */
  async function told(asked: Promise<unknown>) {
    const began = performance.now()
    const error = await asked.catch((refusal: unknown) => refusal)
    expect(error).to.be.instanceOf(Problem)
    return { error: error as Problem, ms: performance.now() - began }
  }

  it('23. asks itself: it is refused at once, with the cycle spelled out, and lives', async () => {
    const heard: { error: Problem; ms: number }[] = []
    const fetch = {
      async run(_: unknown, __: string, { workspace, actorId }: EffectContext) {
        for (let n = 0; n < tries; n++) heard.push(await told(workspace.at(cell, actorId).view()))
        return { found: 'nothing' }
      },
    }
    const system: ActorSystem = crew.boot([cellActor()], { effects: { user: { fetch } } })
    const ana = system.workspace('w1', by).at(cell, 'ana')
    await ana.fetch({ what: 'itself' })
    await system.settled()
    expect(heard).to.have.length(tries)
    for (const { error } of heard) {
      expect(error).to.include({ code: 'deadlock' })
      expect(error.message).to.include('w1/user/ana asks w1/user/ana')
    }
    expect(Math.min(...heard.map(({ ms }) => ms))).to.be.lessThan(limitMs)
    expect(await ana.view()).to.include({ n: 0 })
  })

  it('23. A asks B, and B asks A: it is refused at once, with the cycle spelled out, and both live', async () => {
    const system = crew.boot([cellActor()])
    const [ana, bob] = ['ana', 'bob'].map((id) => system.workspace('w1', by).at(cell, id))
    await Promise.all([ana?.add(), bob?.add()])
    const asked = {
      id: 'x',
      to: { workspaceId: 'w1', kind: 'user', id: 'ana' },
      message: 'view',
      input: {},
      by,
      chain: ['w1/user/ana', 'w1/user/bob'],
    }
    const heard: { error: Problem; ms: number }[] = []
    for (let n = 0; n < tries; n++) heard.push(await told(system.send(asked)))
    for (const { error } of heard) {
      expect(error).to.include({ code: 'deadlock' })
      expect(error.message).to.include('w1/user/ana asks w1/user/bob asks w1/user/ana')
    }
    expect(Math.min(...heard.map(({ ms }) => ms))).to.be.lessThan(limitMs)
    expect(await Promise.all([ana?.add(), bob?.add()])).to.deep.equal([2, 2])
  })
})
