import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Secret, TOTP } from 'otpauth'
import { checkBackup } from '../../store/embedded/backup.ts'
import { type Command, Installation, taken } from './command.ts'

describe('careline, asked about a server that runs', function () {
  let home: Installation
  let server: Command
  before(async () => {
    home = await Installation.on()
    server = await home.start()
  })
  after(() => home.remove())

  const demo = async () => JSON.parse((await home.run(['demo', '--json'])).out)
  const me = async (token: string) => (await home.json('/api/v1/auth/me', { token: token.trim() })).body

  it('prints a token, and nothing but the token', async () => {
    const { code, out, err } = await home.run(['token', '--workspace', 'demo', '--as', 'owner'])
    expect({ code, err }).to.deep.equal({ code: 0, err: '' })
    expect(out).to.match(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(await me(out)).to.deep.include({ workspace: { ...(await demo()).workspace, timezone: 'Europe/Lisbon' } })
    expect((await me(out)).user.role).to.equal('owner')
    const tomas = await home.run(['token', '--as', 'tomas@harbour.example'])
    expect((await me(tomas.out)).user.name).to.equal('Tomás Rivera')
    expect((await me((await home.run(['token', '--as', 'expert'])).out)).user.role).to.equal('expert')
  })

  it('says who there is, when it was asked for somebody else', async () => {
    const nobody = await home.run(['token', '--as', 'nobody@harbour.example'])
    expect(nobody).to.include({ code: 1, out: '' })
    expect(nobody.err).to.match(/nobody in demo.*owner, staff, expert/)
    expect((await home.run(['token', '--workspace', 'other'])).err).to.match(/no workspace "other"\. There is: demo/)
  })

  it('prints an address that signs in once', async () => {
    const link = new URL((await home.run(['token', '--link', '--as', 'staff'])).out.trim())
    expect(`${link.origin}${link.pathname}`).to.equal(`${home.url}/sign-in`)
    const { body } = await home.json('/api/v1/auth/link', { body: { token: link.searchParams.get('link') } })
    expect(body.user.role).to.equal('staff')
  })

  it('takes the second factors of somebody away who has lost them', async () => {
    const token = (await home.run(['token', '--as', 'staff'])).out.trim()
    const post = (path: string, body: object) => home.json(`/api/v1/auth/${path}`, { token, body })
    const { secret } = (await post('mfa/totp', {})).body
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate()
    expect((await post('mfa/totp/verify', { code })).status).to.equal(200)
    const { logins } = await demo()
    const { email, password } = logins.find(({ role }: any) => role === 'staff')
    const login = () => home.json('/api/v1/auth/login', { body: { email, password } })
    expect((await login()).body.code).to.equal('second_factor_required')
    const { code: exit, out } = await home.run(['forget-factors', '--as', email])
    expect([exit, out]).to.deep.equal([
      0,
      `${(await login()).body.user.name} signs in without a second factor now, and is signed out everywhere.\n`,
    ])
    expect((await me(token)).code, 'everywhere').to.equal('unauthorized')
    expect((await home.run(['forget-factors'])).err).to.match(/--as/)
  })

  it('tells a script all that it needs to play WhatsApp', async () => {
    const { channels, simulators, logins, url } = await demo()
    const [channel] = channels
    expect(url).to.equal(home.url)
    expect(logins.map(({ role }: any) => role)).to.deep.equal(['owner', 'staff', 'staff', 'expert'])
    const query = new URLSearchParams({
      'hub.mode': 'subscribe',
      'hub.verify_token': channel.verifyToken,
      'hub.challenge': '42',
    })
    expect(await (await fetch(`${channel.webhookUrl}?${query.toString()}`)).text()).to.equal('42')
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [] })
    const post = (secret: string) => {
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
      const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature }
      return fetch(channel.webhookUrl, { method: 'POST', body, headers })
    }
    expect([(await post(channel.appSecret)).status, (await post('another')).status]).to.deep.equal([200, 401])
    const graph = await fetch(`${channel.baseUrl}/${channel.phoneNumberId}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${channel.token}`, 'content-type': 'application/json' },
      body: '{}',
    })
    expect(graph.status, 'the token opens the door, the body is refused').to.equal(400)
    expect(
      (await home.json('/simulator/whatsapp/phone', { headers: { 'x-phone-key': simulators.whatsapp.phoneKey } }))
        .status,
    ).to.equal(200)
  })

  it('prints the logins for people as well', async () => {
    const { out } = await home.run(['demo'])
    expect(out).to.include('Harbour Clinic').and.to.include('helena@harbour.example')
  })

  it('is found healthy by the doctor', async () => {
    const { code, out } = await home.run(['doctor'])
    expect(out)
      .to.match(/Server +runs at http/)
      .and.to.match(/Indexes +all \d+ are there/)
      .and.to.match(/Audit +\d+ entries are as they were written/)
    expect({ code, isWell: out.includes('Nothing is wrong') }, out).to.deep.equal({ code: 0, isWell: true })
  })

  it('writes a backup of itself while it runs', async function () {
    if (!home.isEmbedded) return this.skip() // A MongoDB has its own tools.
    const to = join(home.directory, 'backup')
    const { code, out, err } = await home.run(['backup', '--copy', '--to', to])
    expect({ code, err }).to.deep.equal({ code: 0, err: '' })
    expect(out).to.match(/In it: the store \(\d+ collections, \d{3,} documents\)\./)
    expect(
      checkBackup(to).collections.find(({ namespace }) => namespace === 'careline.conversations')?.documents,
    ).to.equal((await demo()).people.length)
  })

  it('keeps a second server off its data, and goes on', async function () {
    if (!home.isEmbedded) return this.skip()
    const { server: other, port } = await taken()
    await new Promise((done) => other.close(done))
    const second = await home.run(['start'], { PORT: String(port) })
    expect(second).to.include({ code: 1, out: '' })
    expect(second.err).to.match(/in use by another process \(pid \d+\).*directory of its own/)
    expect((await home.json('/health')).status).to.equal(200)
  })

  it('is there again after kill -9, with the same demo and a fresh link', async () => {
    const before = await demo()
    server.process.kill('SIGKILL')
    await server.ended
    const again = await home.start()
    const link = (text: string) => text.match(/link=(\S+)/)?.[1]
    expect(link(again.out)).to.be.a('string').and.not.to.equal(link(server.out))
    server = again
    const after = await demo()
    expect(after.workspace).to.deep.equal(before.workspace)
    expect(after.logins).to.deep.equal(before.logins)
    expect(after.channels).to.deep.equal(before.channels)
    const token = (await home.run(['token'])).out.trim()
    const { items } = (await home.json('/api/v1/conversations?status=all&limit=50', { token })).body
    expect(items).to.have.length(before.people.length)
  })

  it('makes the demo anew when it is told to, at the same address', async () => {
    const before = await demo()
    const old = (await home.run(['token'])).out.trim()
    const { code, err } = await home.run(['demo', '--reset'])
    expect({ code, err }).to.deep.equal({ code: 0, err: '' })
    const after = await demo()
    expect(after.workspace.id).not.to.equal(before.workspace.id)
    expect(after).to.include({ url: home.url }).and.to.have.property('people').with.length(before.people.length)
    expect((await home.json('/api/v1/auth/me', { token: old })).status).to.equal(401)
    const [{ email }] = after.logins
    const login = { email, password: before.logins[0].password }
    expect((await home.json('/api/v1/auth/login', { body: login })).status, 'the old password').to.equal(401)
  })

  it('drains and ends well when it is asked to', async () => {
    const socket = new WebSocket(`${home.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
    const isCut = new Promise((done) => socket.addEventListener('close', done))
    await new Promise((done) => socket.addEventListener('open', done))
    server.process.kill('SIGTERM')
    expect((await server.ended).code).to.equal(0)
    await isCut
    expect((await home.run(['token'])).err).to.match(/No server is running/)
  })
})

describe('careline in production', () => {
  const secrets = { CARELINE_MASTER_KEY: 'ab'.repeat(32), JWT_SECRET: 'not a secret at all, but long enough' }
  let home: Installation
  // So long that no socket fits into it.
  const top = mkdtempSync(join(tmpdir(), 'clc-'))
  const deep = join(top, 'd'.repeat(100))
  before(
    async () => void (home = await Installation.on({ NODE_ENV: 'production', HOST: '127.0.0.1', ...secrets }, deep)),
  )
  after(async () => {
    await home.remove()
    rmSync(top, { recursive: true })
  })

  it('makes no demo, and prints a link for as long as no owner has come', async () => {
    const first = await home.start()
    expect(first.out).not.to.match(/Demo|Phone|password/)
    const link = (text: string) => text.match(/link=(\S+)/)?.[1]
    expect(link(first.out)).to.be.a('string')
    first.process.kill('SIGTERM')
    await first.ended

    const second = await home.start()
    const { status, body } = await home.json('/api/v1/auth/link', { body: { token: link(second.out) } })
    expect({ status, role: body.user?.role }).to.deep.equal({ status: 200, role: 'owner' })
    expect((await home.run(['demo', '--reset'])).err).to.match(/in development only/)
    expect((await home.run(['demo'])).err).to.match(/There is no demo here/)
    second.process.kill('SIGTERM')
    await second.ended

    const third = await home.start()
    expect(link(third.out)).to.equal(undefined)
    expect((await home.run(['token', '--link'])).out).to.match(/\/sign-in\?link=/)
    third.process.kill('SIGTERM')
    expect((await third.ended).code).to.equal(0)
  })
})
