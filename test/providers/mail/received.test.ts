import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { saidIn } from '../../../providers/mail/quotes.ts'
import { mailBytesMax, type ReceivedMail, readMail } from '../../../providers/mail/received.ts'

interface Expected {
  file: string
  visible?: string
  subject: (string | null)[]
  from: string | null
  messageId: (string | null)[]
  inReplyTo: string | null
  text: (string | null)[]
  files: number[]
  hasHtml: boolean
}

const folder = new URL('./mails/', import.meta.url)
const bytesOf = (file: string) => readFileSync(new URL(file, folder))
const all = JSON.parse(bytesOf('expected.json').toString('utf8')) as Expected[]
const mails = all.filter(({ visible }) => visible === undefined)
const replies = all.filter(({ visible }) => visible !== undefined)
const read = (raw: Uint8Array | string) => readMail(Buffer.from(raw), { isOurs: (loop) => loop === 'ours@clinic.test' })
const plain = (text: string | null | undefined) => (text ?? '').replace(/[\s\u00ad]+/gu, ' ').trim()

// Where we differ from both parsers on purpose, or from what no client shows.
const textDiffers = new Set(['mikel-error_emails/content_transfer_encoding_7-bit.eml'])
const htmlIsEmpty = new Set(['mikel-error_emails/multiple_invalid_content_dispositions.eml'])
const withReturnedMail = /^(sisimai\/lhost-sendgrid|mikel-multipart_report_emails\/report_422)/

/** Of each report: whom it names, whether for good, and what it is about. */
const reports: Record<string, [string | null, 'failed' | 'delayed', string | null]> = {
  'enmime-dsn/delayed_dsn.eml': ['thomas@de-montfort.ac.uk', 'delayed', '4.0.0'],
  'mailparser/delivery-status.eml': ['xxxx@xxxx.com', 'failed', '5.1.1'],
  'mikel-multipart_report_emails/multi_address_bounce1.eml': ['bbbbvhvbbvkjbhfbvbvjhb@gmail.com', 'failed', '5.1.1'],
  'mikel-multipart_report_emails/multi_address_bounce2.eml': ['bbbbvhvbbvkjbhfbvbvjhb@gmail.com', 'failed', '5.1.1'],
  'mikel-multipart_report_emails/multipart_report_multiple_status.eml': ['u@ci.com', 'failed', '5.3.0'],
  'mikel-multipart_report_emails/report_422.eml': ['fraser@oooooooo.com.au', 'delayed', '4.2.2'],
  'sisimai/lhost-exim-01.eml': ['kijitora@example.ed.jp', 'failed', '5.7.0'],
  'sisimai/lhost-exim-02.eml': ['kijitora@example.jp', 'failed', '5.1.1'],
  'sisimai/lhost-gmail-01.eml': ['userunknown@example.jp', 'failed', '5.1.1'],
  'sisimai/lhost-gmail-03.eml': ['kijitora@example.co.jp', 'failed', '5.7.0'],
  'sisimai/lhost-googleworkspace-01.eml': ['neko-nyaan-cat-meeting@google-groups.example.com', 'failed', null],
  'sisimai/lhost-office365-02.eml': ['kijitora@example.onmicrosoft.com', 'failed', '5.1.1'],
  'sisimai/lhost-outlook-01.eml': ['kijitora@example.jp', 'failed', '5.2.2'],
  'sisimai/lhost-outlook-03.eml': ['kijitora@example.jp', 'failed', '5.5.0'],
  'sisimai/lhost-postfix-01.eml': ['kijitora@example.org', 'failed', '5.1.1'],
  'sisimai/lhost-qmail-01.eml': ['kijitora@example.ne.jp', 'failed', '5.5.0'],
  'sisimai/lhost-qmail-03.eml': ['kijitora@example.org', 'failed', '5.7.1'],
  'sisimai/lhost-sendgrid-01.eml': ['kijitora@example.jp', 'failed', '5.1.1'],
  'sisimai/lhost-sendgrid-03.eml': ['kijitora@example.org', 'failed', null],
  'sisimai/lhost-yahoo-01.eml': ['kijitora@example.org', 'failed', '5.1.1'],
  'sisimai/lhost-zoho-02.eml': ['mikeneko@example.co.jp', 'failed', '5.2.1'],
  'sisimai/rhost-outlook-01.eml': ['kijitora@example.jp', 'failed', '5.2.2'],
  'sisimai/rhost-outlook-02.eml': ['kijitora@example.jp', 'failed', '5.1.1'],
  'sisimai/rhost-zoho-01.eml': ['kijitora@zoho.example.com', 'failed', '5.1.1'],
  'sisimai/rhost-zoho-02.eml': ['kijitora@zoho.example.com', 'failed', '5.7.7'],
  'sisimai/rhost-zoho-03.eml': ['kijitora@zoho.example.com', 'failed', '5.7.1'],
}

function isWhatItIs({ nature, report }: ReceivedMail, wanted: (typeof reports)[string] | undefined) {
  expect(nature).to.equal(wanted ? 'bounce' : 'person')
  if (!wanted) return
  const [address, action, status] = wanted
  expect(report?.recipients[0]).to.include({ address, action, status })
}

describe('a mail that came', () => {
  it('is here in 119 published forms', () => {
    expect(all).to.have.lengthOf(119)
  })

  for (const wanted of mails)
    it(`is read, and told from a report: ${wanted.file}`, async () => {
      const mail = await read(bytesOf(wanted.file))
      expect(wanted.subject.map(plain)).to.include(plain(mail.subject))
      expect((mail.from?.address ?? '').toLowerCase()).to.equal(wanted.from ?? '')
      expect(wanted.messageId.map(plain)).to.include(mail.messageId ?? '')
      expect(mail.inReplyTo ?? '').to.equal(plain(wanted.inReplyTo))
      expect(mail.html ?? '').to.not.match(/<(script|style|iframe|form|object|embed|link|meta)\b/i)
      expect(mail.html ?? '').to.not.match(/ (src|background)="?(https?:)?\/\//i)
      const begins = wanted.text.some((one) => plain(mail.text).startsWith(plain(one).slice(0, 60)))
      if (!textDiffers.has(wanted.file)) expect(begins, mail.text).to.equal(true)
      if (!withReturnedMail.test(wanted.file)) expect(wanted.files).to.include(mail.files.length)
      if (!htmlIsEmpty.has(wanted.file)) expect(mail.html !== null).to.equal(wanted.hasHtml)
      isWhatItIs(mail, reports[wanted.file])
    })

  for (const { file, visible } of replies)
    it(`is cut to what is new: ${file}`, () => {
      const said = saidIn(bytesOf(file).toString('utf8'))
      // What follows "From:" and "Sent:" is the former mail; the other parser keeps it.
      const wanted = file.endsWith('email_2_2.txt') ? 'Outlook with a reply directly above line' : visible
      expect(plain(said)).to.equal(plain(wanted))
    })

  it('says everything where nothing in it is new', () => {
    expect(saidIn('> only quoted')).to.equal('> only quoted')
    expect(saidIn('-- \nNina')).to.equal('-- \nNina')
  })

  it('is cut in a time that its writer cannot draw out', () => {
    const started = performance.now()
    for (const evil of ['abc. x skrev x\n', 'Op a\nschreef ', 'On x ', '> ', '20111111', 'From: a\n'])
      saidIn(evil.repeat(Math.ceil(200_000 / evil.length)))
    saidIn('abc. x skrev x\n'.repeat(130))
    expect(performance.now() - started).to.be.below(10_000)
  })

  const head = 'From: Nina <Nina@Example.com>\r\nTo: ours@clinic.test\r\nSubject: Hello\r\nMessage-ID: <a@b>\r\n'
  const natures: [string, string, string][] = [
    ['an answer to a mail', 'In-Reply-To: <x@y>\r\n', 'person'],
    ['what is marked as written by hand', 'Auto-Submitted: no\r\n', 'person'],
    ['an automatic answer', 'Auto-Submitted: auto-replied\r\n', 'auto_reply'],
    ['one of old programs', 'X-Autoreply: yes\r\n', 'auto_reply'],
    ['one of Exchange', 'Precedence: auto_reply\r\n', 'auto_reply'],
    ['a list', 'List-Id: <friends.example.com>\r\n', 'bulk'],
    ['a newsletter', 'List-Unsubscribe: <https://example.com/u>\r\n', 'bulk'],
    ['a mass mail', 'Precedence: bulk\r\n', 'bulk'],
    ['our own words that come back', 'X-Loop: ours@clinic.test\r\n', 'loop'],
    ['what goes round', 'Received: by example.com\r\n'.repeat(41), 'loop'],
  ]
  for (const [what, header, nature] of natures)
    it(`is told from others: ${what}`, async () => {
      const mail = await read(`${header}${head}\r\nHello`)
      expect(mail.nature).to.equal(nature)
      expect(mail.isSilent).to.equal(nature !== 'person')
    })

  it('is not answered by a machine where its sender asks for that', async () => {
    const mail = await read(`X-Auto-Response-Suppress: OOF, AutoReply\r\n${head}\r\nHello`)
    expect(mail).to.include({ nature: 'person', isSilent: true })
    expect(await read(`Return-Path: <>\r\n${head}\r\nHello`)).to.include({ isSilent: true })
  })

  const absences = ['Automatic reply: Hello', 'Abwesenheitsnotiz: Hallo', 'Réponse automatique : Bonjour']
  for (const subject of absences)
    it(`is an absence by its subject: ${subject}`, async () => {
      const mail = await read(`From: a@b.test\r\nSubject: ${subject}\r\n\r\nI am away`)
      expect(mail.nature).to.equal('auto_reply')
    })

  it('is trusted as far as the server that took it says, and what stands below counts for nothing', async () => {
    const forged = 'Authentication-Results: mx.evil; dmarc=pass\r\n'
    const at = async (headers: string) => (await read(`${headers}${head}\r\nHello`)).trust
    expect(await at('')).to.equal('unknown')
    expect(await at('Authentication-Results: mx.google.com; spf=pass; dkim=fail\r\n')).to.equal('verified')
    expect(await at(`Authentication-Results: mx.google.com; dmarc=fail\r\n${forged}`)).to.equal('failed')
    expect(await at('Authentication-Results: mx; spf=fail; dkim=fail\r\n')).to.equal('failed')
    expect(await at('Authentication-Results: mx; spf=softfail; dkim=none\r\n')).to.equal('unknown')
  })

  it('keeps its thread and its addresses as they stand', async () => {
    const mail = await read(
      `${head}Delivered-To: desk+x@clinic.test\r\nReferences: <1@x>\r\n <2@x> junk\r\nIn-Reply-To: <2@x>\r\n` +
        'Cc: Friends: a@x.test, "B, c" <b@x.test>;\r\nReply-To: other@x.test\r\n\r\nHello',
    )
    expect(mail.references).to.deep.equal(['<1@x>', '<2@x>'])
    expect(mail.cc.map(({ address }) => address)).to.deep.equal(['a@x.test', 'b@x.test'])
    expect(mail.replyTo?.address).to.equal('other@x.test')
    expect(mail.deliveredTo).to.deep.equal(['desk+x@clinic.test'])
  })

  it('brings calendars and images of its text as files', async () => {
    const mail = await read(
      `${head}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n` +
        'Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n' +
        '<p>Look <img src="cid:pic@x"></p>\r\n--r\r\nContent-Type: image/png\r\nContent-ID: <pic@x>\r\n' +
        'Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--r--\r\n--m\r\n' +
        'Content-Type: text/calendar; method=REQUEST; name=invite.ics\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n--m--\r\n',
    )
    expect(mail.html).to.include('<img src="cid:pic@x"')
    const shown = mail.files.map(({ mime, contentId }) => ({ mime, contentId }))
    expect(shown).to.deep.include({ mime: 'image/png', contentId: 'pic@x' })
    expect(shown.map(({ mime }) => mime)).to.include('text/calendar')
    expect(mail.said).to.equal('Look')
  })

  it('is refused where it is nested beyond measure, and not by its bounds', async () => {
    let body = 'Content-Type: text/plain\r\n\r\nx'
    for (let i = 0; i < 80; i++)
      body = `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n${body}\r\n--b${i}--\r\n`
    let refused: unknown
    await read(`${head}${body}`).catch((error: unknown) => (refused = error))
    expect(refused).to.be.instanceOf(Error)
    expect(mailBytesMax).to.be.above(25 * 1024 * 1024)
  })
})
