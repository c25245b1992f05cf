import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { newId } from '../../kernel/id.ts'
import { errorOf } from '../../providers/twilio/errors.ts'
import { parseTwilioItem } from '../../providers/twilio/inbound.ts'
import { formOf, signatureOf } from '../../providers/twilio/signature.ts'
import { type Opened, open, type Served } from './parts.ts'

// Published by Twilio with its libraries and documents (MIT): SOURCE.md beside them says where each is from.
const samples = join(import.meta.dirname, '../providers/twilio/fixtures')
const sample = (name: string) => readFileSync(join(samples, name), 'utf8').trim()
const token = 'the token of the account'

describe('what Twilio tells a channel', () => {
  let at: Opened
  let http: Served
  let id: string
  const publicUrl = 'http://careline.test'
  before(async () => {
    at = await open()
    const { id: workspaceId } = await at.business('texts', ['owner'])
    http = await at.serve()
    id = newId('ch')
    await http.channels.create(workspaceId, {
      ...{ id, kind: 'sms', provider: 'twilio', address: '+10000000000', name: 'Texts', simulate: false, baseUrl: '' },
      ...{ fields: { accountSid: `AC${'0'.repeat(32)}`, from: '+10000000000' }, secrets: { authToken: token } },
    })
  })
  beforeEach(() => void (http.accepted.length = 0))
  after(async () => {
    await http.close()
    await at.close()
  })

  const tell = (body: string, path = `/webhooks/twilio/${id}`, secret = token) => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signatureOf(publicUrl + path, formOf(body), secret),
    }
    return http.ask('POST', path, { body, headers })
  }
  const items = () => http.accepted.flatMap(({ items }) => [...items])
  const statusPath = () => `/webhooks/twilio/${id}/c_usr_1/msg_1`

  const sms = { kind: 'message', providerId: `SM${'x'.repeat(32)}`, from: { phone: '+10000000000' } }
  const status = (name: string, more = {}) => ({ kind: 'status', status: name, opaque: 'c_usr_1:msg_1', ...more })
  /** By sample: what it is told as, undefined where it is no word of a channel. */
  const expected: Record<string, { isStatus?: boolean; item?: object }> = {
    'inbound-sms': { item: { ...sms, content: { kind: 'text', text: 'Confirm' } } },
    'inbound-help': { item: { ...sms, content: { kind: 'text', text: 'HELP' }, optOut: 'help' } },
    'inbound-whatsapp-button': {
      item: {
        ...sms,
        from: { waId: '10000000000', name: 'Test' },
        content: { kind: 'answer', of: 'quick_reply', id: 'confirm_1', title: 'Yes' },
      },
    },
    'status-queued': { isStatus: true, item: { kind: 'other' } },
    'status-sent': { isStatus: true, item: status('sent') },
    'status-delivered': { isStatus: true, item: status('delivered') },
    'status-undelivered': {
      isStatus: true,
      item: status('failed', {
        error: {
          ...{ code: 'unreachable', title: 'The phone is off or out of reach.', action: 'never', providerCode: 30003 },
        },
      }),
    },
    'call-busy': {},
    'call-in-progress': {},
    'call-ringing': {},
    'voice-callback-2010': {},
  }

  it('has a sample of everything', () => {
    const names = readdirSync(join(samples, 'webhook')).map((name) => name.replace('.form.txt', ''))
    expect(names.sort()).to.deep.equal(Object.keys(expected).sort())
  })
  for (const [name, { isStatus = false, item }] of Object.entries(expected))
    it(`is understood: ${name}`, async () => {
      const body = sample(`webhook/${name}.form.txt`)
      const answer = await tell(body, isStatus ? statusPath() : undefined)
      if (!item) {
        expect([answer.status, answer.body.code]).to.deep.equal([400, 'not_a_message'])
        expect((await tell(body, statusPath())).body.code).to.equal('not_a_text_status')
        return expect(http.accepted).to.deep.equal([])
      }
      expect([answer.status, answer.text]).to.deep.equal([200, '<Response/>'])
      const [one] = items()
      expect(one).to.deep.include(item)
      expect(parseTwilioItem(one?.raw ?? ''), 'as it was kept').to.deep.equal(one)
    })

  it('is refused where it is not signed so', async () => {
    const body = sample('webhook/inbound-sms.form.txt')
    expect((await tell(body, undefined, 'another token')).body.code).to.equal('bad_signature')
    expect((await tell(body, `/webhooks/twilio/${newId('ch')}`)).status).to.equal(404)
    const path = `/webhooks/twilio/${id}`
    const headers = { 'x-twilio-signature': signatureOf(`http://elsewhere.test${path}`, formOf(body), token) }
    expect((await http.ask('POST', path, { body, headers })).status, 'signed for another host').to.equal(401)
    expect(http.accepted).to.deep.equal([])
  })

  it('brings files as messages of their own, with the words where they fit', async () => {
    const media = 'https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME'
    const form = {
      ...{ MessageSid: `MM${'a'.repeat(32)}`, From: '+4915112345678', To: '+10000000000', Body: 'Both', NumMedia: '2' },
      ...{ MediaUrl0: `${media}1`, MediaContentType0: 'image/jpeg' },
      ...{ MediaUrl1: `${media}2`, MediaContentType1: 'text/vcard' },
    }
    expect((await tell(new URLSearchParams(form).toString())).status).to.equal(200)
    const path = '/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME'
    expect(items().map((one) => 'content' in one && one.content)).to.deep.equal([
      { kind: 'image', mime: 'image/jpeg', mediaId: `${path}1`, caption: 'Both' },
      { kind: 'document', mime: 'text/vcard', mediaId: `${path}2` },
    ])
    expect(new Set(items().map(({ eventKey }) => eventKey)).size).to.equal(2)
    expect(new Set(items().map((one) => 'providerId' in one && one.providerId)).size).to.equal(2)
    http.accepted.length = 0
    await tell(new URLSearchParams({ ...form, Body: 'x'.repeat(1_500) }).toString())
    expect(items().map((one) => 'content' in one && one.content.kind)).to.deep.equal(['text', 'image', 'document'])
    expect(new Set(items().map((one) => 'providerId' in one && one.providerId)).size).to.equal(3)
  })

  it('is refused in words that say what to do', () => {
    const actions = { 20429: 'retry', 21211: 'never', 21610: 'never', 30003: 'never', 30006: 'never', 30034: 'broken' }
    expect(readdirSync(join(samples, 'error')).length).to.equal(Object.keys(actions).length)
    for (const [code, action] of Object.entries(actions)) {
      const published = JSON.parse(sample(`error/${code}.json`))
      const told = published.body?.code ?? Number(formOf(published.statusCallbackForm)['ErrorCode'])
      expect(errorOf(told, 400), code).to.include({ providerCode: Number(code), action })
    }
  })
})
