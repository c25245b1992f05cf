import { expect } from 'chai'
import { z } from 'zod'
import { openRedis } from '../../kernel/redis.ts'
import { post } from '../../server/http/route.ts'
import { JointMemory } from '../../server/joint-memory.ts'
import { Attempts } from '../../server/auth/attempts.ts'
import { Auth } from '../../server/auth/auth.ts'
import { PrivateRedis } from '../harness/redis.ts'
import { until } from '../harness/until.ts'
import { open, type Opened, secret, type Served } from './parts.ts'

describe('what the processes of a service count and remember together', () => {
  let redis: PrivateRedis
  let opened: Opened
  const closing: (() => unknown)[] = []
  before(async () => {
    redis = await PrivateRedis.start()
    opened = await open()
    await opened.business('clinic', ['owner'])
  })
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })
  after(async () => {
    await opened.close()
    await redis.stop()
  })

  let made = 0
  const Reply = z.object({ n: z.int() })
  const routes = {
    root: [],
    api: [
      post(
        '/things',
        { allow: 'conversations.write', body: z.object({ name: z.string().max(100) }), reply: Reply },
        async () => ({
          n: ++made,
        }),
      ),
    ],
  }
  /** Two of them, each with its own connection. */
  async function two(limits = { pub: 100_000, staff: 100_000, file: 100_000 }, withRoutes = true) {
    const serve = async () => {
      const client = await openRedis(redis.url, { name: 'test', onError: () => undefined })
      const joint = new JointMemory(client, 'test')
      const auth = new Auth({ store: opened.store, secret, now: () => Date.now(), joint })
      const parts = { joint, auth, authenticate: auth.authenticate }
      const served = await opened.serve({ parts, config: { limits }, ...(withRoutes && { routes }) })
      closing.push(
        () => served.close(),
        () => client.disconnect(),
      )
      return Object.assign(served, { client })
    }
    return [await serve(), await serve()] as const
  }
  const token = async () => {
    const plain = await opened.serve()
    closing.push(() => plain.close())
    return (await plain.login('owner@clinic.test')).accessToken
  }
  const make = (at: Served, access: string, key: string, name = 'one') =>
    at.ask('POST', '/api/v1/things', { token: access, body: { name }, headers: { 'idempotency-key': key } })

  it('is how often an address may come', async () => {
    const [one, other] = await two({ pub: 4, staff: 100, file: 100 }, false)
    const come = async (at: Served) =>
      (await at.ask('POST', '/api/v1/auth/refresh', { body: { refreshToken: 'x'.repeat(43) } })).status
    const statuses = []
    for (const at of [one, other, one, other, one, other]) statuses.push(await come(at))
    expect(statuses).to.deep.equal([401, 401, 401, 401, 429, 429])
  })

  it('is the answer to a keyed request, which nobody can read in Redis', async () => {
    const [one, other] = await two()
    const access = await token()
    const first = await make(one, access, 'k-1')
    const again = await make(other, access, 'k-1')
    expect([again.status, again.body]).to.deep.equal([first.status, first.body])
    expect(again.headers.get('idempotency-hit')).to.equal('true')
    expect(first.headers.get('idempotency-hit')).to.equal(null)

    const { status, body } = await make(other, access, 'k-1', 'another')
    expect([status, body.code]).to.deep.equal([422, 'idempotency_key_reused'])
    const kept = await Promise.all((await one.client.keys('*once*')).map((key) => one.client.get(key)))
    expect(kept).to.have.length(1)
    expect(kept[0])
      .to.match(/sealed/)
      .and.not.to.include(`"n":${first.body.n}`)
  })

  it('is the lock on a password that somebody guesses at', async () => {
    const [one, other] = await two(undefined, false)
    const guess = async (at: Served) =>
      (await at.ask('POST', '/api/v1/auth/login', { body: { email: 'lock@clinic.test', password: 'wrong' } })).body
    for (const at of [one, other, one, other, one]) expect((await guess(at)).code).to.equal('bad_credentials')
    for (const at of [one, other]) {
      const refused = await guess(at)
      expect(refused.code).to.equal('too_many_attempts')
      expect(refused.retryAfterMs ?? 60_000).to.be.within(1, 60_000)
    }
  })

  it('forgets failed attempts when the password is right', async () => {
    const [one, other] = await two(undefined, false)
    const email = 'owner@clinic.test'
    for (let n = 0; n < 3; n++) {
      for (let tries = 0; tries < 4; tries++)
        await one.ask('POST', '/api/v1/auth/login', { body: { email, password: 'wrong' } })
      expect(await other.login(email)).to.have.property('accessToken')
    }
  })

  it('is how often one place fails; what was right is taken back, and nothing else', async () => {
    const [here, there] = (await two()).map(({ joint }) => Attempts.ofPlace(() => Date.now(), joint, 3))
    await here?.begin('place')
    await there?.takeBack('place')
    for (const each of [here, there, here]) await each?.begin('place')
    expect(await there?.begin('place').catch((error) => error)).to.have.property('code', 'too_many_attempts')
  })

  it('goes on without Redis, each process by itself, and together again when it is back', async () => {
    const [one, other] = await two({ pub: 3, staff: 100_000, file: 100_000 })
    const access = await token()
    await redis.kill()
    await until(() => one.client.status !== 'ready' && other.client.status !== 'ready')
    const started = Date.now()
    const first = await make(one, access, 'k-2')
    expect(await make(one, access, 'k-2').then(({ body }) => body)).to.deep.equal(first.body)
    expect(Date.now() - started, 'nobody waits for it').to.be.lessThan(10_000)
    await redis.restart()
    await until(() => one.client.status === 'ready' && other.client.status === 'ready')
    const third = await make(one, access, 'k-3')
    expect(await make(other, access, 'k-3').then(({ body }) => body)).to.deep.equal(third.body)
  })

  it('does not wait a second for each request while Redis stands still', async () => {
    const [one] = await two()
    const access = await token()
    const five = async (key: string) => {
      const started = Date.now()
      for (let n = 0; n < 5; n++) expect((await make(one, access, `${key}-${n}`)).status).to.equal(200)
      return Date.now() - started
    }
    const usual = await five('k-4')
    redis.pause()
    try {
      expect(await five('k-5')).to.be.lessThan(3_500 + 3 * usual)
    } finally {
      redis.resume()
    }
  })
})
