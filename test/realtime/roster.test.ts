import { expect } from 'chai'
import { type Change, lasting, Roster, type RosterMessage, rosterMs } from '../../realtime/socket/roster.ts'

/** Processes that hear one another, on a network that a test can spoil, in a time that it moves. */
class Net {
  now = 0
  readonly rosters = new Map<string, Roster>()
  readonly said: RosterMessage[] = []
  readonly dead = new Set<string>()
  readonly deaf = new Set<string>()
  lose: (message: RosterMessage, to: string) => boolean = () => false

  join(node: string) {
    const roster = new Roster({
      node,
      now: () => this.now,
      isDeaf: () => this.deaf.has(node),
      send: (message) => {
        if (this.dead.has(node)) return
        this.said.push(message)
        const copy = JSON.parse(JSON.stringify(message)) as RosterMessage
        // As Redis does: later, and to oneself as well.
        queueMicrotask(() => {
          for (const [to, other] of this.rosters)
            if (!this.dead.has(to) && !this.deaf.has(to) && !this.lose(copy, to)) other.heard(structuredClone(copy))
        })
      },
    })
    const changes: Change[] = []
    roster.onChange((change) => changes.push(change))
    this.rosters.set(node, roster)
    return { roster, changes, elsewhere: () => changes.filter((change) => change.node !== node) }
  }

  /** Everybody's timers, for so long. */
  async pass(ms: number) {
    for (let passed = 0; passed < ms; passed += rosterMs.beat) {
      this.now += rosterMs.beat
      for (const [node, roster] of this.rosters) if (!this.dead.has(node)) roster.tick()
      await this.quiet()
    }
  }

  async quiet() {
    for (let turns = 0; turns < 6; turns++) await new Promise((later) => setImmediate(later))
  }

  close() {
    for (const roster of this.rosters.values()) roster.close()
  }
}

describe('the roster of several processes', () => {
  let net: Net
  beforeEach(() => (net = new Net()))
  afterEach(() => net.close())
  const shown = (changes: Change[]) => changes.map(({ node, key, after }) => [node, key, after?.['n']])

  it('tells each of them what the others say, once', async () => {
    const [a, b] = [net.join('a'), net.join('b')]
    await net.pass(1_000)
    a.roster.set('k1', { n: 1 })
    a.roster.set('k2', { n: 2 })
    a.roster.delete('k2')
    await net.quiet()
    a.roster.set('k1', { n: 3 })
    await net.quiet()
    expect(shown(b.elsewhere())).to.deep.equal([
      ['a', 'k1', 1],
      ['a', 'k1', 3],
    ])
    const before = net.said.length
    await net.pass(1_000)
    expect(
      net.said.slice(before).every(({ kind }) => kind === 'beat'),
      'nothing is said twice',
    ).to.equal(true)
  })

  it('tells one that comes later everything', async () => {
    const a = net.join('a')
    a.roster.set('k1', { n: 1 })
    await net.pass(1_000)
    const late = net.join('late')
    await net.quiet()
    await net.pass(rosterMs.beat)
    expect(shown(late.elsewhere())).to.deep.equal([['a', 'k1', 1]])
    expect(late.roster.nodes).to.have.members(['a', 'late'])
  })

  it('finds out what was lost on the way, and shows no change that was none', async () => {
    const [a, b] = [net.join('a'), net.join('b')]
    a.roster.set('k1', { n: 1 })
    await net.pass(1_000)
    net.lose = ({ kind }, to) => kind === 'changed' && to === 'b'
    a.roster.set('k2', { n: 2 })
    a.roster.delete('k1')
    await net.quiet()
    expect(shown(b.elsewhere())).to.deep.equal([['a', 'k1', 1]])
    net.lose = () => false
    await net.pass(rosterMs.beat)
    expect(shown(b.elsewhere()).slice(1)).to.have.deep.members([
      ['a', 'k1', undefined],
      ['a', 'k2', 2],
    ])
    a.roster.set('k3', { n: 3 })
    await net.quiet()
    expect(shown(b.elsewhere()).at(-1)).to.deep.equal(['a', 'k3', 3])
  })

  it('keeps the sockets of a process that dies for the grace, who types and looks there for seconds', async () => {
    const [a, b] = [net.join('a'), net.join('b')]
    const socket = `${lasting}1`
    a.roster.set(socket, { n: 1 })
    a.roster.set('viewing/1', { n: 2 })
    await net.pass(1_000)
    net.dead.add('a')
    await net.pass(rosterMs.lease + rosterMs.beat)
    expect(b.roster.nodes, 'it is not there').to.deep.equal(['b'])
    expect(b.elsewhere(), 'but may only stand still').to.have.length(2)
    await net.pass(rosterMs.fleeting)
    expect(shown(b.elsewhere()).slice(2)).to.deep.equal([['a', 'viewing/1', undefined]])
    await net.pass(rosterMs.grace - rosterMs.fleeting)
    expect(shown(b.elsewhere()).slice(3)).to.deep.equal([['a', socket, undefined]])
  })

  it('shows again who looks where a process goes on that stood still for less than the grace, and no other change', async () => {
    const [a, b] = [net.join('a'), net.join('b')]
    a.roster.set(`${lasting}1`, { n: 1 })
    a.roster.set('viewing/1', { n: 2 })
    await net.pass(1_000)
    net.dead.add('a')
    await net.pass(10_000)
    net.dead.delete('a')
    await net.pass(1_000)
    expect(shown(b.elsewhere()).slice(2)).to.deep.equal([
      ['a', 'viewing/1', undefined],
      ['a', 'viewing/1', 2],
    ])
  })

  it('takes nobody for dead while it hears nothing at all, not even itself', async () => {
    const [a, b] = [net.join('a'), net.join('b')]
    a.roster.set('viewing/1', { n: 1 })
    await net.pass(1_000)
    net.deaf.add('b')
    await net.pass(60_000)
    expect(shown(b.elsewhere())).to.deep.equal([['a', 'viewing/1', 1]])
    a.roster.delete('viewing/1')
    await net.pass(1_000)
    net.deaf.delete('b')
    await net.pass(1_000)
    expect(shown(b.elsewhere()).slice(1)).to.deep.equal([['a', 'viewing/1', undefined]])
  })

  it('keeps those of one that said goodbye for a shorter while', async () => {
    const [a, b] = [net.join('a'), net.join('b')]
    a.roster.set('k1', { n: 1 })
    await net.pass(1_000)
    a.roster.bye()
    net.dead.add('a')
    await net.quiet()
    expect(b.roster.nodes).to.deep.equal(['b'])
    await net.pass(rosterMs.graceAfterBye - rosterMs.beat)
    expect(shown(b.elsewhere())).to.have.length(1)
    await net.pass(2 * rosterMs.beat)
    expect(shown(b.elsewhere()).at(-1)).to.deep.equal(['a', 'k1', undefined])
  })

  it('does not take the others for dead after it was away itself', async () => {
    const [a, b] = [net.join('a'), net.join('b')]
    a.roster.set('k1', { n: 1 })
    await net.pass(1_000)
    // b stands still while everybody else goes on: nothing that is said reaches it meanwhile.
    net.rosters.delete('b')
    await net.pass(30_000)
    net.rosters.set('b', b.roster)
    b.roster.tick()
    await net.pass(1_000)
    expect(shown(b.elsewhere())).to.deep.equal([['a', 'k1', 1]])
  })

  it('takes back one that stood still for long, with one change', async () => {
    const [a, b] = [net.join('a'), net.join('b')]
    a.roster.set('k1', { n: 1 })
    await net.pass(1_000)
    net.dead.add('a')
    await net.pass(20_000)
    net.dead.delete('a')
    await net.pass(1_000)
    expect(shown(b.elsewhere())).to.deep.equal([
      ['a', 'k1', 1],
      ['a', 'k1', undefined],
      ['a', 'k1', 1],
    ])
  })

  it('ends the same everywhere, whatever is lost', async () => {
    const nodes = ['a', 'b', 'c'].map((node) => net.join(node))
    let seed = 7
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    net.lose = () => random() < 0.3
    for (let step = 0; step < 300; step++) {
      const { roster } = nodes[Math.floor(random() * 3)] ?? net.join('never')
      const key = `k${Math.floor(random() * 8)}`
      if (random() < 0.3) roster.delete(key)
      else roster.set(key, { n: step })
      if (random() < 0.3) await net.pass(rosterMs.beat)
    }
    net.lose = () => false
    await net.pass(2_000)
    const views = nodes.map(({ changes }) => {
      const view = new Map<string, unknown>()
      for (const { node, key, after } of changes) {
        if (after) view.set(`${node}/${key}`, after)
        else view.delete(`${node}/${key}`)
      }
      return JSON.stringify([...view].sort())
    })
    expect(views[1]).to.equal(views[0])
    expect(views[2]).to.equal(views[0])
    expect(views[0]?.length).to.be.greaterThan(50)
  })
})
