import { expect } from 'chai'
import { connect, type ConnectOptions } from '../../client/connect.ts'
import { ApiProblem } from '../../client/problem.ts'
import { FakeServer } from './fake-server.ts'

const second = 1_000

describe('client: the line', () => {
  const open = (options: Partial<ConnectOptions> = {}, random: () => number = () => 0.5) => {
    const server = new FakeServer()
    const client = connect({ token: () => 'staff:ana', platform: server.platform(random), ...options })
    return { server, client, advance: (ms: number) => server.time.advance(ms) }
  }

  it('comes back after a random part of a wait that doubles, and no more than the longest', async () => {
    const chances = [0, 0.25, 0.5, 0.75, 0.999]
    const waits: number[] = []
    const { server, client, advance } = open({}, () => chances[waits.length % chances.length] ?? 0)
    await advance(20)
    server.isReachable = false
    client.onStatus(({ retryAt }) => {
      if (retryAt !== null) waits.push(retryAt - server.now())
    })
    server.cut()
    await advance(60 * second)
    expect(waits.slice(0, 9).map(Math.round)).to.deep.equal([0, 150, 600, 1_800, 4_795, 0, 3_750, 7_500, 11_250])
    expect(client.status()).to.include({ state: 'offline', isEnded: false })
  })

  it('tries at once when the network is back, and is live again in one round trip', async () => {
    const { server, client, advance } = open()
    const thread = client.stream('conversation', 'c1')
    await advance(20)
    server.isReachable = false
    server.cut()
    await advance(60 * second)
    server.isReachable = true
    server.write('meanwhile')
    server.wakes.forEach((wake) => wake())
    await advance(25)
    expect(client.status()).to.include({ state: 'live' })
    expect(thread.state()).to.deep.equal(server.state)
    expect(server.counts).to.include({ snapshots: 1, deltas: 1 })
  })

  it('does not wait long after an attempt that began before the network was back', async () => {
    const { server, client, advance } = open({}, () => 0.9)
    server.isReachable = false
    await advance(120 * second)
    const { retryAt } = client.status()
    await advance((retryAt ?? 0) - server.now() + 1)
    expect(client.status().retryAt, 'it is being tried').to.equal(null)
    server.wakes.forEach((wake) => wake())
    await advance(10)
    server.isReachable = true
    await advance(300)
    expect(client.status()).to.include({ state: 'live' })
  })

  it('makes a line anew that was silent while the device slept, and lets one alone that was not', async () => {
    const { server, advance } = open()
    await advance(15 * second)
    server.wakes.forEach((wake) => wake())
    await advance(second)
    expect(server.counts.connects).to.equal(1)
    await advance(20 * second)
    server.wakes.forEach((wake) => wake())
    await advance(second)
    expect(server.counts.connects).to.equal(2)
  })

  it('leaves when it is told to, spread over the time that it is told', async () => {
    for (const [chance, at] of [
      [0, 1_000],
      [0.5, 3_000],
      [0.9, 4_600],
    ] as const) {
      const { server, advance } = open({}, () => chance)
      await advance(20)
      server.tell('goaway', { reason: 'closing', afterMs: 1_000, jitterMs: 4_000 })
      await advance(at)
      expect(server.counts.connects, `${chance} not before`).to.equal(1)
      await advance(600)
      expect(server.counts.connects, `${chance} after`).to.equal(2)
    }
  })

  it('gives up a line on which nobody greets, and one on which nobody answers', async () => {
    const { server, client, advance } = open()
    server.greets = false
    await advance(10 * second)
    expect(client.status()).to.include({ state: 'connecting' })
    server.greets = true
    await advance(6 * second)
    expect(client.status()).to.include({ state: 'live' })
    server.answers = 'never'
    client.stream('conversation', 'c1')
    await advance(14 * second)
    expect(client.status()).to.include({ state: 'catching_up', behind: 1 })
    server.answers = 'once'
    await advance(2 * second)
    expect(client.status()).to.include({ state: 'live', behind: 0 })
    expect(server.counts.connects).to.equal(3)
  })

  it('does not wait for ever for a token', async () => {
    let isStuck = true
    const { client, advance } = open({ token: () => (isStuck ? new Promise(() => undefined) : 'staff:ana') })
    await advance(14 * second)
    expect(client.status()).to.include({ state: 'connecting', attempt: 0 })
    isStuck = false
    await advance(2 * second)
    expect(client.status()).to.include({ state: 'live' })
  })

  it('renews its token before it ends, by the server’s clock, without a reconnect', async () => {
    let tokens = 0
    const { server, client, advance } = open({ token: () => `staff:ana${tokens++}` })
    server.aheadMs = 3_600 * second
    server.tokenMs = 300 * second
    await advance(20)
    expect(client.serverNow() - server.now()).to.be.within(3_599_900, 3_600_000)
    await advance(239 * second)
    expect(server.renewals).to.equal(0)
    await advance(2 * second)
    expect([server.renewals, tokens, server.counts.connects]).to.deep.equal([1, 2, 1])
    await advance(600 * second)
    expect([server.renewals, server.counts.connects]).to.deep.equal([3, 1])
  })

  it('tells apart who was signed out and who left', async () => {
    const gone = open()
    await gone.advance(20)
    const error = { code: 'session_revoked', title: 'You have been signed out.', retryable: false }
    gone.server.tell('revoked', { error })
    await gone.advance(60 * second)
    expect(gone.client.status()).to.deep.include({ state: 'signed_out', isEnded: true, error, retryAt: null })

    const nobody = open({
      token: () => Promise.reject(new ApiProblem({ code: 'signed_out', title: 'Please sign in.', retryable: false })),
    })
    await nobody.advance(20)
    expect(nobody.client.status()).to.include({ state: 'signed_out', isEnded: true })

    const left = open()
    await left.advance(20)
    left.client.close()
    expect(left.client.status()).to.include({ state: 'closed', isEnded: true, error: null })
  })

  it('keeps nothing from the others when one of them throws', async () => {
    const { server, client, advance } = open()
    const thread = client.stream('conversation', 'c1')
    await advance(20)
    const thrown: unknown[] = []
    const [heard, hear] = [process.listeners('uncaughtException'), (error: unknown) => thrown.push(error)]
    process.removeAllListeners('uncaughtException').on('uncaughtException', hear)
    let seen = 0
    thread.subscribe(() => {
      throw new Error('of a screen')
    })
    thread.subscribe(() => seen++)
    server.write('one')
    server.write('two')
    await advance(20)
    process.off('uncaughtException', hear)
    for (const listener of heard) process.on('uncaughtException', listener)
    expect(seen).to.equal(2)
    expect(thread.state()).to.deep.equal(server.state)
    expect(thrown.map(String)).to.deep.equal(['Error: of a screen', 'Error: of a screen'])
  })

  it('shows what happened before, and changes nothing by it', async () => {
    const { server, client, advance } = open()
    const thread = client.stream('conversation', 'c1')
    for (let n = 0; n < 5; n++) server.write(`${n}`)
    await advance(20)
    const past = client.past('conversation:c1', 2)
    await advance(20)
    expect(await past)
      .to.have.property('events')
      .that.has.length(3)
    expect([thread.seq(), client.status().state]).to.deep.equal([5, 'live'])
  })
})
