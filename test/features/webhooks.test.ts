import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import { changeMember, memberNews } from '../../store/settings/members.ts'
import { App, type Business } from '../harness/boot.ts'
import { receiver } from '../harness/receiver.ts'
import { until } from '../harness/until.ts'

describe('webhooks that leave', () => {
  let app: App
  let clinic: Business
  let other: Business
  let token: string
  let hook: Awaited<ReturnType<typeof receiver>>
  before(async () => {
    app = await new App().start()
    clinic = await app.open('clinic')
    other = await app.open('other')
    token = await tokenOf(clinic)
  })
  beforeEach(async () => void (hook = await receiver()))
  afterEach(() => hook.close())
  after(() => app.stop())

  const tokenOf = async (business: Business, name = 'owner') =>
    (await app.careline.auth.openFor(business.workspace.id, business.members[name]?.id ?? '')).accessToken

  async function ask(method: string, path: string, body?: object, as = token) {
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${as}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  async function endpoint(events: string[], change: object = {}) {
    const { status, body } = await ask('POST', '/webhook-endpoints', { name: 'CRM', url: hook.url, events, ...change })
    expect(status, JSON.stringify(body)).to.equal(201)
    return body as { id: string; secret: string; url: string; rev: number }
  }
  const deliveries = async (id: string) => (await ask('GET', `/webhook-endpoints/${id}/deliveries`)).body.items
  const said = () => hook.got.map(({ body }) => JSON.parse(body))

  it('tell what happened once, in its order, signed', async () => {
    const { id, secret } = await endpoint(['message.created'])
    const lena = clinic.person('Lena')
    for (const text of ['one', 'two', 'three']) lena.sends(text)
    await app.settled()
    await hook.count(3)
    expect(said().map(({ data }) => data.message.content.text)).to.deep.equal(['one', 'two', 'three'])
    const [first] = hook.got
    const verified = new Webhook(secret).verify(first?.body ?? '', first?.headers as Record<string, string>) as any
    expect(verified).to.include({ type: 'message.created', workspaceId: clinic.workspace.id })
    expect(first?.headers['webhook-id']).to.equal(verified.id)
    expect(verified.data.message.at, 'in the form of the wire').to.match(/^\d{4}-.*Z$/)
    await app.settled()
    const rows = await deliveries(id)
    expect(rows.map((one: any) => [one.n, one.status, one.answer.status])).to.deep.equal([
      [3, 'delivered', 200],
      [2, 'delivered', 200],
      [1, 'delivered', 200],
    ])
    await ask('DELETE', `/webhook-endpoints/${id}`)
    lena.sends('four')
    await app.settled()
    expect(hook.got, 'nothing goes to one that is deleted').to.have.length(3)
  })

  it('tell exactly what was asked for, and nothing of another workspace', async () => {
    const { id } = await endpoint(['conversation.changed'])
    const own = clinic.person('Omar')
    own.sends('Hello')
    other.person('Nobody').sends('Hello')
    await app.settled()
    expect(hook.got, 'message.created is another type').to.deep.equal([])
    const [line] = (await ask('GET', '/conversations')).body.items
    await ask('PUT', `/conversations/${line.conversationId}/status`, { status: 'resolved' })
    await hook.count(1)
    expect(said()[0]).to.include({ type: 'conversation.changed', workspaceId: clinic.workspace.id })
    expect((await ask('PATCH', `/webhook-endpoints/${id}`, { events: ['conversation.*'] })).status).to.equal(422)
    expect((await ask('PATCH', `/webhook-endpoints/${id}`, { events: ['conversation'] })).status).to.equal(422)
    const stranger = await tokenOf(other)
    for (const path of ['', '/deliveries', `/deliveries/${id}.1`, '/caught'])
      expect((await ask('GET', `/webhook-endpoints/${id}${path}`, undefined, stranger)).status, path).to.equal(404)
    await ask('DELETE', `/webhook-endpoints/${id}`)
  })

  it('tell of the team, which is no stream', async () => {
    const { id } = await endpoint(['member.changed'])
    const ben = await clinic.member('ben')
    await ask('PATCH', `/members/${ben.id}`, { role: 'expert' })
    await hook.count(1)
    expect(said()[0].data).to.deep.equal({ member: { id: ben.id, name: 'ben', role: 'expert', status: 'active' } })
    await ask('DELETE', `/webhook-endpoints/${id}`)
  })

  it('tell of the team once, also where whoever changed it was gone before they could, or before they knew', async () => {
    const { id } = await endpoint(['member.changed'])
    const [{ storage, outgoing }, nora] = [app.careline, await clinic.member('nora')]
    const { store } = storage
    const own = [store, clinic.workspace.id, nora.id] as const
    await changeMember(...own, { role: 'expert' }, Date.now() - 60_000)
    const news = await memberNews(...own)
    await outgoing.schedules[0]?.run({ hold: async () => undefined })
    await hook.count(1)
    expect(said()[0]).to.deep.include({ id: news?.untold.eventId, type: 'member.changed' })
    expect(said()[0].data.member).to.deep.equal({ id: nora.id, name: 'nora', role: 'expert', status: 'active' })
    expect(await memberNews(...own), 'told').to.equal(undefined)
    // As if it had been gone between telling and knowing that it was told; and both at once.
    const untold = { eventId: news?.untold.eventId, at: new Date(news?.untold.at ?? 0) }
    await store.of(clinic.workspace.id).update('members', { _id: nora.id }, { $set: { untold } })
    await Promise.all([outgoing.memberChanged(nora), outgoing.memberChanged(nora)])
    await outgoing.schedules[0]?.run({ hold: async () => undefined })
    await app.settled()
    expect(await deliveries(id)).to.have.length(1)
    expect(hook.got).to.have.length(1)
    await ask('PATCH', `/members/${nora.id}`, { name: 'Nora' })
    await hook.count(2)
    await ask('DELETE', `/webhook-endpoints/${id}`)
  })

  it('keep each answer with its delivery, and hold up nobody else', async () => {
    const works = await receiver()
    const broken = await endpoint(['message.created'])
    const other = await endpoint(['message.created'], { url: works.url })
    hook.answers({ status: 503, body: 'x'.repeat(9_000) })
    const lena = clinic.person('Kim')
    for (const text of ['one', 'two']) lena.sends(text)
    await works.count(2)
    await app.settled()
    expect(hook.got, 'the second waits behind the first').to.have.length(1)
    const [second, first] = await deliveries(broken.id)
    expect(first).to.include({ status: 'waiting', tries: 1 })
    expect(first.answer).to.include({ status: 503, why: null, body: 'x'.repeat(2_048) })
    expect(first.answer.ms).to.be.within(0, 5_000)
    expect(Date.parse(first.nextAt) - Date.parse(first.triedAt)).to.be.within(3_000, 7_000)
    expect(second).to.include({ status: 'waiting', tries: 0, answer: null })
    const { progress } = (await ask('GET', `/webhook-endpoints/${broken.id}`)).body
    expect(progress).to.include({ waiting: 2, lastTakenAt: null })
    expect(progress.failingSince).to.be.a('string')
    for (const { id } of [broken, other]) await ask('DELETE', `/webhook-endpoints/${id}`)
    await works.close()
  })

  it('turn an endpoint off that is gone, write to the owner, and go on where it was', async () => {
    hook.answers({ status: 410, body: 'Gone.' })
    const { id } = await endpoint(['message.created'])
    clinic.person('Mia').sends('Are you there?')
    const off = await until(async () => (await ask('GET', `/webhook-endpoints/${id}`)).body.off)
    expect(off).to.include({ reason: 'gone', why: 'HTTP 410' })
    await app.settled()
    const letters = await app.careline.storage.store.platform('simulated_letters').find({}).toArray()
    const [letter] = letters.filter(({ subject }) => /turned off/.test(subject as string))
    expect(letter?.['to']).to.equal('owner@clinic.test')
    expect(letter?.['text']).to.include(`/settings/webhooks?endpoint=${id}`)
    hook.answers({})
    expect((await ask('PATCH', `/webhook-endpoints/${id}`, { status: 'active' })).body).to.include({ off: null })
    await hook.count(2)
    await until(async () => (await deliveries(id))[0].status === 'delivered')
    expect(hook.got[1]?.headers['webhook-id'], 'the same message').to.equal(hook.got[0]?.headers['webhook-id'])
    await ask('DELETE', `/webhook-endpoints/${id}`)
  })

  it('are signed by both secrets for a day after a rotation', async () => {
    const { id, secret } = await endpoint(['message.created'])
    const { body } = await ask('POST', `/webhook-endpoints/${id}/rotate-secret`)
    expect(body.secret)
      .to.match(/^whsec_/)
      .and.not.equal(secret)
    expect((await ask('POST', `/webhook-endpoints/${id}/test`)).status).to.equal(202)
    await hook.count(1)
    const [{ body: text, headers }] = hook.got as [any]
    for (const one of [secret, body.secret])
      expect(new Webhook(one).verify(text, headers)).to.include({ type: 'webhook.test' })
    expect(() => new Webhook(body.secret).verify(text.replace('test', 'tess'), headers)).to.throw()
    const shown = JSON.stringify((await ask('GET', `/webhook-endpoints/${id}`)).body)
    expect(shown).to.not.include(secret.slice(6)).and.not.include(body.secret.slice(6))
    const rests = await app.careline.storage.store.collection('webhook_endpoints').findOne({ _id: id })
    expect(JSON.stringify(rests)).to.not.include(secret.slice(6)).and.not.include(hook.url)
    await ask('DELETE', `/webhook-endpoints/${id}`)
  })

  it('are sent again one by one, or all of a span of time, under the same id', async () => {
    const from = new Date(Date.now() - 1_000).toISOString()
    const { id } = await endpoint(['message.created'])
    const zoe = clinic.person('Zoe')
    for (const text of ['one', 'two', 'three']) zoe.sends(text)
    await hook.count(3)
    await app.settled()
    const [, second] = await deliveries(id)
    const detail = (await ask('GET', `/webhook-endpoints/${id}/deliveries/${second.id}`)).body
    expect(detail.payload).to.equal(hook.got[1]?.body)
    expect((await ask('POST', `/webhook-endpoints/${id}/deliveries/${second.id}/replay`)).body).to.deep.equal({
      last: 4,
    })
    await hook.count(4)
    expect(hook.got[3]?.body).to.equal(hook.got[1]?.body)
    expect(hook.got[3]?.headers['webhook-id']).to.equal(second.eventId)
    const to = new Date(Date.now() + 1_000).toISOString()
    expect((await ask('POST', `/webhook-endpoints/${id}/replay`, { from, to })).body).to.deep.equal({ count: 3 })
    await hook.count(7)
    expect(
      said()
        .slice(4)
        .map(({ data }) => data.message.content.text),
    ).to.deep.equal(['one', 'two', 'three'])
    const failed = { from, to, status: 'failed' }
    expect((await ask('POST', `/webhook-endpoints/${id}/replay`, failed)).body).to.deep.equal({ count: 0 })
    await ask('PATCH', `/webhook-endpoints/${id}`, { status: 'disabled' })
    const refused = await ask('POST', `/webhook-endpoints/${id}/deliveries/${second.id}/replay`)
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'endpoint_disabled'])
    await ask('DELETE', `/webhook-endpoints/${id}`)
  })

  it('are caught here by whoever has no server yet', async () => {
    const { id, url } = await endpoint(['message.created'], { url: undefined })
    expect(url).to.include(`${app.url}/simulator/webhooks/`)
    clinic.person('Ida').sends('Catch me')
    const [caught] = await until(async () => {
      const { items } = (await ask('GET', `/webhook-endpoints/${id}/caught`)).body
      return items.length > 0 && items
    })
    expect(caught.isSigned).to.equal(true)
    expect(JSON.parse(caught.body).data.message.content.text).to.equal('Catch me')
    expect(caught.headers).to.include.keys('webhook-id', 'webhook-timestamp', 'webhook-signature')
    const forged = await fetch(url, { method: 'POST', body: '{}' })
    expect(forged.status).to.equal(200)
    expect((await ask('GET', `/webhook-endpoints/${id}/caught`)).body.items[0]).to.include({
      isSigned: false,
      body: '{}',
    })
    expect((await fetch(`${app.url}/simulator/webhooks/guessed`, { method: 'POST', body: '{}' })).status).to.equal(404)
    await ask('DELETE', `/webhook-endpoints/${id}`)
  })

  it('lead nowhere private, when they are set up and when they are sent', async () => {
    const events = ['message.created']
    for (const url of ['http://10.0.0.1/', 'http://169.254.169.254/latest', 'https://[::ffff:10.0.0.1]/'])
      expect((await ask('POST', '/webhook-endpoints', { name: 'x', url, events })).body.code, url).to.equal(
        'address_refused',
      )
    expect((await ask('POST', '/webhook-endpoints', { name: 'x', url: 'ftp://x', events })).status).to.equal(422)
    // The name is nobody's until it is looked up: then the delivery says so, and nothing was asked.
    const { id } = await endpoint(events, { url: 'https://name.invalid/hook' })
    await ask('POST', `/webhook-endpoints/${id}/test`)
    const test = await until(async () => (await deliveries(id)).find(({ status }: any) => status === 'failed'))
    expect(test.answer).to.include({ status: null, body: '' })
    expect(test.answer.why).to.be.a('string').and.not.equal('')
    await ask('DELETE', `/webhook-endpoints/${id}`)
  })

  it('are for those who may, and change only as they were seen', async () => {
    await clinic.member('sam', 'staff')
    const sam = await tokenOf(clinic, 'sam')
    expect((await ask('GET', '/webhook-endpoints', undefined, sam)).status).to.equal(403)
    const types = (await ask('GET', '/webhook-endpoints/events')).body.items
    for (const { type, words, example } of types) {
      expect(words, type).to.be.a('string')
      expect(example, type).to.be.an('object')
    }
    expect(types.map(({ type }: any) => type)).to.include.members(['message.created', 'member.changed'])
    const page = readFileSync('docs/webhooks.md', 'utf8')
    for (const { type } of types) expect(page).to.include(`| \`${type}\` |`)
    const { id, rev } = await endpoint(['message.created'])
    const change = async (seen: number) =>
      fetch(`${app.url}/api/v1/webhook-endpoints/${id}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'if-match': `"${seen}"` },
        body: JSON.stringify({ name: 'Renamed' }),
      })
    expect((await change(rev)).status).to.equal(200)
    expect((await change(rev)).status).to.equal(412)
    await ask('DELETE', `/webhook-endpoints/${id}`)
    expect((await ask('GET', `/webhook-endpoints/${id}`)).status).to.equal(404)
  })
})
