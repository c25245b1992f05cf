import { createHmac } from 'node:crypto'
import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import { changeMember } from '../../store/settings/members.ts'
import { type Opened, open, password, secret, type Served } from './parts.ts'

const minute = 60_000

describe('signing in', () => {
  let at: Opened
  let http: Served
  let clinic: Awaited<ReturnType<Opened['business']>>
  before(async () => {
    at = await open()
    clinic = await at.business('clinic')
  })
  beforeEach(async () => void (http = await at.serve()))
  afterEach(() => http.close())
  after(() => at.close())

  const post = (path: string, body: unknown) => http.ask('POST', `/api/v1/auth/${path}`, { body })
  const me = (token?: string) => http.ask('GET', '/api/v1/auth/me', { token })

  it('answers tokens, and who they belong to', async () => {
    const { status, body, headers } = await post('login', { email: ' Owner@CLINIC.test ', password })
    expect(status).to.equal(200)
    expect(headers.get('cache-control')).to.equal('no-store')
    expect(body.user).to.deep.equal({
      id: clinic.member('owner'),
      name: 'owner of clinic',
      email: 'owner@clinic.test',
      role: 'owner',
    })
    expect(body.workspace).to.deep.equal({
      id: clinic.id,
      slug: 'clinic',
      name: 'The clinic',
      timezone: 'Africa/Cairo',
    })
    const lastsMs = Date.parse(body.expiresAt) - Date.now()
    expect(lastsMs).to.be.within(14 * minute, 15 * minute)
    const { user, workspace, permissions, acting } = body
    expect((await me(body.accessToken)).body).to.deep.equal({ user, workspace, permissions, acting })
  })

  it('keeps neither a password nor a token that could be used', async () => {
    const { accessToken, refreshToken } = await http.login('owner@clinic.test')
    const kept = JSON.stringify([
      await at.store.platform('accounts').find({}).toArray(),
      await at.store.platform('sessions').find({}).toArray(),
    ])
    for (const plain of [password, accessToken, refreshToken]) expect(kept).not.to.include(plain)
    expect(kept).to.include('$argon2id$v=19$m=19456,t=2,p=1$')
  })

  it('says the same of a wrong password and of nobody', async () => {
    const wrong = await post('login', { email: 'staff@clinic.test', password: 'wrong' })
    const nobody = await post('login', { email: 'nobody@clinic.test', password: 'wrong' })
    expect(wrong.status).to.equal(401)
    const { requestId: _, ...said } = wrong.body
    const { requestId: __, ...saidOfNobody } = nobody.body
    expect(said.code).to.equal('bad_credentials')
    expect(said).to.deep.equal(saidOfNobody)
  })

  it('takes about as long for nobody as for a wrong password', async () => {
    // Of the processor: whatever else the machine does has no part in it.
    const time = async (email: string) => {
      const before = process.cpuUsage()
      await post('login', { email, password: 'wrong' })
      const { user, system } = process.cpuUsage(before)
      return user + system
    }
    const known = [await time('admin@clinic.test'), await time('admin@clinic.test')]
    const unknown = [await time('no-one@clinic.test'), await time('no-two@clinic.test')]
    // Without the hash for nobody it is some twenty times faster.
    expect(Math.min(...unknown)).to.be.greaterThan(Math.min(...known) / 3)
  })

  it('slows guessing down after five failures, for those who exist and for those who do not', async () => {
    for (const email of ['expert@clinic.test', 'ghost@clinic.test']) {
      const statuses: number[] = []
      for (let attempt = 0; attempt < 5; attempt++)
        statuses.push((await post('login', { email, password: 'no' })).status)
      expect(statuses).to.deep.equal([401, 401, 401, 401, 401])
      const locked = await post('login', { email: email.toUpperCase(), password })
      expect([locked.status, locked.body.code]).to.deep.equal([429, 'too_many_attempts'])
      expect(Number(locked.headers.get('retry-after'))).to.be.within(55, 60)
    }
    http.later(minute)
    expect((await post('login', { email: 'expert@clinic.test', password: 'no' })).status).to.equal(401)
    http.later(minute)
    const doubled = await post('login', { email: 'expert@clinic.test', password })
    expect(doubled.status, 'the second wait is longer').to.equal(429)
    http.later(minute)
    expect((await post('login', { email: 'expert@clinic.test', password })).status).to.equal(200)
    expect((await post('login', { email: 'expert@clinic.test', password: 'no' })).status, 'forgiven').to.equal(401)
  })

  it('does not let many guesses at once slip through', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => post('login', { email: 'crowd@clinic.test', password: 'no' })),
    )
    expect(answers.filter(({ status }) => status === 401)).to.have.length(5)
  })

  it('exchanges a refresh token, over and over', async () => {
    let { refreshToken, accessToken } = await http.login('staff@clinic.test')
    const first = accessToken
    for (let round = 0; round < 3; round++) {
      http.later(10 * minute)
      const { status, body } = await post('refresh', { refreshToken })
      expect(status).to.equal(200)
      expect(body.refreshToken).not.to.equal(refreshToken)
      ;({ refreshToken, accessToken } = body)
    }
    expect((await me(accessToken)).status).to.equal(200)
    expect((await me(first)).status, 'the first access token is old').to.equal(401)
  })

  it('ends the whole sign-in when a spent refresh token comes again', async () => {
    const stolen = await http.login('staff@clinic.test')
    const other = await http.login('staff@clinic.test')
    const { body: next } = await post('refresh', { refreshToken: stolen.refreshToken })
    http.later(21_000)
    const ended: string[] = []
    http.auth.onRevoked((sessionId) => ended.push(sessionId))
    const again = await post('refresh', { refreshToken: stolen.refreshToken })
    expect([again.status, again.body.code]).to.deep.equal([401, 'refresh_invalid'])
    expect((await post('refresh', { refreshToken: next.refreshToken })).status, 'the successor too').to.equal(401)
    expect((await me(next.accessToken)).status, 'and its access token').to.equal(401)
    expect((await me(other.accessToken)).status, 'another sign-in lives on').to.equal(200)
    expect(ended).to.deep.equal([(jwt.decode(next.accessToken) as any).sid])
  })

  it('forgives two tabs that refresh at once', async () => {
    const { refreshToken } = await http.login('staff@clinic.test')
    const [one, two] = await Promise.all([post('refresh', { refreshToken }), post('refresh', { refreshToken })])
    http.later(19_000)
    const late = await post('refresh', { refreshToken })
    expect([one.status, two.status, late.status]).to.deep.equal([200, 200, 200])
    for (const { body } of [one, two, late]) expect((await me(body.accessToken)).status).to.equal(200)
  })

  it('ends a sign-in after thirty days, however often it was renewed', async () => {
    let { refreshToken } = await http.login('staff@clinic.test')
    for (let week = 0; week < 4; week++) {
      http.later(7 * 24 * 60 * minute)
      const { body } = await post('refresh', { refreshToken })
      ;({ refreshToken } = body)
    }
    http.later(3 * 24 * 60 * minute)
    expect((await post('refresh', { refreshToken })).status).to.equal(401)
  })

  it('signs out at once, and says nothing of tokens it does not know', async () => {
    const { refreshToken, accessToken } = await http.login('staff@clinic.test')
    expect((await me(accessToken)).status).to.equal(200)
    expect((await post('logout', { refreshToken })).status).to.equal(204)
    expect((await me(accessToken)).status).to.equal(401)
    expect((await post('refresh', { refreshToken })).status).to.equal(401)
    expect((await post('logout', { refreshToken: 'never was' })).status).to.equal(204)
  })

  it('notices within five seconds what another process ended or changed', async () => {
    const elsewhere = await at.serve()
    const { accessToken, refreshToken } = await http.login('admin@clinic.test')
    expect((await me(accessToken)).body.user.role).to.equal('admin')
    await elsewhere.ask('POST', '/api/v1/auth/logout', { body: { refreshToken } })
    http.later(5_000)
    expect((await me(accessToken)).status).to.equal(401)

    const demoted = await http.login('admin@clinic.test')
    const create = () => http.ask('POST', '/api/v1/integrations', { token: demoted.accessToken, body: {} })
    expect((await create()).status, 'an admin may').to.equal(422)
    await changeMember(at.store, clinic.id, clinic.member('admin'), { role: 'staff' })
    http.later(5_000)
    expect((await create()).status, 'staff may not, whatever the token says').to.equal(403)
    await changeMember(at.store, clinic.id, clinic.member('admin'), { role: 'admin', status: 'disabled' })
    http.later(5_000)
    expect((await create()).status).to.equal(401)
    expect((await post('refresh', { refreshToken: demoted.refreshToken })).status).to.equal(401)
    await changeMember(at.store, clinic.id, clinic.member('admin'), { status: 'active' })
    await elsewhere.close()
  })

  it('lets a one-time link in once, for a day', async () => {
    const link = () => http.auth.createOwnerLink(clinic.id, clinic.member('owner'))
    const token = await link()
    expect(Buffer.from(token, 'base64url')).to.have.length(32)
    const tries = await Promise.all(Array.from({ length: 5 }, () => post('link', { token })))
    expect(tries.map(({ status }) => status).sort()).to.deep.equal([200, 401, 401, 401, 401])
    const { body } = tries.find(({ status }) => status === 200) ?? {}
    expect((await me(body.accessToken)).body.user.role).to.equal('owner')
    expect(tries.find(({ status }) => status === 401)?.body.code).to.equal('link_invalid')

    const old = await link()
    http.later(24 * 60 * minute)
    expect((await post('link', { token: old })).status).to.equal(401)
    expect((await post('link', { token: 'guessed' })).status).to.equal(401)
  })

  it('takes no token but its own', async () => {
    const { accessToken } = await http.login('owner@clinic.test')
    const claims = jwt.decode(accessToken) as Record<string, unknown>
    const { aud: _, iss: __, ...rest } = claims
    const sign = (payload: object, options: jwt.SignOptions, key = secret) =>
      jwt.sign(JSON.parse(JSON.stringify(payload)), key, options)
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const unsigned = `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`
    const [head, body, signature = ''] = accessToken.split('.')
    const changed = `${head}.${encode({ ...claims, role: 'owner', sub: 'mem_other' })}.${signature}`
    const good = { audience: 'workspace', issuer: 'careline' }
    const forged: Record<string, string> = {
      none: unsigned,
      'none with a signature': unsigned + signature,
      'another algorithm': sign(rest, { ...good, algorithm: 'HS512' }),
      'another key': sign(rest, good, 'another secret, long enough for HS256 too'),
      'another audience': sign(rest, { ...good, audience: 'platform' }),
      'the audience of files': sign({ ...rest, sub: 'file' }, { ...good, audience: 'file' }),
      'no audience': sign(rest, { issuer: 'careline' }),
      'another issuer': sign(rest, { ...good, issuer: 'somebody' }),
      'no end': sign({ ...rest, exp: undefined }, good),
      'past its end': sign({ ...rest, exp: 1 }, good),
      'no session': sign({ ...rest, sid: undefined }, good),
      "somebody else's session": sign({ ...rest, sub: clinic.member('staff') }, good),
      'another workspace': sign({ ...rest, wid: 'ws_other' }, good),
      'an unknown session': sign({ ...rest, sid: 'ses_none' }, good),
      changed,
      'cut off': `${head}.${body}`,
      'signed by hand over nothing': `${head}.${body}.${createHmac('sha256', '').update(`${head}.${body}`).digest('base64url')}`,
    }
    for (const [what, token] of Object.entries(forged)) {
      expect((await me(token)).status, what).to.equal(401)
      expect((await http.ask('GET', '/api/v1/members', { token })).status, what).to.equal(401)
    }
    expect((await me(sign(rest, good))).status, 'the same, made right').to.equal(200)
    expect(
      (await http.ask('GET', '/api/v1/auth/me', { headers: { authorization: `Basic ${accessToken}` } })).status,
    ).to.equal(401)
    const none = await me()
    expect([none.status, none.body.code]).to.deep.equal([401, 'unauthorized'])
    expect(none.headers.get('www-authenticate')).to.match(/^Bearer/)
  })
})
