import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import { newId } from '../../kernel/id.ts'
import { errorOf } from '../../providers/gmail/api.ts'
import { gmailSender } from '../../providers/gmail/sender.ts'
import { GmailRoom, isWanted } from '../../server/mail/gmail-room.ts'
import { gmailStand } from '../../store/settings/gmail.ts'
import type { OpenChannel } from '../../store/settings/channels.ts'
import { type Opened, open, type Served } from './parts.ts'

const samples = JSON.parse(
  readFileSync(new URL('../providers/mail/fixtures/gmail.json', import.meta.url), 'utf8'),
) as Record<string, { data: any }>
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2_048 })

/** Gmail, its tokens and its certificates, as far as a mailbox needs them. */
class FakeGmail {
  url = ''
  readonly mails = new Map<string, { labels: string[]; raw: string }>()
  history: { id: number; messageId: string }[] = []
  /** What is older was forgotten. */
  forgotten = 0
  watches: unknown[] = []
  sent: string[] = []
  isRevoked = false
  isBusy = false
  #server: Server | undefined

  arrives(id: string, raw: string, labels = ['INBOX', 'UNREAD']) {
    this.mails.set(id, { labels, raw })
    this.history.push({ id: (this.history.at(-1)?.id ?? 100) + 1, messageId: id })
  }

  async start() {
    this.#server = createServer((req, res) => {
      const chunks: Buffer[] = []
      req.on('data', (chunk: Buffer) => chunks.push(chunk))
      req.on('end', () => {
        const [status, body] = this.#answer(
          req.method ?? '',
          new URL(req.url ?? '', 'http://x'),
          req.headers.authorization,
          Buffer.concat(chunks).toString(),
        )
        res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
    })
    await new Promise<void>((ready) => this.#server?.listen(0, '127.0.0.1', ready))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }
  stop = () => this.#server?.close().closeAllConnections()

  #answer(method: string, { pathname, searchParams }: URL, authorization = '', body = ''): [number, unknown] {
    if (pathname === '/certs') return [200, { k1: publicKey.export({ type: 'spki', format: 'pem' }) }]
    if (pathname === '/token') {
      const isRight = new URLSearchParams(body).get('refresh_token') === 'refresh-1' && !this.isRevoked
      return isRight
        ? [200, { access_token: 'access-1', expires_in: 3_600 }]
        : [400, samples['error/invalid-grant.json']?.data.body]
    }
    if (authorization !== 'Bearer access-1') return [401, { error: { code: 401, message: 'Invalid Credentials' } }]
    const path = pathname.replace('/gmail/v1/users/me/', '')
    return path === 'history' ? this.#since(searchParams) : this.#mailbox(method, path, body)
  }

  #mailbox(method: string, path: string, body: string): [number, unknown] {
    const newest = String(this.history.at(-1)?.id ?? 100)
    if (path === 'profile') return [200, { emailAddress: 'desk@gmail.test', historyId: newest }]
    if (path === 'watch') return this.#watch(body)
    if (path === 'messages/send') {
      this.sent.push(Buffer.from((JSON.parse(body) as { raw: string }).raw, 'base64url').toString())
      return [200, { id: 'sent-1' }]
    }
    if (method === 'GET' && path === 'messages')
      return [200, { messages: [...this.mails.keys()].toReversed().map((id) => ({ id })) }]
    const mail = this.mails.get(path.replace('messages/', ''))
    if (!mail) return [404, { error: { code: 404, message: 'Not found' } }]
    return [200, { id: path, labelIds: mail.labels, raw: Buffer.from(mail.raw).toString('base64url') }]
  }

  #watch(wanted: string): [number, unknown] {
    const { httpStatus, body } = samples['error/rate-403.json']?.data ?? {}
    if (this.isBusy) return [httpStatus as number, body]
    this.watches.push(JSON.parse(wanted))
    return [200, samples['response/watch.json']?.data]
  }

  #since(searchParams: URLSearchParams): [number, unknown] {
    const newest = String(this.history.at(-1)?.id ?? 100)
    const since = Number(searchParams.get('startHistoryId'))
    if (since < this.forgotten) return [404, { error: { code: 404, message: 'Requested entity was not found.' } }]
    const found = this.history.filter(({ id }) => id > since)
    const page = Number(searchParams.get('pageToken') ?? 0)
    const history = found
      .slice(page, page + 2)
      .map(({ messageId }) => ({ messagesAdded: [{ message: { id: messageId } }] }))
    return [200, { history, historyId: newest, ...(found.length > page + 2 && { nextPageToken: String(page + 2) }) }]
  }
}

describe('a mailbox at Gmail', () => {
  const fake = new FakeGmail()
  let at: Opened
  let http: Served
  let channel: OpenChannel
  let workspaceId: string
  const id = newId('ch')
  const warnings: string[] = []
  const lost: string[] = []
  const room = () =>
    new GmailRoom({
      store: http.store,
      channels: http.channels,
      room: http.mails.room,
      now: http.now,
      warn: (message) => warnings.push(message),
      lost: async ({ address }) => void lost.push(address),
    })
  before(async () => {
    await fake.start()
    at = await open()
    workspaceId = (await at.business('clinic', ['owner'])).id
    http = await at.serve()
    await http.channels.create(workspaceId, {
      ...{
        id,
        kind: 'email',
        provider: 'gmail',
        address: 'desk@gmail.test',
        name: 'Desk',
        simulate: false,
        baseUrl: fake.url,
      },
      fields: {
        mailbox: 'desk@gmail.test',
        topic: 'projects/p/topics/t',
        pusher: 'push@p.test',
        labels: 'INBOX,-SPAMMY',
        repliesOnly: 'yes',
      },
      secrets: { clientSecret: 's', refreshToken: 'refresh-1', inboundToken: 'token-of-the-push' },
    })
    channel = (await http.channels.opened(id)) as OpenChannel
  })
  after(async () => {
    fake.stop()
    await http.close()
    await at.close()
  })
  beforeEach(() => void (http.accepted.length = 0))
  const subjects = () => http.accepted.flatMap(({ items }) => items.map((item: any) => item.content?.subject as string))
  const mail = (subject: string, more = '') =>
    `From: Nina <nina@mail.test>\r\nTo: desk@gmail.test\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@x>\r\n${more}\r\nHello`

  it('is watched once a day, and read from where it was', async () => {
    fake.arrives('m0', mail('before'))
    await room().renewAll()
    await room().renewAll()
    expect(fake.watches).to.deep.equal([{ topicName: 'projects/p/topics/t' }])
    expect((await gmailStand(http.store, workspaceId, id)).watchUntil).to.equal(1_431_990_098_200)
    http.later(25 * 60 * 60_000)
    await room().renewAll()
    expect(fake.watches).to.have.lengthOf(2)
    expect(warnings).to.deep.equal([])
  })

  it('is read over all pages of its history, without its own mails and without those that are filtered', async () => {
    await room().read(channel)
    http.accepted.length = 0
    fake.arrives('m1', mail('one'))
    fake.arrives('m2', mail('own'), ['SENT'])
    fake.arrives('m3', mail('unwanted'), ['INBOX', 'SPAMMY'])
    fake.arrives('m4', mail('elsewhere'), ['ARCHIVE'])
    fake.arrives('m5', mail('two'))
    await room().read(channel)
    expect(subjects()).to.deep.equal(['one', 'two'])
    const items = http.accepted.flatMap((one) => one.items) as any[]
    // Answers only: what answers none of ours is kept, and no machine answers it.
    expect(items.map(({ content }) => content.isSilent)).to.deep.equal([true, true])
    http.accepted.length = 0
    await room().read(channel)
    expect(subjects()).to.deep.equal([])
  })

  it('is read anew where Gmail has forgotten what was then, each mail under its own key', async () => {
    fake.arrives('m6', mail('late'))
    fake.forgotten = 1_000
    await room().read(channel)
    expect(subjects()).to.include('late').and.include('one')
    fake.forgotten = 0
    const keys = http.accepted.flatMap(({ items }) => items.map(({ eventKey }) => eventKey))
    expect(new Set(keys).size).to.equal(keys.length)
  })

  it('sends by itself, in the thread', async () => {
    const result = await gmailSender(http.now).send(channel, {
      ...{ to: 'nina@mail.test', opaque: 'c_usr_1:msg_12345678', replyTo: '<one@x> nina@mail.test' },
      content: { kind: 'email', subject: 'Grüße', text: 'Hi' },
    })
    expect(result).to.include({ outcome: 'accepted', providerId: '<msg_12345678@gmail.test>' })
    expect(fake.sent[0]).to.include('Message-ID: <msg_12345678@gmail.test>').and.include('In-Reply-To: <one@x>\r\n')
    expect(await gmailSender(http.now).check(channel)).to.include({ isRight: true, phoneNumber: 'desk@gmail.test' })
  })

  it('whose owner took the permission back is broken, and others are read on', async () => {
    fake.isRevoked = true
    const again = { ...channel, secrets: { ...channel.secrets, refreshToken: 'other' } }
    const check: any = await gmailSender(http.now).check(again)
    expect(check.error).to.include({ code: 'invalid_grant', action: 'broken' })
    fake.isRevoked = false
  })

  it('says once that Google lets nobody in any more, until it does again', async () => {
    http.later(26 * 60 * 60_000) // The last token is over, and another watch is due.
    fake.isRevoked = true
    await room().renewAll()
    await room().renewAll()
    expect(lost).to.deep.equal(['desk@gmail.test'])
    const stand = () => gmailStand(http.store, workspaceId, id)
    expect((await stand()).lostAt).to.be.a('number')
    fake.isRevoked = false
    const watches = fake.watches.length
    await room().renewAll()
    expect(fake.watches).to.have.lengthOf(watches + 1)
    expect((await stand()).lostAt).to.equal(null)
    fake.isRevoked = true
    http.later(2 * 60 * 60_000)
    await room().renewAll()
    expect(lost).to.have.lengthOf(2)
    fake.isRevoked = false
    await room().renewAll()
    expect(warnings).to.deep.equal([])
  })

  it('is asked about, and watched anew at once, by whoever looks after channels', async () => {
    const own = await at.serve({ parts: { mails: { ...http.mails, gmail: room() } } })
    const token = (await own.login('owner@clinic.test')).accessToken
    const asked = (method: string) => own.ask(method, `/api/v1/integrations/${id}/gmail-watch`, { token })
    const watches = fake.watches.length
    const renewed = await asked('POST')
    expect(renewed.status).to.equal(200)
    expect(fake.watches).to.have.lengthOf(watches + 1)
    expect(renewed.body).to.include({ watchUntil: new Date(1_431_990_098_200).toISOString(), lostAt: null })
    expect(renewed.body.ignored, 'left out by their labels').to.be.above(1)
    expect((await asked('GET')).body).to.deep.equal(renewed.body)
    fake.isBusy = true
    const busy = await asked('POST')
    expect([busy.status, busy.body.code]).to.deep.equal([503, 'gmail_refused'])
    fake.isBusy = false
    fake.isRevoked = true
    await http.channels.rotate(workspaceId, id, 'refreshToken', 'refresh-2', null)
    own.channels.forget()
    const refused = await asked('POST')
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'gmail_refused'])
    expect(refused.body.title).to.match(/connect the mailbox again/)
    fake.isRevoked = false
    await http.channels.rotate(workspaceId, id, 'refreshToken', 'refresh-1', null)
    channel = (await http.channels.opened(id)) as OpenChannel
    await own.close()
  })

  it('is busy where Gmail says so', () => {
    const { httpStatus, body } = samples['error/rate-403.json']?.data ?? {}
    expect(errorOf(httpStatus as number, body)).to.include({ code: 'userRateLimitExceeded', action: 'retry' })
    expect(errorOf(403, { error: { message: 'No', errors: [{ reason: 'forbidden' }] } })).to.include({
      action: 'broken',
    })
  })

  it('takes the labels that are named, and none with a minus', () => {
    expect(isWanted(['A'], '')).to.equal(true)
    expect(isWanted(['A', 'B'], 'B')).to.equal(true)
    expect(isWanted(['A'], 'B')).to.equal(false)
    expect(isWanted(['A', 'B'], 'A,-B')).to.equal(false)
  })

  describe('is told of by a push', () => {
    const data = (emailAddress = 'desk@gmail.test') =>
      Buffer.from(JSON.stringify({ emailAddress, historyId: 9 })).toString('base64')
    const bodyOf = (mailbox?: string) => ({
      message: { data: data(mailbox), messageId: '1', publishTime: 'x' },
      subscription: 's',
    })
    const signed = (more: object = {}, key = privateKey) =>
      jwt.sign(
        {
          email: 'push@p.test',
          email_verified: true,
          aud: `http://careline.test/webhooks/gmail/${id}`,
          iss: 'https://accounts.google.com',
          sub: '1',
          ...more,
        },
        key,
        { algorithm: 'RS256', keyid: 'k1', expiresIn: 600 },
      )
    const push = (token: string, body: unknown = bodyOf(), query = 'token-of-the-push') =>
      http.ask('POST', `/webhooks/gmail/${id}?token=${query}`, {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      })
    beforeEach(() => void (http.gmailRead.length = 0))

    it('that Google signed for us', async () => {
      expect((await push(signed())).status).to.equal(200)
      expect(http.gmailRead).to.deep.equal([id])
      // The documented sample is about another mailbox: heard, and nothing more.
      const sample = samples['webhook/push-docs-2.json']?.data as object
      expect((await push(signed(), sample)).status).to.equal(200)
      expect(http.gmailRead).to.deep.equal([id])
    })

    it('and by nothing else', async () => {
      const strangers = [
        signed({ aud: 'https://elsewhere.test' }),
        signed({ iss: 'https://evil.test' }),
        signed({ email: 'other@p.test' }),
        signed({ email_verified: false }),
        signed({}, other.privateKey),
        '',
      ]
      for (const token of strangers) expect((await push(token)).body.code).to.equal('bad_signature')
      expect((await push(signed(), bodyOf(), 'guessed')).body.code).to.equal('bad_token')
      expect((await push(signed(), { message: {} })).body.code).to.equal('not_a_push')
      expect(http.gmailRead).to.deep.equal([])
    })
  })
})
