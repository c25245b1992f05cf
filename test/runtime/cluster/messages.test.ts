import { encode } from '@msgpack/msgpack'
import { expect } from 'chai'
import { Arrivals } from '../../../actors/runtime/cluster/asks.ts'
import {
  askOf,
  type Ask,
  commandOf,
  decoded,
  encoded,
  errorOf,
  helloOf,
  type Message,
  refusalOf,
  replyOf,
} from '../../../actors/runtime/cluster/messages.ts'
import { Post } from '../../../actors/runtime/cluster/post.ts'
import { Moved } from '../../../actors/runtime/refusals.ts'
import type { Command } from '../../../actors/runtime/turn.ts'
import { busy, invalid, Problem } from '../../../kernel/problem.ts'

const plain: Command = {
  id: 'conversation.send',
  to: { workspaceId: 'w1', kind: 'conversation', id: 'c_usr_pat' },
  message: 'send',
  input: { text: 'olá 🌍', n: 1.5, big: 2 ** 53, none: null, list: [1, 'two', { three: -3 }], isOn: true },
  by: { role: 'staff', id: 'mem_ana', depth: 2 },
}
const rare: Command = {
  ...plain,
  isRetried: true,
  issuedAt: 1_795_000_000_000,
  told: { sender: 'inbox/w1', n: 7, after: 6 },
  reminder: { key: 'due', at: 12.5 },
  completes: 0,
  forgets: 'due',
  chain: ['w1/user/usr_pat'],
}
function refuse(error: unknown): never {
  throw error
}
const over = (message: Message) => [...decoded(encoded(message), refuse)][0] as Message
const at = { beat: 3, version: 9, ms: 1_000 }

describe('what members say to one another', () => {
  it('brings commands whole, the rare parts too', () => {
    for (const command of [plain, rare]) expect(commandOf(over(askOf(1, at, command)) as Ask)).to.deep.equal(command)
  })

  it('leaves out what is undefined, as a contract’s optional fields are', () => {
    const command = { ...plain, input: { text: undefined, n: 1 } }
    expect(commandOf(over(askOf(1, at, command)) as Ask).input).to.deep.equal({ n: 1 })
  })

  it('tells a reply that is null from one that is not there', () => {
    expect(over(replyOf(5, null))).to.deep.equal([1, 5, null])
    expect(over(replyOf(5, undefined))).to.deep.equal([1, 5])
  })

  it('brings a Problem with its kind, code and advice, and a fault as a fault', () => {
    const problem = errorOf(
      over(refusalOf(1, invalid('bad_phone', 'Not a number.', [{ path: 'to', message: 'short' }]))),
    )
    expect(problem).to.be.instanceOf(Problem)
    expect(problem).to.deep.include({ kind: 'invalid', code: 'bad_phone', message: 'Not a number.' })
    expect((problem as Problem).advice).to.deep.equal({ errors: [{ path: 'to', message: 'short' }] })
    expect((errorOf(over(refusalOf(1, busy('mailbox_full', 'Full.', 250)))) as Problem).advice.retryAfterMs).to.equal(
      250,
    )
    expect(errorOf(over(refusalOf(1, new Moved())))).to.be.instanceOf(Moved)
    const fault = errorOf(over(refusalOf(1, new TypeError('x is not a function'))))
    expect(fault).not.to.be.instanceOf(Problem)
    expect(fault).to.include({ name: 'TypeError', message: 'x is not a function' })
  })

  it('believes nothing that is not well formed', () => {
    const good: unknown[] = [...askOf(1, at, plain)]
    const bad: unknown[] = [
      [99, 1],
      { ask: 1 },
      good.slice(0, 8),
      good.with(1, -1),
      good.with(5, ''),
      good.with(6, 'w'.repeat(513)),
      good.with(11, ['staff', 'ana']),
      good.with(12, { isRetried: true, isAdmin: true }),
      [2, 1, 'unheard of', 'code', 'text', {}],
      [6, Array.from({ length: 1_001 }, () => ['w', 'k', 'i'])],
    ]
    for (const message of bad) expect(() => [...decoded(encode(message), refuse)], JSON.stringify(message)).to.throw()
  })

  it('looks at what is usual as strictly as at the rest', () => {
    const odd = [null, -1, 1.5, '', 'x'.repeat(513), [], {}, [1, 2, 3], ['staff', '', 0], ['staff', 'ana', -1]]
    const anything = 10
    for (const good of [askOf(1, at, plain), replyOf(1, 'x'), helloOf('a')])
      for (let part = 1; part < (good[0] === 1 ? 2 : 12); part++)
        for (const value of part === anything || part >= good.length ? [] : odd) {
          const bad = encode((good as unknown[]).with(part, value))
          expect(() => [...decoded(bad, refuse)], `${good[0]}, ${part}: ${JSON.stringify(value)}`).to.throw()
        }
  })

  it('takes what is good of a publication, and reports the rest', () => {
    const faults: unknown[] = []
    const heard: unknown[] = []
    const post = new Post({
      me: 'a',
      wire: { publish: async () => 1 },
      receive: (from, message) => heard.push([from, message[0], message[1]]),
      failed() {},
      onError: (error) => faults.push(error),
    })
    const [newer, malformed, noMessagePack] = [encode([99, 'of a newer version']), encode([1, -1]), Buffer.from([0xc1])]
    const [one, two, three] = [replyOf(1, 'one'), askOf(2, at, plain), replyOf(3, 'three')].map(encoded) as [
      Buffer,
      Buffer,
      Buffer,
    ]
    post.received(Buffer.concat([encoded(helloOf('b')), one, newer, two, malformed, three, noMessagePack]))
    expect(heard).to.deep.equal([
      ['b', 1, 1],
      ['b', 0, 2],
      ['b', 1, 3],
    ])
    expect(faults, 'each by itself, and that the rest is no MessagePack').to.have.length(3)
  })

  it('survives bytes that are no MessagePack, cut off, or that do not say from whom they are', () => {
    const faults: unknown[] = []
    const heard: Message[] = []
    const post = new Post({
      me: 'a',
      wire: { publish: async () => 1 },
      receive: (_, message) => heard.push(message),
      failed() {},
      onError: (error) => faults.push(error),
    })
    const whole = encoded(askOf(1, at, plain))
    for (const bytes of [whole.subarray(0, 20), Buffer.from([0xc1]), Buffer.from('hello'), whole, new Uint8Array(0)])
      post.received(bytes)
    expect(heard).to.deep.equal([])
    expect(faults).to.have.length(4)
  })

  it('goes as one publication per member and turn of the event loop, within a bound', async () => {
    const published: [string, number][] = []
    const post = new Post({
      me: 'a',
      wire: {
        publish: async (member, bytes) => {
          published.push([member, [...decoded(bytes, refuse)].length])
          return 1
        },
      },
      receive() {},
      failed() {},
      onError() {},
    })
    for (let n = 0; n < 100; n++) post.send(n % 2 ? 'b' : 'c', replyOf(n, 'x'))
    expect(published).to.deep.equal([])
    await new Promise(setImmediate)
    expect(published).to.have.deep.members([
      ['b', 51],
      ['c', 51],
    ])
    for (let n = 0; n < 4; n++) post.send('b', replyOf(n, 'x'.repeat(300 * 1_024)))
    expect(published).to.have.length(4)
  })
})

describe('arrivals', () => {
  it('are taken once and in order, however they come', () => {
    const arrivals = new Arrivals()
    const taken = [0, 1, 1, 4, 2, 2, 3, 4, 5].map((n) => arrivals.take(n))
    expect(taken).to.deep.equal(['next', 'next', 'known', 'next', 'late', 'known', 'late', 'known', 'next'])
  })

  it('remember of who was gone how far it came', () => {
    const arrivals = new Arrivals()
    for (const n of [0, 1, 2, 4]) arrivals.take(n)
    arrivals.rest()
    expect([3, 4, 5, 5].map((n) => arrivals.take(n))).to.deep.equal(['known', 'known', 'next', 'known'])
  })

  it('do not take what is too old to be remembered', () => {
    const arrivals = new Arrivals()
    for (let n = 0; n < 20_000; n += 2) arrivals.take(n)
    expect(arrivals.take(1)).to.equal('known')
    expect(arrivals.take(19_997)).to.equal('late')
    expect(arrivals.take(19_998)).to.equal('known')
    expect(arrivals.take(19_999)).to.equal('next')
  })
})
