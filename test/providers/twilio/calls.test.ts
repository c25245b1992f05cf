import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { openDoor } from '../../../kernel/outgoing.ts'
import { fetchMedia } from '../../../providers/twilio/media.ts'
import { twilioCaller } from '../../../providers/twilio/voice.ts'
import { callerOf } from '../../../providers/twilio/calls.ts'
import { document, say } from '../../../providers/twilio/twiml.ts'
import { callPage, callShown, recordingShown } from '../../../providers/twilio/simulator/call-shapes.ts'
import { spokenIn } from '../../../providers/twilio/simulator/twiml.ts'

// Published by Twilio (twilio-oai, MIT): SOURCE.md beside them says where each is from.
const dir = join(import.meta.dirname, 'fixtures/response')
const published = (name: string) => JSON.parse(readFileSync(join(dir, `${name}.json`), 'utf8'))
const sid = `CA${'a'.repeat(32)}`
const accountSid = `AC${'a'.repeat(32)}`
const authToken = 'the token of the account'

describe('Twilio’s calls', () => {
  let answers: Record<string, (res: ServerResponse) => void> = {}
  let asked: { method: string; path: string; form: URLSearchParams }[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const [path = ''] = (req.url ?? '').split('?')
      const known = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
      if (req.headers.authorization !== known) return void res.writeHead(401).end('{"code":20003,"status":401}')
      asked.push({ method: req.method ?? '', path, form: new URLSearchParams(Buffer.concat(chunks).toString()) })
      const last = path.split('/').at(-1) ?? ''
      const answer = answers[`${req.method ?? ''} ${last}`] ?? answers[req.method ?? '']
      if (answer) answer(res)
      else res.writeHead(404).end('{"code":20404,"message":"not found","status":404}')
    })
  })
  const says = (name: string) => (res: ServerResponse) => {
    const { status, body } = published(name)
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const refuses = (status: number, code: number) => (res: ServerResponse) =>
    void res
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ code, status, message: 'no' }))
  let baseUrl: string
  before(async () => {
    await new Promise<void>((ready) => void server.listen(0, '127.0.0.1', ready))
    baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  })
  after(() => void server.close())
  beforeEach(() => {
    answers = {}
    asked = []
  })

  const account = {
    ...{ id: 'ch_1', workspaceId: 'ws_1', kind: 'sms', provider: 'twilio', name: 'Line', simulate: false, baseUrl: '' },
    ...{ fields: { accountSid, from: '+15558675310' }, secrets: { authToken } },
  }
  const caller = twilioCaller({ baseUrlOf: () => baseUrl, originOf: () => 'https://care.example' })
  const call = { first: '+15017122661', then: '+4915112345678', opaque: 'c_1:msg_1', says: 'Now', language: 'en-GB' }
  const media = async (name: string) => {
    answers = { [`GET RE${'a'.repeat(32)}.json`]: says(name) }
    const path = `/2010-04-01/Accounts/${accountSid}/Recordings/RE${'a'.repeat(32)}.mp3`
    const place = { baseUrl, accountSid, authToken }
    const failed = await fetchMedia(place, path, openDoor({ allowed: [] })).catch((error: unknown) => error)
    return (failed as { error: { action: string } }).error.action
  }

  /** By published answer of Twilio's: what comes of it here. */
  const outcomes: Record<string, () => Promise<unknown>> = {
    'CreateCall.201.create': () => places('CreateCall.201.create'),
    'CreateCall.201.createWithTwiml': () => places('CreateCall.201.createWithTwiml'),
    'FetchCall.200.fetch': async () => {
      answers = {
        [`GET ${sid}.json`]: says('FetchCall.200.fetch'),
        'GET Calls.json': says('ListCall.200.readEmptyDatesLess'),
      }
      expect(await caller.look(account, sid, false), 'of one that came in').to.deep.equal([{ status: 'missed' }])
      expect(await caller.look(account, sid, true), 'of ours, put through to nobody').to.deep.equal([
        { status: 'cancelled' },
      ])
    },
    'ListCall.200.readEmptyDatesLess': async () => {
      answers = { 'GET Calls.json': says('ListCall.200.readEmptyDatesLess') }
      expect(await caller.find(account, call.first, 0)).to.equal(undefined)
    },
    'UpdateCall.200.cancel': () => ends('UpdateCall.200.cancel'),
    'UpdateCall.200.update': () => ends('UpdateCall.200.update'),
    // A recording whose file is not there: later, as long as it is not finished; never, once it is.
    'CreateCallRecording.201.create201': async () =>
      expect(await media('CreateCallRecording.201.create201')).to.equal('retry'),
    'UpdateCallRecording.200.update': async () =>
      expect(await media('UpdateCallRecording.200.update')).to.equal('retry'),
    'UpdateConferenceRecording.200.update': async () =>
      expect(await media('UpdateConferenceRecording.200.update')).to.equal('retry'),
    'FetchRecording.200.fetch': async () => expect(await media('FetchRecording.200.fetch')).to.equal('never'),
    'FetchRecording.200.fetchIncludeSoftDeleted': async () =>
      expect(await media('FetchRecording.200.fetchIncludeSoftDeleted')).to.equal('never'),
    'FetchConferenceRecording.200.fetch': async () =>
      expect(await media('FetchConferenceRecording.200.fetch')).to.equal('never'),
    // Listed as it is shown alone.
    'ListCallRecording.200.readFull': async () => {
      const [one] = published('ListCallRecording.200.readFull').body.recordings
      const shown = Object.keys(recordingShown(simulated, accountSid, 4))
      expect(shown).to.include.members(Object.keys(one).filter((key) => key !== 'track'))
      expect(one.status).to.equal('completed')
    },
  }
  const places = async (name: string) => {
    answers = { 'POST Calls.json': says(name) }
    expect(await caller.place(account, call)).to.deep.equal({ outcome: 'accepted', providerId: sid })
    const [{ form } = { form: new URLSearchParams() }] = asked
    expect([form.get('To'), form.get('From')]).to.deep.equal([call.first, '+15558675310'])
    expect(form.get('StatusCallback')).to.equal('https://care.example/webhooks/twilio/ch_1/c_1/msg_1/staff')
    expect(spokenIn(form.get('Twiml') ?? '').map(({ name, text }) => [name, text])).to.deep.equal([
      ['Say', 'Now'],
      ['Dial', call.then],
    ])
    expect(form.get('Twiml')).to.include('callerId="+15558675310"')
  }
  const ends = async (name: string) => {
    answers = { [`POST ${sid}.json`]: says(name) }
    await caller.end(account, sid)
    expect(asked.map(({ form }) => form.get('Status'))).to.deep.equal(['completed'])
  }

  it('have an outcome for every published answer', () => {
    const names = readdirSync(dir).map((name) => name.replace('.json', ''))
    expect(names.filter((name) => /Call|Recording/.test(name)).sort()).to.deep.equal(Object.keys(outcomes).sort())
  })
  for (const [name, comes] of Object.entries(outcomes))
    it(`come to what is meant: ${name}`, async () => void (await comes()))

  it('are refused in Twilio’s words, and never made twice where nobody knows', async () => {
    answers = { POST: refuses(400, 21215) }
    const refused = await caller.place(account, call)
    expect(refused).to.deep.nested.include({
      outcome: 'refused',
      'error.code': 'country_not_enabled',
      'error.action': 'never',
    })
    answers = { POST: (res) => void res.destroy() }
    expect((await caller.place(account, call)).outcome).to.equal('unknown')
    asked = []
    const service = { ...account, id: 'ch_2', fields: { accountSid, from: `MG${'0'.repeat(32)}` } }
    expect(await caller.place(service, call)).to.deep.nested.include({
      outcome: 'refused',
      'error.code': 'number_needed',
    })
    expect(asked).to.deep.equal([])
  })

  it('end and are forgotten once, whatever was before', async () => {
    answers = { POST: refuses(400, 21220), DELETE: refuses(404, 20404) }
    await caller.end(account, sid)
    const mediaId = `/2010-04-01/Accounts/${accountSid}/Recordings/RE${'a'.repeat(32)}.mp3`
    await caller.forget(account, mediaId)
    answers = { DELETE: refuses(503, 20503) }
    const failed = await caller.forget(account, mediaId).catch((error: unknown) => error)
    expect(failed).to.have.nested.property('error.action', 'retry')
  })

  const at = Date.UTC(2026, 10, 22)
  const text = {
    id: sid,
    to: '+1',
    from: '+2',
    text: '',
    status: 'sent' as const,
    errorCode: null,
    statusUrl: null,
    at,
  }
  const simulated = { ...text, call: { status: 'completed' as const, parent: null, seconds: 15 } }
  it('are played in the published shapes', () => {
    const keys = (name: string) => Object.keys(published(name).body).sort()
    expect(Object.keys(callShown(simulated, accountSid)).sort()).to.deep.equal(keys('CreateCall.201.create'))
    expect(Object.keys(callPage([], '/x', 2)).sort()).to.deep.equal(keys('ListCall.200.readEmptyDatesLess'))
    expect(Object.keys(recordingShown(simulated, accountSid, 4)).sort()).to.deep.equal(keys('FetchRecording.200.fetch'))
  })

  it('say what they are to say, whatever is in it', () => {
    const words = `<Hangup/> & "quoted" \u0000\u0008 ünï 😀`
    const xml = document(...say(words, 'de-DE'))
    expect(spokenIn(xml).map(({ name, text }) => [name, text])).to.deep.equal([['Say', '<Hangup/> & "quoted"  ünï 😀']])
    expect(document(...say('', 'de-DE'))).to.match(/<Response><\/Response>$/)
  })

  it('are nobody’s where the number is hidden', () => {
    const of = (From: string) => callerOf({ CallSid: sid, CallStatus: 'ringing', From })
    expect(of('+4915112345678')).to.deep.equal({ phone: '+4915112345678' })
    for (const hidden of ['+266696687', 'Anonymous', 'client:bob', 'sip:x@y', '+86282452253', ''])
      expect(of(hidden)).to.deep.equal({})
  })
})
