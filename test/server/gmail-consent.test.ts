import { expect } from 'chai'
import { newId } from '../../kernel/id.ts'
import { GmailConsent } from '../../server/mail/gmail-consent.ts'
import { GmailRoom } from '../../server/mail/gmail-room.ts'
import { gmailSender } from '../../providers/gmail/sender.ts'
import { GoogleConsent } from '../harness/google-consent.ts'
import { type Opened, open, type Served } from './parts.ts'

const publicUrl = 'https://care.example'
const redirectUri = `${publicUrl}/settings/channels/google`

describe('letting us into a mailbox at Gmail', () => {
  let at: Opened
  let http: Served
  let google: GoogleConsent
  let owner: string
  let admin: string
  let workspaceId: string
  const id = newId('ch')
  const channel = `/api/v1/integrations/${id}`
  const lost: string[] = []
  let room: GmailRoom

  before(async () => {
    google = await new GoogleConsent().start(redirectUri)
    at = await open()
    workspaceId = (await at.business('clinic', ['owner', 'admin', 'staff'])).id
    const first = await at.serve({ publicUrl })
    const { store, channels, mails } = first
    const warn = () => undefined
    const now = () => http.now()
    room = new GmailRoom({
      ...{ store, channels, room: mails.room, now, warn },
      lost: async ({ address }) => void lost.push(address),
    })
    const consent = new GmailConsent({ store, vault: at.vault, channels, gmail: room, url: publicUrl, now, warn })
    http = await at.serve({ publicUrl, parts: { mails: { ...mails, gmail: room, consent }, channels } })
    await first.close()
    owner = (await http.login('owner@clinic.test')).accessToken
    admin = (await http.login('admin@clinic.test')).accessToken
    await channels.create(workspaceId, {
      ...{ id, kind: 'email', provider: 'gmail', address: 'desk@gmail.test', name: 'Desk', simulate: false },
      baseUrl: google.url,
      fields: { mailbox: 'desk@gmail.test', clientId: google.client.id, topic: 'projects/p/topics/t' },
      secrets: { clientSecret: google.client.secret, refreshToken: '', inboundToken: 'token-of-the-push' },
    })
  })
  beforeEach(() => {
    Object.assign(google, { mailbox: 'desk@gmail.test', ticked: null, givesLasting: true, isDown: false })
    Object.assign(google, { watchError: null, client: google.client })
    google.watched.length = 0
    google.revoked.length = 0
  })
  after(async () => {
    await http.close()
    google.stop()
    await at.close()
  })

  const begin = async (token = owner): Promise<string> =>
    (await http.ask('POST', `${channel}/gmail-consent`, { token })).body.url
  const finish = (query: URLSearchParams, token = owner) =>
    http.ask('POST', '/api/v1/gmail-consent', { token, body: { state: query.get('state'), code: query.get('code') } })
  const connect = async () => finish(await google.visit(await begin()))
  const stand = async () => (await http.ask('GET', `${channel}/gmail-watch`, { token: owner })).body
  const opened = async () => {
    http.channels.forget(id)
    const found = await http.channels.opened(id)
    if (!found) throw new Error('no channel')
    return found
  }

  it('asks Google for what is needed, lastingly, and keeps what it gave sealed', async () => {
    expect((await stand()).isConnected).to.equal(false)
    const check: any = await gmailSender(http.now).check(await opened())
    expect(check.error).to.include({ code: 'not_connected', action: 'broken' })
    const asked = new URL(await begin()).searchParams
    expect(Object.fromEntries(asked)).to.include({
      ...{ access_type: 'offline', prompt: 'consent', response_type: 'code', code_challenge_method: 'S256' },
      ...{ redirect_uri: redirectUri, login_hint: 'desk@gmail.test', client_id: google.client.id },
      scope: 'https://www.googleapis.com/auth/gmail.readonly https://www.googleapis.com/auth/gmail.send',
    })
    for (const name of ['state', 'code_challenge']) expect(asked.get(name), name).to.match(/^[\w-]{43}$/)
    const { status, body } = await connect()
    expect([status, body]).to.deep.equal([200, { channelId: id, mailbox: 'desk@gmail.test', why: null }])
    expect(google.watched).to.deep.equal(['desk@gmail.test'])
    expect(await stand()).to.include({ isConnected: true, lostAt: null })
    const { refreshToken = '' } = (await opened()).secrets
    expect(refreshToken).to.match(/^ya29\./)
    expect(JSON.stringify(await at.store.collection('channels').findOne({ _id: id }))).not.to.include(refreshToken)
    expect(JSON.stringify((await http.ask('GET', channel, { token: owner })).body)).not.to.include(refreshToken)
    expect(http.audited.map(({ action }) => action)).to.include.members(['channel.consent_asked', 'channel.consented'])
  })

  it('belongs to the member who began, once, for ten minutes', async () => {
    const query = await google.visit(await begin())
    expect((await finish(query, admin)).body.code, 'a colleague').to.equal('consent_expired')
    expect((await finish(query)).status, 'nothing was used up by them').to.equal(200)
    expect((await finish(query)).body.code, 'once').to.equal('consent_expired')
    const staff = (await http.login('staff@clinic.test')).accessToken
    expect((await http.ask('POST', `${channel}/gmail-consent`, { token: staff })).status).to.equal(403)
    const [one, other] = [await google.visit(await begin()), await google.visit(await begin())]
    one.set('code', other.get('code') ?? '')
    expect((await finish(one)).body.code, 'the code of another flow').to.equal('consent_expired')
    const late = await google.visit(await begin())
    http.later(11 * 60_000)
    owner = (await http.login('owner@clinic.test')).accessToken
    expect((await finish(late)).body.code).to.equal('consent_expired')
  })

  it('says what is wrong, changes nothing, and gives back what it cannot use', async () => {
    const before = (await opened()).secrets['refreshToken']
    google.mailbox = 'private@gmail.test'
    const wrong = await connect()
    expect([wrong.status, wrong.body.code]).to.deep.equal([409, 'wrong_account'])
    expect(wrong.body.title).to.include('private@gmail.test').and.include('desk@gmail.test')
    expect(google.revoked).to.deep.equal(['private@gmail.test'])
    google.mailbox = 'desk@gmail.test'
    google.ticked = ['https://www.googleapis.com/auth/gmail.readonly']
    expect((await connect()).body.code).to.equal('scopes_missing')
    google.ticked = null
    google.givesLasting = false
    expect((await connect()).body.code).to.equal('no_lasting_grant')
    expect(google.revoked, 'what it works by stays').to.deep.equal(['private@gmail.test'])
    google.givesLasting = true
    const query = await google.visit(await begin())
    google.isDown = true
    const down = await finish(query)
    expect([down.status, down.body.code]).to.deep.equal([503, 'google_refused'])
    google.isDown = false
    await http.channels.rotate(workspaceId, id, 'clientSecret', 'another-secret', null)
    expect((await connect()).body).to.include({ code: 'google_refused' })
    await http.channels.rotate(workspaceId, id, 'clientSecret', google.client.secret, null)
    expect((await opened()).secrets['refreshToken']).to.equal(before)
    google.mailbox = null
    expect((await google.visit(await begin())).get('error')).to.equal('access_denied')
  })

  it('stays where Gmail does not watch it yet, and says why', async () => {
    google.watchError = { status: 403, body: { error: { code: 403, message: 'User not authorized on the topic.' } } }
    const { status, body } = await connect()
    expect([status, body.why]).to.deep.equal([200, 'User not authorized on the topic.'])
    expect((await stand()).isConnected).to.equal(true)
  })

  it('that was taken back at Google is told, and mended by connecting again', async () => {
    const url = `${google.url}/revoke`
    await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ token: (await opened()).secrets['refreshToken'] ?? '' }),
    })
    http.later(2 * 60 * 60_000)
    owner = (await http.login('owner@clinic.test')).accessToken
    http.channels.forget(id)
    await room.renewAll()
    expect(lost).to.deep.equal(['desk@gmail.test'])
    expect((await stand()).lostAt).to.be.a('string')
    expect((await connect()).status).to.equal(200)
    expect(await stand()).to.include({ isConnected: true, lostAt: null })
  })

  it('ends: Google takes it back, and nothing is read any more', async () => {
    google.isDown = true
    const down = await http.ask('DELETE', `${channel}/gmail-consent`, { token: owner })
    expect([down.status, down.body.code]).to.deep.equal([503, 'google_refused'])
    expect((await stand()).isConnected).to.equal(true)
    google.isDown = false
    expect((await http.ask('DELETE', `${channel}/gmail-consent`, { token: owner })).status).to.equal(204)
    expect(google.revoked).to.deep.equal(['desk@gmail.test'])
    http.channels.forget(id)
    expect(await stand()).to.include({ isConnected: false, watchUntil: null })
    await room.renewAll()
    await room.read(await opened())
    expect(lost, 'nobody is told of what they did').to.have.length(1)
    const again = await http.ask('DELETE', `${channel}/gmail-consent`, { token: owner })
    expect([again.status, again.body.code]).to.deep.equal([409, 'not_connected'])
  })
})
