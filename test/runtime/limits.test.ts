import { expect } from 'chai'
import { Activation } from '../../actors/runtime/activation.ts'
import type { Actor } from '../../actors/runtime/change.ts'
import { bounds, restingMs } from '../../actors/runtime/bounds.ts'
import type { Waiting } from '../../actors/runtime/mailbox.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import { madeAt, newId } from '../../kernel/id.ts'
import { cell, cellActor } from '../harness/cell.ts'
import { type Crew, crewOn, type Ground, grounds } from '../harness/ground.ts'

const staff = principal('staff', 'mem_ana')
const hour = 60 * 60_000

/** An id as clients make it: it says when. */
const commandAt = (ms: number, n = 0) => {
  const time = ms.toString(16).padStart(12, '0')
  return `cmd_${time}7${n.toString(16).padStart(3, '0')}8${n.toString(16).padStart(15, '0')}`
}

for (const [name, open] of Object.entries(grounds))
  describe(`limits over ${name}`, () => {
    let ground: Ground
    let crew: Crew
    let system: ActorSystem
    const heavy: [string, number][] = []
    beforeEach(async () => {
      ground = await open()
      crew = crewOn(ground)
      heavy.length = 0
      system = crew.boot([cellActor()], { onHeavy: ({ id }, bytes) => void heavy.push([id, bytes]) })
    })
    afterEach(() => crew.close())

    const at = (id = 'a', commandId?: string) => system.workspace('w1', staff, commandId).at(cell, id)
    const problem = (answer: Promise<unknown>) => answer.then(() => undefined).catch((error: unknown) => error)

    it('refuses the turn that makes a document too large, and only that one', async () => {
      const [one, refusal, two] = await Promise.all([at().add(), problem(at().grow({ bytes: 300_000 })), at().add()])
      expect([one, two]).to.deep.equal([1, 2])
      expect(refusal).to.include({ kind: 'too_large', code: 'document_too_large' })
      expect(await at().view()).to.include({ n: 2, bytes: 0 })
      await system.close()
      system = crew.boot([cellActor()])
      expect(await at().view()).to.include({ n: 2, bytes: 0 })
      expect((await ground.log.after('w1', 'user:a', 0))?.map(({ seq }) => seq)).to.deep.equal([1, 2])
    })

    it('says once that a document has become heavy, and lets it become lighter again', async () => {
      await at().grow({ bytes: 60_000 })
      expect(heavy).to.deep.equal([])
      await at().grow({ bytes: 100_000 })
      await at().grow({ bytes: 200_000 })
      expect(heavy.map(([id]) => id)).to.deep.equal(['a'])
      expect(heavy[0]?.[1]).to.be.within(100_000, 101_000)
      system = crew.boot([cellActor()], { bounds: { documentMaxBytes: 150_000 } })
      expect(await problem(at().grow({ bytes: 210_000 }))).to.include({ code: 'document_too_large' })
      await at().grow({ bytes: 190_000 })
      await at().grow({ bytes: 10 })
      expect(await at().view()).to.include({ bytes: 10 })
    })

    it('answers no command anew whose first reply may be forgotten', async () => {
      const start = crew.clock.now()
      await at('a', commandAt(start)).add()
      expect(await at('a', commandAt(start)).add(), 'known').to.equal(1)
      const command = async (n: number) => {
        await crew.clock.advance(1_000)
        return at('a', commandAt(start + n * 1_000, n)).add()
      }
      for (let n = 1; n <= 70; n++) await command(n)
      expect(await at('a', commandAt(start)).add(), 'still known in memory').to.equal(1)
      for (let n = 71; n <= 330; n++) await command(n)
      expect(await problem(at('a', commandAt(start)).add())).to.include({ kind: 'conflict', code: 'stale_command' })
      expect(await at('a', commandAt(start + 329_000, 329)).add(), 'still known').to.equal(330)
      expect(await at('a', newId('key').replace(/7(?=.{19}$)/, '4')).add(), 'an id that tells no time').to.equal(332)
      await system.close()
      system = crew.boot([cellActor()])
      expect(await problem(at('a', commandAt(start + 260_000, 260)).add()), 'a restart knows less').to.include({
        code: 'stale_command',
      })
      expect(await at('a', commandAt(start + 329_000, 329)).add(), 'also after a restart').to.equal(330)
      expect(await at('a', commandAt(crew.clock.now(), 999)).add()).to.equal(333)
      expect(await at('a').view()).to.include({ n: 333 })
    })

    it('takes every new command of a full mailbox, and of a device whose clock is late', async () => {
      const start = crew.clock.now()
      const all = Array.from({ length: 250 }, (_, n) => at('a', commandAt(start, n)).add())
      expect((await Promise.all(all)).at(-1)).to.equal(250)
      await crew.clock.advance(30_000)
      const late = Array.from({ length: 70 }, (_, n) => at('b', commandAt(start + n, n)).add())
      expect((await Promise.all(late)).at(-1)).to.equal(70)
    })

    it('forgets replies after an hour, and takes a first one that comes late', async () => {
      const start = crew.clock.now()
      await at('a', commandAt(start)).add()
      await crew.clock.advance(hour + 1_000)
      // It was typed while its device was away, and nothing has been forgotten since.
      expect(await at('b', commandAt(start)).add()).to.equal(1)
      await at('a', commandAt(start + hour, 1)).add()
      expect(await problem(at('a', commandAt(start)).add())).to.include({ code: 'stale_command' })
    })

    it('does not take offence at a clock that went wrong and was put right', async () => {
      const start = crew.clock.now()
      const ahead = { now: () => start + hour, at: crew.clock.at.bind(crew.clock) }
      system = crew.boot([cellActor()], { world: ahead })
      for (let n = 0; n < 60; n++) await at('a', commandAt(start, n)).add()
      await system.close()
      system = crew.boot([cellActor()])
      for (let n = 60; n < 140; n++) await at('a', commandAt(start + n, n)).add()
      expect(await at().view()).to.include({ n: 140 })
    })

    it('gives what a repeated command makes the same id each time, and no other command', async () => {
      const first = await at('a', 'key-1').note({ text: 'hello' })
      for (let n = 1; n < 70; n++) await at('a', `other-${n}`).add()
      expect(await at('a', 'key-1').note({ text: 'hello' })).to.equal(first)
      expect(await at('a', 'key-2').note({ text: 'hello' })).not.to.equal(first)
      expect(await at('b', 'key-1').note({ text: 'hello' })).not.to.equal(first)
      expect(madeAt(await at('a').note({ text: 'hello' }))).to.be.within(Date.now() - 5_000, Date.now() + 5_000)
    })

    it('takes nothing more from callers while too much of what it handed out is not taken', async () => {
      const away = new Set<string>()
      system = crew.boot(
        [
          cellActor({
            add() {
              if (away.size > 0) throw new Error('the receiver is broken')
            },
          }),
        ],
        { bounds: { outMax: 5 } },
      )
      away.add('b')
      const passed = await Promise.allSettled(Array.from({ length: 5 }, () => at().pass({ to: 'b' })))
      expect(passed.every(({ status }) => status === 'fulfilled')).to.equal(true)
      expect(await problem(at().view())).to.include({ code: 'mailbox_full', retryable: true })
      away.clear()
      await crew.clock.advance(60_000)
      await at().grow({ bytes: 1 })
      expect(await at('b').view()).to.include({ n: 5 })
    })
  })

describe('an ask whose time is over', () => {
  it('is refused once, also while the write that it waits for hangs on', () => {
    const to = { workspaceId: 'w1', kind: 'user', id: 'a' }
    const activation = new Activation(to, cellActor() as unknown as Actor, 'act_1')
    const waiting = (deadline: number): Waiting => {
      const command = { id: 'c', to, message: 'add', input: {}, by: staff }
      return { command, resolve: () => undefined, reject: () => undefined, deadline }
    }
    activation.unwritten = [{ waiting: waiting(10) }, { waiting: waiting(20) }]
    const refused: number[] = []
    for (const now of [9, 10, 11, 20, 21]) for (const _ of activation.takeOverdue(now)) refused.push(now)
    expect(refused).to.deep.equal([10, 20])
  })
})

describe('a crowd of actors in memory', () => {
  it('leaves sooner the larger it is, and a few more than are kept leave no sooner than those', () => {
    const { idleMs, crowdMin, crowdIdleMs } = bounds
    const sizes = [1, 1.0002, 1.5, 2, 5].map((times) => Math.round(times * crowdMin))
    const rests = sizes.map((size) => restingMs(bounds, size))
    expect(rests[0]).to.equal(idleMs)
    expect(rests[1]).to.be.greaterThan(0.99 * idleMs)
    expect(rests[2]).to.be.closeTo((idleMs + crowdIdleMs) / 2, 1)
    expect(rests.slice(3)).to.deep.equal([crowdIdleMs, crowdIdleMs])
    expect(restingMs({ ...bounds, idleMs: 500 }, 2 * crowdMin)).to.equal(500)
  })
})
