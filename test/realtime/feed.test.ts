import { expect } from 'chai'
import { Feed } from '../../realtime/socket/feed.ts'
import type { WireEvent } from '../../realtime/socket/wire.ts'

const room = 'w1/conversation:c1'
const event = (seq: number): WireEvent => {
  const stream = 'conversation:c1'
  return { stream, seq, id: `${stream}:${seq}`, type: 't', at: '', data: { seq } }
}

describe('the feed of one process among several', () => {
  let log: number[]
  let delivered: number[]
  let lost: string[]
  let reads: number
  let errors: unknown[]
  let fails: boolean
  let isRead: boolean
  let oldest: number
  let waiting: { ms: number; run: () => void }[]
  let hold: Promise<void> | undefined
  let feed: Feed
  beforeEach(() => {
    ;[log, delivered, lost, reads, errors, fails, isRead, oldest, waiting] = [[], [], [], 0, [], false, true, 0, []]
    hold = undefined
    feed = make()
  })
  const make = (bounds = { recentEvents: 8, recentStreams: 3 }) =>
    new Feed(
      {
        after: async (_room, since) => {
          reads++
          await hold
          if (fails) throw new Error('the log is away')
          return since < oldest ? undefined : log.filter((seq) => seq > since).map(event)
        },
        deliver: (_room, { seq }) => delivered.push(seq),
        lost: (which) => lost.push(which),
        isRead: () => isRead,
        onError: (error) => errors.push(error),
        later: (ms, run) => waiting.push({ ms, run }),
      },
      bounds,
    )
  const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1)
  const commit = (n: number) => (log = upTo(n))
  const turn = () => new Promise((later) => setImmediate(later))
  const later = async () => {
    for (const { run } of waiting.splice(0)) run()
    await turn()
  }
  const open = (head: number) => {
    commit(head)
    feed.begin(room)
    feed.anchor(room, head)
  }

  it('passes what comes in order, drops what comes twice, and hears nothing of what nobody reads', () => {
    feed.heard(room, event(4))
    open(5)
    for (const seq of [6, 6, 4, 7, 5]) feed.heard(room, event(seq))
    expect(delivered).to.deep.equal([6, 7])
    expect(reads).to.equal(0)
  })

  it('fills a hole from the log, in order, before it passes what came after', async () => {
    open(2)
    commit(6)
    feed.heard(room, event(5))
    feed.heard(room, event(6))
    expect(delivered, 'not yet').to.deep.equal([])
    await turn()
    expect(delivered).to.deep.equal([3, 4, 5, 6])
    expect(reads, 'one read for all').to.equal(1)
    feed.heard(room, event(7))
    expect(delivered.at(-1)).to.equal(7)
    expect(feed.after(room, 3)?.map(({ seq }) => seq)).to.deep.equal([4, 5, 6, 7])
  })

  it('passes what is heard while the log is read, and what was missing comes late, once', async () => {
    let go = () => {}
    hold = new Promise((done) => (go = done))
    open(0)
    commit(5)
    feed.heard(room, event(3))
    feed.heard(room, event(1))
    feed.heard(room, event(2))
    feed.heard(room, event(5))
    go()
    await turn()
    expect(delivered).to.deep.equal([1, 2, 3, 4, 5])
  })

  it('looks when the log ends further than it has heard, and the event does not come', async () => {
    open(2)
    commit(3)
    feed.anchor(room, 3)
    await later()
    expect(delivered).to.deep.equal([3])
    commit(4)
    feed.anchor(room, 4)
    feed.heard(room, event(4))
    await later()
    expect(reads, 'it was only on its way').to.equal(1)
  })

  it('looks at everything that is read after the link was broken', async () => {
    open(2)
    commit(4)
    await feed.look()
    expect(delivered).to.deep.equal([3, 4])
    isRead = false
    commit(5)
    await feed.look()
    expect(delivered).to.deep.equal([3, 4])
    expect(feed.after(room, 2), 'nobody read it: forgotten').to.equal(undefined)
  })

  it('tries again while the log does not answer, and says so once', async () => {
    open(1)
    commit(3)
    fails = true
    feed.heard(room, event(3))
    await turn()
    await later()
    await later()
    expect(errors).to.have.length(1)
    fails = false
    await later()
    expect(delivered).to.deep.equal([2, 3])
  })

  it('sends the sockets to the log themselves when it does not reach back', async () => {
    open(2)
    commit(9)
    oldest = 5
    feed.heard(room, event(9))
    await turn()
    expect(delivered).to.deep.equal([])
    expect(lost).to.deep.equal([room])
    feed.begin(room)
    feed.anchor(room, 9)
    feed.heard(room, event(10))
    expect(delivered).to.deep.equal([10])
  })

  it('reads a stream once for all who come back to it together', async () => {
    commit(5)
    feed.begin(room)
    let asked = 0
    const read = async () => {
      asked++
      await turn()
      feed.anchor(room, 5)
      feed.recall(room, upTo(5).map(event))
    }
    await Promise.all(upTo(50).map(() => feed.opening(room, read)))
    expect(asked).to.equal(1)
    expect(feed.after(room, 1)?.map(({ seq }) => seq)).to.deep.equal([2, 3, 4, 5])
    expect(feed.after(room, 6), 'beyond what it knows').to.equal(undefined)
  })

  it('remembers so many events of so many streams, and never loses its place in one that is read', () => {
    open(0)
    for (const seq of upTo(20)) feed.heard(room, event(seq))
    expect(feed.after(room, 12)).to.have.length(8)
    expect(feed.after(room, 11)).to.equal(undefined)
    for (const n of upTo(10)) feed.begin(`w1/other:${n}`)
    expect(feed.after(room, 12), 'its memory has gone').to.equal(undefined)
    feed.heard(room, event(21))
    expect(delivered.at(-1)).to.equal(21)
    isRead = false
    for (const n of upTo(10)) feed.begin(`w1/more:${n}`)
    expect(feed.serves(room)).to.equal(false)
  })
})
