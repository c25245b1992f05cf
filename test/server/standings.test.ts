import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { Together } from '../../server/auth/together.ts'
import { until } from '../harness/until.ts'

describe('who comes with a sign-in that is not known here', () => {
  /** Reads that a test answers when it likes. */
  const readings = (patienceMs: number) => {
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
      patienceMs,
    )
    return { begun, together, nth: (nth: number) => until(async () => begun[nth - 1]) }
  }

  it('is read together with those who come while others are being read', async () => {
    const { begun, together, nth } = readings(60_000)
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

  it('does not pay for the reading before, where that fails or hangs', async () => {
    const { together, nth } = readings(1)
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
