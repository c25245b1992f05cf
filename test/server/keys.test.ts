import { expect } from 'chai'
import { z } from 'zod'
import type { Permission } from '../../kernel/permissions.ts'
import { post } from '../../server/http/route.ts'
import { changeMember } from '../../store/settings/members.ts'
import { until } from '../harness/until.ts'
import { type Opened, open, type Served } from './parts.ts'

const minuteMs = 60_000

describe('API keys', () => {
  let opened: Opened
  let served: Served
  let clinic: Awaited<ReturnType<Opened['business']>>
  before(async () => {
    opened = await open()
    clinic = await opened.business('clinic')
  })
  beforeEach(async () => void (served = await opened.serve()))
  afterEach(() => served.close())
  after(() => opened.close())

  const token = async (role: 'owner' | 'admin' | 'staff' = 'owner') =>
    (await served.auth.openProven(clinic.id, clinic.member(role))).accessToken
  const make = async (wanted: object = {}, by?: string) => {
    const body = { name: 'The website', scopes: ['members.read'], ...wanted }
    return served.ask('POST', '/api/v1/api-keys', { token: by ?? (await token()), body })
  }
  const reads = async (secret: string) => (await served.ask('GET', '/api/v1/members', { token: secret })).status
  const line = async (id: string) =>
    (await served.ask('GET', '/api/v1/api-keys', { token: await token() })).body.items.find((one: any) => one.id === id)

  it('are shown once, kept as a hash, and do what they are for', async () => {
    const { status, body } = await make()
    expect(status).to.equal(201)
    expect(body.secret).to.match(/^ck_live_[0-9a-f]{12}_[\w-]{43}$/)
    expect(body.secret.startsWith(`${body.key.begins}_`)).to.equal(true)
    expect(await reads(body.secret)).to.equal(200)

    const kept = JSON.stringify(await opened.store.collection('api_keys').find({}).toArray())
    expect(kept).to.include(body.key.id)
    expect(kept).not.to.include(body.secret.slice(-43))
    const { items } = (await served.ask('GET', '/api/v1/api-keys', { token: await token() })).body
    expect(JSON.stringify(items)).not.to.include(body.secret.slice(-43))
  })

  it('are nobody: not asked for what is a person’s own, and not told who they are', async () => {
    const { secret } = (await make()).body
    for (const path of ['/auth/me', '/auth/sessions', '/auth/workspaces', '/permissions']) {
      const { status, body } = await served.ask('GET', `/api/v1${path}`, { token: secret })
      expect([status, body.code], path).to.deep.equal([403, 'not_allowed'])
    }
  })

  it('can do no more than their maker, and make no other', async () => {
    const refused = async (scopes: string[], by?: string) => {
      const { status, body } = await make({ scopes }, by)
      return `${status} ${body.code}`
    }
    expect(await refused(['keys.manage']), 'for people only').to.equal('422 invalid_request')
    expect(await refused(['everything'])).to.equal('422 invalid_request')
    expect(await refused([])).to.equal('422 invalid_request')
    const withheld: Permission[] = ['audit.read']
    await changeMember(opened.store, clinic.id, clinic.member('admin'), { withheld })
    served.auth.forget()
    expect(await refused(['audit.read'], await token('admin'))).to.equal('403 not_allowed')
    expect(await refused(['errors.read'], await token('admin'))).to.equal('201 undefined')
    expect(await refused(['members.read'], await token('staff'))).to.equal('403 not_allowed')
  })

  it('end when they are said to, and at once when they are revoked', async () => {
    const past = await make({ expiresAt: new Date(Date.now() - 1).toISOString() })
    expect([past.status, past.body.errors[0].path]).to.deep.equal([422, 'expiresAt'])
    const { secret } = (await make({ expiresAt: new Date(Date.now() + 10 * minuteMs).toISOString() })).body
    const other = (await make()).body
    expect([await reads(secret), await reads(other.secret)]).to.deep.equal([200, 200])
    served.later(10 * minuteMs)
    expect(await reads(secret)).to.equal(401)

    const gone = () => served.ask('DELETE', `/api/v1/api-keys/${other.key.id}`, { token: owner })
    const owner = await token()
    expect((await gone()).status).to.equal(204)
    expect(await reads(other.secret)).to.equal(401)
    expect((await gone()).status, 'there is none any more').to.equal(404)
    expect(await line(other.key.id)).to.equal(undefined)
  })

  it('end within five seconds where another process revoked them', async () => {
    const { secret, key } = (await make()).body
    const elsewhere = await opened.serve()
    expect((await elsewhere.ask('GET', '/api/v1/members', { token: secret })).status).to.equal(200)
    await served.ask('DELETE', `/api/v1/api-keys/${key.id}`, { token: await token() })
    expect((await elsewhere.ask('GET', '/api/v1/members', { token: secret })).status, 'known until then').to.equal(200)
    elsewhere.later(5_000)
    expect((await elsewhere.ask('GET', '/api/v1/members', { token: secret })).status).to.equal(401)
    await elsewhere.close()
  })

  it('get a new secret while the old one goes on for a while, or not', async () => {
    const { secret, key } = (await make()).body
    const rotate = async (graceHours: number) =>
      (await served.ask('POST', `/api/v1/api-keys/${key.id}/rotate`, { token: await token(), body: { graceHours } }))
        .body
    const second = await rotate(1)
    expect(second.key.begins).to.equal(key.begins)
    expect([await reads(secret), await reads(second.secret)]).to.deep.equal([200, 200])
    served.later(60 * minuteMs)
    expect([await reads(secret), await reads(second.secret)]).to.deep.equal([401, 200])
    const third = await rotate(0)
    expect([await reads(second.secret), await reads(third.secret)]).to.deep.equal([401, 200])
  })

  it('say when they were used last, to the minute and no oftener', async () => {
    const { secret, key } = (await make()).body
    expect((await line(key.id)).lastUsedAt).to.equal(null)
    await reads(secret)
    const first = await until(async () => (await line(key.id)).lastUsedAt)
    await reads(secret)
    expect((await line(key.id)).lastUsedAt).to.equal(first)
    served.later(minuteMs)
    await reads(secret)
    const second = await until(async () =>
      (await line(key.id)).lastUsedAt === first ? null : (await line(key.id)).lastUsedAt,
    )
    expect(Date.parse(second) - Date.parse(first)).to.be.at.least(minuteMs)
  })

  it('have a limit of their own, and say when to come again', async () => {
    const [slow, other] = [(await make({ perMinute: 2 })).body.secret, (await make()).body.secret]
    expect([await reads(slow), await reads(slow), await reads(slow)]).to.deep.equal([200, 200, 429])
    const { headers } = await served.ask('GET', '/api/v1/members', { token: slow })
    expect(Number(headers.get('retry-after'))).to.be.within(1, 60)
    expect(await reads(other)).to.equal(200)
  })

  it('share the limit of their workspace with everybody there, and with nobody else', async () => {
    const quotas = { members: 1, channels: 1, requestsPerMinute: 3, storageBytes: 1 }
    const other = await opened.business('neighbour', ['owner'])
    const few = await opened.serve({
      parts: { quotasOf: (id) => (id === clinic.id ? quotas : { ...quotas, requestsPerMinute: 100 }) },
    })
    const mine = await token()
    const theirs = (await few.auth.openProven(other.id, other.member('owner'))).accessToken
    const ask = async (by: string) => (await few.ask('GET', '/api/v1/members', { token: by })).status
    expect([await ask(mine), await ask(await token('staff')), await ask(mine), await ask(mine)]).to.deep.equal([
      200, 200, 200, 429,
    ])
    expect(await ask(theirs)).to.equal(200)
    await few.close()
  })

  it('have Idempotency-Keys of their own', async () => {
    const one = (await make()).body.secret
    const other = (await make()).body.secret
    const terms = { allow: 'members.read', reply: z.object({ id: z.string().max(64) }) } as const
    const routes = { root: [], api: [post('/things', terms, ({ workspace }) => ({ id: workspace.newId('thing') }))] }
    const things = await opened.serve({ routes })
    const ask = (token: string) =>
      things.ask('POST', '/api/v1/things', { token, headers: { 'idempotency-key': 'the-same' } })
    const first = await ask(one)
    const again = await ask(one)
    expect([again.body.id, again.headers.get('idempotency-hit')]).to.deep.equal([first.body.id, 'true'])
    const others = await ask(other)
    expect([others.status, others.headers.get('idempotency-hit')]).to.deep.equal([200, null])
    expect(others.body.id).not.to.equal(first.body.id)
    await things.close()
  })
})
