import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { type Batch, Batches } from '../../store/batches.ts'

describe('store: writes that go together', () => {
  let sizes: number[]
  let answer: (() => void) | undefined
  let batches: Batches
  beforeEach(() => {
    sizes = []
    answer = undefined
    const bulkWrite = async (operations: unknown[]) => {
      sizes.push(operations.length)
      if (answer === undefined) await new Promise<void>((done) => (answer = done))
    }
    batches = new Batches({ collection: () => ({ bulkWrite }) } as never)
  })
  const write = (canWait: boolean): Batch => ({
    op: { updateOne: { filter: {}, update: {}, upsert: true } },
    records: { rows: [], events: [], decisions: [] },
    canWait,
  })

  it('those that come while one is under way go together next', async () => {
    const all = [batches.add('users', write(false))]
    await turn()
    for (let n = 0; n < 5; n++) all.push(batches.add('users', write(false)))
    await turn()
    expect(sizes).to.deep.equal([1])
    answer?.()
    expect(await Promise.all(all)).to.deep.equal(Array(6).fill(true))
    expect(sizes).to.deep.equal([1, 5])
  })

  it('one that can wait goes with the next that cannot', async () => {
    const all = [batches.add('users', write(true)), batches.add('users', write(true))]
    for (let n = 0; n < 3; n++) await turn()
    expect(sizes).to.deep.equal([])
    all.push(batches.add('users', write(false)))
    await turn()
    expect(sizes).to.deep.equal([3])
    answer?.()
    await Promise.all(all)
  })

  it('one that can wait goes alone where nothing comes, also when it came while another was under way', async () => {
    const first = batches.add('users', write(false))
    await turn()
    const second = batches.add('users', write(true))
    answer?.()
    expect([await first, await second]).to.deep.equal([true, true])
    expect(sizes).to.deep.equal([1, 1])
    await batches.add('users', write(true))
    expect(sizes).to.deep.equal([1, 1, 1])
  })
})
