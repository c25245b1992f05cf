import { expect } from 'chai'
import { changeMember } from '../../store/settings/members.ts'
import { type Opened, open, type Served } from './parts.ts'

describe('acting as a colleague', () => {
  let opened: Opened
  let served: Served
  let clinic: Awaited<ReturnType<Opened['business']>>
  let other: Awaited<ReturnType<Opened['business']>>
  before(async () => {
    opened = await open()
    clinic = await opened.business('clinic')
    other = await opened.business('other', ['owner'])
  })
  beforeEach(async () => void (served = await opened.serve()))
  afterEach(() => served.close())
  after(() => opened.close())

  type Role = 'owner' | 'admin' | 'staff' | 'expert'
  const token = async (role: Role) => (await served.auth.openProven(clinic.id, clinic.member(role))).accessToken
  const ask = async (method: string, path: string, by: Role | { as: string }, body?: object) => {
    const held = typeof by === 'string' ? await token(by) : by.as
    return served.ask(method, `/api/v1${path}`, { token: held, ...(body && { body }) })
  }
  const begin = async (as: Role, by: Role = 'admin') => {
    const { status, body } = await ask('POST', `/members/${clinic.member(as)}/impersonation`, by)
    return { status, code: body.code, as: body.accessToken as string, body }
  }
  const consent = (who: Role, hours = 4) => ask('PUT', '/auth/consent', who, { hours })

  it('needs their consent, which they are asked for by letter', async () => {
    expect((await begin('staff')).code).to.equal('consent_missing')
    const asked = await ask('POST', `/members/${clinic.member('staff')}/impersonation/ask`, 'admin')
    expect(asked.status).to.equal(202)
    expect(served.posted.at(-1)).to.deep.include({
      to: 'staff@clinic.test',
      letter: { about: 'impersonation', link: 'http://careline.test/settings/account', name: 'admin of clinic' },
    })
    const { body } = await ask('GET', '/auth/consent', 'staff')
    expect(body.asked).to.include({ id: clinic.member('admin'), name: 'admin of clinic' })

    await consent('staff')
    const acting = await begin('staff')
    const { body: me } = await ask('GET', '/auth/me', acting)
    expect(me.user.id).to.equal(clinic.member('staff'))
    expect(me.acting).to.deep.equal({ id: clinic.member('admin'), name: 'admin of clinic' })
    const { body: seen } = await ask('GET', '/auth/consent', 'staff')
    expect(seen.asked, 'it is answered').to.equal(null)
    expect(seen.acting[0]).to.include({ name: 'admin of clinic' })
    await ask('DELETE', '/auth/consent', 'staff')
  })

  it('is for those who are allowed to, with others, here', async () => {
    await consent('admin')
    expect((await begin('admin', 'staff')).status).to.equal(403)
    expect((await begin('admin', 'admin')).code).to.equal('own_membership')
    const theirs = (await served.auth.openProven(other.id, other.member('owner'))).accessToken
    expect((await ask('POST', `/members/${clinic.member('admin')}/impersonation`, { as: theirs })).status).to.equal(404)
    await ask('DELETE', '/auth/consent', 'admin')
  })

  it('may do what both may, and nothing that is a person’s own', async () => {
    await consent('owner')
    const acting = await begin('owner')
    const { permissions } = (await ask('GET', '/auth/me', acting)).body
    expect(permissions).to.include('conversations.write')
    expect(permissions).not.to.include.members(['workspace.close', 'keys.manage', 'members.impersonate'])
    const own: [string, string, object?][] = [
      ['GET', '/auth/sessions'],
      ['POST', '/auth/logout-all', {}],
      ['POST', '/auth/password/change', { current: 'x', password: 'something quite long' }],
      ['POST', '/auth/switch', { workspaceId: other.id }],
      ['PUT', '/auth/consent', { hours: 1 }],
    ]
    for (const [method, path, body] of own)
      expect((await ask(method, path, acting, body)).body.code, path).to.equal('not_while_acting')
    expect((await ask('POST', '/api-keys', acting, { name: 'x', scopes: ['members.read'] })).status).to.equal(403)
    const deeper = await ask('POST', `/members/${clinic.member('staff')}/impersonation`, acting)
    expect(deeper.status, 'and not as a third').to.equal(403)
    await ask('DELETE', '/auth/consent', 'owner')
  })

  it('ends after an hour, however often it is renewed', async () => {
    await consent('staff')
    const { body } = await begin('staff')
    let { refreshToken } = body
    for (let minute = 14; minute < 60; minute += 14) {
      served.later(14 * 60_000)
      const next = await served.ask('POST', '/api/v1/auth/refresh', { body: { refreshToken } })
      expect(next.body.acting, String(minute)).to.deep.include({ id: clinic.member('admin') })
      refreshToken = next.body.refreshToken
    }
    served.later(5 * 60_000)
    expect((await served.ask('POST', '/api/v1/auth/refresh', { body: { refreshToken } })).status).to.equal(401)
    await ask('DELETE', '/auth/consent', 'staff')
  })

  it('ends at once when they say so, when their consent runs out, and with the right to it', async () => {
    await consent('staff')
    const first = await begin('staff')
    expect((await ask('GET', '/auth/me', first)).status).to.equal(200)
    await ask('DELETE', '/auth/consent', 'staff')
    expect((await ask('GET', '/auth/me', first)).status).to.equal(401)

    await consent('staff')
    const third = await begin('staff')
    await changeMember(opened.store, clinic.id, clinic.member('admin'), { withheld: ['members.impersonate'] })
    served.auth.forget()
    expect((await ask('GET', '/auth/me', third)).status).to.equal(401)
    await changeMember(opened.store, clinic.id, clinic.member('admin'), { withheld: [] })

    await ask('PUT', '/auth/consent', 'staff', { hours: 1 })
    served.later(50 * 60_000)
    const fourth = await begin('staff')
    served.later(11 * 60_000)
    expect((await ask('GET', '/auth/me', fourth)).status, 'of the hour eleven minutes are gone').to.equal(401)
    expect((await ask('GET', '/auth/consent', 'staff')).body.until).to.equal(null)
  })

  it('is a sign-in of the colleague’s, and ends with theirs', async () => {
    await consent('staff')
    const acting = await begin('staff')
    await ask('POST', '/auth/logout-all', 'admin', {})
    expect((await ask('GET', '/auth/me', acting)).status).to.equal(401)
    await ask('DELETE', '/auth/consent', 'staff')
  })
})
