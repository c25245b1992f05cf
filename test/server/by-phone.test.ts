import { expect } from 'chai'
import { signatureOf } from '../../providers/twilio/signature.ts'
import { keepPhone } from '../../store/settings/phones.ts'
import { type Opened, open, type Served, type Wishes } from './parts.ts'

const minute = 60_000
const hour = 60 * minute
const at = (code: string) => (code === '123456' ? '654321' : '123456')

describe('signing in by telephone', () => {
  let opened: Opened
  let http: Served
  let place = 0
  let slug = ''
  let business: Awaited<ReturnType<Opened['business']>>
  let phones = 0
  before(async () => {
    opened = await open()
  })
  beforeEach(async () => {
    slug = `phone-${++place}`
    business = await opened.business(slug)
    http = await serve()
  })
  afterEach(() => http.close())
  after(() => opened.close())

  const serve = (wishes: Wishes = {}) => opened.serve({ ...wishes, config: { trustsProxy: true } })
  /** Each number in a range of its own, unless it is said. */
  const fresh = () => `+49151${String(1_000 + ++phones).padStart(4, '0')}2345`
  const from = (ip = `10.1.${place}.1`) => ({ 'x-forwarded-for': ip })
  const post = (path: string, body: object, { ip, token }: { ip?: string; token?: string } = {}) =>
    http.ask('POST', `/api/v1/auth/${path}`, { body, headers: from(ip), ...(token !== undefined && { token }) })
  const ask = (phone: string, more: object = {}, ip?: string) =>
    post('otp', { phone, channel: 'sms', ...more }, ip === undefined ? {} : { ip })
  const verify = (phone: string, code: string, ip?: string) =>
    post('otp/verify', { phone, code }, ip === undefined ? {} : { ip })
  const last = () => http.texted.at(-1)
  const codeIn = (text = last()) => (text?.words as { code: string }).code
  const accountOf = async (role: 'owner' | 'staff' = 'staff') =>
    String((await opened.store.collection('members').findOne({ _id: business.member(role) }))?.['accountId'])
  /** Somebody of the business has this number. */
  const has = async (phone: string, role: 'owner' | 'staff' = 'staff') =>
    keepPhone(opened.store, await accountOf(role), phone, Date.now())
  const tokenOf = async (role: 'owner' | 'staff' = 'staff') =>
    (await http.auth.openFor(business.id, business.member(role))).accessToken

  it('sends a code that lets in once, whoever shows it at the same moment', async () => {
    const phone = fresh()
    await has(phone)
    const asked = await ask(phone.replace('+49', '+49 (0) '))
    expect(asked.status).to.equal(202)
    expect(last()).to.include({ to: phone, language: 'en', workspaceId: business.id })
    expect(last()?.words).to.include({ about: 'sign_in', minutes: 10 })
    const tries = await Promise.all([1, 2, 3].map(() => verify(phone, codeIn())))
    expect(tries.map(({ status }) => status).sort()).to.deep.equal([200, 401, 401])
    const signedIn = tries.find(({ status }) => status === 200)?.body
    expect(signedIn.user.name).to.equal(`staff of ${slug}`)
    expect((await verify(phone, codeIn())).body.code).to.equal('code_invalid')
  })

  it('is one factor: where an account asks for two, the telephone alone opens nothing', async () => {
    const phone = fresh()
    await has(phone)
    const totp = { sealed: Buffer.alloc(48), addedAt: new Date() }
    await opened.store.platform('account_factors').insertOne({ _id: await accountOf(), totp })
    await ask(phone)
    const answer = await verify(phone, codeIn())
    expect([answer.status, answer.body.code]).to.deep.equal([401, 'second_factor_required'])
    expect(answer.body).to.not.have.any.keys('accessToken', 'refreshToken')
    expect((await verify(phone, codeIn())).body.code, 'spent').to.equal('code_invalid')
  })

  it('matches the other spelling of a mobile, and rewrites neither', async () => {
    await has('+5215512345678')
    await ask('+52 55 1234 5678')
    expect(last()).to.include({ to: '+525512345678' })
    expect((await verify('+525512345678', codeIn())).status).to.equal(200)
    const kept = await opened.store.platform('account_phones').findOne({ number: '+5215512345678' })
    expect(kept).to.not.equal(null)
  })

  it('answers the same for every number, after the same work', async () => {
    const phone = fresh()
    await has(phone)
    const work = watched()
    const known = await ask(phone, {}, '10.9.0.1')
    const forKnown = work.splice(0)
    const unknown = await ask(fresh(), {}, '10.9.0.2')
    const forUnknown = work.splice(0)
    const shape = ({ status, body, headers }: typeof known) => [status, Object.keys(body), headers.get('content-type')]
    expect(shape(unknown)).to.deep.equal(shape(known))
    expect(forUnknown).to.deep.equal(forKnown)
    expect(forKnown.length, 'the work is seen').to.be.greaterThan(10)
    expect(http.texted.map(({ words }) => words.about)).to.deep.equal(['sign_in', 'nobody'])
    // The guesses, too: at a number that is somebody's, nobody's, and one whose owner was locked out.
    const wrong = await verify(phone, at(codeIn(http.texted[0])), '10.9.0.1')
    const forRightNumber = work.splice(0)
    const nobodys = await verify(http.texted[1]?.to ?? '', '000000', '10.9.0.2')
    expect([nobodys.status, nobodys.body.code]).to.deep.equal([wrong.status, wrong.body.code])
    expect(work.splice(0)).to.deep.equal(forRightNumber)
  })

  it('is bound to ten minutes and five guesses, however many come at once and from wherever', async () => {
    const phone = fresh()
    await has(phone)
    await ask(phone)
    const wrong = at(codeIn())
    const guesses = await Promise.all(Array.from({ length: 12 }, (_, n) => verify(phone, wrong, `10.2.${n}.1`)))
    expect(new Set(guesses.map(({ body }) => body.code))).to.deep.equal(new Set(['code_invalid']))
    expect((await verify(phone, codeIn())).status, 'the right one, too late').to.equal(401)
    http.later(minute)
    await ask(phone)
    const first = codeIn()
    http.later(minute)
    await ask(phone)
    expect((await verify(phone, first)).status, 'an earlier one').to.equal(first === codeIn() ? 200 : 401)
    http.later(10 * minute)
    expect((await verify(phone, codeIn())).status, 'too old').to.equal(401)
  })

  it('stops who guesses at many numbers from one place', async () => {
    const codes = []
    for (let n = 0; n < 32; n++) codes.push((await verify(fresh(), '123456', '10.3.0.1')).body.code)
    expect(codes.slice(0, 30)).to.deep.equal(Array(30).fill('code_invalid'))
    expect(codes.slice(30)).to.deep.equal(['too_many_attempts', 'too_many_attempts'])
    expect((await verify(fresh(), '123456', '10.3.0.2')).body.code, 'somewhere else').to.equal('code_invalid')
  })

  it('sends one where twenty are asked for at once, five an hour, ten a day', async () => {
    const phone = fresh()
    await has(phone)
    const many = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(phone, {}, `10.4.${n}.1`)))
    expect(many.filter(({ status }) => status === 202)).to.have.lengthOf(1)
    const refused = many.find(({ status }) => status === 429)
    expect(refused?.body.code).to.equal('too_many_codes')
    expect(Number(refused?.headers.get('retry-after'))).to.be.within(1, 45)
    // From the beginning of a day, so that its windows are the clock's.
    http.later(24 * hour - (http.now() % (24 * hour)))
    const passed = []
    for (let hours = 0; hours < 3; hours++) {
      for (let n = 0; n < 7; n++) {
        passed.push((await ask(phone, {}, `10.5.${hours}.${n}`)).status === 202)
        http.later(minute)
      }
      http.later(hour - 7 * minute)
    }
    const five = [...Array<boolean>(5).fill(true), false, false]
    expect(passed).to.deep.equal([...five, ...five, ...Array<boolean>(7).fill(false)])
  })

  it('counts by place, by device and by range of numbers: who pumps has many of some of them', async () => {
    const refusals = async (times: number, one: (n: number) => ReturnType<typeof ask>) => {
      const codes = []
      for (let n = 0; n < times; n++) codes.push((await one(n)).body.code)
      return codes.filter(Boolean)
    }
    expect(await refusals(11, () => ask(fresh(), {}, '10.6.0.1'))).to.deep.equal(['too_many_codes'])
    const deviceId = `device-${slug}`
    expect(await refusals(9, (n) => ask(fresh(), { deviceId }, `10.6.1.${n}`))).to.deep.equal(['too_many_codes'])
    const inRange = await refusals(22, (n) => ask(`+491517312${1_000 + n}`, {}, `10.7.${n}.1`))
    expect(inRange).to.deep.equal(['too_many_codes', 'too_many_codes'])
    expect(
      http.texted.every(({ words }) => words.about === 'nobody'),
      'none of them was anybody’s',
    ).to.equal(true)
  })

  it('goes to mobiles of the countries that are served; a workspace’s own list is told to nobody outside', async () => {
    await http.close()
    http = await serve({ codes: { countries: ['DE', 'FR'] } })
    const refused = await Promise.all(
      ['+33612345678', '+447400123456', '+493012345678', '+19005551234', '+49'].map((one) => ask(one)),
    )
    expect(refused.map(({ status, body }) => [status, body.code])).to.deep.equal([
      [202, undefined],
      [422, 'country_not_served'],
      [422, 'number_not_served'],
      [422, 'number_not_served'],
      [422, 'phone_invalid'],
    ])
    const phone = fresh()
    await has(phone)
    await rules({ countries: ['FR'] })
    expect((await ask(phone)).status).to.equal(202)
    expect(last()?.words).to.deep.equal({ about: 'nobody' })
    const own = await post('phones', { phone: fresh(), channel: 'sms' }, { token: await tokenOf() })
    expect([own.status, own.body.code], 'its own people are told').to.deep.equal([422, 'country_not_served'])
  })

  it('stops when a day has cost what it may: silently for one business, with a word for all', async () => {
    await rules({ dailySpend: 25 })
    const sent = []
    for (let n = 0; n < 4; n++) {
      const phone = fresh()
      await has(phone)
      expect((await ask(phone)).status).to.equal(202)
      sent.push(last()?.words.about)
    }
    expect(sent).to.deep.equal(['sign_in', 'sign_in', 'nobody', 'nobody'])
    const alerts = http.posted.filter(({ letter }) => letter.about === 'codes_paused')
    expect(alerts.map(({ to }) => to)).to.deep.equal([`owner@${slug}.test`])
    expect(http.audited.filter(({ action }) => action === 'codes.paused')).to.have.lengthOf(1)
    const own = await post('phones', { phone: fresh(), channel: 'sms' }, { token: await tokenOf('owner') })
    expect([own.status, own.body.code]).to.deep.equal([503, 'codes_paused'])

    await rules({ dailySpend: 10_000 })
    await http.close()
    http = await serve({ codes: { prices: { DE: 400, '*': 1 }, dailySpend: 900 } })
    http.later(30 * 24 * hour)
    const answers = []
    for (let n = 0; n < 5; n++) {
      const phone = n === 4 ? fresh() : await other()
      answers.push((await ask(phone, {}, `10.8.${n}.1`)).body.code)
    }
    // The third costs more than is left: nothing leaves, and from then on everybody is told, whosever the number is.
    expect(answers).to.deep.equal([undefined, undefined, undefined, 'codes_paused', 'codes_paused'])
    expect(http.texted.map(({ words }) => words.about)).to.deep.equal(['sign_in', 'sign_in', 'nobody'])
    expect(http.logged.filter(({ message }) => message.startsWith('codes paused'))).to.have.lengthOf(1)
    http.later(24 * hour)
    expect((await ask(await other())).status, 'another day').to.equal(202)
  })

  it('goes by the WhatsApp of the business, and then by SMS', async () => {
    const phone = fresh()
    await has(phone)
    await ask(phone, { channel: 'whatsapp' })
    expect(last()?.ways, 'it has no number there').to.deep.equal(['sms'])
    const secrets = { token: 'a-token', appSecret: 'a secret', verifyToken: 'another' }
    const line = {
      id: `ch_${slug}`,
      name: 'W',
      simulate: false,
      fields: { phoneNumberId: `9${place}`, businessId: '1' },
      secrets,
    }
    await http.channels.create(business.id, { ...line, baseUrl: 'http://127.0.0.1:1' })
    http.later(minute)
    await ask(phone, { channel: 'whatsapp' })
    expect(last()?.ways).to.deep.equal(['whatsapp', 'sms'])
    expect((await http.ask('GET', '/api/v1/auth/ways')).body).to.include({ sms: true, whatsapp: true })
  })

  it('keeps neither codes nor numbers of those who ask, and no more than one code of a number', async () => {
    const phone = fresh()
    await has(phone)
    await ask(phone)
    http.later(minute)
    await ask(phone)
    const challenges = await opened.store.platform('auth_challenges').find({ kind: 'otp' }).toArray()
    const tallies = await opened.store.platform('tallies').find({}).toArray()
    for (const text of [codeIn(), phone, phone.slice(1)])
      expect(JSON.stringify([challenges, tallies])).not.to.include(`"${text}`)
    const mine = challenges.filter(({ accountId }) => accountId !== null)
    expect(mine.filter((one) => (one['createdAt'] as Date) > new Date(Date.now() - 2 * minute))).to.not.be.empty
    expect(new Set(challenges.map(({ targetHash }) => targetHash)).size).to.equal(challenges.length)
  })

  describe('a number of one’s own', () => {
    it('is proven by a code, told to its owner by a letter, and signs in from then on', async () => {
      const token = await tokenOf()
      const phone = fresh()
      expect((await post('phones', { phone, channel: 'sms' }, { token })).status).to.equal(202)
      expect(last()?.words.about).to.equal('own_number')
      const code = codeIn()
      expect((await verify(phone, code)).body.code, 'it signs nobody in').to.equal('code_invalid')
      const another = await post('phones/verify', { phone, code }, { token: await tokenOf('owner') })
      expect(another.body.code, 'another’s').to.equal('code_invalid')
      const proven = await post('phones/verify', { phone, code }, { token })
      expect(proven.body.items.map((one: any) => one.number)).to.deep.equal([phone])
      expect(http.posted.at(-1)?.letter).to.include({ about: 'security', what: 'phone_added' })
      await ask(phone)
      expect(last()?.words.about, 'not before the pause is over').to.equal('own_number')
      http.later(minute)
      await ask(phone)
      expect((await verify(phone, codeIn())).body.user.name).to.equal(`staff of ${slug}`)
    })

    it('belongs to one account, which is told only to whoever holds the telephone', async () => {
      const phone = fresh()
      await has(phone, 'owner')
      const token = await tokenOf()
      expect((await post('phones', { phone, channel: 'sms' }, { token })).status).to.equal(202)
      const taken = await post('phones/verify', { phone, code: codeIn() }, { token })
      expect([taken.status, taken.body.code]).to.deep.equal([409, 'phone_taken'])
    })

    it('is changed by whoever showed just now that it is them, and is nobody else’s to take away', async () => {
      const token = await tokenOf()
      const phone = fresh()
      await has(phone)
      const [mine] = (await http.ask('GET', '/api/v1/auth/phones', { token })).body.items
      const remove = (by: string) => http.ask('DELETE', `/api/v1/auth/phones/${mine.id}`, { token: by })
      expect((await remove(await tokenOf('owner'))).status).to.equal(404)
      expect((await remove(token)).status).to.equal(204)
      expect(http.posted.at(-1)?.letter).to.include({ what: 'phone_removed' })
      expect((await ask(phone)).status).to.equal(202)
      expect(last()?.words.about).to.equal('nobody')
      http.later(11 * minute)
      const late = await post('phones', { phone, channel: 'sms' }, { token })
      expect(late.body.code).to.equal('proof_required')
    })

    it('is one of five at most, and costs its account a count of its own', async () => {
      for (let n = 0; n < 5; n++) await has(fresh())
      const full = await post('phones', { phone: fresh(), channel: 'sms' }, { token: await tokenOf() })
      expect(full.body.code).to.equal('too_many_phones')
      const token = await tokenOf('owner')
      const codes = []
      for (let n = 0; n < 6; n++)
        codes.push((await post('phones', { phone: fresh(), channel: 'sms' }, { token, ip: `10.11.${n}.1` })).body.code)
      expect(codes).to.deep.equal([...Array(5).fill(undefined), 'too_many_codes'])
    })
  })

  it('tells of any number whether it can exist, and of none whose it is', async () => {
    const of = async (phone: string, country?: string) => (await post('phone/validate', { phone, country })).body
    expect(await of('0151 23456789', 'DE')).to.deep.equal({
      isValid: true,
      phone: {
        e164: '+4915123456789',
        country: 'DE',
        kind: 'mobile',
        national: '01512 3456789',
        international: '+49 1512 3456789',
      },
    })
    expect(await of('0151 23456789')).to.deep.equal({ isValid: false, phone: null })
  })

  it('hears of its texts from Twilio alone, at the address that it is called by', async () => {
    const path = '/webhooks/twilio/texts/txt_1'
    const form = { MessageSid: `SM${'1'.repeat(32)}`, MessageStatus: 'undelivered', ErrorCode: '30006' }
    const tell = (signature: string, headers = {}) =>
      http.ask('POST', path, {
        body: new URLSearchParams(form).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature, ...headers },
      })
    const token = 'the token of the account'
    const right = signatureOf(`http://careline.test${path}`, form, token)
    expect((await tell(right)).status).to.equal(204)
    expect(http.texted.at(-1)).to.deep.equal({ textId: 'txt_1', status: 'failed', why: 'This number takes no texts.' })
    const forged = [
      signatureOf(`http://evil.test${path}`, form, token),
      signatureOf(`http://careline.test${path}`, form, 'x'),
      '',
    ]
    for (const signature of forged) {
      const answer = await tell(signature, { 'x-forwarded-host': 'evil.test' })
      expect([answer.status, answer.body.code]).to.deep.equal([401, 'bad_signature'])
    }
    expect(http.texted).to.have.lengthOf(1)
  })

  const rules = (codes: object) =>
    opened.store.platform('workspaces').updateOne({ _id: business.id }, { $set: { 'settings.codes': codes } })

  /** A number of somebody in a range of its own. */
  async function other() {
    const phone = fresh()
    await has(phone)
    return phone
  }

  /** What is asked of the store, in order: which collection, and what. */
  function watched(): string[] {
    const seen: string[] = []
    const { store } = opened
    for (const door of ['platform', 'collection', 'of'] as const) {
      const original = (store as any)[door].bind(store)
      ;(store as any)[door] = (name: string) =>
        new Proxy(original(name), {
          get(target, method) {
            const value = target[method]
            if (typeof value !== 'function') return value
            return (...args: unknown[]) => {
              seen.push(`${door === 'of' ? String(args[0]) : name}.${String(method)}`)
              return value.apply(target, args)
            }
          },
        })
    }
    after(() => {
      for (const door of ['platform', 'collection', 'of']) delete (store as any)[door]
    })
    return seen
  }
})
