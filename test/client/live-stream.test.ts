import { expect } from 'chai'
import { type Answer, LiveStream } from '../../client/live-stream.ts'

const at = '2026-01-05T09:00:00.000Z'
const event = (seq: number) => ({ stream: 's:1', seq, id: `s:1:${seq}`, type: 'x', at, data: seq })

describe('client: one stream', () => {
  const follow = () => {
    const live = new LiveStream('s:1', { reduce: (state, { seq }) => [...(state as number[]), seq] })
    const take = (...seqs: number[]) => seqs.forEach((seq) => live.take(event(seq)))
    return { live, take }
  }
  const snapshot = (seq: number): Answer => ({ stream: 's:1', seq, snapshot: [] })

  it('applies each event once and in order, whatever order they come in', () => {
    const { live, take } = follow()
    live.answer(snapshot(0))
    take(1, 1, 3, 2, 2, 3, 1, 5, 5, 4)
    expect(live.state).to.deep.equal([1, 2, 3, 4, 5])
    expect(live.hasHole).to.equal(false)
  })

  it('holds back what comes before the snapshot, and drops what the snapshot holds', () => {
    const { live, take } = follow()
    take(3, 2, 4)
    expect(live.state).to.equal(undefined)
    live.answer(snapshot(3))
    expect(live.state).to.deep.equal([4])
    expect(live.hasHole).to.equal(false)
  })

  it('waits at a hole until it is filled', () => {
    const { live, take } = follow()
    live.answer(snapshot(1))
    take(4, 3)
    expect(live.state).to.deep.equal([])
    expect(live.hasHole).to.equal(true)
    live.answer({ stream: 's:1', seq: 3, events: [event(2), event(3)] })
    expect(live.state).to.deep.equal([2, 3, 4])
    expect(live.hasHole).to.equal(false)
  })

  it('shows nothing while it is held, and everything after', () => {
    const { live, take } = follow()
    live.answer(snapshot(0))
    live.isHeld = true
    take(1, 2)
    expect([live.state, live.hasHole]).to.deep.equal([[], false])
    live.isHeld = false
    expect(live.state).to.deep.equal([1, 2])
  })

  it('keeps the old state in sight until a new snapshot replaces it', () => {
    const { live, take } = follow()
    live.answer(snapshot(0))
    take(1)
    live.forget()
    take(2)
    expect([live.state, live.seq]).to.deep.equal([[1], undefined])
    live.answer(snapshot(1))
    expect(live.state).to.deep.equal([2])
  })

  it('keeps no more than a thousand events that are early', () => {
    const { live, take } = follow()
    live.answer(snapshot(0))
    for (let seq = 2; seq <= 1_003; seq++) take(seq)
    expect(live.seq, 'a snapshot is asked for').to.equal(undefined)
    live.answer(snapshot(1_002))
    expect(live.state).to.deep.equal([1_003])
  })
})
