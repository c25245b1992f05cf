import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { openDoor } from '../../../kernel/outgoing.ts'
import { allowedHostOf } from '../../../kernel/private-addresses.ts'
import { answerTo } from '../../../kernel/mail.ts'
import { composed } from '../../../providers/mail/compose.ts'
import { readMail } from '../../../providers/mail/received.ts'
import { mailAtResend } from '../../../providers/mail/resend-inbox.ts'
import { resendSender, sendGridSender } from '../../../providers/mail/sender.ts'
import { Smtp } from '../../../providers/mail/smtp.ts'
import type { ChannelAccount, OutgoingMessage } from '../../../providers/sender.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
const samples = JSON.parse(fixture('resend.json')) as Record<string, { data: any; expected: any }>
const local = ['localhost', '127.0.0.0/8', '::1'].flatMap((entry) => allowedHostOf(entry) ?? [])

const account: ChannelAccount = {
  ...{ id: 'ch_1', workspaceId: 'ws_1', kind: 'email', provider: 'resend', name: 'Desk', simulate: false, baseUrl: '' },
  fields: { mailbox: 'desk@clinic.test' },
  secrets: { resendKey: 're_key', fallbackKey: 'SG.reserve', sendGridKey: 'SG.key' },
}
const message: OutgoingMessage = {
  to: 'nina@mail.test',
  content: {
    kind: 'email',
    subject: '',
    text: 'See https://clinic.test/a?b=1&c=2 <soon>',
    cc: [{ name: 'Otto', address: 'o@mail.test' }],
  },
  opaque: 'c_usr_1:msg_12345678',
  thread: {
    subject: 'AW: Re: My visit',
    inReplyTo: '<2@x>',
    references: ['<1@x>', '<2@x>'],
    signature: 'Clinic',
    business: 'The "Clinic"',
  },
  files: [{ bytes: Buffer.from('a file'), mime: 'text/plain', fileName: 'a.txt' }],
}

describe('a mail of ours', () => {
  const servers: (Server | SMTPServer)[] = []
  const asked: { url: string; headers: IncomingMessage['headers']; body: any }[] = []
  let answers: (url: string) => { status: number; body?: string | object; headers?: Record<string, string> }
  let url = ''
  before(async () => {
    const handler = async (req: IncomingMessage, res: ServerResponse) => {
      const chunks: Buffer[] = []
      for await (const chunk of req) chunks.push(chunk as Buffer)
      const body: unknown = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined
      asked.push({ url: req.url ?? '', headers: req.headers, body })
      const { status, body: said, headers } = answers(req.url ?? '')
      res.writeHead(status, headers).end(typeof said === 'object' ? JSON.stringify(said) : said)
    }
    const server = createServer((req, res) => void handler(req, res))
    servers.push(server)
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  beforeEach(() => void (asked.length = 0))
  after(() => {
    for (const server of servers) server.close(() => undefined)
  })
  const places = { resend: () => `${url}/resend`, sendGrid: () => `${url}/sendgrid`, allowedHosts: local }

  it('stands in its thread, names itself, and is safe to show', () => {
    const mail = composed(account, message)
    expect(mail).to.include({ subject: 'Re: My visit', from: '"The Clinic" <desk@clinic.test>', key: 'msg_12345678' })
    expect(mail.text).to.equal('See https://clinic.test/a?b=1&c=2 <soon>\n\n-- \nClinic')
    expect(mail.html).to.include('<a href="https://clinic.test/a?b=1&amp;c=2">').and.include('&lt;soon&gt;')
    expect(mail.headers).to.deep.equal({
      'Message-ID': '<msg_12345678@clinic.test>',
      'In-Reply-To': '<2@x>',
      References: '<1@x> <2@x> <msg_12345678@clinic.test>',
      'X-Loop': 'desk@clinic.test',
    })
    expect(mail.cc).to.deep.equal(['"Otto" <o@mail.test>'])
  })

  it('of marketing can be left with one click, and one of a machine says what it is', () => {
    const thread = {
      subject: '',
      signature: '',
      business: 'Clinic',
      unsubscribe: { url: 'https://clinic.test/u/1', says: 'Abbestellen' },
      isAutomatic: true,
    }
    const { headers, subject, text } = composed(account, {
      ...message,
      content: { kind: 'text', text: 'Sale' },
      thread,
    })
    expect(headers).to.include({
      'List-Unsubscribe': '<https://clinic.test/u/1>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    })
    expect(headers).to.include({ 'Auto-Submitted': 'auto-replied' })
    expect([subject, text]).to.deep.equal(['Message from Clinic', 'Sale\n\nAbbestellen: https://clinic.test/u/1'])
  })

  it('keeps one Re: whatever the languages before it', () => {
    expect(['Visit', 'Re: Visit', 'AW: RE: Fwd: Visit', 'Re[2]: Visit', ''].map(answerTo)).to.deep.equal([
      ...Array<string>(4).fill('Re: Visit'),
      '',
    ])
  })

  it('never lets words become headers', () => {
    const thread = { subject: 'a\r\nBcc: all@mail.test', signature: '', business: 'x"\r\nBcc: y@z' }
    const mail = composed(account, { ...message, thread })
    expect(`${mail.subject}${mail.from}`).to.not.match(/[\r\n]/)
  })

  it('leaves by Resend under its key, with its files and our name for it', async () => {
    answers = () => ({ status: 200, body: samples['response/send-ok.json']?.data.body })
    const result = await resendSender(places).send(account, message)
    expect(result).to.deep.equal({ outcome: 'accepted', providerId: '<msg_12345678@clinic.test>' })
    const { headers, body } = asked[0] ?? {}
    expect(headers).to.include({ authorization: 'Bearer re_key', 'idempotency-key': 'msg_12345678' })
    expect(body.tags).to.deep.equal([{ name: 'careline', value: 'c_usr_1--msg_12345678' }])
    expect(Buffer.from(body.attachments[0].content, 'base64').toString()).to.equal('a file')
  })

  for (const [name, { data, expected }] of Object.entries(samples).filter(([one]) => one.startsWith('error/')))
    it(`is refused by Resend for what it is: ${name}`, async () => {
      answers = () => ({ status: data.httpStatus, body: data.body })
      const result: any = await resendSender(places).send(account, message)
      expect(result.error).to.include({
        code: expected.name ?? data.body.name,
        action: 'never',
        title: data.body.message,
      })
      expect(asked).to.have.lengthOf(1)
    })

  it('falls over to SendGrid where Resend’s quota is used up, and only then', async () => {
    const over = { status: 429, body: { name: 'daily_quota_exceeded', message: 'Quota', statusCode: 429 } }
    answers = (path) => (path.startsWith('/resend') ? over : { status: 202, headers: { 'x-message-id': 'sg' } })
    expect(await resendSender(places).send(account, message)).to.include({ outcome: 'accepted' })
    expect(asked.map((one) => one.url)).to.deep.equal(['/resend/emails', '/sendgrid/v3/mail/send'])
    expect(asked[1]?.headers.authorization).to.equal('Bearer SG.reserve')
    asked.length = 0
    answers = () => ({
      status: 429,
      body: { name: 'rate_limit_exceeded', message: 'Slow', statusCode: 429 },
      headers: { 'retry-after': '2' },
    })
    const slow: any = await resendSender(places).send(account, message)
    expect(slow.error).to.include({ action: 'cool_off', retryAfterMs: 2_000 })
    expect(asked).to.have.lengthOf(1)
  })

  it('leaves by SendGrid with our name for it, and by its own errors', async () => {
    answers = () => ({ status: 202, headers: { 'x-message-id': 'sg-1' } })
    await sendGridSender(places).send(account, message)
    expect(asked[0]?.body.personalizations[0]).to.deep.include({
      to: [{ email: 'nina@mail.test' }],
      custom_args: { careline: message.opaque },
    })
    const refused = async (status: number, headers = {}) => {
      answers = () => ({ status, body: { errors: [{ message: 'Why' }] }, headers })
      return ((await sendGridSender(places).send(account, message)) as any).error
    }
    expect(await refused(400)).to.include({ action: 'never', title: 'Why' })
    expect(await refused(403)).to.include({ action: 'broken' })
    expect(await refused(500)).to.include({ action: 'retry' })
    const at = new Date(1_800_000_000_000)
    const limits = { date: at.toUTCString(), 'x-ratelimit-reset': String(at.getTime() / 1_000 + 30) }
    expect(await refused(429, limits)).to.include({ action: 'cool_off', retryAfterMs: 30_000 })
  })

  it('is not handed over twice where nobody knows: Resend knows its key, others do not', async () => {
    const broken = createServer((req) => void req.socket.destroy())
    servers.push(broken)
    await new Promise<void>((ready) => broken.listen(0, '127.0.0.1', ready))
    const at = `http://127.0.0.1:${(broken.address() as AddressInfo).port}`
    const nowhere = { resend: () => at, sendGrid: () => at, allowedHosts: local }
    const bare = { ...account, secrets: { ...account.secrets, fallbackKey: '' } }
    expect(await resendSender(nowhere).send(bare, message)).to.have.nested.property('error.action', 'retry')
    expect(await sendGridSender(nowhere).send(account, message)).to.include({ outcome: 'unknown' })
  })

  it('with more than 25 MB of files stays here', async () => {
    const files = [{ bytes: new Uint8Array(25 * 1024 * 1024 + 1), mime: 'application/zip' }]
    const result: any = await resendSender(places).send(account, { ...message, files })
    expect(result.error.code).to.equal('mail_too_large')
    expect(asked).to.deep.equal([])
  })

  for (const name of ['inbound/inbound_basics_parsed_fields.json', 'inbound/attachments.json'])
    it(`that came to Resend is fetched and read: ${name}`, async () => {
      const { receivedEmailApi: told } = samples[name]?.data ?? {}
      const attachments = told.attachments.map((one: object, index: number) => ({
        ...one,
        download_url: `${url}/file/${index}`,
      }))
      answers = (path) =>
        path.startsWith('/file') ? { status: 200, body: 'bytes' } : { status: 200, body: { ...told, attachments } }
      const door = openDoor({ allowed: local })
      const raw = await mailAtResend(told.id, { baseUrl: url, apiKey: 're_key', door })
      door.close()
      expect(asked[0]).to.have.nested.property('headers.authorization', 'Bearer re_key')
      const mail = await readMail(raw, { isOurs: () => false })
      expect(mail.from?.address).to.equal('from@example.com')
      expect(mail).to.include({ subject: told.subject, messageId: told.message_id, text: told.text ?? '' })
      expect(mail.files).to.have.lengthOf(told.attachments.length)
    })

  describe('by SMTP', () => {
    const tls = { key: fixture('localhost.key.pem'), cert: fixture('localhost.crt.pem') }
    const listen = async (options: SMTPServerOptions = {}) => {
      const got: string[] = []
      const server = new SMTPServer({
        ...tls,
        authMethods: ['PLAIN', 'LOGIN'],
        onAuth: ({ username, password, method }, session, done) => {
          const isRight = session.secure && username === 'desk' && password === 'right' && method !== undefined
          done(isRight ? null : new Error('Wrong'), isRight ? { user: 'desk' } : undefined)
        },
        onRcptTo: ({ address }, _, done) => {
          const refusals: Record<string, number> = { 'gone@mail.test': 550, 'full@mail.test': 452 }
          const responseCode = refusals[address]
          done(responseCode ? Object.assign(new Error('No'), { responseCode }) : null)
        },
        onData: (stream, _, done) => {
          let text = ''
          stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
          stream.on('end', () => {
            got.push(text)
            done()
          })
        },
        ...options,
      })
      server.on('error', () => undefined)
      servers.push(server)
      await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
      const { port } = server.server.address() as AddressInfo
      const by = (more: object = {}) =>
        new Smtp({
          host: 'localhost',
          port,
          user: 'desk',
          password: 'right',
          allowedHosts: local,
          ca: tls.cert,
          ...more,
        })
      return { got, by }
    }

    it('goes signed in and encrypted, under our own id', async () => {
      const { got, by } = await listen()
      const result = await by().send(composed(account, message))
      expect(result).to.deep.equal({ outcome: 'accepted', providerId: '<msg_12345678@clinic.test>' })
      const mail = await readMail(Buffer.from(got[0] ?? ''), { isOurs: (loop) => loop === 'desk@clinic.test' })
      expect(mail).to.include({ nature: 'loop', messageId: '<msg_12345678@clinic.test>', subject: 'Re: My visit' })
      expect(mail.references).to.deep.equal(['<1@x>', '<2@x>', '<msg_12345678@clinic.test>'])
      expect(mail.files[0]).to.include({ name: 'a.txt', mime: 'text/plain' })
      await by().verify()
    })

    it('says what a refusal is worth', async () => {
      const { got, by } = await listen()
      const sent = (to: string, more = {}) => by(more).send({ ...composed(account, message), to, cc: [] })
      expect(await sent('gone@mail.test')).to.include({ outcome: 'refused', code: 'smtp_550', action: 'never' })
      expect(await sent('full@mail.test')).to.include({ outcome: 'refused', code: 'smtp_452', action: 'retry' })
      expect(await sent('a@mail.test', { password: 'wrong' })).to.include({ action: 'broken' })
      expect(got).to.deep.equal([])
    })

    it('says nothing to a server that does not encrypt, that nobody vouches for, or that is in our own network', async () => {
      const clear = await listen({ disabledCommands: ['STARTTLS'] })
      expect(await clear.by().send(composed(account, message))).to.include({ outcome: 'refused', action: 'broken' })
      const { got, by } = await listen()
      const strange = await by({ ca: undefined }).send(composed(account, message))
      expect(strange).to.include({ outcome: 'refused' })
      const inside = await by({ allowedHosts: [] }).send(composed(account, message))
      expect(inside).to.include({ outcome: 'refused', code: 'econfig', action: 'broken' })
      expect([...got, ...clear.got]).to.deep.equal([])
    })
  })
})
