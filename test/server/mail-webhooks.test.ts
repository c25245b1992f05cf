import { generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { newId } from '../../kernel/id.ts'
import { openDoor } from '../../kernel/outgoing.ts'
import { allowedHostOf } from '../../kernel/private-addresses.ts'
import { mailAtResend } from '../../providers/mail/resend-inbox.ts'
import { signatureHeaders } from '../../providers/webhooks/signature.ts'
import { type Opened, open, type Served } from './parts.ts'

interface Sample {
  expected: any
  data: any
}
const samplesOf = (name: string) =>
  Object.entries(
    JSON.parse(readFileSync(new URL(`../providers/mail/fixtures/${name}.json`, import.meta.url), 'utf8')) as Record<
      string,
      Sample
    >,
  )
const resend = samplesOf('resend')
const sendgrid = samplesOf('sendgrid')
const of = (all: [string, Sample][], folder: string) => all.filter(([name]) => name.startsWith(`${folder}/`))

/** What each published event says of a message of ours. */
const became: Record<string, string> = {
  sent: 'sent',
  delivered: 'delivered',
  opened: 'read',
  bounced: 'failed',
  rejected: 'failed',
  queued: 'sent',
}

describe('webhooks of mail', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  let at: Opened
  let http: Served
  let workspaceId: string
  const ids = { resend: newId('ch'), sendgrid: newId('ch'), smtp: newId('ch') }
  before(async () => {
    at = await open()
    workspaceId = (await at.business('clinic', ['owner'])).id
    http = await at.serve()
    const make = (provider: keyof typeof ids, mailbox: string, secrets: Record<string, string>) =>
      http.channels.create(workspaceId, {
        ...{
          id: ids[provider],
          kind: 'email',
          provider,
          address: mailbox,
          name: provider,
          simulate: false,
          baseUrl: '',
        },
        ...{ fields: { mailbox }, secrets },
      })
    await make('resend', 'desk@clinic.test', { resendKey: 're_key', webhookSecret: secret })
    await make('sendgrid', 'inbound@inbound.example.com', { eventKey: 'none', inboundToken: 'the-token-of-it' })
    await make('smtp', 'own@clinic.test', { inboundToken: 'another-token' })
  })
  beforeEach(() => {
    http.accepted.length = 0
    http.suppressed.length = 0
  })
  after(async () => {
    await http.close()
    await at.close()
  })
  const posted = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
    http.ask('POST', `/webhooks/email/${path}`, { body, headers: { 'content-type': 'application/json', ...headers } })
  const svix = (body: string, id = newId('msg'), time = Date.now()) => {
    const signed = signatureHeaders({ id, at: time, body, secrets: [secret] })
    return Object.fromEntries(Object.entries(signed).map(([name, value]) => [name.replace('webhook', 'svix'), value]))
  }
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  /** The same event, signed by a key of ours: the published ones are not. */
  const bySendGrid = async (event: unknown) => {
    const publicKey = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    await http.channels.rotate(workspaceId, ids.sendgrid, 'eventKey', publicKey, null)
    const body = JSON.stringify(event)
    const timestamp = '1700000000'
    const signature = sign('sha256', Buffer.from(timestamp + body), keys.privateKey).toString('base64')
    const name = 'x-twilio-email-event-webhook'
    return { body, headers: { [`${name}-signature`]: signature, [`${name}-timestamp`]: timestamp } }
  }
  const itemsNow = () => http.accepted.flatMap(({ items }) => items)

  for (const [name, { data, expected }] of of(resend, 'signature'))
    it(`of Resend are proved as Svix says: ${name}`, async () => {
      await http.channels.rotate(workspaceId, ids.resend, 'webhookSecret', data.secret as string, null)
      const away = data.now * 1_000 - http.now()
      http.later(away)
      const { status, body } = await posted(`resend/${ids.resend}`, data.rawBody as string, data.headers)
      http.later(-away)
      await http.channels.rotate(workspaceId, ids.resend, 'webhookSecret', secret, null)
      // It is proved, and no event of Resend: Svix shows its own.
      expect([status, body.code]).to.deep.equal(expected.valid ? [400, 'not_a_mail_webhook'] : [401, 'bad_signature'])
      expect(itemsNow()).to.deep.equal([])
    })

  for (const [name, { data, expected }] of of(sendgrid, 'signature'))
    it(`of SendGrid are proved by its key: ${name}`, async () => {
      await http.channels.rotate(workspaceId, ids.sendgrid, 'eventKey', data.publicKey as string, null)
      const { status } = await posted(`sendgrid/${ids.sendgrid}`, data.rawBody as string, data.headers)
      expect(status).to.equal(expected.valid ? 200 : 401)
      expect(itemsNow().length > 0).to.equal(expected.valid)
    })

  for (const [name, { data, expected }] of of(resend, 'webhook'))
    it(`of Resend say what became of a mail: ${name}`, async () => {
      const body = JSON.stringify(data)
      const { status } = await posted(`resend/${ids.resend}`, body, svix(body))
      expect(status).to.equal(200)
      const wanted = became[expected.event_type as string]
      expect(itemsNow()[0]).to.include(wanted ? { kind: 'status', status: wanted } : { kind: 'other' })
      const reason = { complained: 'complaint', bounced: 'hard_bounce' }[expected.event_type as string]
      expect(http.suppressed.map((one) => one.at(-1))).to.deep.equal(reason ? [reason] : [])
    })

  for (const [name, { data, expected }] of of(sendgrid, 'webhook'))
    it(`of SendGrid say what became of a mail: ${name}`, async () => {
      const { body, headers } = await bySendGrid(data)
      expect((await posted(`sendgrid/${ids.sendgrid}`, body, headers)).status).to.equal(200)
      const [item] = itemsNow()
      const wanted =
        became[expected.event_type as string] ?? became[expected.providerEvent === 'processed' ? 'sent' : 'delivered']
      const isStatus = expected.event_type !== 'deferred'
      expect(item).to.include(isStatus ? { kind: 'status', status: wanted } : { kind: 'other' })
      if (expected.mta_response && wanted === 'failed')
        expect(item).to.have.nested.property('error.title', expected.mta_response)
      const reasons = expected.event_type === 'bounced' ? ['hard_bounce'] : []
      expect(http.suppressed.map((one) => one.at(-1))).to.deep.equal(reasons)
    })

  it('come with our own name for the mail, and the same event is one', async () => {
    const tags = { careline: 'c_usr_1--msg_1' }
    const body = JSON.stringify({
      type: 'email.delivered',
      created_at: '2026-01-01T00:00:00Z',
      data: { email_id: 'e', to: ['a@b.test'], tags },
    })
    await posted(`resend/${ids.resend}`, body, svix(body, 'msg_same'))
    await posted(`resend/${ids.resend}`, body, svix(body, 'msg_same'))
    const items = itemsNow()
    expect(items[0]).to.include({ opaque: 'c_usr_1:msg_1', status: 'delivered', eventKey: 'resend/msg_same' })
    expect(items[1]?.eventKey).to.equal(items[0]?.eventKey)
  })

  it('that nobody signed are refused, and change nothing', async () => {
    const body = JSON.stringify({ type: 'email.sent', data: { email_id: 'e' } })
    expect((await posted(`resend/${ids.resend}`, body)).body.code).to.equal('bad_signature')
    const old = svix(body, 'msg_1', Date.now() - 6 * 60_000)
    expect((await posted(`resend/${ids.resend}`, body, old)).status).to.equal(401)
    expect((await posted(`sendgrid/${ids.sendgrid}`, '[]')).body.code).to.equal('bad_signature')
    expect((await posted(`inbound/${ids.smtp}?token=the-token-of-it`, 'From: a@b.test')).body.code).to.equal(
      'bad_token',
    )
    expect((await posted(`resend/${ids.smtp}`, body, svix(body))).status).to.equal(404)
    expect((await posted('resend/ch_unknown', body, svix(body))).status).to.equal(404)
    expect((await posted(`resend/${ids.resend}`, '{', svix('{'))).body.code).to.equal('malformed_json')
    expect((await posted(`resend/${ids.resend}`, '{}', svix('{}'))).body.code).to.equal('not_a_mail_webhook')
    expect(itemsNow()).to.deep.equal([])
  })

  it('that tell of a mail which cannot be had now are told again', async () => {
    const { data } = resend.find(([name]) => name.includes('inbound_basics'))?.[1] ?? {}
    const body = JSON.stringify(data.webhook)
    const answer = await posted(`resend/${ids.resend}`, body, svix(body))
    expect([answer.status, answer.body.code]).to.deep.equal([503, 'mail_unavailable'])
    expect(itemsNow()).to.deep.equal([])
  })

  for (const [name, { data }] of of(resend, 'inbound'))
    it(`of Resend tell of a mail, which is fetched and is what somebody said: ${name}`, async () => {
      const { receivedEmailApi: told, webhook } = data
      let base = ''
      const asked: string[] = []
      const resendApi = createServer((req, res) => {
        asked.push(`${req.headers.authorization ?? ''} ${req.url ?? ''}`)
        const attachments = told.attachments.map((one: object) => ({ ...one, download_url: `${base}/file` }))
        res.end(req.url === '/file' ? 'bytes' : JSON.stringify({ ...told, attachments }))
      })
      await new Promise<void>((ready) => resendApi.listen(0, '127.0.0.1', ready))
      base = `http://127.0.0.1:${String((resendApi.address() as AddressInfo).port)}`
      const door = openDoor({ allowed: [allowedHostOf('127.0.0.0/8') ?? []].flat() })
      const atResend = (_: unknown, id: string) => mailAtResend(id, { baseUrl: base, apiKey: 're_key', door })
      const own = await at.serve({ parts: { mails: { ...http.mails, atResend } } })
      const body = JSON.stringify(webhook)
      const headers = { 'content-type': 'application/json', ...svix(body) }
      const { status } = await own.ask('POST', `/webhooks/email/resend/${ids.resend}`, { body, headers })
      await own.close()
      door.close()
      resendApi.close().closeAllConnections()
      expect(status).to.equal(200)
      expect(asked[0]).to.equal(`Bearer re_key /emails/receiving/${String(webhook.data.email_id)}`)
      // Those of `http.mails`: the mail itself. What became of the event is the other server's.
      const [item] = itemsNow() as any[]
      expect(item).to.have.nested.property('from.email', 'from@example.com')
      expect(item.content).to.include({ kind: 'email', subject: told.subject })
      expect(item.content.files).to.have.lengthOf(told.attachments.length)
    })

  interface Mail {
    file: string
    /** Of an answer: what is new in it. */
    visible?: string
    subject: (string | null)[]
    from: string | null
  }
  const mails = new URL('../providers/mail/mails/', import.meta.url)
  const published = JSON.parse(readFileSync(new URL('expected.json', mails), 'utf8')) as Mail[]
  const plain = (text: string | null | undefined) => (text ?? '').replace(/[\s\u00ad]+/gu, ' ').trim()
  /** Reports of mail servers: nobody said anything. */
  const isReport = ({ file }: Mail) =>
    /^(sisimai\/|enmime-dsn\/|mailparser\/delivery-status|mikel-multipart_report_emails\/)/.test(file)

  it('bring 119 published mails', () => expect(published).to.have.lengthOf(119))

  for (const wanted of published)
    it(`bring what somebody said, and no reports: ${wanted.file}`, async () => {
      const bytes = readFileSync(new URL(wanted.file, mails))
      const head = 'From: Nina <nina@mail.test>\r\nTo: own@clinic.test\r\nSubject: Re: x\r\n\r\n'
      const raw = wanted.visible === undefined ? bytes : Buffer.concat([Buffer.from(head), bytes])
      const to = `inbound/${ids.smtp}?token=another-token`
      expect((await posted(to, raw, { 'content-type': 'message/rfc822' })).status).to.equal(200)
      const from = wanted.visible === undefined ? wanted.from : 'nina@mail.test'
      const items = itemsNow() as any[]
      if (isReport(wanted) || !from) return expect(items).to.deep.equal([])
      expect(items).to.have.lengthOf(1)
      expect(items[0]).to.include({ kind: 'message' }).and.to.have.nested.property('from.email', from)
      const { content } = items[0]
      // Its sender's domain disowns it (dmarc=fail): kept, and no machine answers.
      const isForged = wanted.file === 'mailparser/nodemailer.eml'
      expect(content).to.include({ kind: 'email', isSilent: isForged })
      if (wanted.visible === undefined) expect(wanted.subject.map(plain)).to.include(plain(content.subject))
      else expect(plain(content.text)).to.equal(plain(said(wanted)))
    })

  // What follows "From:" and "Sent:" is the former mail; the other parser keeps it.
  const said = ({ file, visible }: Mail) =>
    file.endsWith('email_2_2.txt') ? 'Outlook with a reply directly above line' : visible

  for (const [name, { data, expected }] of of(sendgrid, 'inbound'))
    it(`bring mails: ${name}`, async () => {
      const path = `inbound/${ids.sendgrid}?token=the-token-of-it`
      const { status } = await posted(path, data as string, { 'content-type': expected.contentType })
      expect(status).to.equal(200)
      const [item] = itemsNow()
      expect(item).to.include({ kind: 'message' }).and.to.have.nested.property('from.email', 'test@example.com')
      const content = (item as any).content
      expect(content).to.include({ kind: 'email', text: 'Hello Twilio SendGrid!' })
      expect(content.subject).to.match(/^Inbound Parse Test/)
      expect(content.trust).to.equal(expected.raw ? 'unknown' : 'verified')
    })

  it('bring mails as they are, whatever their charset, with their files', async () => {
    const raw = Buffer.concat([
      Buffer.from('From: Rene <rene@mail.test>\r\nTo: own@clinic.test\r\nSubject: =?iso-8859-1?Q?Gr=FC=DFe?=\r\n'),
      Buffer.from('Content-Type: text/plain; charset=iso-8859-1\r\nMessage-ID: <1@x>\r\n\r\n'),
      Buffer.from('Grüße aus Köln', 'latin1'),
    ])
    const { status } = await posted(`inbound/${ids.smtp}?token=another-token`, raw, {
      'content-type': 'message/rfc822',
    })
    expect(status).to.equal(200)
    expect(itemsNow()[0]).to.have.nested.property('content.text', 'Grüße aus Köln')
    expect(itemsNow()[0]).to.have.nested.property('content.subject', 'Grüße')
    expect(http.accepted[0]?.channelId).to.equal(ids.smtp)
    const empty = await posted(`inbound/${ids.smtp}?token=another-token`, '', { 'content-type': 'message/rfc822' })
    expect(empty.body.code).to.equal('not_a_mail')
  })

  it('bring a form in the charset that it names', async () => {
    const part = (name: string, value: string) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const form = [
      part('charsets', '{"text":"iso-8859-1"}'),
      part('from', 'rene@mail.test'),
      part('to', 'inbound@inbound.example.com'),
      part('subject', 'Hi'),
      part('text', 'Köln'),
      '--b\r\nContent-Disposition: form-data; name="attachment1"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nfile\r\n--b--\r\n',
    ].join('')
    const path = `inbound/${ids.sendgrid}?token=the-token-of-it`
    await posted(path, Buffer.from(form, 'latin1'), { 'content-type': 'multipart/form-data; boundary=b' })
    expect(itemsNow()[0]).to.have.nested.property('content.text', 'Köln')
    expect(itemsNow()[0]).to.have.nested.property('content.files[0].fileName', 'a.txt')
  })
})
