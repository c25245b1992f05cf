import { expect } from 'chai'
import { Secret, TOTP } from 'otpauth'
import { Problem } from '../../kernel/problem.ts'
import { stepOf } from '../../server/auth/totp.ts'
import { KeyRotation } from '../../store/rotation.ts'
import { createMember } from '../../store/settings/members.ts'
import { platform } from '../../store/vault-keys.ts'
import { Authenticator } from '../harness/authenticator.ts'
import { type Opened, open, password, type Served } from './parts.ts'

const minute = 60_000
const step = 30_000

describe('a second factor', () => {
  let at: Opened
  let http: Served
  let clinic: Awaited<ReturnType<Opened['business']>>
  let slug = ''
  let businesses = 0
  before(async () => {
    at = await open()
  })
  beforeEach(async () => {
    slug = `mfa-${++businesses}`
    clinic = await at.business(slug)
    http = await at.serve()
  })
  afterEach(() => http.close())
  after(() => at.close())

  const ask = (method: string, path: string, token?: string, body?: unknown) =>
    http.ask(method, `/api/v1/auth/${path}`, { token, body })
  const post = (path: string, body: unknown, token?: string) => ask('POST', path, token, body)
  const me = (token: string) => ask('GET', 'me', token)
  const tokenOf = async () => (await http.auth.openProven(clinic.id, clinic.member('staff'))).accessToken
  const codeAt = (secret: string, ms: number) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: ms })
  const codeOf = (secret: string) => codeAt(secret, http.now())
  const letters = () => http.posted.map(({ letter }) => ('what' in letter ? letter.what : letter.about))

  /** The token with which the second factor of a first one is shown. */
  async function challenge(member = clinic.member('staff')): Promise<string> {
    const refusal = await http.auth.openFor(clinic.id, member).catch((error: unknown) => error)
    expect(refusal).to.be.instanceOf(Problem).with.property('code', 'second_factor_required')
    return (refusal as Problem).advice.secondFactor?.token ?? ''
  }
  const verify = async (proof: object, token?: string) =>
    post('mfa/verify', { token: token ?? (await challenge()), proof })

  /** An authenticator app on the account of the staff member; the code that it was confirmed with is spent. */
  async function app(token?: string) {
    const own = token ?? (await tokenOf())
    const { status, body } = await post('mfa/totp', undefined, own)
    expect(status).to.equal(201)
    const confirmed = await post('mfa/totp/verify', { code: codeOf(body.secret) }, own)
    expect(confirmed.status).to.equal(200)
    http.later(step)
    return { secret: body.secret as string, uri: body.uri as string, token: own, codes: confirmed.body.recoveryCodes }
  }

  it('is asked after every first factor, and nobody is signed in before it', async () => {
    const email = `staff@${slug}.test`
    const { secret } = await app()
    const other = await at.business(`${slug}-b`, ['owner'])
    const { accessToken: boss } = await http.auth.openFor(other.id, other.member('owner'))
    const invited = await http.ask('POST', '/api/v1/members/invitations', {
      token: boss,
      body: { email, name: 'Staff', role: 'staff' },
    })
    await post('magic-link', { email })
    const mailed = http.posted.at(-1)?.letter as { link: string; code: string }
    const invitation = new URL(invited.body.url).searchParams.get('token') ?? ''
    const join = () => http.ask('POST', `/api/v1/members/invitations/${invitation}/accept`, { body: {} })
    const firstFactors = {
      password: () => post('login', { email, password }),
      link: async () => post('link', { token: await http.auth.createOwnerLink(clinic.id, clinic.member('staff')) }),
      code: () => post('verify', { email, code: mailed.code }),
      invitation: join,
    }
    for (const [way, enter] of Object.entries(firstFactors)) {
      const { status, body, text } = await enter()
      expect([status, body.code], way).to.deep.equal([401, 'second_factor_required'])
      expect(body.secondFactor.ways, way).to.deep.equal(['totp', 'recovery'])
      expect(body.secondFactor.lastsMs, way).to.equal(5 * minute)
      expect(text, way).not.to.match(/accessToken|refreshToken/)
      expect((await me(body.secondFactor.token)).status, `${way}: the token is no session`).to.equal(401)
      expect((await post('refresh', { refreshToken: body.secondFactor.token })).status, way).to.equal(401)
      http.later(step)
      const entered = await verify({ code: codeOf(secret) }, body.secondFactor.token)
      expect([way, entered.status]).to.deep.equal([way, 200])
      expect((await me(entered.body.accessToken)).body.user.email, way).to.equal(email)
    }
    expect(http.audited.filter(({ action }) => action === 'session.opened').map(({ note }) => note)).to.deep.equal(
      Array(4).fill({ way: 'second_factor' }),
    )
  })

  it('takes a code once, of 30 seconds before and after, and a token once', async () => {
    const { secret } = await app()
    // A second into one of them, so that none begins while this runs.
    http.later(10 * step - (http.now() % step) + 1_000)
    const now = http.now()
    const token = await challenge()
    const code = codeAt(secret, now - step)
    const tries = await Promise.all(Array.from({ length: 3 }, () => verify({ code }, token)))
    expect(tries.map(({ status }) => status).sort()).to.deep.equal([200, 401, 401])
    for (const off of [-2, 2]) {
      const far = await verify({ code: codeAt(secret, now + off * step) })
      expect([far.status, far.body.code], `${off} steps`).to.deep.equal([401, 'factor_invalid'])
    }
    http.later(minute) // Five were wrong, in whatever order they came.
    const next = codeAt(secret, http.now())
    expect((await verify({ code: next })).status).to.equal(200)
    expect((await verify({ code: next })).body.code, 'replayed with another token').to.equal('factor_invalid')
    expect((await verify({ code: codeAt(secret, http.now() + step) }, token)).body.code).to.equal('challenge_invalid')
    expect((await verify({ code: codeAt(secret, http.now() + step) })).status).to.equal(200)
    expect((await verify({ code: codeAt(secret, http.now()) })).status, 'an older one').to.equal(401)
  })

  it('is not guessed: five tries a token, five an account, and then longer and longer waits', async () => {
    const { secret, codes } = await app()
    const wrong = codeOf(secret) === '000000' ? '111111' : '000000'
    const token = await challenge()
    const guesses = await Promise.all(Array.from({ length: 12 }, () => verify({ code: wrong }, token)))
    expect(guesses.filter(({ body }) => body.code === 'factor_invalid')).to.have.length(5)
    expect((await verify({ code: codeOf(secret) }, token)).body.code, 'right, too late').to.equal('challenge_invalid')
    for (const proof of [{ code: codeOf(secret) }, { recoveryCode: codes[0] }]) {
      const locked = await verify(proof)
      expect([locked.status, locked.body.code]).to.deep.equal([429, 'too_many_attempts'])
      expect(Number(locked.headers.get('retry-after'))).to.be.within(50, 60)
    }
    http.later(minute)
    expect((await verify({ code: wrong })).body.code).to.equal('factor_invalid')
    http.later(minute)
    expect((await verify({ code: codeOf(secret) })).status, 'the second wait is longer').to.equal(429)
    http.later(minute)
    expect((await verify({ code: codeOf(secret) })).status).to.equal(200)
    expect((await http.auth.openFor(clinic.id, clinic.member('admin'))).accessToken, 'others').to.be.a('string')
  })

  it('belongs to one account: neither its token nor its codes help another', async () => {
    const { codes } = await app()
    const admin = (await http.auth.openProven(clinic.id, clinic.member('admin'))).accessToken
    const theirs = await app(admin)
    const mine = await challenge()
    for (const proof of [{ code: codeOf(theirs.secret) }, { recoveryCode: theirs.codes[0] }])
      expect((await verify(proof, mine)).body.code).to.equal('factor_invalid')
    const hers = await challenge(clinic.member('admin'))
    expect((await verify({ recoveryCode: codes[0] }, hers)).body.code).to.equal('factor_invalid')
    const entered = await verify({ code: codeOf(theirs.secret) }, hers)
    expect((await me(entered.body.accessToken)).body.user.email).to.equal(`admin@${slug}.test`)
    for (const token of ['', 'never was', mine.slice(1)])
      expect((await verify({ code: '123456' }, token || 'x')).body.code).to.equal('challenge_invalid')
  })

  it('counts as RFC 6238 does (appendix B, the last six digits)', () => {
    const secret = new Secret({ buffer: new TextEncoder().encode('12345678901234567890').buffer }).base32
    const vectors: Record<number, string> = {
      59: '287082',
      1_111_111_109: '081804',
      1_111_111_111: '050471',
      1_234_567_890: '005924',
      2_000_000_000: '279037',
      20_000_000_000: '353130',
    }
    for (const [seconds, code] of Object.entries(vectors))
      expect(stepOf(secret, code, Number(seconds) * 1_000), seconds).to.equal(Math.floor(Number(seconds) / 30))
  })

  it('ends its token after five minutes', async () => {
    const { secret } = await app()
    const token = await challenge()
    http.later(5 * minute)
    expect((await verify({ code: codeOf(secret) }, token)).body.code).to.equal('challenge_invalid')
  })

  it('has recovery codes: shown once, good once each, however they are typed', async () => {
    const { codes, token } = await app()
    expect(codes).to.have.length(10)
    expect(new Set(codes)).to.have.length(10)
    for (const code of codes) expect(code).to.match(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
    const [first = '', second = ''] = codes as string[]
    const typed = first.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
    const both = await Promise.all([verify({ recoveryCode: typed }), verify({ recoveryCode: first })])
    expect(both.map(({ status }) => status).sort()).to.deep.equal([200, 401])
    expect(letters()).to.deep.equal(['app_added', 'recovery_code_used'])
    expect((await ask('GET', 'factors', token)).body.recoveryCodes).to.equal(9)

    const renewed = await post('mfa/recovery-codes', undefined, token)
    expect(renewed.body.recoveryCodes).to.have.length(10)
    expect((await verify({ recoveryCode: second })).body.code, 'void').to.equal('factor_invalid')
    expect((await verify({ recoveryCode: renewed.body.recoveryCodes[9] })).status).to.equal(200)
  })

  it('keeps neither secret nor codes as they are, and logs none', async () => {
    const { secret, codes } = await app()
    const kept = JSON.stringify([
      await at.store.platform('account_factors').find({}).toArray(),
      await at.store.platform('auth_challenges').find({}).toArray(),
      http.logged,
      http.audited,
    ])
    const challengeToken = await challenge()
    for (const plain of [secret, Buffer.from(secret).toString('base64'), ...codes, challengeToken])
      expect(kept).not.to.include(plain)
    const other = `account_factors/another/sealed`
    const [found] = await at.store
      .platform('account_factors')
      .find({ totp: { $exists: true } })
      .toArray()
    const sealed = (found?.['totp'] as { sealed: { buffer: Uint8Array } }).sealed.buffer
    expect(() => at.vault.open('platform', other, sealed), 'moved to another account').to.throw()
  })

  it('outlives a change of the key under which its secret rests, and passkeys do not hold that up', async () => {
    const { secret, token } = await app()
    const key = new Authenticator('http://localhost')
    const local = await at.serve({ publicUrl: 'http://localhost' })
    const { body: asked } = await local.ask('POST', '/api/v1/auth/passkeys/options', { token })
    const passkey = { name: 'Key', passkey: key.create(asked) }
    expect((await local.ask('POST', '/api/v1/auth/passkeys', { token, body: passkey })).status).to.equal(201)
    await local.close()
    const files = { reseal: async () => ({ resealed: 0, stuck: [] }) }
    const rotation = new KeyRotation({ store: at.store, vault: at.vault, files, now: () => http.now(), graceMs: 0 })
    await rotation.begin(platform)
    await rotation.run(1_000)
    const states = await rotation.states()
    expect(states.find(({ workspaceId }) => workspaceId === platform)).to.deep.include({ keys: [2], rotation: null })
    expect((await verify({ code: codeOf(secret) })).status).to.equal(200)
  })

  it('is set up by whoever has just shown that it is them, and ends every other sign-in', async () => {
    const elsewhere = await tokenOf()
    const signedIn = await http.auth.openProven(clinic.id, clinic.member('staff'))
    let token = signedIn.accessToken
    expect((await ask('GET', 'factors', token)).body).to.include({ totp: null, recoveryCodes: null, hasPassword: true })
    http.later(10 * minute)
    const late = await post('mfa/totp', undefined, token)
    expect([late.status, late.body.code]).to.deep.equal([403, 'proof_required'])
    expect((await post('proof', { password: 'not this one' }, token)).body.code).to.equal('bad_credentials')
    await post('magic-link', { email: `staff@${slug}.test` })
    const { code } = http.posted.pop()?.letter as { code: string }
    expect((await post('proof', { mailCode: code }, token)).body.code, 'there is a password').to.equal('code_invalid')
    expect((await ask('GET', 'factors', token)).body.ways).to.deep.equal(['password'])
    expect((await post('proof', { password }, token)).status).to.equal(204)

    const begun = await post('mfa/totp', undefined, token)
    expect(begun.body.uri).to.match(/^otpauth:\/\/totp\/Careline:staff%40.*secret=[A-Z2-7]{32}.*digits=6&period=30$/)
    expect((await post('mfa/totp/verify', { code: '000000' }, token)).body.code).to.equal('factor_invalid')
    expect((await http.auth.openFor(clinic.id, clinic.member('staff'))).accessToken, 'not asked yet').to.be.a('string')
    http.later(10 * minute)
    token = (await http.auth.refresh(signedIn.refreshToken)).accessToken
    const old = await post('mfa/totp/verify', { code: codeOf(begun.body.secret) }, token)
    expect(old.body.code, 'the picture is too old').to.equal('factor_invalid')
    await http.auth.prove(await http.auth.authenticate(token))

    const { secret } = await app(token)
    expect((await me(token)).status).to.equal(200)
    const others = await at.store.platform('sessions').countDocuments({ reason: 'app_added' })
    expect([(await me(elsewhere)).status, others]).to.deep.equal([401, 2])
    expect((await post('mfa/totp', undefined, token)).body.code).to.equal('totp_exists')
    expect(letters()).to.deep.equal(['app_added'])
    expect(http.posted[0]).to.include({ to: `staff@${slug}.test`, language: 'en' })

    http.later(10 * minute)
    expect((await post('proof', { code: codeOf(secret) }, token)).status, 'or by the app').to.equal(204)
    expect((await post('mfa/recovery-codes', undefined, token)).status).to.equal(200)
  })

  it('is taken away by whoever has just shown that it is them; then nothing more is asked', async () => {
    const { token, codes } = await app()
    http.later(10 * minute)
    expect((await ask('DELETE', 'mfa/totp', token)).body.code).to.equal('proof_required')
    expect((await post('proof', { recoveryCode: codes[0] }, token)).status).to.equal(204)
    expect((await ask('DELETE', 'mfa/totp', token)).status).to.equal(204)
    expect((await ask('DELETE', 'mfa/totp', token)).status).to.equal(404)
    expect(letters()).to.deep.equal(['app_added', 'recovery_code_used', 'app_removed'])
    expect((await ask('GET', 'factors', token)).body).to.deep.include({ totp: null, recoveryCodes: null })
    expect((await post('mfa/recovery-codes', undefined, token)).body.code).to.equal('no_second_factor')
    expect((await http.login(`staff@${slug}.test`)).user.email).to.equal(`staff@${slug}.test`)
  })

  it('is not asked again by a refresh, nor on the way to another workspace', async () => {
    const { secret } = await app()
    const other = await at.business(`${slug}-c`, [])
    const [account] = await at.store
      .platform('accounts')
      .find({ emailNorm: `staff@${slug}.test` })
      .toArray()
    await createMember(at.store, other.id, { accountId: account?._id ?? '', name: 'Also', role: 'staff' }, Date.now())
    const { body } = await verify({ code: codeOf(secret) })
    http.later(9 * minute)
    const refreshed = await post('refresh', { refreshToken: body.refreshToken })
    expect(refreshed.status).to.equal(200)
    const there = await post('switch', { workspaceId: other.id }, refreshed.body.accessToken)
    expect(there.body.workspace.id).to.equal(other.id)
    expect((await me(refreshed.body.accessToken)).status, 'the sign-in here has ended').to.equal(401)
    http.later(minute)
    expect((await ask('DELETE', 'mfa/totp', there.body.accessToken)).body.code, 'to go proves nothing').to.equal(
      'proof_required',
    )
  })

  it('is shown by a code of a letter where somebody has neither password nor factor', async () => {
    const email = `expert@${slug}.test`
    await at.store.platform('accounts').updateOne({ emailNorm: email }, { $set: { passwordHash: null } })
    const { accessToken: token } = await http.auth.openFor(clinic.id, clinic.member('expert'))
    http.later(10 * minute)
    const { accessToken: fresh } = await http.auth.openFor(clinic.id, clinic.member('expert'))
    expect((await ask('GET', 'factors', fresh)).body.ways).to.deep.equal(['mail'])
    http.later(9 * minute)
    await post('magic-link', { email })
    const { code } = http.posted.at(-1)?.letter as { code: string }
    expect((await post('proof', { mailCode: code }, fresh)).status).to.equal(204)
    expect((await me(token)).status, 'its access token has ended').to.equal(401)
    http.later(5 * minute)
    expect((await post('mfa/totp', undefined, fresh)).status).to.equal(201)
  })
})
