import { expect } from 'chai'
import { type Opened, open, password, type Served } from './parts.ts'

const week = 7 * 24 * 60 * 60_000

describe('a team', () => {
  let at: Opened
  let http: Served
  let clinic: Awaited<ReturnType<Opened['business']>>
  let businesses = 0
  before(async () => {
    at = await open()
  })
  beforeEach(async () => {
    clinic = await at.business(`team-${++businesses}`)
    http = await at.serve()
  })
  afterEach(() => http.close())
  after(() => at.close())

  const as = async (role: string) => (await http.login(`${role}@team-${businesses}.test`)).accessToken
  const invite = (token: string, body: object) => http.ask('POST', '/api/v1/members/invitations', { token, body })
  const tokenOf = (answer: { body?: any }) => new URL(answer.body.url).searchParams.get('token') ?? ''
  const invitation = (token: string) => http.ask('GET', `/api/v1/members/invitations/${token}`)
  const accept = (token: string, body: object = {}) =>
    http.ask('POST', `/api/v1/members/invitations/${token}/accept`, { body })
  const patch = (token: string, id: string, body: object) => http.ask('PATCH', `/api/v1/members/${id}`, { token, body })
  const list = async (token: string, query = '') =>
    (await http.ask('GET', `/api/v1/members${query}`, { token })).body.items as any[]
  const nina = { email: 'Nina@new.test', name: 'Nina', role: 'staff' }

  it('grows by an invitation: looked at often, accepted once, with a password of her own', async () => {
    const admin = await as('admin')
    const made = await invite(admin, nina)
    expect(made.status).to.equal(201)
    expect(made.body.member).to.include({ name: 'Nina', email: 'Nina@new.test', status: 'invited' })
    const token = tokenOf(made)
    const { body: shown } = await invitation(token)
    const workspace = `The team-${businesses}`
    const about = { workspace, slug: `team-${businesses}`, needsPassword: true }
    expect(shown).to.deep.equal({ name: 'Nina', email: 'Nina@new.test', role: 'staff', ...about })
    expect((await invitation(token)).status, 'a look uses nothing up').to.equal(200)
    expect(await list(admin)).to.have.lengthOf(4)
    expect((await list(admin, '?all=true')).map(({ status }) => status)).to.include('invited')
    expect(await list(await as('staff'), '?all=true'), 'for admins only').to.have.lengthOf(4)

    const tries = await Promise.all([1, 2, 3].map(() => accept(token, { name: 'Nina N.', password })))
    const joined = tries.filter(({ status }) => status === 200)
    expect(joined).to.have.lengthOf(1)
    expect(joined[0]?.body.user).to.include({ name: 'Nina N.', role: 'staff' })
    expect((await http.ask('GET', '/api/v1/auth/me', { token: joined[0]?.body.accessToken })).status).to.equal(200)
    expect((await http.login('nina@new.test')).user.name).to.equal('Nina N.')
    expect((await invitation(token)).body.code).to.equal('link_invalid')
    const twice = await invite(admin, nina)
    expect([twice.status, twice.body.code]).to.deep.equal([409, 'already_member'])
  })

  it('takes somebody who has an account already, and gives nobody the say over its password', async () => {
    const other = `other-${businesses}`
    await at.business(other)
    const email = `staff@${other}.test`
    const made = await invite(await as('owner'), { email, name: 'From there', role: 'admin' })
    expect((await invitation(tokenOf(made))).body.needsPassword).to.equal(false)
    const stolen = await accept(tokenOf(made), { password: 'the inviting admin’s choice' })
    expect([stolen.status, stolen.body.code]).to.deep.equal([409, 'has_password'])
    const { body } = await accept(tokenOf(made))
    expect(body.workspace.id).to.equal(clinic.id)

    const there = (await http.ask('GET', '/api/v1/auth/workspaces', { token: body.accessToken })).body.items
    expect(there.map(({ name, role, isHere }: any) => [name, role, isHere])).to.deep.equal([
      [`The ${other}`, 'staff', false],
      [`The team-${businesses}`, 'admin', true],
    ])
    const change = { workspaceId: there[0].id }
    const switched = await http.ask('POST', '/api/v1/auth/switch', { token: body.accessToken, body: change })
    expect(switched.body).to.nested.include({ 'workspace.id': there[0].id, 'user.role': 'staff' })
    const left = await http.ask('GET', '/api/v1/auth/me', { token: body.accessToken })
    expect(left.status, 'the sign-in that was left').to.equal(401)
    const foreign = { workspaceId: (await at.business(`foreign-${businesses}`)).id }
    const { accessToken: token } = switched.body
    expect((await http.ask('POST', '/api/v1/auth/switch', { token, body: foreign })).status).to.equal(404)
  })

  it('voids a link by a new one, by taking it back, and after a week', async () => {
    const admin = await as('admin')
    const first = tokenOf(await invite(admin, nina))
    const second = tokenOf(await invite(admin, { ...nina, email: 'nina@NEW.test' }))
    expect((await accept(first)).status).to.equal(401)
    expect((await list(admin, '?all=true')).filter(({ status }) => status === 'invited')).to.have.lengthOf(1)
    const { id } = (await list(admin, '?all=true')).find(({ status }) => status === 'invited')
    expect((await http.ask('DELETE', `/api/v1/members/${id}`, { token: admin })).status).to.equal(204)
    expect((await accept(second)).status).to.equal(401)
    const third = tokenOf(await invite(admin, nina))
    http.later(week)
    expect((await accept(third)).status).to.equal(401)
    expect((await accept('guessed')).body.code).to.equal('link_invalid')
  })

  it('locks out who is disabled, and lets them in again', async () => {
    const [admin, staff] = [await as('admin'), await as('staff')]
    const id = clinic.member('staff')
    const { body } = await patch(admin, id, { status: 'disabled' })
    expect(body).to.include({ id, status: 'disabled', role: 'staff' })
    expect((await http.ask('GET', '/api/v1/auth/me', { token: staff })).status).to.equal(401)
    expect(await http.login(`staff@team-${businesses}.test`)).to.include({ code: 'bad_credentials' })
    expect((await patch(admin, id, { status: 'active', role: 'expert' })).body.role).to.equal('expert')
    expect((await http.login(`staff@team-${businesses}.test`)).user.role).to.equal('expert')
  })

  it('is an owner’s in the end', async () => {
    const [owner, admin, staff] = [await as('owner'), await as('admin'), await as('staff')]
    const own = clinic.member('owner')
    for (const [what, answer, code] of [
      ['staff invite nobody', await invite(staff, nina), 'not_allowed'],
      ['an admin makes no owner', await invite(admin, { ...nina, role: 'owner' }), 'not_allowed'],
      ['nor by a change', await patch(admin, clinic.member('staff'), { role: 'owner' }), 'not_allowed'],
      ['nor touches one', await patch(admin, own, { status: 'disabled' }), 'not_allowed'],
      ['an owner does not leave like that', await patch(owner, own, { role: 'staff' }), 'own_membership'],
    ] as const)
      expect([answer.status, answer.body.code], what).to.deep.equal([403, code])
    expect((await patch(owner, clinic.member('admin'), { role: 'owner' })).status).to.equal(200)
    expect((await patch(owner, own, { name: 'The old owner' })).body.name).to.equal('The old owner')
    const none = await patch(owner, 'mem_none', { name: 'X' })
    expect([none.status, none.body.code]).to.deep.equal([404, 'not_found'])
  })

  it('keeps an owner even when two take each other down at once', async () => {
    const owner = await as('owner')
    await patch(owner, clinic.member('admin'), { role: 'owner' })
    const second = await as('admin')
    await Promise.all([
      patch(owner, clinic.member('admin'), { status: 'disabled' }),
      patch(second, clinic.member('owner'), { status: 'disabled' }),
    ])
    const [{ count }] = (await at.store
      .collection('members')
      .aggregate([{ $match: { workspaceId: clinic.id, role: 'owner', status: 'active' } }, { $count: 'count' }])
      .toArray()) as any
    expect(count).to.be.greaterThan(0)
  })
})
