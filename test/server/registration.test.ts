import { expect } from 'chai'
import { open, type Opened, password, type Served } from './parts.ts'

const hour = 60 * 60_000
let strangers = 0

describe('opening a business', () => {
  let at: Opened
  let http: Served
  before(async () => {
    at = await open()
    await at.business('known')
  })
  beforeEach(async () => {
    http = await at.serve({ config: { trustsProxy: true } })
  })
  afterEach(() => http.close())
  after(() => at.close())

  // Each test comes from a place of its own: places are counted.
  const from = (place = `203.0.113.${String(++strangers)}`) => ({ 'x-forwarded-for': place })
  const ada = (change: object = {}) => ({
    email: `Ada-${String(++strangers)}@new.test`,
    name: 'Ada',
    business: 'Ada’s Garage',
    password,
    timezone: 'Europe/Berlin',
    locale: 'de',
    ...change,
  })
  const register = (body: object, headers: Record<string, string> = from()) =>
    http.ask('POST', '/api/v1/auth/register', { body, headers })
  const last = () => http.posted.at(-1)
  const tokenIn = () => {
    const letter = last()?.letter
    return new URL(letter && 'link' in letter ? letter.link : '').searchParams.get('token') ?? ''
  }
  const confirm = (token: string, word = password) =>
    http.ask('POST', '/api/v1/auth/register/confirm', { body: { token, password: word } })

  it('is done by a letter and the password: then there is a draft with its owner', async () => {
    const asked = ada()
    const answer = await register(asked)
    expect([answer.status, answer.body]).to.deep.equal([202, { isLetterSent: true, session: null }])
    expect(last()).to.deep.include({ to: asked.email, language: 'de' })
    expect(last()?.letter).to.include({ about: 'welcome', name: 'Ada', workspace: 'Ada’s Garage' })
    const nobody = await http.login(asked.email)
    expect(nobody, 'nothing is there before the letter is answered').to.include({ code: 'bad_credentials' })

    const token = tokenIn()
    const look = await http.ask('GET', `/api/v1/auth/register/${token}`)
    expect(look.body).to.deep.equal({ name: 'Ada', email: asked.email, business: 'Ada’s Garage' })
    const { status, body } = await confirm(token)
    expect(status).to.equal(200)
    expect(body).to.nested.include({ 'user.role': 'owner', 'user.name': 'Ada', 'workspace.timezone': 'Europe/Berlin' })
    expect(body.workspace.slug).to.equal('ada-s-garage')
    const { accessToken } = body
    const current = await http.ask('GET', '/api/v1/workspaces/current', { token: accessToken })
    expect(current.body).to.include({ status: 'draft', name: 'Ada’s Garage' })
    expect(http.audited.map(({ action, workspaceId }) => [action, workspaceId])).to.deep.include([
      'workspace.created',
      body.workspace.id,
    ])
    expect((await confirm(token)).body.code, 'the link is good once').to.equal('link_invalid')
    expect((await http.login(asked.email)).user.role).to.equal('owner')
  })

  it('tells nobody whether an address is known: its letter does', async () => {
    const [known, unknown] = [ada({ email: 'owner@known.test' }), ada()]
    const headers = from()
    const one = await register(known, headers)
    expect(last()).to.deep.include({ to: 'owner@known.test', language: 'de' })
    expect(last()?.letter).to.deep.equal({ about: 'have_account', link: 'http://careline.test/sign-in' })
    const other = await register(unknown, headers)
    expect([one.status, one.text]).to.deep.equal([other.status, other.text])
    const names = (answer: typeof one) => [...answer.headers.keys()].sort()
    expect(names(one)).to.deep.equal(names(other))
    expect(last()?.letter.about).to.equal('welcome')
    expect((await http.login('owner@known.test')).user.name, 'nothing changed').to.equal('owner of known')
  })

  it('lets nobody prepare an account for somebody else’s address', async () => {
    const victim = ada({ password: 'the password of a thief' })
    await register(victim)
    const token = tokenIn()
    // The letter came to the victim, who presses, and does not know the thief's password.
    const guesses = [1, 2, 3, 4, 5].map((nth) => confirm(token, `my own password ${String(nth)}`))
    expect((await Promise.all(guesses)).map(({ body }) => body.code)).to.deep.equal(Array(5).fill('bad_credentials'))
    expect((await confirm(token, 'the password of a thief')).body.code, 'after five').to.equal('link_invalid')
    expect((await http.login(victim.email, 'the password of a thief')).accessToken).to.equal(undefined)
  })

  it('begins again where it was, and once, however often the answer is lost', async () => {
    await register(ada())
    const token = tokenIn()
    const tries = await Promise.all([1, 2, 3].map(() => confirm(token)))
    const opened = tries.filter(({ status }) => status === 200)
    expect(opened.length).to.be.greaterThan(0)
    expect(new Set(opened.map(({ body }) => body.workspace.id)).size).to.equal(1)
    const { accessToken } = opened[0]?.body as { accessToken: string }
    const mine = await http.ask('GET', '/api/v1/auth/workspaces', { token: accessToken })
    expect(mine.body.items).to.have.lengthOf(1)
  })

  it('sends an address three letters an hour, and a place ten', async () => {
    const asked = ada()
    const answers = []
    for (let nth = 0; nth < 4; nth++) answers.push((await register(asked)).text)
    expect(new Set(answers).size, 'the same answer').to.equal(1)
    expect(http.posted).to.have.lengthOf(3)
    const place = from()
    const codes = []
    for (let nth = 0; nth < 11; nth++) codes.push((await register(ada({ password: 'short word' }), place)).status)
    expect(codes.slice(0, 10), 'refused passwords count nothing').to.deep.equal(Array(10).fill(202))
    expect(codes[10]).to.equal(429)
    http.later(hour + 1)
    expect((await register(ada(), place)).status).to.equal(202)
  })

  it('ends with its day', async () => {
    await register(ada())
    const token = tokenIn()
    http.later(24 * hour)
    expect((await confirm(token)).body.code).to.equal('link_invalid')
  })

  it('is for those who were invited only, where the installation says so', async () => {
    const closed = await at.serve({ signUp: 'invited' })
    try {
      const answer = await closed.ask('POST', '/api/v1/auth/register', { body: ada() })
      expect([answer.status, answer.body.code]).to.deep.equal([403, 'sign_up_closed'])
      expect((await closed.ask('GET', '/api/v1/auth/ways')).body.signUp).to.equal(false)
      const { accessToken: token } = await closed.login('admin@known.test')
      const invited = { email: `nina-${String(++strangers)}@new.test`, name: 'Nina', role: 'staff' }
      const made = await closed.ask('POST', '/api/v1/members/invitations', { token, body: invited })
      const invitation = new URL(made.body.url).searchParams.get('token')
      const joined = await closed.ask('POST', '/api/v1/auth/register', { body: { invitation, password } })
      expect(joined.body.isLetterSent).to.equal(false)
      expect(joined.body.session.user).to.include({ name: 'Nina', role: 'staff' })
    } finally {
      await closed.close()
    }
  })

  it('gives who is signed in another business, and a flood nothing', async () => {
    const { accessToken: token } = await http.login('staff@known.test')
    const make = (key?: string) =>
      http.ask('POST', '/api/v1/workspaces', {
        token,
        body: { name: 'Second', timezone: 'Asia/Kolkata', currency: 'INR' },
        headers: key === undefined ? {} : { 'idempotency-key': key },
      })
    const one = await make('a-key-of-my-own')
    expect(one.status).to.equal(201)
    expect(one.body).to.include({ status: 'draft', name: 'Second' })
    expect(one.body.settings).to.include({ timezone: 'Asia/Kolkata', currency: 'INR' })
    expect((await make('a-key-of-my-own')).body.id, 'the same request').to.equal(one.body.id)
    const twins = await Promise.all([make(), make(), make()])
    expect(new Set(twins.map(({ body }) => body.slug)).size, 'each under an address of its own').to.equal(3)
    const body = { workspaceId: one.body.id }
    const there = await http.ask('POST', '/api/v1/auth/switch', { token, body })
    expect(there.body.user.role).to.equal('owner')
    const again = { token: there.body.accessToken, body: { name: 'Third' } }
    let status = 201
    for (let nth = 5; status === 201 && nth <= 21; nth++)
      status = (await http.ask('POST', '/api/v1/workspaces', again)).status
    expect(status, 'twenty and no more').to.equal(409)
    const bad = await http.ask('POST', '/api/v1/workspaces', { ...again, body: { name: 'X', timezone: '+02:00' } })
    expect([bad.status, bad.body.errors[0].path]).to.deep.equal([422, 'timezone'])
  })

  it('proves the address of who came by a link, and gives it one', async () => {
    const { id, member } = await at.business(`plain-${String(++strangers)}`, ['owner'])
    const { accessToken: token } = await http.auth.openFor(id, member('owner'))
    const prove = (body: object) => http.ask('POST', '/api/v1/auth/email/proof', { token, body })
    expect((await prove({})).status).to.equal(202)
    expect(last()?.letter.about).to.equal('confirm_email')
    const link = tokenIn()
    expect((await prove({})).body.code, 'one at a time').to.equal('too_many_attempts')
    const ask = { token, body: { token: link } }
    const stranger = await http.login('staff@known.test')
    const stolen = await http.ask('POST', '/api/v1/auth/email/confirm', { ...ask, token: stranger.accessToken })
    expect(stolen.body.code).to.equal('link_invalid')
    expect((await http.ask('POST', '/api/v1/auth/email/confirm', ask)).status).to.equal(204)
    const lacks = (await http.ask('GET', '/api/v1/workspaces/current/onboarding', { token })).body.steps[0].missing
    expect(lacks.map(({ code }: any) => code)).to.deep.equal(['business_unseen'])
  })

  it('gives an account another address: to whoever proves both, and tells the former one', async () => {
    const slug = `moves-${String(++strangers)}`
    const { id, member } = await at.business(slug, ['owner'])
    const [was, will] = [`owner@${slug}.test`, `new@${slug}.test`]
    const { accessToken: token } = await http.auth.openFor(id, member('owner'))
    const other = (await http.auth.openFor(id, member('owner'))).accessToken
    const ask = (path: string, body: object, by = token) =>
      http.ask('POST', `/api/v1/auth/${path}`, { token: by, body })
    http.later(11 * 60_000)
    expect((await ask('email/proof', { email: will })).body.code, 'a screen left open').to.equal('proof_required')
    expect((await ask('proof', { password: 'not this one' })).status).to.equal(401)
    expect((await ask('proof', { password })).status).to.equal(204)
    expect((await ask('email/proof', { email: will })).status).to.equal(202)
    expect(last()).to.deep.include({ to: will })
    const link = tokenIn()
    expect((await http.login(will)).accessToken, 'not before it is proven').to.equal(undefined)
    await http.ask('POST', '/api/v1/auth/password/forgot', { body: { email: was } })
    const onItsWay = tokenIn()

    expect((await ask('email/confirm', { token: link }, other)).status, 'any of their sign-ins').to.equal(204)
    expect(last()).to.deep.include({ to: was })
    expect(last()?.letter).to.include({ about: 'security', what: 'email_changed' })
    expect((await http.ask('GET', '/api/v1/auth/me', { token })).status, 'every other ends').to.equal(401)
    expect((await http.ask('GET', '/api/v1/auth/me', { token: other })).body.user.email).to.equal(will)
    expect((await http.login(was)).accessToken).to.equal(undefined)
    expect((await http.login(will)).accessToken).to.be.a('string')
    const reset = await http.ask('POST', '/api/v1/auth/password/reset', {
      body: { token: onItsWay, password: 'a quite other one' },
    })
    expect(reset.body.code, 'what was on its way is void').to.equal('link_invalid')
    expect((await ask('email/confirm', { token: link }, other)).body.code, 'once').to.equal('link_invalid')
  })

  it('does not give an address that somebody else has', async () => {
    const slug = `takes-${String(++strangers)}`
    const { id, member } = await at.business(slug, ['owner'])
    const { accessToken: token } = await http.auth.openFor(id, member('owner'))
    const ask = (path: string, body: object) => http.ask('POST', `/api/v1/auth/email/${path}`, { token, body })
    const asked = await ask('proof', { email: 'owner@known.test' })
    expect(asked.status, 'whose it is, is not told').to.equal(202)
    expect((await ask('confirm', { token: tokenIn() })).body.code).to.equal('email_taken')
    expect((await http.login(`owner@${slug}.test`)).accessToken).to.be.a('string')
  })
})
