import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Attendance, Persistence } from '../../actors/runtime/persistence.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import { processPulse } from '../../kernel/clock.ts'
import { StoredAttendance } from '../../store/attendance.ts'
import { cell, cellActor } from '../harness/cell.ts'
import { type Crew, crewOn, type Ground, grounds } from '../harness/ground.ts'
import { until } from '../harness/until.ts'

const staff = principal('staff', 'mem_ana')
const soon = (answer: Promise<unknown>) =>
  answer.then(() => 'answered').catch((error: unknown) => (error as { code?: string }).code ?? (error as Error).name)

/** A persistence that is never heard of again once its process is dead. */
function mortal(under: Persistence) {
  const life = { isOver: false, marks: [] as string[] }
  const never = () => new Promise<never>(() => {})
  const persistence: Persistence = {
    claim: (...of) => (life.isOver ? never() : under.claim(...of)),
    peek: (...of) => (life.isOver ? never() : under.peek(...of)),
    unclaim: (...of) => (life.isOver ? never() : under.unclaim(...of)),
    part: (...of) => (life.isOver ? never() : under.part(...of)),
    mark: (activation, marks) => {
      life.marks.push(marks.map(({ id, times }) => `${id} ${times}`).join())
      return life.isOver ? never() : under.mark(activation, marks)
    },
    commit: (...of) => (life.isOver ? never() : under.commit(...of)),
    redo: (...of) => (life.isOver ? never() : under.redo(...of)),
    bury: (...of) => (life.isOver ? never() : under.bury(...of)),
    dueActors: (...of) => (life.isOver ? never() : under.dueActors(...of)),
  }
  return { life, persistence }
}

/** The list of processes where no store keeps one. */
function remembered(): Attendance {
  const here = new Set<string>()
  return {
    async arrive(incarnation) {
      const others = [...here]
      here.add(incarnation)
      return others
    },
    depart: async (gone) => gone.forEach((one) => here.delete(one)),
  }
}

for (const [name, open] of Object.entries(grounds))
  describe(`a message that kills its process, over ${name}`, () => {
    let ground: Ground
    let crew: Crew
    beforeEach(async () => {
      ground = await open()
      crew = crewOn(ground)
    })
    afterEach(() => crew.close())

    const at = (system: ActorSystem, commandId?: string, id = 'a') =>
      system.workspace('w1', staff, commandId).at(cell, id)

    let births = 0
    /** Who is at work, as the next process finds it. */
    let list: Attendance
    beforeEach(() => (list = ground.store ? new StoredAttendance(ground.store) : remembered()))

    function born() {
      // A process dies, and another one begins: that takes a second.
      const world = { ...crew.clock, now: () => crew.clock.now() + births * 1_000, at: crew.clock.at.bind(crew.clock) }
      births++
      const { life, persistence } = mortal(ground.persistence([cellActor()] as never))
      let deaths = 0
      const grow = () => {
        life.isOver = true
        deaths++
        throw new Error('nobody hears this any more')
      }
      const arrive: Attendance['arrive'] = (one) => list.arrive(one)
      const depart: Attendance['depart'] = async (gone) => void (life.isOver || (await list.depart(gone)))
      const rests: number[] = []
      const pulse = {
        ...processPulse,
        later: (ms: number, run: () => void) => void (rests.push(ms), setImmediate(run)),
      }
      return {
        life,
        rests,
        system: crew.boot([cellActor({ grow })], { persistence, pulse, world, attendance: { arrive, depart } }),
        deaths: () => deaths,
      }
    }

    for (const isWritten of [true, false])
      it(`kills a few, and then no more; ${isWritten ? 'the actor goes on with everything else' : 'also where the actor was never written'}`, async () => {
        const first = born()
        if (isWritten) await at(first.system, 'start').add()
        await first.system.close()
        let deaths = 0
        const rests: number[] = []
        for (let heirs = 1; heirs <= 6; heirs++) {
          const heir = born()
          const deadly = soon(at(heir.system, 'deadly').grow({ bytes: 3 }))
          const good = soon(at(heir.system, `good-${heirs}`).add())
          await Promise.race([deadly, until(() => heir.life.isOver)])
          rests.push(...heir.rests)
          if (heir.deaths() > 0) {
            deaths++
            continue
          }
          expect(await deadly).to.equal('Deadly')
          expect(await good).to.equal('answered')
          expect(await soon(at(heir.system, 'deadly').grow({ bytes: 3 })), 'nor when it comes again').to.equal('Deadly')
          expect(await soon(at(heir.system, 'after').add())).to.equal('answered')
        }
        expect(deaths).to.equal(4)
        expect(rests, 'after a rest of its own').to.have.length(1)
        expect(rests[0]).to.be.within(1_000, 2_000)
      })

    it('leaves nothing of an actor that was never written but what it was dying of', async () => {
      const first = born()
      await at(first.system, 'start', 'another').add()
      first.life.isOver = true
      const heir = born()
      expect(await soon(at(heir.system, 'refused').refuse()), 'it is written down before').to.equal('not_now')
      expect(heir.life.marks).to.deep.equal(['refused/refuse/0 1', ''])
      expect(
        await ground.persistence([cellActor()] as never).peek({ workspaceId: 'w1', kind: 'user', id: 'a' }),
      ).to.equal(undefined)
      expect(await ground.store?.collection('users').countDocuments({ _id: 'a' })).to.be.oneOf([0, undefined])
    })

    it('blames nobody who only stood by, and writes nothing down when the end was peaceful', async () => {
      const first = born()
      await at(first.system, 'start').add()
      first.life.isOver = true // The process dies of something else.
      for (let heirs = 0; heirs < 6; heirs++) {
        const heir = born()
        // What a retry brings: the same command, in the mailbox whenever somebody dies.
        expect(await soon(at(heir.system, 'good').add())).to.equal('answered')
        expect(heir.life.marks.join(), 'never more than once').not.to.match(/ [2-9]/)
        heir.life.isOver = true
      }
      const last = born()
      expect((await at(last.system).view()).n).to.equal(2)
      await last.system.close()
      const calm = born()
      await at(calm.system, 'again').add()
      expect(calm.life.marks).to.deep.equal([])
    })
  })

describe('a message that kills its process, with real ones', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cl-'))
  after(() => rmSync(directory, { recursive: true, force: true }))

  async function run(only?: string) {
    const args = ['test/runtime/deadly.ts', directory, ...(only ? [only] : [])]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    const signal = await new Promise((ended) => child.once('close', (_, how) => ended(how)))
    return { signal, said: out ? (JSON.parse(out) as { deadly: string; beside: number[] }) : undefined }
  }

  it('takes four of them with it, and the fifth lives and serves', async () => {
    expect((await run('first')).signal).to.equal(null)
    const ends = []
    for (let n = 0; n < 4; n++) ends.push((await run()).signal)
    expect(ends).to.deep.equal(['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGKILL'])
    const { signal, said } = await run()
    expect(signal).to.equal(null)
    expect(said?.deadly).to.equal('Deadly')
    expect(said?.beside).to.have.length(2)
  })
})
