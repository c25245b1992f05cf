import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { Together } from '../../server/auth/together.ts'
import { until } from '../harness/until.ts'

describe('who comes with a sign-in that is not known here', () => {
  /** Reads that a test answers when it likes. */
  const readings = (bounds: { patienceMs?: number; pauseMs?: number }) => {
    const begun: { keys: readonly string[]; answer: () => void; fail: () => void }[] = []
    const together = new Together<string>(
      (keys) =>
        new Promise((found, fail) =>
          begun.push({
            keys: [...keys],
            answer: () => found(new Map(keys.map((key) => [key, `of ${key}`]))),
            fail: () => fail(new Error('the store is away')),
          }),
        ),
      bounds,
    )
    return { begun, together, nth: (nth: number) => until(async () => begun[nth - 1]) }
  }

  it('is read together with those who come while others are being read', async () => {
    const { begun, together, nth } = readings({ patienceMs: 60_000 })
    const first = together.ask('a')
    const reading = await nth(1)
    const later: Promise<string | undefined>[] = []
    for (const key of ['b', 'c', 'd']) {
      later.push(together.ask(key))
      await nextTurn()
    }
    reading.answer()
    expect(await first).to.equal('of a')
    const next = await nth(2)
    expect(next.keys).to.deep.equal(['b', 'c', 'd'])
    next.answer()
    expect(await Promise.all(later)).to.deep.equal(['of b', 'of c', 'of d'])
    expect(begun).to.have.length(2)
  })

  it('waits a moment for others after several came together, and not where everybody comes alone', async () => {
    const { begun, together, nth } = readings({ pauseMs: 300 })
    const alone = together.ask('a')
    ;(await nth(1)).answer()
    await alone
    const began = performance.now()
    const rush = ['b', 'c'].map((key) => together.ask(key))
    const reading = await nth(2)
    expect(reading.keys, 'who came alone holds up nobody').to.deep.equal(['b', 'c'])
    reading.answer()
    await Promise.all(rush)
    const after = together.ask('d')
    await nextTurn()
    const other = together.ask('e')
    const next = await nth(3)
    expect(performance.now() - began).to.be.at.least(295)
    expect(next.keys).to.deep.equal(['d', 'e'])
    next.answer()
    expect(await Promise.all([after, other])).to.deep.equal(['of d', 'of e'])
    expect(begun).to.have.length(3)
  })

  it('does not pay for the reading before, where that fails or hangs', async () => {
    const { together, nth } = readings({ patienceMs: 1 })
    const failing = together.ask('a').catch((error: Error) => error.message)
    const reading = await nth(1)
    const hanging = together.ask('b')
    reading.fail()
    expect(await failing).to.equal('the store is away')
    const hangs = await nth(2)
    const last = together.ask('c')
    ;(await nth(3)).answer()
    expect(await last, 'nobody waits for what hangs').to.equal('of c')
    hangs.answer()
    expect(await hanging).to.equal('of b')
  })
})
