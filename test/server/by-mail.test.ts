import { expect } from 'chai'
import { Problem } from '../../kernel/problem.ts'
import { ByMail } from '../../server/auth/by-mail.ts'
import { type Opened, open, password, secret, type Served } from './parts.ts'

const minute = 60_000
const fresh = 'a longer word than before'

describe('signing in by mail', () => {
  let at: Opened
  let http: Served
  let slug = ''
  let businesses = 0
  before(async () => {
    at = await open()
  })
  beforeEach(async () => {
    slug = `mail-${++businesses}`
    await at.business(slug)
    http = await at.serve()
  })
  afterEach(() => http.close())
  after(() => at.close())

  const post = (path: string, body: object) => http.ask('POST', `/api/v1/auth/${path}`, { body })
  const ask = (email: string) => post('magic-link', { email })
  const last = () => http.posted.at(-1)
  const letter = () => last()?.letter as { about: string; link: string; code: string }
  const tokenIn = (link: string) => new URL(link).searchParams.get('mail') ?? ''
  const me = (token: string) => http.ask('GET', '/api/v1/auth/me', { token })

  it('mails a link and a code; either lets in, once, and then both are spent', async () => {
    const email = `Staff@${slug}.test`
    expect((await ask(email)).status).to.equal(202)
    expect(last()).to.include({ to: `staff@${slug}.test`, language: 'en' })
    expect(letter().link).to.match(/^http:\/\/careline\.test\/sign-in\?mail=[\w-]{43}$/)
    const token = tokenIn(letter().link)
    const tries = await Promise.all([1, 2, 3].map(() => post('verify', { token })))
    expect(tries.map(({ status }) => status).sort()).to.deep.equal([200, 401, 401])
    const signedIn = tries.find(({ status }) => status === 200)
    expect((await me(signedIn?.body.accessToken)).body.user.name).to.equal(`staff of ${slug}`)
    const late = await post('verify', { email, code: letter().code })
    expect([late.status, late.body.code]).to.deep.equal([401, 'code_invalid'])

    http.later(minute)
    await ask(email)
    const byCode = await post('verify', { email: email.toUpperCase(), code: letter().code })
    expect(byCode.body.user.name).to.equal(`staff of ${slug}`)
    expect((await post('verify', { token: tokenIn(letter().link) })).body.code).to.equal('link_invalid')
  })

  it('says nothing of who has an account, and mails nobody who has none', async () => {
    const known = await ask(`owner@${slug}.test`)
    const unknown = await ask(`ghost@${slug}.test`)
    expect([unknown.status, unknown.text]).to.deep.equal([known.status, known.text])
    expect(http.posted.map(({ letter: { about } }) => about)).to.deep.equal(['sign_in', 'nobody'])
    const wrong = await post('verify', { email: `ghost@${slug}.test`, code: '000000' })
    expect([wrong.status, wrong.body.code]).to.deep.equal([401, 'code_invalid'])
  })

  it('keeps neither code nor token, and takes five guesses', async () => {
    const email = `staff@${slug}.test`
    await ask(email)
    const { link, code } = letter()
    const kept = JSON.stringify(await at.store.platform('auth_challenges').find({}).toArray())
    for (const plain of [code, tokenIn(link), email]) expect(kept).not.to.include(plain)
    const wrong = code === '123456' ? '654321' : '123456'
    const tries = await Promise.all(Array.from({ length: 5 }, () => post('verify', { email, code: wrong })))
    expect(tries.map(({ body }) => body.code)).to.deep.equal(Array(5).fill('code_invalid'))
    expect((await post('verify', { email, code })).status, 'the right one, too late').to.equal(401)
    expect((await post('verify', { token: tokenIn(link) })).status, 'nobody guesses the link').to.equal(200)
  })

  it('mails no more than once in half a minute and five times an hour, and answers the same', async () => {
    const email = `staff@${slug}.test`
    for (let n = 0; n < 3; n++) expect((await ask(email)).status).to.equal(202)
    expect(http.posted).to.have.lengthOf(1)
    for (let n = 0; n < 8; n++) {
      http.later(minute)
      expect((await ask(email)).status).to.equal(202)
    }
    expect(http.posted).to.have.lengthOf(5)
    expect((await post('verify', { token: tokenIn(letter().link) })).status, 'the newest').to.equal(200)
    const [first] = http.posted as { letter: { link?: string } }[]
    expect((await post('verify', { token: tokenIn(first?.letter.link ?? '') })).status, 'an older one').to.equal(401)
  })

  it('ends after fifteen minutes, and for who was locked out meanwhile', async () => {
    await ask(`staff@${slug}.test`)
    http.later(15 * minute)
    expect((await post('verify', { token: tokenIn(letter().link) })).status).to.equal(401)
    await ask(`expert@${slug}.test`)
    const all = { accountId: { $exists: true }, name: `expert of ${slug}` }
    await at.store.collection('members').updateOne(all, { $set: { status: 'disabled' } })
    expect((await post('verify', { token: tokenIn(letter().link) })).status).to.equal(401)
  })

  it('sets a new password by its own link, once, and ends every sign-in', async () => {
    const email = `admin@${slug}.test`
    const { accessToken } = await http.login(email)
    await ask(email)
    const signInToken = tokenIn(letter().link)
    expect((await post('password/forgot', { email })).status).to.equal(202)
    expect(letter().link).to.include('/new-password?token=')
    const token = new URL(letter().link).searchParams.get('token') ?? ''
    const reset = (given: object) => post('password/reset', { token, password: fresh, ...given })
    expect((await reset({ token: signInToken })).status, 'another kind of link').to.equal(401)
    expect((await reset({ password: email })).body.code).to.equal('weak_password')
    const both = await Promise.all([reset({}), reset({})])
    expect(both.map(({ status }) => status).sort()).to.deep.equal([204, 401])
    expect((await me(accessToken)).status).to.equal(401)
    expect(await http.login(email, password)).to.include({ code: 'bad_credentials' })
    expect((await http.login(email, fresh)).user.email).to.equal(email)
  })

  it('mails an invitation in the language of the workspace', async () => {
    const { accessToken: token } = await http.login(`owner@${slug}.test`)
    const body = { email: 'nina@new.test', name: 'Nina', role: 'staff' }
    const made = await http.ask('POST', '/api/v1/members/invitations', { token, body })
    expect(made.body.isMailed).to.equal(true)
    expect(last()).to.deep.include({ to: 'nina@new.test', language: 'en' })
    expect(letter()).to.include({ about: 'invitation', link: made.body.url })
  })

  it('is not there where no letter can be sent, and says so', async () => {
    const closed = { store: at.store, auth: http.auth, secret, url: '', now: Date.now, post: undefined }
    const byMail = new ByMail(closed)
    expect(byMail.isOpen).to.equal(false)
    const refusal = await byMail.askToSignIn('a@b.test').then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(refusal).to.be.instanceOf(Problem).with.property('code', 'mail_not_set_up')
  })
})
