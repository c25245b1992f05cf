import { expect } from 'chai'
import { placeAt } from '../../server/auth/passkeys.ts'
import { Authenticator, type Lies } from '../harness/authenticator.ts'
import { type Opened, open, type Served } from './parts.ts'

const minute = 60_000
const origin = 'https://care.example'

describe('passkeys', () => {
  let at: Opened
  let http: Served
  let clinic: Awaited<ReturnType<Opened['business']>>
  let businesses = 0
  before(async () => {
    at = await open()
  })
  beforeEach(async () => {
    clinic = await at.business(`key-${++businesses}`, ['owner', 'staff'])
    http = await at.serve({ publicUrl: origin })
  })
  afterEach(() => http.close())
  after(() => at.close())

  const ask = (method: string, path: string, token?: string, body?: unknown) =>
    http.ask(method, `/api/v1/auth/${path}`, { token, body })
  const post = (path: string, body?: unknown, token?: string) => ask('POST', path, token, body)
  const tokenOf = async (role: 'owner' | 'staff' = 'staff') =>
    (await http.auth.openProven(clinic.id, clinic.member(role))).accessToken

  async function add(token: string, lies: Lies = {}, key = new Authenticator(origin)) {
    const { body: asked } = await post('passkeys/options', undefined, token)
    const answer = await post('passkeys', { name: 'My laptop', passkey: key.create(asked, lies) }, token)
    return { key, asked, answer, id: answer.body.passkey?.id as string }
  }
  async function signIn(key: Authenticator, lies: Lies = {}) {
    const { body: asked } = await post('passkeys/sign-in/options')
    return post('passkeys/sign-in', { passkey: key.get(asked, lies) })
  }

  it('sign in without a name, and are both factors at once', async () => {
    const { key, asked, answer } = await add(await tokenOf())
    expect(answer.status).to.equal(201)
    expect(asked).to.deep.include({ rp: { name: 'Careline', id: 'care.example' }, attestation: 'none' })
    expect(asked.authenticatorSelection).to.include({ residentKey: 'required', userVerification: 'required' })
    expect(answer.body.recoveryCodes, 'for the day on which it is lost').to.have.length(10)
    const { body: question } = await post('passkeys/sign-in/options')
    expect(question).to.not.have.property('allowCredentials')
    expect(question.userVerification).to.equal('required')
    const entered = await post('passkeys/sign-in', { passkey: key.get(question) })
    expect(entered.status).to.equal(200)
    expect(entered.body.user.name).to.match(/^staff of/)
    const factors = (await ask('GET', 'factors', entered.body.accessToken)).body
    expect(factors.passkeys).to.have.length(1)
    expect(factors.passkeys[0]).to.include({ name: 'My laptop', isSynced: false })
    expect(factors.passkeys[0].usedAt).to.be.a('string')
    expect(http.posted.map(({ letter }) => 'what' in letter && letter.what)).to.deep.equal(['passkey_added'])
  })

  it('stand behind a password once they are there', async () => {
    const { key } = await add(await tokenOf())
    const refusal = await http.auth.openFor(clinic.id, clinic.member('staff')).catch((error) => error)
    const { token, ways } = refusal.advice.secondFactor
    expect(ways).to.deep.equal(['passkey', 'recovery'])
    const { body: asked } = await post('mfa/passkey', { token })
    expect(asked.allowCredentials).to.deep.equal([{ id: key.id, type: 'public-key', transports: ['internal'] }])
    const foreign = await add(await tokenOf('owner'))
    const { body: again } = await post('mfa/passkey', { token })
    const wrong = await post('mfa/verify', { token, proof: { passkey: foreign.key.get(again) } })
    expect([wrong.status, wrong.body.code], "another account's").to.deep.equal([401, 'passkey_invalid'])
    const entered = await post('mfa/verify', { token, proof: { passkey: key.get(asked) } })
    expect(entered.status).to.equal(200)
    expect((await post('mfa/passkey', { token })).body.code, 'the token is spent').to.equal('challenge_invalid')
  })

  it('refuse what was made for somebody else, elsewhere, before, or by nobody who was there', async () => {
    const { key } = await add(await tokenOf())
    const wrong: Record<string, Lies> = {
      'another origin': { origin: 'https://care.example.evil.test' },
      'the same name without protection': { origin: 'http://care.example' },
      'another site': { rpId: 'evil.test' },
      'a challenge of its own': { challenge: Buffer.alloc(32, 1).toString('base64url') },
      'the answer to another question': { type: 'webauthn.create' },
      'nobody was verified': { isUserVerified: false },
      'a signature over something else': { isForged: true },
      'it can suddenly be copied': { isSynced: true },
      "somebody else's handle": { userHandle: Buffer.from('acc_other').toString('base64url') },
    }
    for (const [what, lies] of Object.entries(wrong)) {
      const { status, body } = await signIn(key, lies)
      expect([status, body.code], what).to.deep.equal([401, 'passkey_invalid'])
    }
    const unknown = await signIn(new Authenticator(origin))
    expect([unknown.status, unknown.body.code]).to.deep.equal([401, 'passkey_invalid'])
    expect((await signIn(key)).status, 'honest').to.equal(200)
  })

  it('answer once: a challenge is good for one answer, of its own kind, for five minutes', async () => {
    const token = await tokenOf()
    const { key, asked: forNew } = await add(token)
    const { body: asked } = await post('passkeys/sign-in/options')
    const answers = await Promise.all([1, 2, 3].map(() => post('passkeys/sign-in', { passkey: key.get(asked) })))
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 401, 401])
    expect((await post('passkeys/sign-in', { passkey: key.get(forNew) })).status).to.equal(401)
    const second = await post('passkeys', { name: 'x', passkey: new Authenticator(origin).create(forNew) }, token)
    expect(second.body.code).to.equal('passkey_invalid')
    const { body: old } = await post('passkeys/sign-in/options')
    http.later(5 * minute)
    expect((await post('passkeys/sign-in', { passkey: key.get(old) })).body.code).to.equal('passkey_invalid')
  })

  it('notice a copy: one whose count does not go on is refused', async () => {
    const { key } = await add(await tokenOf())
    expect((await signIn(key, { counter: 5 })).status).to.equal(200)
    for (const counter of [5, 4, 0]) expect((await signIn(key, { counter })).status, String(counter)).to.equal(401)
    expect((await signIn(key, { counter: 6 })).status).to.equal(200)
    const both = await Promise.all([signIn(key, { counter: 7 }), signIn(key, { counter: 7 })])
    expect(both.map(({ status }) => status).sort(), 'at the same moment').to.deep.equal([200, 401])
    const { key: uncounted } = await add(await tokenOf())
    for (let n = 0; n < 2; n++) expect((await signIn(uncounted, { counter: 0 })).status).to.equal(200)
  })

  it('are added by whoever has just shown that it is them, each to one account', async () => {
    const token = await tokenOf()
    http.later(10 * minute)
    expect((await post('passkeys/options', undefined, token)).body.code).to.equal('proof_required')
    const lied = await add(await tokenOf(), { isUserVerified: false })
    expect([lied.answer.status, lied.answer.body.code]).to.deep.equal([401, 'passkey_invalid'])
    const [mine, owners] = [await tokenOf(), await tokenOf('owner')]
    const { key } = await add(mine)
    const taken = await add(owners, {}, key)
    expect([taken.answer.status, taken.answer.body.code]).to.deep.equal([409, 'passkey_known'])
    const { body: theirs } = await post('passkeys/options', undefined, owners)
    const crossed = await post('passkeys', { name: 'x', passkey: new Authenticator(origin).create(theirs) }, mine)
    expect(crossed.body.code, "with another account's question").to.equal('passkey_invalid')
    const { body: again } = await post('passkeys/options', undefined, mine)
    expect(again.excludeCredentials.map(({ id }: any) => id)).to.deep.equal([key.id])
  })

  it('are named and taken away by their owner alone; with the last one the second factor goes', async () => {
    const [mine, owners] = [await tokenOf(), await tokenOf('owner')]
    const { id, key } = await add(mine)
    expect((await ask('PATCH', `passkeys/${id}`, owners, { name: 'hers' })).status).to.equal(404)
    expect((await ask('DELETE', `passkeys/${id}`, owners)).status).to.equal(404)
    expect((await ask('PATCH', `passkeys/${id}`, mine, { name: 'Blue key' })).status).to.equal(204)
    expect((await ask('GET', 'factors', mine)).body.passkeys[0].name).to.equal('Blue key')
    expect((await ask('DELETE', `passkeys/${id}`, mine)).status).to.equal(204)
    expect((await signIn(key)).body.code).to.equal('passkey_invalid')
    expect((await http.auth.openFor(clinic.id, clinic.member('staff'))).accessToken).to.be.a('string')
    expect((await ask('GET', 'factors', mine)).body.recoveryCodes).to.equal(null)
  })

  it('need a name and https: this machine is called localhost, a number has none', async () => {
    expect(placeAt('http://127.0.0.1:4600')).to.deep.equal({ rpId: 'localhost', origin: 'http://localhost:4600' })
    expect(placeAt('https://care.example/')).to.deep.equal({ rpId: 'care.example', origin })
    for (const url of ['http://care.example', 'https://10.0.0.7', 'http://192.168.0.2:4600', 'https://[2001:db8::1]'])
      expect(placeAt(url), url).to.equal(undefined)
    const bare = await at.serve({ publicUrl: 'http://care.example' })
    expect((await bare.ask('GET', '/api/v1/auth/ways')).body.passkeysAt).to.equal(null)
    const refused = await bare.ask('POST', '/api/v1/auth/passkeys/sign-in/options')
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'passkeys_not_here'])
    await bare.close()
    expect((await ask('GET', 'ways')).body.passkeysAt).to.equal(origin)
  })
})
