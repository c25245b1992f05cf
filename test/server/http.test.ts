import { expect } from 'chai'
import { z } from 'zod'
import { instant } from '../../kernel/marks.ts'
import { busy, conflict } from '../../kernel/problem.ts'
import { del, get, page, patch, post, put } from '../../server/http/route.ts'
import { type Opened, open, type Served } from './parts.ts'

const Lamp = z.object({ id: z.string(), watts: z.int(), litAt: instant().nullable() })
let lit = 0
let hold: Promise<unknown> = Promise.resolve()
const lamps = [
  get('/lamps', { allow: 'public', query: z.object(page), reply: z.object({ limit: z.int() }) }, ({ query }) => ({
    limit: query.limit,
  })),
  get('/lamps/:id', { allow: 'conversations.read', reply: Lamp }, ({ params }) => ({
    id: params.id,
    watts: 40,
    litAt: 0,
  })),
  post(
    '/lamps',
    {
      allow: 'conversations.write',
      status: 201,
      reply: Lamp,
      body: z.object({ watts: z.int().max(100), litAt: instant() }),
    },
    async ({ workspace, body }) => {
      lit++
      await hold
      if (body.watts === 13) throw conflict('unlucky', 'Not this one.')
      return { id: workspace.newId('lamp'), ...body }
    },
  ),
  put('/lamps/:id', { allow: 'members.manage' }, () => undefined),
  patch('/lamps/:id', { allow: 'any' }, () => undefined),
  del('/lamps/:id', { allow: 'workspace.close' }, () => undefined),
  get('/broken', { allow: 'public' }, () => {
    throw new TypeError('the secret name of somebody')
  }),
  get('/busy', { allow: 'public' }, () => {
    throw busy('full', 'Later.', 2_500)
  }),
]

describe('HTTP', () => {
  let at: Opened
  let http: Served
  let tokens: Record<string, string>
  const routes = { api: lamps, root: [] }
  before(async () => {
    at = await open()
    await at.business('lights')
    http = await at.serve({ routes })
    tokens = {}
    for (const role of ['owner', 'admin', 'staff', 'expert']) {
      const { accessToken } = await signIn(role)
      tokens[role] = accessToken
    }
  })
  after(async () => {
    await http.close()
    await at.close()
  })
  const signIn = async (role: string) => {
    const member = await at.store.collection('members').findOne({ role })
    return http.auth.openFor(String(member?.['workspaceId']), String(member?._id))
  }
  const ask = (method: string, path: string, more: Parameters<Served['ask']>[2] = {}) =>
    http.ask(method, `/api/v1${path}`, more)

  describe('a declared route', () => {
    const body = { watts: 60, litAt: '2026-11-21T09:00:00+02:00' }

    it('takes wire form and answers wire form', async () => {
      const made = await ask('POST', '/lamps', { token: tokens['staff'], body })
      expect(made.status).to.equal(201)
      expect(made.body).to.deep.include({ watts: 60, litAt: '2026-11-21T07:00:00.000Z' })
      expect(made.headers.get('content-type')).to.match(/^application\/json/)
    })

    it('tells everything that is wrong at once, and where', async () => {
      const { status, body, headers } = await ask('POST', '/lamps', { token: tokens['staff'], body: { watts: 101 } })
      expect(status).to.equal(422)
      expect(headers.get('content-type')).to.equal('application/problem+json')
      expect(body).to.deep.include({
        code: 'invalid_request',
        status: 422,
        type: 'urn:careline:problem:invalid_request',
      })
      expect(body.requestId).to.equal(headers.get('x-request-id'))
      expect(body.errors.map(({ path }: any) => path)).to.have.members(['watts', 'litAt'])
      for (const error of body.errors) expect(error.message).to.be.a('string').and.not.be.empty
      const query = await ask('GET', '/lamps?limit=0')
      expect(query.body.errors.map(({ path }: any) => path)).to.deep.equal(['query.limit'])
      expect((await ask('GET', '/lamps?limit=5&limit=6')).status).to.equal(422)
      expect((await ask('GET', '/lamps?limit=7&unknown=1')).body).to.deep.equal({ limit: 7 })
    })

    it('lets in whom it allows, and nobody else', async () => {
      const may: Record<string, [string, string, string[]]> = {
        everybody: ['GET', '/lamps/l1', ['owner', 'admin', 'staff', 'expert']],
        leads: ['PUT', '/lamps/l1', ['owner', 'admin']],
        owner: ['DELETE', '/lamps/l1', ['owner']],
        'whoever signs in': ['PATCH', '/lamps/l1', ['owner', 'admin', 'staff', 'expert']],
      }
      for (const [rule, [method, path, roles]] of Object.entries(may)) {
        expect((await ask(method, path)).status, `${rule}: nobody`).to.equal(401)
        for (const role of ['owner', 'admin', 'staff', 'expert']) {
          const { status, body } = await ask(method, path, { token: tokens[role] })
          if (roles.includes(role)) expect(status, `${rule}: ${role}`).to.be.within(200, 204)
          else expect([status, body.code], `${rule}: ${role}`).to.deep.equal([403, 'not_allowed'])
        }
      }
    })

    it('knows ids by their shape', async () => {
      const token = tokens['staff']
      expect((await ask('GET', '/lamps/usr_1.a-B', { token })).body.id).to.equal('usr_1.a-B')
      for (const id of ['%00', '%24where', '..%2f..%2fetc', 'a'.repeat(129), '%E0%A4%A', '{}'])
        expect((await ask('GET', `/lamps/${id}`, { token })).status, id).to.equal(404)
    })
  })

  describe('an Idempotency-Key', () => {
    const body = { watts: 60, litAt: '2026-11-21T09:00:00Z' }
    const once = (key: string, more: object = {}, role = 'staff') =>
      ask('POST', '/lamps', { token: tokens[role], body: { ...body, ...more }, headers: { 'idempotency-key': key } })

    it('answers the repetition like the first, without doing it again', async () => {
      const before = lit
      const [first, second] = [await once('k1'), await once('k1')]
      expect(lit - before).to.equal(1)
      expect(second.status).to.equal(201)
      expect(second.body).to.deep.equal(first.body)
      expect(first.headers.get('idempotency-hit')).to.equal(null)
      expect(second.headers.get('idempotency-hit')).to.equal('true')
    })

    it('holds two that come at once together', async () => {
      const { promise, resolve } = Promise.withResolvers()
      hold = promise
      const before = lit
      const both = [once('k2'), once('k2')]
      setImmediate(resolve)
      const [one, two] = await Promise.all(both)
      hold = Promise.resolve()
      expect(lit - before).to.equal(1)
      expect(one?.body).to.deep.equal(two?.body)
    })

    it('refuses another request under the same key', async () => {
      await once('k3')
      const { status, body } = await once('k3', { watts: 61 })
      expect([status, body.code]).to.deep.equal([422, 'idempotency_key_reused'])
    })

    it('belongs to its caller', async () => {
      const mine = await once('k4')
      const theirs = await once('k4', { watts: 61 }, 'owner')
      expect(theirs.status).to.equal(201)
      expect(theirs.body.id).not.to.equal(mine.body.id)
    })

    it('finds the same id after a restart', async () => {
      const first = await once('k5')
      const restarted = await at.serve({ routes })
      const again = await restarted.ask('POST', '/api/v1/lamps', {
        token: tokens['staff'],
        body,
        headers: { 'idempotency-key': 'k5' },
      })
      expect(again.body.id).to.equal(first.body.id)
      await restarted.close()
    })

    it('lets a refused request be tried again', async () => {
      const before = lit
      expect((await once('k6', { watts: 13 })).body.code).to.equal('unlucky')
      expect((await once('k6', { watts: 13 })).body.code).to.equal('unlucky')
      expect(lit - before).to.equal(2)
    })

    it('has a shape', async () => {
      for (const key of ['two words', 'x'.repeat(129)]) {
        const { status, body } = await once(key)
        expect([status, body.errors[0].path], key).to.deep.equal([422, 'Idempotency-Key'])
      }
    })
  })

  describe('refusals', () => {
    it('are problems, for what is not there and for methods that are not taken', async () => {
      for (const path of ['/api/v1/nothing', '/api/v2', '/nothing.js', '/webhooks/none', '/assets/none.js']) {
        const { status, body, headers } = await http.ask('GET', path)
        expect([status, body?.code], path).to.deep.equal([404, 'not_found'])
        expect(headers.get('content-type'), path).to.equal('application/problem+json')
      }
      const { status, body, headers } = await ask('DELETE', '/lamps')
      expect([status, body.code]).to.deep.equal([405, 'method_not_allowed'])
      expect(headers.get('allow')?.split(', ')).to.have.members(['HEAD', 'GET', 'POST'])
      expect((await ask('OPTIONS', '/lamps')).headers.get('allow')).to.include('POST')
    })

    it('say when to come again', async () => {
      const { status, headers, body } = await ask('GET', '/busy')
      expect([status, body.code, body.retryable]).to.deep.equal([503, 'full', true])
      expect(headers.get('retry-after')).to.equal('3')
    })

    it('tell nothing of a fault of ours, and log it once under the id that the caller got', async () => {
      const { status, body, text } = await ask('GET', '/broken', { headers: { 'x-request-id': 'req-of-mine' } })
      expect([status, body.code, body.requestId]).to.deep.equal([500, 'internal', 'req-of-mine'])
      expect(text).not.to.include('secret name')
      const found = http.logged.filter(({ fields }) => fields?.errorId === body.errorId)
      expect(found).to.have.length(1)
      expect(found[0]?.fields).to.deep.include({ requestId: 'req-of-mine', method: 'GET', route: '/api/v1/broken' })
      expect(found[0]?.fields.error).to.be.instanceOf(TypeError)
    })

    it('and answers are measured by their route, never by their address', async () => {
      const measured: object[] = []
      const watched = await at.serve({
        routes,
        parts: { measured: ({ ms, ...rest }) => void measured.push({ ...rest, isTimed: ms > 0 }) },
      })
      await watched.ask('GET', '/api/v1/lamps/usr_secret', { token: tokens['staff'] })
      await watched.ask('GET', '/api/v1/broken')
      await watched.ask('GET', '/api/v1/usr_secret')
      expect(measured).to.deep.equal([
        { method: 'GET', route: '/api/v1/lamps/:id', status: 200, isTimed: true },
        { method: 'GET', route: '/api/v1/broken', status: 500, isTimed: true },
        { method: 'GET', route: '', status: 404, isTimed: true },
      ])
      await watched.close()
    })

    it('count per minute: strangers by address, staff by account', async () => {
      const tight = await at.serve({ routes, config: { limits: { pub: 2, staff: 3, file: 1 } } })
      const statuses = async (path: string, times: number, token?: string) => {
        const found: number[] = []
        for (let n = 0; n < times; n++) found.push((await tight.ask('GET', `/api/v1${path}`, { token })).status)
        return found
      }
      expect(await statuses('/lamps', 3)).to.deep.equal([200, 200, 429])
      expect(await statuses('/lamps/l1', 4, tokens['staff'])).to.deep.equal([200, 200, 200, 429])
      expect(await statuses('/lamps/l1', 1, tokens['owner'])).to.deep.equal([200])
      const { headers, body } = await tight.ask('GET', '/api/v1/lamps')
      expect(body.code).to.equal('too_many_requests')
      expect(Number(headers.get('retry-after'))).to.be.within(1, 60)
      const elsewhere = await tight.ask('GET', '/api/v1/lamps', { headers: { 'x-forwarded-for': '203.0.113.9' } })
      expect(elsewhere.status, 'nobody is believed where they come from').to.equal(429)
      await tight.close()
    })

    it('count behind a proxy whom the proxy saw, and an IPv6 network as one', async () => {
      const tight = await at.serve({ routes, config: { trustsProxy: true, limits: { pub: 1, staff: 1, file: 1 } } })
      const from = async (address: string) =>
        (await tight.ask('GET', '/api/v1/lamps', { headers: { 'x-forwarded-for': address } })).status
      expect(await from('203.0.113.9')).to.equal(200)
      expect(await from('198.51.100.1, 203.0.113.9'), 'the client wrote the first').to.equal(429)
      expect(await from('203.0.113.10')).to.equal(200)
      expect(await from('2001:db8:1:2:3:4:5:6')).to.equal(200)
      expect(await from('2001:db8:1:2::99')).to.equal(429)
      expect(await from('2001:DB8:1:3::1')).to.equal(200)
      expect(await from('2001:db8::1')).to.equal(200)
      expect(await from('2001:db8:0:0:7::')).to.equal(429)
      await tight.close()
    })
  })

  describe('headers', () => {
    it('say which request it was', async () => {
      const given = await ask('GET', '/lamps', { headers: { 'x-request-id': 'abc-123' } })
      expect(given.headers.get('x-request-id')).to.equal('abc-123')
      const odd = await ask('GET', '/lamps', { headers: { 'x-request-id': '<script>' } })
      expect(odd.headers.get('x-request-id')).to.match(/^req_[0-9a-f]{32}\.\d+$/)
    })

    it('keep answers from caches, frames and guesses, refusals as well', async () => {
      for (const path of ['/lamps', '/nothing', '/broken']) {
        const { headers } = await ask('GET', path)
        expect(headers.get('cache-control'), path).to.equal('no-store')
        expect(headers.get('content-security-policy'), path).to.equal("default-src 'none'; frame-ancestors 'none'")
        expect(headers.get('x-content-type-options'), path).to.equal('nosniff')
        expect(headers.get('referrer-policy'), path).to.equal('no-referrer')
        expect(headers.get('x-frame-options'), path).to.equal('DENY')
        expect(headers.get('x-powered-by'), path).to.equal(null)
        expect(headers.get('strict-transport-security'), path).to.equal(null)
      }
      const secure = await at.serve({ routes, config: { isSecure: true } })
      const { headers } = await secure.ask('GET', '/api/v1/lamps')
      expect(headers.get('strict-transport-security')).to.include('max-age=31536000')
      await secure.close()
    })

    it('let other origins in only where they are named, exactly', async () => {
      const origin = 'https://app.example'
      const closed = await ask('GET', '/lamps', { headers: { origin } })
      expect(closed.headers.get('access-control-allow-origin')).to.equal(null)
      const opened = await at.serve({ routes, config: { corsOrigins: [origin] } })
      const from = async (who: string, method = 'GET', headers = {}) =>
        (await opened.ask(method, '/api/v1/lamps', { headers: { origin: who, ...headers } })).headers
      expect((await from(origin)).get('access-control-allow-origin')).to.equal(origin)
      expect((await from(origin)).get('access-control-allow-credentials')).to.equal(null)
      expect((await from(origin)).get('vary')).to.match(/origin/i)
      const preflight = await from(origin, 'OPTIONS', { 'access-control-request-method': 'POST' })
      expect(preflight.get('access-control-allow-headers')).to.include('idempotency-key')
      for (const other of ['https://app.example.evil.com', 'http://app.example', 'https://APP.example', 'null'])
        expect((await from(other)).get('access-control-allow-origin') ?? '', other).to.equal('')
      await opened.close()
    })
  })
})
