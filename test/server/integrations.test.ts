import { expect } from 'chai'
import type { Channel } from '../../store/settings/channels.ts'
import { signatureOf } from '../../providers/whatsapp/signature.ts'
import { type Opened, open, type Served } from './parts.ts'

const secrets = { token: 'EAAG-very-secret', appSecret: 'app-very-secret', verifyToken: 'verify-very-secret' }
const real = { name: 'Front desk', phoneNumberId: '106540352242922', businessId: '102290129340398', ...secrets }

describe('integrations', () => {
  let at: Opened
  let http: Served
  let workspaceId: string
  let token: string
  let changed: Channel[]
  let slug: string
  before(async () => {
    at = await open()
  })
  beforeEach(async () => {
    changed = []
    slug = `clinic-${performance.now().toString(36).replace('.', '-')}`
    workspaceId = (await at.business(slug, ['admin'])).id
    http = await at.serve({ parts: { channelChanged: async (channel) => void changed.push(channel) } })
    token = (await http.login(`admin@${slug}.test`)).accessToken
  })
  afterEach(() => http.close())
  after(() => at.close())

  const ask = (method: string, path = '', body?: object, headers = {}) =>
    http.ask(method, `/api/v1/integrations${path}`, { token, ...(body && { body }), headers })

  it('are connected, and their secrets are shown to nobody', async () => {
    const made = await ask('POST', '', real)
    expect(made.status).to.equal(201)
    const { id } = made.body
    expect(made.body).to.deep.equal({
      id,
      kind: 'whatsapp',
      provider: 'whatsapp',
      name: 'Front desk',
      simulate: false,
      status: 'active',
      address: real.phoneNumberId,
      fields: { phoneNumberId: real.phoneNumberId, businessId: real.businessId },
      baseUrl: 'https://graph.facebook.com/v23.0',
      webhookPath: `/webhooks/whatsapp/${id}`,
      webhookUrl: `http://careline.test/webhooks/whatsapp/${id}`,
      inboundUrl: null,
      madeUp: [],
      previousUntil: {},
      verifiedAt: null,
      secrets: { token: '•••', appSecret: '•••', verifyToken: '•••' },
    })
    const patched = await ask('PATCH', `/${id}`, { name: 'Desk', token: 'EAAG-newer-secret' })
    const listed = await ask('GET')
    expect(listed.body.items).to.deep.equal([
      {
        ...{ id, kind: 'whatsapp', provider: 'whatsapp', name: 'Desk', address: real.phoneNumberId },
        ...{ simulate: false, status: 'active' },
      },
    ])
    for (const { text } of [made, patched, listed, await ask('GET', `/${id}`)]) expect(text).not.to.match(/-secret/)
    expect(changed.map(({ name, rev }) => `${name} ${rev}`)).to.deep.equal(['Front desk 1', 'Desk 2'])
    expect(JSON.stringify(changed)).not.to.match(/-secret/)
    expect(await http.channels.opened(id)).to.deep.include({
      secrets: { ...secrets, token: 'EAAG-newer-secret' },
      workspaceId,
    })
  })

  it('rest encrypted, each secret in its own place', async () => {
    const { body } = await ask('POST', '', real)
    const kept = await at.store.collection('channels').findOne({ _id: body.id })
    const bytes = (name: string) => Buffer.from((kept?.[name] as { buffer: Uint8Array }).buffer)
    for (const [name, plain] of Object.entries(secrets)) expect(bytes(name).includes(plain), name).to.equal(false)
    await at.store.of(workspaceId).update('channels', { _id: body.id }, { $set: { token: kept?.['appSecret'] } })
    http.later(5_000)
    await refuses(http.channels.opened(body.id), 'a secret that was moved does not open')
  })

  /** Not live yet, so that its channels may be simulated. */
  const draft = () => at.store.platform('workspaces').updateOne({ _id: workspaceId }, { $set: { status: 'draft' } })
  const toy = { name: 'Toy', phoneNumberId: '1', businessId: '2' }

  it('of a simulated number need no secrets, and find their provider by themselves', async () => {
    await draft()
    const { body } = await ask('POST', '', { ...toy, simulate: true })
    expect(body).to.deep.include({ simulate: true, baseUrl: 'http://127.0.0.1:1/simulator/whatsapp/v23.0' })
    const opened = await http.channels.opened(body.id)
    for (const name of ['token', 'appSecret', 'verifyToken'] as const)
      expect(Buffer.from(opened?.secrets[name] ?? '', 'base64url'), name).to.have.length(32)
    expect((await ask('PATCH', `/${body.id}`, { baseUrl: 'https://graph.facebook.com/v24.0' })).status).to.equal(422)
  })

  it('are simulated by themselves where nothing is set up, never in a business that is live', async () => {
    const live = await ask('POST', '', toy)
    expect([live.status, live.body.errors?.length]).to.deep.equal([422, 2])
    const asked = await ask('POST', '', { ...toy, simulate: true })
    expect([asked.status, asked.body.code]).to.deep.equal([409, 'workspace_is_live'])
    await draft()
    const { body } = await ask('POST', '', toy)
    expect(body).to.deep.include({ simulate: true, madeUp: ['token', 'appSecret', 'verifyToken'] })
    const simulate = (on: boolean) => ask('POST', `/${body.id}/simulate`, { simulate: on })
    const early = await simulate(false)
    expect(early.body.errors.map(({ path }: any) => path)).to.deep.equal(['token', 'appSecret'])
    await ask('PATCH', `/${body.id}`, { token: secrets.token, appSecret: secrets.appSecret })
    expect((await simulate(false)).body).to.deep.include({
      simulate: false,
      baseUrl: 'https://graph.facebook.com/v23.0',
      madeUp: ['verifyToken'],
    })
    expect((await simulate(true)).body.simulate).to.equal(true)
    await at.store.platform('workspaces').updateOne({ _id: workspaceId }, { $set: { status: 'active' } })
    expect((await simulate(false)).status, 'back is always possible').to.equal(200)
    expect((await simulate(true)).body.code).to.equal('workspace_is_live')
  })

  it('get a verify token that is shown once, and others by rotation, with the former good for a day', async () => {
    const { verifyToken: _, ...without } = real
    const made = (await ask('POST', '', without)).body
    expect(Buffer.from(made.verifyToken, 'base64url')).to.have.length(32)
    expect((await ask('GET', `/${made.id}`)).text).to.not.include(made.verifyToken)
    const rotated = (await ask('POST', `/${made.id}/rotate-secret`, { secret: 'verifyToken' })).body
    expect(rotated.value).to.be.a('string').and.not.equal(made.verifyToken)
    const shake = async (token: string) => {
      const query = { 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': '1' }
      return (await http.ask('GET', `/webhooks/whatsapp/${made.id}?${new URLSearchParams(query).toString()}`)).status
    }
    const deliver = async (secret: string) => {
      const body = '{"object":"whatsapp_business_account","entry":[]}'
      const headers = { 'x-hub-signature-256': signatureOf(body, secret) }
      return (await http.ask('POST', `/webhooks/whatsapp/${made.id}`, { body, headers })).status
    }
    const asOwn = { secret: 'appSecret', value: 'app-newer-secret' }
    expect((await ask('POST', `/${made.id}/rotate-secret`, asOwn)).text).to.not.match(/-secret"/)
    expect([await shake(rotated.value), await shake(made.verifyToken)]).to.deep.equal([200, 200])
    expect([await deliver('app-newer-secret'), await deliver(secrets.appSecret)]).to.deep.equal([200, 200])
    http.later(24 * 60 * 60_000)
    token = (await http.login(`admin@${slug}.test`)).accessToken
    expect([await shake(rotated.value), await shake(made.verifyToken)]).to.deep.equal([200, 403])
    expect([await deliver('app-newer-secret'), await deliver(secrets.appSecret)]).to.deep.equal([200, 401])
    expect((await ask('POST', `/${made.id}/rotate-secret`, { secret: 'token' })).status, 'only Meta has one').to.equal(
      422,
    )
    const kept = JSON.stringify(await at.store.collection('channels').findOne({ _id: made.id }))
    for (const one of [made.verifyToken, rotated.value, 'app-newer-secret']) expect(kept).to.not.include(one)
  })

  it('shows once where a mailbox’s provider brings mails, and the former address is good for a day', async () => {
    const mailbox = { kind: 'email', provider: 'sendgrid', name: 'Desk', mailbox: 'desk@clinic.test' }
    const own = { sendGridKey: `SG.${'k'.repeat(20)}`, eventKey: 'A'.repeat(100) }
    const { status, body: made } = await ask('POST', '', { ...mailbox, ...own })
    expect(status).to.equal(201)
    expect(made.inboundUrl).to.match(new RegExp(`/webhooks/email/inbound/${String(made.id)}$`))
    expect(made.webhookUrl).to.match(new RegExp(`/webhooks/email/sendgrid/${String(made.id)}$`))
    const known = await ask('GET', `/${String(made.id)}`)
    expect(known.text).to.not.include(made.inboundToken)
    expect(known.body).to.not.have.property('inboundToken')
    const rotated = await ask('POST', `/${String(made.id)}/rotate-secret`, { secret: 'inboundToken' })
    const brings = async (token: string) => {
      const path = `${new URL(made.inboundUrl as string).pathname}?token=${token}`
      const headers = { 'content-type': 'message/rfc822' }
      return (await http.ask('POST', path, { body: 'From: a@b.test\r\n\r\nHi', headers })).status
    }
    const both = async () => [await brings(rotated.body.value as string), await brings(made.inboundToken as string)]
    expect(await both()).to.deep.equal([200, 200])
    http.later(25 * 60 * 60_000)
    expect(await both()).to.deep.equal([200, 403])
    http.later(-25 * 60 * 60_000)
    expect((await ask('GET', `/${String(made.id)}/dns`)).body).to.deep.equal({ domain: 'clinic.test', records: [] })
  })

  it('are taken away when they are disabled', async () => {
    const { id } = (await ask('POST', '', real)).body
    expect((await ask('DELETE', `/${id}`)).body.code).to.equal('channel_active')
    await ask('PATCH', `/${id}`, { status: 'disabled' })
    expect((await ask('DELETE', `/${id}`)).status).to.equal(204)
    expect((await ask('GET', `/${id}`)).status).to.equal(404)
    expect((await ask('POST', '', real)).status, 'the number may be connected again').to.equal(201)
  })

  it('say what each provider asks for', async () => {
    const [kind] = (await ask('GET', '/kinds')).body.items
    expect(kind).to.deep.include({ kind: 'whatsapp', provider: 'whatsapp', canSimulate: true })
    expect(kind.fields.map(({ name, isSecret }: any) => [name, isSecret])).to.deep.equal([
      ['phoneNumberId', false],
      ['businessId', false],
      ['token', true],
      ['appSecret', true],
    ])
    for (const { label, help } of kind.fields) expect(label.length * help.length).to.be.greaterThan(0)
  })

  it('that are real bring their secrets', async () => {
    const { status, body } = await ask('POST', '', { name: 'Real', phoneNumberId: '1', businessId: '2', token: 'x' })
    expect(status).to.equal(422)
    expect(body.errors.map(({ path }: any) => path)).to.deep.equal(['appSecret'])
  })

  it('send their token to Meta alone, unless the configuration says otherwise', async () => {
    const to = (baseUrl: string, served = http) =>
      served.ask('POST', '/api/v1/integrations', {
        token,
        body: { ...real, phoneNumberId: String(Math.random()).slice(2), baseUrl },
      })
    for (const wrong of [
      'http://169.254.169.254/latest',
      'http://localhost:9',
      'https://evil.example/v23.0',
      'https://graph.facebook.com.evil.example',
      'http://graph.facebook.com/v23.0',
      'https://graph.facebook.com@evil.example/',
      'file:///etc/passwd',
      'javascript:1',
      'https://notfacebook.com',
    ])
      // prettier-ignore
      expect((await to(wrong)).body.errors?.[0].path, wrong).to.equal('baseUrl')
    expect((await to('https://graph.facebook.com/v24.0')).status).to.equal(201)
    const { body } = await ask('POST', '', { ...real, phoneNumberId: '99' })
    expect((await ask('PATCH', `/${body.id}`, { baseUrl: 'https://evil.example' })).status).to.equal(422)
    const lenient = await at.serve({ config: { allowsAnyProvider: true } })
    expect((await to('http://127.0.0.1:9/v23.0', lenient)).status).to.equal(201)
    await lenient.close()
  })

  it('are connected once', async () => {
    const key = { 'idempotency-key': 'connect-1' }
    const first = await ask('POST', '', real, key)
    const twin = await ask('POST', '', { ...real, name: 'Again' })
    expect([twin.status, twin.body.code]).to.deep.equal([409, 'channel_exists'])
    const restarted = await at.serve()
    const again = await restarted.ask('POST', '/api/v1/integrations', { token, body: real, headers: key })
    expect([again.status, again.body.id], 'after a restart too').to.deep.equal([201, first.body.id])
    await restarted.close()
    expect((await ask('GET')).body.items).to.have.length(1)
  })

  it('take nothing that they do not know', async () => {
    const { body } = await ask('POST', '', {
      ...real,
      workspaceId: 'ws_other',
      status: 'disabled',
      rev: 9,
      id: 'ch_mine',
    })
    expect(body.id).not.to.equal('ch_mine')
    expect(await http.channels.byId(workspaceId, body.id)).to.deep.include({ workspaceId, status: 'active', rev: 1 })
    const patched = await ask('PATCH', `/${body.id}`, {
      workspaceId: 'ws_other',
      $set: { name: 'x' },
      'secrets.token': 'x',
    })
    expect(patched.status).to.equal(200)
    expect(await http.channels.byId(workspaceId, body.id)).to.deep.include({ workspaceId, name: 'Front desk' })
    for (const name of [{ $gt: '' }, ['x'], '', ' ', 'x'.repeat(121)])
      expect((await ask('PATCH', `/${body.id}`, { name })).status, JSON.stringify(name)).to.equal(422)
  })
})

async function refuses(promise: Promise<unknown>, why: string) {
  const outcome = await promise.then(
    () => 'opened',
    () => 'refused',
  )
  expect(outcome, why).to.equal('refused')
}
