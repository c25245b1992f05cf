import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { newId } from '../../kernel/id.ts'
import { usualVoiceLine } from '../../kernel/voice-line.ts'
import { errorOf } from '../../providers/twilio/errors.ts'
import { parseTwilioItem } from '../../providers/twilio/inbound.ts'
import { formOf, signatureOf } from '../../providers/twilio/signature.ts'
import { type Opened, open, type Served } from './parts.ts'

// Published by Twilio with its libraries and documents (MIT): SOURCE.md beside them says where each is from.
const samples = join(import.meta.dirname, '../providers/twilio/fixtures')
const sample = (name: string) => readFileSync(join(samples, name), 'utf8').trim()
const token = 'the token of the account'

interface Sample {
  isStatus?: boolean
  isIncoming?: boolean
  item?: object
  /** Of a call of ours: what it says at which telephone; undefined where that is no news. */
  calls?: Record<'person' | 'staff', object | undefined>
}

describe('what Twilio tells a channel', () => {
  let at: Opened
  let http: Served
  let id: string
  let workspaceId: string
  const publicUrl = 'http://careline.test'
  before(async () => {
    at = await open()
    workspaceId = (await at.business('texts', ['owner'])).id
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
  const call = (name: string, more = {}) => ({ status: name, ...more })
  const status = (name: string, more = {}) => ({ kind: 'status', status: name, opaque: 'c_usr_1:msg_1', ...more })
  /** By sample: what it is told as, undefined where it is no word of a channel. */
  const expected: Record<string, Sample> = {
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
    'call-busy': {
      calls: { person: call('busy'), staff: call('cancelled', { why: 'The telephone of the member was busy.' }) },
    },
    'call-in-progress': { calls: { person: call('in_progress'), staff: undefined } },
    'call-ringing': { calls: { person: call('ringing'), staff: undefined } },
    // Of before numbers had a +, and calls a direction: one that came in, of a number that nobody can have in the US.
    'voice-callback-2010': {
      isIncoming: true,
      item: { kind: 'call', from: {}, call: call('in_progress') },
    },
  }

  /** What is told of a call is nothing that somebody wrote, and no status of a text. */
  const isNoText = async (body: string) => {
    const answer = await tell(body)
    expect([answer.status, answer.body.code]).to.deep.equal([400, 'not_a_message'])
    expect((await tell(body, statusPath())).body.code).to.equal('not_a_text_status')
    expect(http.accepted).to.deep.equal([])
  }
  const ofOurs = async (body: string, calls: NonNullable<Sample['calls']>) => {
    await isNoText(body)
    expect((await tell(body, `/webhooks/twilio/${id}/voice`)).body.code, 'it did not come in').to.equal('not_a_call')
    for (const [leg, news] of Object.entries(calls)) {
      http.accepted.length = 0
      const answer = await tell(body, `${statusPath()}/${leg}`)
      expect([answer.status, answer.text]).to.deep.equal([200, `${xml}<Response></Response>`])
      const [one] = items()
      expect(one).to.deep.include(
        news
          ? { kind: 'call_status', leg, opaque: 'c_usr_1:msg_1', providerId: `CA${'0'.repeat(32)}`, call: news }
          : { kind: 'other' },
      )
      expect(parseTwilioItem(one?.raw ?? ''), 'as it was kept').to.deep.equal(one)
    }
  }
  const xml = '<?xml version="1.0" encoding="UTF-8"?>'
  const called = async (body: string, item: object | undefined) => {
    await isNoText(body)
    const answer = await tell(body, `/webhooks/twilio/${id}/voice`)
    expect([answer.status, answer.text.includes('<Record ')]).to.deep.equal([200, false])
    const [one] = items()
    expect(one).to.deep.include(item)
    expect(parseTwilioItem(one?.raw ?? ''), 'as it was kept').to.deep.equal(one)
  }

  it('has a sample of everything', () => {
    const names = readdirSync(join(samples, 'webhook')).map((name) => name.replace('.form.txt', ''))
    expect(names.sort()).to.deep.equal(Object.keys(expected).sort())
  })
  for (const [name, { isStatus = false, isIncoming = false, item, calls }] of Object.entries(expected))
    it(`is understood: ${name}`, async () => {
      const body = sample(`webhook/${name}.form.txt`)
      if (calls) return ofOurs(body, calls)
      if (isIncoming) return called(body, item)
      const answer = await tell(body, isStatus ? statusPath() : undefined)
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

  const sid = `CA${'b'.repeat(32)}`
  const calling = (more: Record<string, string>) =>
    new URLSearchParams({ CallSid: sid, AccountSid: `AC${'0'.repeat(32)}`, Direction: 'inbound', ...more }).toString()
  const here = `${publicUrl}/webhooks/twilio`
  const line = (voice: object) => http.channels.change(workspaceId, id, { voice: { ...usualVoiceLine, ...voice } })
  const from = '+4915112345678'
  const rings = calling({ From: from, CallStatus: 'ringing' })
  const asked = async (body: string, path = 'voice') => (await tell(body, `/webhooks/twilio/${id}/${path}`)).text

  it('is answered as the number is set, and with every address that Twilio asks next', async () => {
    await line({ greeting: 'A & B', language: 'de', recordingNotice: '', maxSeconds: 60 })
    const record =
      `<Record maxLength="60" timeout="6" finishOnKey="#" playBeep="true" trim="trim-silence" action="${here}/${id}/voice-over" ` +
      `recordingStatusCallback="${here}/${id}/voicemail?from=%2B4915112345678" recordingStatusCallbackEvent="completed absent"/>`
    const say = (words: string) => `<Say language="de-DE">${words}</Say>`
    const says = (...verbs: string[]) => `${xml}<Response>${verbs.join('')}</Response>`
    const thanks = say('Vielen Dank. Auf Wiederhören.')
    const greeted = says(say('A &amp; B'), say('Bitte sprechen Sie nach dem Ton.'), record, thanks, '<Hangup/>')
    expect(await asked(rings)).to.equal(greeted)
    await line({ isOn: false })
    expect(await asked(rings)).to.equal(says('<Reject reason="rejected"/>'))
    await line({ putThroughTo: '+4930111', ringSeconds: 15 })
    const through = `<Dial callerId="+10000000000" timeout="15" action="${here}/${id}/voice-over"><Number>+4930111</Number></Dial>`
    expect(await asked(rings)).to.equal(says(through))
    const over = (status: string) => calling({ From: from, CallStatus: 'in-progress', DialCallStatus: status })
    expect(await asked(over('completed'), 'voice-over')).to.equal(says('<Hangup/>'))
    expect(await asked(over('busy'), 'voice-over')).to.include('<Record ')
    await line({ hasVoicemail: false, greeting: 'Bye' })
    expect(await asked(rings)).to.equal(says('<Say language="en-GB">Bye</Say>', '<Hangup/>'))
    expect(await asked(calling({ From: from, CallStatus: 'completed' }))).to.equal(says())
  })

  it('brings what was recorded once, whichever of two ways says so first', async () => {
    await line({})
    const re = `RE${'c'.repeat(32)}`
    const recorded = {
      RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/${re}`,
      RecordingDuration: '7',
    }
    const next = calling({ From: from, CallStatus: 'in-progress', ...recorded })
    const done = calling({ ...recorded, RecordingSid: re, RecordingStatus: 'completed' })
    http.accepted.length = 0
    await asked(next, 'voice-over')
    await asked(done, 'voicemail?from=%2B4915112345678')
    const voice = {
      ...{
        kind: 'message',
        eventKey: `recording/${re}/completed`,
        providerId: re,
        from: { phone: from },
        replyTo: sid,
      },
      content: {
        kind: 'voice',
        mime: 'audio/mpeg',
        mediaId: `/2010-04-01/Accounts/AC${'0'.repeat(32)}/Recordings/${re}.mp3`,
      },
    }
    expect(items()).to.have.length(2)
    for (const one of items()) expect(one).to.deep.include(voice)
    http.accepted.length = 0
    const absent = calling({ RecordingSid: re, RecordingStatus: 'absent' })
    await asked(absent, 'voicemail?from=%2B4915112345678')
    expect(items().map(({ kind }) => kind)).to.deep.equal(['other'])
    const forged = await tell(done, `/webhooks/twilio/${id}/voicemail?from=%2B4915112345678`, 'another token')
    expect(forged.body.code).to.equal('bad_signature')
    expect((await tell(rings, `/webhooks/twilio/${id}/voicemail?from=%2B4915112345678`)).body.code).to.equal(
      'not_a_recording',
    )
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
