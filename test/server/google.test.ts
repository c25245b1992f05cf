import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { ownPath } from '../../server/auth/google.ts'
import { markEmailProven } from '../../store/settings/accounts.ts'
import { Issuer } from '../harness/issuer.ts'
import { type Opened, open, type Served } from './parts.ts'

const publicUrl = 'https://care.example'
const api = '/api/v1/auth/google'

describe('signing in with Google', () => {
  let at: Opened
  let http: Served
  let issuer: Issuer
  let clinic: Awaited<ReturnType<Opened['business']>>
  let slug = ''
  let email = ''
  let businesses = 0
  before(async () => {
    at = await open()
    issuer = await new Issuer().start((uri) => uri === `${publicUrl}${api}/callback`)
    http = await at.serve({ publicUrl, google: issuer.settings, config: { isSecure: true } })
  })
  beforeEach(async () => {
    slug = `google-${++businesses}`
    email = `staff@${slug}.test`
    clinic = await at.business(slug, ['owner', 'staff'])
    await proven(email)
    issuer.is({ sub: `sub-${slug}`, email, isVerified: true })
    issuer.forge = undefined
    http.posted.length = 0
    http.logged.length = 0
  })
  after(async () => {
    await http.close()
    await issuer.stop()
    await at.close()
  })

  async function proven(address: string) {
    const account = await at.store.platform('accounts').findOne({ emailNorm: address })
    await markEmailProven(at.store, account?._id ?? '', Date.now())
  }
  /** A browser on its way to Google. */
  async function leave(back = '/sign-in?to=%2Finbox') {
    const { status, headers } = await http.ask('GET', `${api}?back=${encodeURIComponent(back)}`)
    const [cookie = ''] = (headers.get('set-cookie') ?? '').split(';')
    return { status, cookie, set: headers.get('set-cookie') ?? '', to: headers.get('location') ?? '' }
  }
  const callback = (query: URLSearchParams, cookie: string) =>
    http.ask('GET', `${api}/callback?${query.toString()}`, { headers: { cookie } })
  const finish = (cookie: string, body: object = {}) => http.ask('POST', `${api}/finish`, { body, headers: { cookie } })
  /** There and back; `alter` is what somebody does to the address in between. */
  async function visit(alter: (to: URL) => void = () => undefined, back?: string) {
    const { cookie, to } = await leave(back)
    const address = new URL(to)
    alter(address)
    const query = await issuer.visit(address.href)
    const { headers } = await callback(query, cookie)
    return { cookie, query, landed: headers.get('location') ?? '' }
  }
  const enter = async (body?: object) => finish((await visit()).cookie, body)
  const linked = () => at.store.platform('account_identities').countDocuments({ _id: `google:sub-${slug}` })

  it('goes there with PKCE, state and nonce, and comes back to whom Google has verified', async () => {
    const { status, to, set } = await leave()
    expect(status).to.equal(303)
    const asked = new URL(to).searchParams
    expect(Object.fromEntries(asked)).to.include({
      client_id: 'careline-test',
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: `${publicUrl}${api}/callback`,
      scope: 'openid email',
    })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name), name).to.match(/^[\w-]{43}$/)
    expect(set).to.match(/^__Host-careline_google=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/)

    const { cookie, landed } = await visit()
    expect(landed, 'no token is in an address').to.equal('/sign-in?to=%2Finbox&google=done')
    const entered = await finish(cookie)
    expect(entered.status).to.equal(200)
    expect(entered.body.user.email).to.equal(email)
    expect(http.posted.map(({ letter }) => 'what' in letter && letter.what)).to.deep.equal(['google_linked'])
    expect((await finish(cookie)).body.code, 'once').to.equal('google_invalid')
    expect((await enter()).status, 'the next time by its own name').to.equal(200)
    issuer.is({ sub: `sub-${slug}`, email: `renamed@${slug}.test`, isVerified: true })
    expect((await enter()).body.user.email, 'whatever the address there is by now').to.equal(email)
    expect(http.posted).to.have.length(1)
  })

  it('believes no token that is not just so', async () => {
    const forgeries: Record<string, NonNullable<Issuer['forge']>> = {
      'another audience': (claims) => ({ claims: { ...claims, aud: 'somebody-else' } }),
      'two audiences, made for the other': (claims) => ({
        claims: { ...claims, aud: ['careline-test', 'somebody-else'], azp: 'somebody-else' },
      }),
      'another issuer': (claims) => ({ claims: { ...claims, iss: 'https://accounts.google.com.evil.test' } }),
      'another nonce': (claims) => ({ claims: { ...claims, nonce: 'x'.repeat(43) } }),
      'no nonce': ({ nonce: _, ...claims }) => ({ claims }),
      'past its end': (claims) => ({ claims: { ...claims, iat: 1, exp: 2 } }),
      'another key': () => ({ key: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey }),
      'no signature': () => ({ key: null }),
      'no address': ({ email: _, ...claims }) => ({ claims }),
    }
    for (const [what, forge] of Object.entries(forgeries)) {
      issuer.forge = forge
      const { cookie, landed } = await visit()
      expect(landed, what).to.equal('/sign-in?to=%2Finbox&google=failed')
      expect((await finish(cookie)).body.code, what).to.equal('google_invalid')
    }
    expect(http.logged.map(({ message }) => message)).to.deep.equal(
      Object.keys(forgeries).map(() => 'sign-in with google failed'),
    )
    expect(JSON.stringify(http.logged)).not.to.match(/eyJ|sub-|@/)
    issuer.forge = (claims) => ({ claims })
    expect((await enter()).status, 'the same, made right').to.equal(200)
  })

  it('is bound to the browser that went: state, nonce, code and cookie of another flow open nothing', async () => {
    const altered = async (name: string) => (await visit((to) => to.searchParams.set(name, 'a'.repeat(43)))).landed
    for (const name of ['state', 'nonce']) expect(await altered(name), name).to.match(/google=failed$/)

    const [mine, theirs] = [await leave(), await leave()]
    const query = await issuer.visit(theirs.to)
    expect((await callback(query, mine.cookie)).headers.get('location'), 'another state').to.match(/google=failed$/)
    const again = await leave()
    const stolen = await issuer.visit(theirs.to)
    stolen.set('state', new URL(again.to).searchParams.get('state') ?? '')
    const injected = await callback(stolen, again.cookie)
    expect(injected.headers.get('location'), 'a code of another verifier').to.match(/google=failed$/)

    const { cookie, query: spent } = await visit()
    expect((await callback(spent, cookie)).headers.get('location'), 'replayed').to.equal('/sign-in?google=failed')
    for (const wrong of ['', '__Host-careline_google=', `__Host-careline_google=${'a'.repeat(43)}`])
      expect((await finish(wrong)).body.code, wrong).to.equal('google_invalid')
    expect((await finish(cookie)).status, 'its own').to.equal(200)
  })

  it('opens nothing for an address that Google has not verified, nobody has, or somebody else may wait with', async () => {
    issuer.is({ sub: `sub-${slug}`, email, isVerified: false })
    expect((await enter()).body.code).to.equal('google_unverified')
    issuer.is({ sub: `sub-${slug}`, email: `ghost@${slug}.test`, isVerified: true })
    expect((await enter()).body.code).to.equal('google_no_account')
    issuer.is({ sub: `sub-${slug}`, email: `owner@${slug}.test`, isVerified: true })
    expect((await enter()).body.code, 'a password, and an unproven address').to.equal('google_unproven')
    expect([await linked(), http.posted.length]).to.deep.equal([0, 0])
    issuer.is(null)
    expect((await visit()).landed).to.equal('/sign-in?to=%2Finbox&google=denied')
  })

  it('joins by an invitation that is for the address which Google has verified', async () => {
    const { accessToken: token } = await http.auth.openFor(clinic.id, clinic.member('owner'))
    const invite = async (address: string) => {
      const body = { email: address, name: 'Nina', role: 'staff' }
      const made = await http.ask('POST', '/api/v1/members/invitations', { token, body })
      return new URL(made.body.url).searchParams.get('token') ?? ''
    }
    const invitation = await invite(`nina@${slug}.test`)
    const others = await invite(`else@${slug}.test`)
    issuer.is({ sub: `nina-${slug}`, email: `nina@${slug}.test`, isVerified: true })
    expect((await enter()).body.code, 'not without joining').to.equal('google_no_account')
    expect((await enter({ invitation: others })).body.code, "somebody else's").to.equal('google_no_account')
    const back = `/invitation?token=${invitation}`
    const { cookie, landed } = await visit(undefined, back)
    expect(landed).to.equal(`${back}&google=done`)
    const joined = await finish(cookie, { invitation })
    expect([joined.status, joined.body.user.email]).to.deep.equal([200, `nina@${slug}.test`])
    expect((await enter({ invitation })).body.code, 'once').to.equal('link_invalid')
  })

  it('is linked and unlinked by whoever has just shown that it is them, to one account', async () => {
    const { accessToken: token } = await http.auth.openFor(clinic.id, clinic.member('owner'))
    const link = (cookie: string, by = token) =>
      http.ask('POST', `${api}/link`, { token: by, body: undefined, headers: { cookie } })
    const { cookie } = await visit(undefined, '/settings/account')
    expect((await link(cookie)).status).to.equal(204)
    expect((await enter()).body.user.email, 'by its own name, whatever the address').to.equal(`owner@${slug}.test`)
    expect((await link((await visit()).cookie)).body.code).to.equal('google_linked')
    const { accessToken: staff } = await http.auth.openFor(clinic.id, clinic.member('staff'))
    expect((await link((await visit()).cookie, staff)).body.code).to.equal('google_taken')
    const factors = await http.ask('GET', '/api/v1/auth/factors', { token })
    expect(factors.body.google).to.equal(email)

    http.later(10 * 60_000)
    for (const [method, path] of [
      ['POST', `${api}/link`],
      ['DELETE', api],
    ] as const)
      expect((await http.ask(method, path, { token })).body.code, path).to.equal('proof_required')
    const { accessToken: fresh } = await http.auth.openFor(clinic.id, clinic.member('owner'))
    const unlink = () => http.ask('DELETE', api, { token: fresh })
    expect([(await unlink()).status, (await unlink()).status]).to.deep.equal([204, 404])
  })

  it('sends nobody anywhere else', () => {
    for (const path of ['/inbox', '/inbox/c_1?view=all', '/settings/account']) expect(ownPath(path)).to.equal(path)
    for (const path of ['//evil.test', '/\\evil.test', 'https://evil.test', 'javascript:alert(1)', '/\t/evil.test', ''])
      expect(ownPath(path), path).to.equal('/sign-in')
  })

  it('is not there where it is not set up, and says so; nor where Google does not answer', async () => {
    const bare = await at.serve()
    expect((await bare.ask('GET', '/api/v1/auth/ways')).body.google).to.equal(false)
    expect((await bare.ask('GET', api)).body.code).to.equal('google_not_set_up')
    await bare.close()
    const gone = await at.serve({ google: { ...issuer.settings, issuer: 'http://127.0.0.1:1' } })
    const { status, body } = await gone.ask('GET', api)
    expect([status, body.code, body.retryable]).to.deep.equal([503, 'google_unreachable', true])
    await gone.close()
  })
})
