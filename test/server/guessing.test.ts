import { expect } from 'chai'
import { busy, Problem } from '../../kernel/problem.ts'
import { Attempts } from '../../server/auth/attempts.ts'
import { Auth } from '../../server/auth/auth.ts'
import { type Opened, open, password, secret, type Served } from './parts.ts'

const minute = 60_000
const auth = '/api/v1/auth'

describe('whoever guesses, looks or waits before a sign-in', () => {
  let at: Opened
  let http: Served
  let slug = ''
  let businesses = 0
  before(async () => {
    at = await open()
  })
  beforeEach(async () => {
    slug = `guess-${++businesses}`
    await at.business(slug)
    http = await at.serve()
  })
  afterEach(() => http.close())
  after(() => at.close())

  const post = (path: string, body: object, headers = {}) => http.ask('POST', `${auth}/${path}`, { body, headers })
  const me = (token: string) => http.ask('GET', `${auth}/me`, { token })

  /** The collections that a request looks into, in order: what takes the same work takes the same time. */
  async function workOf(request: () => Promise<unknown>) {
    const { store } = at
    const work: string[] = []
    const own = { platform: store.platform.bind(store), collection: store.collection.bind(store) }
    const of = store.of.bind(store)
    store.platform = (name) => (work.push(name), own.platform(name))
    store.collection = (name) => (work.push(name), own.collection(name))
    store.of = (id) => (work.push('of a workspace'), of(id))
    try {
      await request()
      return work
    } finally {
      Object.assign(store, own, { of })
    }
  }

  it('hears and waits the same for those who are somebody and those who are nobody', async () => {
    const ways: Record<string, (email: string) => Promise<{ status: number; body: any; text: string }>> = {
      login: (email) => post('login', { email, password: 'not this one' }),
      'magic-link': (email) => post('magic-link', { email }),
      'a code': (email) => post('verify', { email, code: '000000' }),
      'password/forgot': (email) => post('password/forgot', { email }),
    }
    for (const [way, come] of Object.entries(ways)) {
      const said: object[] = []
      const work: string[][] = []
      for (const email of [`staff@${slug}.test`, `ghost@${slug}.test`]) {
        let answer: Awaited<ReturnType<typeof come>> | undefined
        work.push(await workOf(async () => void (answer = await come(email))))
        const { requestId: _, ...body } = answer?.body ?? {}
        said.push({ status: answer?.status, ...body })
      }
      expect(said[0], way).to.deep.equal(said[1])
      expect(work[0], way).to.deep.equal(work[1])
      expect(work[0], `${way}: this sees something`).not.to.be.empty
    }
    const letters = http.posted.map(({ letter }) => letter.about)
    expect(letters, 'as many letters are made').to.deep.equal(['sign_in', 'nobody', 'password', 'nobody'])
  })

  it('waits, too, who tries many accounts from one place; others at other places do not', async () => {
    let ahead = 0
    const own = new Auth({ store: at.store, secret, now: () => Date.now() + ahead, freeOfPlace: 4 })
    const proxied = await at.serve({ config: { trustsProxy: true }, parts: { auth: own } })
    const from = (ip: string, email: string, word: string) =>
      proxied.ask('POST', `${auth}/login`, {
        body: { email, password: word },
        headers: { 'x-forwarded-for': ip },
      })
    // One right one in between does not make the guesses at others forgotten.
    const guess = async (n: number) => {
      if (n === 2) return (await from('2001:db8:7::2', `admin@${slug}.test`, password)).status
      return (await from(`2001:db8:7::${n.toString(16)}`, `guest${n}@${slug}.test`, 'no')).status
    }
    const statuses = []
    for (let n = 0; n < 6; n++) statuses.push(await guess(n))
    expect(statuses).to.deep.equal([401, 401, 200, 401, 401, 429])
    const locked = await from('2001:db8:7::ffff', `owner@${slug}.test`, password)
    expect([locked.status, locked.body.code]).to.deep.equal([429, 'too_many_attempts'])
    expect((await from('2001:db8:8::1', `owner@${slug}.test`, password)).status).to.equal(200)
    ahead = minute
    expect((await from('2001:db8:7::1', `owner@${slug}.test`, password)).status).to.equal(200)
    await proxied.close()
  })

  it('counts nothing against whoever came while too many others were waiting', async () => {
    for (const attempts of [new Attempts(Date.now), Attempts.ofPlace(Date.now, undefined, 5)]) {
      const come = (work: () => Promise<unknown>) => attempts.count('somebody', work).catch(({ code }) => code)
      for (let n = 0; n < 9; n++)
        expect(await come(() => Promise.reject(busy('try_again', 'Busy.')))).to.equal('try_again')
      const refuse = () => Promise.reject(new Problem('unauthorized', 'bad_credentials', 'No.'))
      const said = []
      for (let n = 0; n < 6; n++) said.push(await come(refuse))
      expect(said).to.deep.equal([...Array<string>(5).fill('bad_credentials'), 'too_many_attempts'])
    }
  })

  it('uses nothing up by looking: scanners and previews open every address in a letter', async () => {
    await post('magic-link', { email: `staff@${slug}.test` })
    await post('password/forgot', { email: `staff@${slug}.test` })
    const { accessToken: token } = await http.login(`owner@${slug}.test`)
    const body = { email: `nina@${slug}.test`, name: 'Nina', role: 'staff' }
    await http.ask('POST', '/api/v1/members/invitations', { token, body })
    const links = http.posted.map(({ letter }) => new URL((letter as { link: string }).link))
    const [mail = '', reset = '', invitation = ''] = links.map(
      ({ searchParams }) => [...searchParams.values()][0] ?? '',
    )
    const looked = [
      ...links.map(({ pathname, search }) => pathname + search),
      `${auth}/verify?token=${mail}`,
      `${auth}/password/reset?token=${reset}`,
      `/api/v1/members/invitations/${invitation}`,
      `/api/v1/members/invitations/${invitation}/accept`,
    ]
    for (const path of looked)
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const text = await (await fetch(http.url + path, { method })).text()
        expect(text, `${method} ${path}`).not.to.match(/accessToken|refreshToken/)
      }
    expect((await post('verify', { token: mail })).status).to.equal(200)
    expect((await post('password/reset', { token: reset, password: 'a longer word than before' })).status).to.equal(204)
    const accept = await http.ask('POST', `/api/v1/members/invitations/${invitation}/accept`, { body: {} })
    expect(accept.status).to.equal(200)
  })

  it('brings no session along: each sign-in makes its own, whatever was there before', async () => {
    const email = `staff@${slug}.test`
    const planted = await http.login(`expert@${slug}.test`)
    const headers = { authorization: `Bearer ${planted.accessToken}`, cookie: 'session=ses_planted; sid=ses_planted' }
    const body = { email, password, sessionId: 'ses_planted', refreshToken: planted.refreshToken }
    const first = await post('login', body, headers)
    const second = await post('login', { email, password })
    expect([first.status, second.status]).to.deep.equal([200, 200])
    expect(first.headers.get('set-cookie')).to.equal(null)
    const ids = []
    for (const { body: tokens } of [first, second]) {
      const { items } = (await http.ask('GET', `${auth}/sessions`, { token: tokens.accessToken })).body
      ids.push(items.find(({ isCurrent }: any) => isCurrent).id)
      expect(tokens.refreshToken).not.to.equal(planted.refreshToken)
      expect((await me(tokens.accessToken)).body.user.email).to.equal(email)
    }
    expect(new Set(ids)).to.have.length(2)
    expect(ids).not.to.include('ses_planted')
    expect((await me(planted.accessToken)).body.user.email, 'and becomes nobody else').to.equal(`expert@${slug}.test`)
  })
})
