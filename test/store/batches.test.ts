import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { type Batch, Batches } from '../../store/batches.ts'

describe('store: writes that go together', () => {
  let sizes: number[]
  let isHeld: boolean
  let held: (() => void)[]
  let batches: Batches
  beforeEach(() => {
    sizes = []
    isHeld = true
    held = []
    const bulkWrite = async (operations: unknown[]) => {
      sizes.push(operations.length)
      if (isHeld) await new Promise<void>((done) => held.push(done))
    }
    batches = new Batches({ collection: () => ({ bulkWrite }) } as never)
  })
  const write = (canWait = false): Batch => ({
    op: { updateOne: { filter: {}, update: {}, upsert: true } },
    records: { rows: [], events: [], decisions: [] },
    canWait,
  })
  const add = (count: number, canWait = false) =>
    Array.from({ length: count }, () => batches.add('users', write(canWait)))
  const turns = async () => {
    for (let n = 0; n < 10; n++) await turn()
  }
  const release = () => {
    isHeld = false
    for (const answer of held.splice(0)) answer()
  }

  it('while little is under way, what comes goes at once; while much is, it goes together next', async () => {
    const all = add(4)
    await turns()
    for (const _ of [1, 2]) {
      all.push(...add(1))
      await turns()
    }
    expect(sizes).to.deep.equal([4, 1, 1])
    for (let n = 0; n < 5; n++) {
      all.push(...add(1))
      await turns()
    }
    expect(sizes).to.deep.equal([4, 1, 1])
    release()
    expect(await Promise.all(all)).to.deep.equal(Array(11).fill(true))
    expect(sizes).to.deep.equal([4, 1, 1, 5])
  })

  it('what comes at one moment is cut into pieces, of which some are under way together', async () => {
    const all = add(200)
    await turns()
    expect(sizes).to.deep.equal([32, 32, 32, 32])
    held.shift()?.()
    await turns()
    expect(sizes).to.deep.equal([32, 32, 32, 32, 32])
    release()
    await Promise.all(all)
    expect(sizes).to.deep.equal([32, 32, 32, 32, 32, 32, 8])
  })

  it('beside one that is under way a second goes when it is worth a request', async () => {
    const all = add(20)
    await turns()
    all.push(...add(11))
    await turns()
    expect(sizes).to.deep.equal([20])
    all.push(...add(1))
    await turns()
    all.push(...add(31))
    await turns()
    expect(sizes).to.deep.equal([20, 12])
    all.push(...add(1))
    await turns()
    expect(sizes).to.deep.equal([20, 12, 32])
    release()
    await Promise.all(all)
  })

  it('one that can wait goes with the next that cannot', async () => {
    const all = add(2, true)
    await turns()
    expect(sizes).to.deep.equal([])
    all.push(...add(1))
    await turns()
    expect(sizes).to.deep.equal([3])
    release()
    await Promise.all(all)
  })

  it('one that can wait goes alone where nothing comes, and at once where somebody waits for all of them', async () => {
    isHeld = false
    await Promise.all(add(1, true))
    expect(sizes).to.deep.equal([1])
    const second = add(1, true)
    await turns()
    expect(sizes).to.deep.equal([1])
    batches.hasten()
    await turns()
    expect(sizes).to.deep.equal([1, 1])
    await Promise.all(second)
  })

  it('where somebody waits for one collection, what can wait for others still does', async () => {
    const all = [...add(1, true), batches.add('inboxes', write(true)), batches.add('inboxes', write(true))]
    batches.hasten('inboxes')
    await turns()
    expect(sizes).to.deep.equal([2])
    batches.hasten()
    await turns()
    expect(sizes).to.deep.equal([2, 1])
    release()
    await Promise.all(all)
  })
})
