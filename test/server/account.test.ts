import { expect } from 'chai'
import { type Opened, open, password, type Served } from './parts.ts'

const another = 'a longer word than before'

describe('my own account', () => {
  let at: Opened
  let http: Served
  before(async () => {
    at = await open()
    await at.business('clinic')
  })
  beforeEach(async () => void (http = await at.serve()))
  afterEach(() => http.close())
  after(() => at.close())

  const me = (token: string) => http.ask('GET', '/api/v1/auth/me', { token })
  const signIns = async (token: string) => (await http.ask('GET', '/api/v1/auth/sessions', { token })).body.items
  const from = (userAgent: string, email: string) =>
    http.ask('POST', '/api/v1/auth/login', { body: { email, password }, headers: { 'user-agent': userAgent } })

  it('shows where I am signed in, the latest first, and marks this one', async () => {
    const phone = (await from('a phone', 'owner@clinic.test')).body
    http.later(60_000)
    const desk = (await from('a desk', 'owner@clinic.test')).body
    await from('somebody else', 'staff@clinic.test')
    expect(await signIns(desk.accessToken)).to.have.lengthOf(2)
    http.later(60_000)
    const headers = { 'user-agent': 'a phone, renewed' }
    await http.ask('POST', '/api/v1/auth/refresh', { body: { refreshToken: phone.refreshToken }, headers })
    const [first, second] = await signIns(desk.accessToken)
    expect([first.userAgent, first.isCurrent]).to.deep.equal(['a phone, renewed', false])
    expect([second.userAgent, second.isCurrent, second.ip]).to.deep.equal(['a desk', true, '127.0.0.1'])
    expect(Date.parse(first.seenAt) - Date.parse(first.createdAt)).to.be.within(119_000, 125_000)
  })

  it('ends one of mine, and none of others', async () => {
    const mine = (await from('mine', 'admin@clinic.test')).body
    const lost = (await from('lost', 'admin@clinic.test')).body
    const theirs = (await from('theirs', 'staff@clinic.test')).body
    const ids = async (token: string) =>
      new Map<string, string>((await signIns(token)).map((one: any) => [one.userAgent, one.id]))
    const end = (id: string | undefined) =>
      http.ask('DELETE', `/api/v1/auth/sessions/${id}`, { token: mine.accessToken })
    const foreign = await end((await ids(theirs.accessToken)).get('theirs'))
    expect([foreign.status, foreign.body.code]).to.deep.equal([404, 'not_found'])
    expect((await me(theirs.accessToken)).status).to.equal(200)
    expect((await end((await ids(mine.accessToken)).get('lost'))).status).to.equal(204)
    expect((await me(lost.accessToken)).status).to.equal(401)
    const renewed = await http.ask('POST', '/api/v1/auth/refresh', { body: { refreshToken: lost.refreshToken } })
    expect(renewed.status).to.equal(401)
    expect((await me(mine.accessToken)).status).to.equal(200)
  })

  it('ends all others, or all', async () => {
    const [here, there] = [await http.login('expert@clinic.test'), await http.login('expert@clinic.test')]
    const endAll = (keepsThis: boolean) =>
      http.ask('POST', '/api/v1/auth/logout-all', { token: here.accessToken, body: { keepsThis } })
    expect((await endAll(true)).status).to.equal(204)
    expect([(await me(here.accessToken)).status, (await me(there.accessToken)).status]).to.deep.equal([200, 401])
    expect((await endAll(false)).status).to.equal(204)
    expect((await me(here.accessToken)).status).to.equal(401)
  })

  it('changes the password for whoever knows it, and ends all other sign-ins', async () => {
    await at.business('bakery')
    const email = 'staff@bakery.test'
    const [here, there] = [await http.login(email), await http.login(email)]
    const change = (current: string, next: string) =>
      http.ask('POST', '/api/v1/auth/password/change', {
        token: here.accessToken,
        body: { current, password: next },
      })
    const wrong = await change('not it', another)
    expect([wrong.status, wrong.body.code]).to.deep.equal([401, 'bad_credentials'])
    for (const weak of ['aaaaaaaaaaaa', 'staff@bakery.test', 'my name is staff 1']) {
      const refused = await change(password, weak)
      expect([refused.status, refused.body.code], weak).to.deep.equal([422, 'weak_password'])
    }
    expect((await change(password, 'short')).body.errors[0].path).to.equal('password')
    expect((await me(there.accessToken)).status, 'nothing has changed so far').to.equal(200)

    expect((await change(password, another)).status).to.equal(204)
    expect([(await me(here.accessToken)).status, (await me(there.accessToken)).status]).to.deep.equal([200, 401])
    const login = async (word: string) =>
      (await http.ask('POST', '/api/v1/auth/login', { body: { email, password: word } })).status
    expect([await login(password), await login(another)]).to.deep.equal([401, 200])
  })

  it('slows down whoever guesses the current password from a screen left open', async () => {
    await at.business('kiosk')
    const { accessToken: token } = await http.login('staff@kiosk.test')
    const guess = async () => {
      const body = { current: 'guess', password: another }
      return (await http.ask('POST', '/api/v1/auth/password/change', { token, body })).status
    }
    const statuses: number[] = []
    for (let n = 0; n < 6; n++) statuses.push(await guess())
    expect(statuses).to.deep.equal([401, 401, 401, 401, 401, 429])
  })
})
