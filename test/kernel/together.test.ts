import { expect } from 'chai'
import { Together } from '../../kernel/together.ts'

describe('what many read at the same time', () => {
  /** Reads that a test answers when it likes. */
  const readings = () => {
    const begun: { key: string; asked: readonly number[]; answer: (value: string) => void; fail: (error: Error) => void }[] = [] // prettier-ignore
    const together = new Together(
      (key: string, asked: readonly number[]) =>
        new Promise<string>((answer, fail) => begun.push({ key, asked: [...asked], answer, fail })),
    )
    const turn = () => new Promise((later) => setImmediate(later))
    return { begun, together, turn }
  }

  it('is read once for all who asked before the reading began, and once more for those who came later', async () => {
    const { begun, together, turn } = readings()
    const first = [together.ask('a', 1), together.ask('a', 2)]
    await turn()
    const later = [together.ask('a', 3), together.ask('a', 4)]
    const other = together.ask('b', 5)
    await turn()
    expect(begun.map(({ key, asked }) => [key, asked])).to.deep.equal([
      ['a', [1, 2]],
      ['b', [5]],
    ])
    begun[0]?.answer('first')
    expect(await Promise.all(first)).to.deep.equal(['first', 'first'])
    await turn()
    expect(begun[2]?.asked, 'they do not get what was read before they asked').to.deep.equal([3, 4])
    begun[2]?.answer('later')
    begun[1]?.answer('other')
    expect(await Promise.all([...later, other])).to.deep.equal(['later', 'later', 'other'])
  })

  it('that fails, fails for those who waited for it, and is begun anew for the next', async () => {
    const { begun, together, turn } = readings()
    const failing = together.ask('a', 1).catch((error: Error) => error.message)
    await turn()
    const next = together.ask('a', 2)
    begun[0]?.fail(new Error('the store is away'))
    expect(await failing).to.equal('the store is away')
    await turn()
    begun[1]?.answer('there')
    expect(await next).to.equal('there')
  })
})
