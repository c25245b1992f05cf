import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import { Secret, TOTP } from 'otpauth'
import { apiRoutes } from '../../server/routes/index.ts'
import { open, type Opened, secret } from './parts.ts'

describe('the operators of the platform', () => {
  let opened: Opened
  let server: Awaited<ReturnType<Opened['serve']>>
  let clinic: Awaited<ReturnType<Opened['business']>>
  let password: string
  let totpSecret: string
  const email = 'root@careline.test'
  before(async () => {
    opened = await open()
    clinic = await opened.business('clinic', ['owner'])
    server = await opened.serve()
    const made = await server.operators.add({ email, name: 'Root' })
    password = made.password
    totpSecret = new URL(made.totpUri).searchParams.get('secret') ?? ''
  })
  after(async () => {
    await server.close()
    await opened.close()
  })

  const ask = async (method: string, path: string, { token, body }: { token?: string; body?: object } = {}) => {
    const answer = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const code = () => new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: server.now() })
  const signIn = (said: object = {}) =>
    ask('POST', '/platform/auth/sign-in', { body: { email, password, code: code(), ...said } })
  /** A code is good once: the next one is half a minute away. */
  const fresh = async () => {
    server.later(31_000)
    return (await signIn()).body.accessToken as string
  }
  const ofMember = async () => (await server.auth.openFor(clinic.id, clinic.member('owner'))).accessToken

  it('come in with password and code together, and hear one answer to anything else', async () => {
    const right = await signIn()
    expect(right).to.nested.include({ status: 200, 'body.operator.email': email })
    const again = await signIn()
    expect([again.status, again.body.code], 'the same code').to.deep.equal([401, 'bad_credentials'])
    server.later(31_000)
    for (const wrong of [{ code: '000000' }, { password: 'not this one' }, { email: 'nobody@careline.test' }]) {
      const { status, body } = await signIn(wrong)
      expect([status, body.code, body.title]).to.deep.equal([401, 'bad_credentials', again.body.title])
    }
    expect((await signIn()).status).to.equal(200)
    expect(server.audited.map(({ action }) => action)).to.include('operator.signed_in')
  })

  it('are a realm of their own: each refuses the tokens of the other, whatever they say', async () => {
    const [operator, member] = [await fresh(), await ofMember()]
    const theirs = apiRoutes.filter(({ terms }) => terms.allow === 'operator')
    expect(theirs.length).to.be.greaterThan(8)
    for (const { method, path } of theirs)
      for (const token of [undefined, member, 'no.token'])
        expect(
          await ask(method.toUpperCase(), path.replace(/:\w+/g, 'x'), { ...(token && { token }) }),
          path,
        ).to.include({
          status: 401,
        })
    for (const path of ['/auth/me', '/conversations', '/admin/backups', '/workspaces/current'])
      expect(await ask('GET', path, { token: operator }), path).to.include({ status: 401 })
    const claims = jwt.decode(operator) as object
    for (const forged of [
      jwt.sign(claims, secret, { algorithm: 'HS256' }),
      jwt.sign({ ...claims, aud: 'workspace' }, secret, { algorithm: 'HS256' }),
      jwt.sign(claims, '', { algorithm: 'none' }),
    ])
      expect(await ask('GET', '/platform/me', { token: forged })).to.include({ status: 401 })
  })

  it('renew their sign-in; a token that comes twice ends it', async () => {
    server.later(31_000)
    const { refreshToken, accessToken } = (await signIn()).body
    const refresh = (token: string) => ask('POST', '/platform/auth/refresh', { body: { refreshToken: token } })
    const next = await refresh(refreshToken)
    expect(next.status).to.equal(200)
    expect((await refresh(refreshToken)).body.code).to.equal('refresh_invalid')
    expect((await refresh(next.body.refreshToken)).body.code).to.equal('refresh_invalid')
    server.later(6_000)
    expect((await ask('GET', '/platform/me', { token: accessToken })).status).to.equal(401)
  })

  it('see sizes and states of all workspaces, and nothing of what is in them', async () => {
    const token = await fresh()
    const { items } = (await ask('GET', '/platform/workspaces?q=Clinic', { token })).body
    expect(items).to.have.length(1)
    expect(items[0]).to.include({ id: clinic.id, slug: 'clinic', status: 'active', members: 1, messages: 0 })
    expect((await ask('GET', '/platform/workspaces/ws_none', { token })).status).to.equal(404)
    const { body } = await ask('GET', `/platform/workspaces/${clinic.id}/actors`, { token })
    expect(body).to.deep.equal({ items: [], nextCursor: null })
  })

  it('see the errors that are of no workspace, and resolve them', async () => {
    const token = await fresh()
    const seen = {
      fingerprint: 'f',
      source: 'schedule failed',
      name: 'TypeError',
      code: null,
      message: null,
      place: 'run',
    }
    const rest = { stack: [], count: 1, at: server.now(), context: { schedule: 'audit' }, errorIds: [] }
    for (const whose of ['platform', clinic.id]) await server.errorLogs.add(whose, { ...seen, ...rest }, 100)
    const { items } = (await ask('GET', '/platform/errors', { token })).body
    expect(items.map(({ name, lastContext }: any) => [name, lastContext])).to.deep.equal([['TypeError', rest.context]])
    const resolve = (id: string) => ask('PATCH', `/platform/errors/${id}`, { token, body: { status: 'resolved' } })
    expect((await resolve(items[0].id)).body).to.include({ status: 'resolved' })
    const [theirs] = (await server.errorLogs.page(clinic.id, { limit: 1 })).items
    expect((await resolve(theirs?.id ?? '')).status, "a workspace's own").to.equal(404)
    expect((await ask('GET', '/platform/errors', { token: await ofMember() })).status).to.equal(401)
  })

  it('act as somebody who lets operators, and only operators whom they let', async () => {
    const token = await fresh()
    const who = clinic.member('owner')
    const at = `/platform/workspaces/${clinic.id}/members`
    const begin = (as = who) => ask('POST', `${at}/${as}/impersonation`, { token, body: {} })
    const owner = await ofMember()
    const consent = (method: string, body?: object) =>
      ask(method, '/auth/consent', { token: owner, ...(body && { body }) })
    await consent('PUT', { hours: 2 })
    expect((await begin()).body.code, 'colleagues alone').to.equal('consent_missing')
    expect((await begin('mem_none')).status).to.equal(404)

    expect((await ask('POST', `${at}/${who}/impersonation/ask`, { token, body: {} })).status).to.equal(202)
    expect(server.posted.at(-1)).to.deep.include({ to: 'owner@clinic.test' })
    expect(server.posted.at(-1)?.letter).to.include({ about: 'impersonation', name: 'Root (operator)' })
    const asked = (await consent('GET')).body
    expect([asked.asked.name, asked.operatorsUntil]).to.deep.equal(['Root (operator)', null])

    await consent('PUT', { hours: 2, who: 'operators' })
    const { items } = (await ask('GET', at, { token })).body
    expect(items.map(({ id, operatorsUntil }: any) => [id, operatorsUntil !== null])).to.deep.equal([[who, true]])
    const { status, body: acting } = await begin()
    expect(status).to.equal(200)
    const me = await ask('GET', '/auth/me', { token: acting.accessToken })
    expect(me.body).to.nested.include({ 'user.id': who, 'acting.name': 'Root (operator)' })
    expect(me.body.permissions).to.include('conversations.write').and.not.include('workspace.close')
    const own = await ask('POST', '/auth/password/change', { token: acting.accessToken, body: {} })
    expect([403, 422]).to.include(own.status)
    expect((await ask('GET', '/platform/me', { token: acting.accessToken })).status, 'the other realm').to.equal(401)
    expect((await consent('GET')).body.acting).to.have.length(1)
    const told = server.audited.filter((one) => one.workspaceId === clinic.id && one.target === who)
    expect(told.map(({ action }) => action)).to.include.members(['impersonation.asked', 'impersonation.begun'])
  })

  it('act no longer than they are let, and than they are signed in', async () => {
    const token = await fresh()
    const at = `/platform/workspaces/${clinic.id}/members/${clinic.member('owner')}/impersonation`
    const owner = await ofMember()
    const until = (method: string, body?: object) =>
      ask(method, '/auth/consent', { token: owner, ...(body && { body }) })
    const standing = (as: string) => ask('GET', '/auth/me', { token: as }).then(({ status }) => status)
    await until('PUT', { hours: 1, who: 'both' })
    const first = (await ask('POST', at, { token, body: {} })).body.accessToken
    expect(await standing(first)).to.equal(200)
    await until('DELETE')
    expect(await standing(first), 'withdrawn').to.equal(401)
    await until('PUT', { hours: 1, who: 'operators' })
    const second = (await ask('POST', at, { token, body: {} })).body.accessToken
    expect(await standing(second)).to.equal(200)
    for (const { _id } of await opened.store.platform('operator_sessions').find({}).toArray())
      await opened.store.platform('operator_sessions').deleteOne({ _id })
    server.later(6_000)
    expect(await standing(second), 'signed out as an operator').to.equal(401)
    await until('DELETE')
  })

  it('run and pause the schedules, which strangers’ admins may not', async () => {
    const token = await fresh()
    expect((await ask('GET', '/platform/jobs', { token })).status).to.equal(200)
    const owner = await ofMember()
    expect((await ask('GET', '/platform/jobs', { token: owner })).status).to.equal(401)
    for (const [method, path] of [
      ['GET', '/admin/jobs'],
      ['POST', '/admin/jobs/files/run'],
      ['POST', '/admin/jobs/files/pause'],
      ['POST', '/admin/jobs/files/resume'],
    ] as const) {
      const { status, body } = await ask(method, path, { token: owner, ...(method === 'POST' && { body: {} }) })
      expect([status, body.code], path).to.deep.equal([403, 'operators_only'])
    }
  })

  it('stop a workspace, let it go on and say what it may use; its own people can see that', async () => {
    const token = await fresh()
    const at = `/platform/workspaces/${clinic.id}`
    const stopped = await ask('POST', `${at}/suspend`, { token, body: { reason: 'Spam' } })
    expect(stopped.body).to.include({ status: 'suspended', suspension: 'Spam' })
    expect((await ask('POST', `${at}/suspend`, { token, body: { reason: 'Spam' } })).body.code).to.equal('wrong_state')
    expect((await ask('POST', `${at}/resume`, { token, body: {} })).body).to.include({
      status: 'active',
      suspension: null,
    })
    const limited = await ask('PATCH', `${at}/quotas`, { token, body: { members: 3 } })
    expect(limited.body.quotas).to.include({ members: 3, channels: 50 })
    expect((await ask('PATCH', `${at}/quotas`, { token, body: { members: 0 } })).status).to.equal(422)
    const there = server.audited.filter(({ workspaceId }) => workspaceId === clinic.id).map(({ action }) => action)
    expect(there.filter((action) => action.startsWith('workspace.'))).to.deep.equal([
      'workspace.suspended',
      'workspace.resumed',
      'workspace.quotas_changed',
    ])
    expect(
      server.audited.filter(
        ({ workspaceId, action }) => workspaceId === 'platform' && action === 'workspace.suspended',
      ),
    ).to.have.length.of.at.least(1)
  })

  it('change a workspace’s key, and see how far that is', async () => {
    const token = await fresh()
    await opened.vault.ready(clinic.id)
    const at = `/platform/workspaces/${clinic.id}/rotate-key`
    expect((await ask('POST', at, { token, body: {} })).status).to.equal(202)
    expect((await ask('POST', at, { token, body: {} })).body.code).to.equal('rotation_running')
    const { items } = (await ask('GET', '/platform/keys', { token })).body
    const mine = items.find(({ workspaceId }: { workspaceId: string }) => workspaceId === clinic.id)
    expect(mine).to.nested.include({ current: 1, 'rotation.to': 2, 'rotation.stage': 'published' })
  })

  it('lose their sign-ins when they are reset or stopped', async () => {
    const token = await fresh()
    const made = await server.operators.reset(email)
    expect((await ask('GET', '/platform/me', { token })).status).to.equal(401)
    server.later(31_000)
    expect((await signIn()).status, 'the old password').to.equal(401)
    password = made.password
    totpSecret = new URL(made.totpUri).searchParams.get('secret') ?? ''
    const again = await fresh()
    await server.operators.disable(email)
    expect((await ask('GET', '/platform/me', { token: again })).status).to.equal(401)
    server.later(31_000)
    expect((await signIn()).status).to.equal(401)
  })
})
