import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { systemClock } from '../../../kernel/clock.ts'
import { openDoor } from '../../../kernel/outgoing.ts'
import { errorOf } from '../../../providers/twilio/errors.ts'
import { fetchMedia } from '../../../providers/twilio/media.ts'
import { formOf, verifySignature } from '../../../providers/twilio/signature.ts'
import { segmentsOf } from '../../../kernel/segments.ts'
import type { SimulatedText } from '../../../providers/twilio/simulator/messages.ts'
import { TwilioSimulator } from '../../../providers/twilio/simulator/simulator.ts'
import { TwilioSms } from '../../../providers/twilio/sms.ts'

const accountSid = `AC${'a'.repeat(32)}`
const authToken = 'right'
const to = '+4915123456789'

describe('texts by Twilio', () => {
  const servers: Server[] = []
  const faults: unknown[] = []
  const told: { url: string; signature: string; body: string }[] = []
  let simulator: TwilioSimulator
  let texts: Map<string, SimulatedText>
  let url = ''
  let ours = ''
  const listen = async (handler: (...asked: Parameters<RequestListener>) => unknown) => {
    const server = createServer((req, res) => void handler(req, res))
    servers.push(server)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  beforeEach(async () => {
    texts = new Map()
    told.length = 0
    const latest = (limit: number, number?: string) =>
      [...texts.values()].filter((text) => number === undefined || text.to === number).reverse().slice(0, limit) // prettier-ignore
    simulator = new TwilioSimulator({
      prefix: '/twilio',
      textsPath: '/texts',
      accounts: { tokenOf: async (sid) => (sid === accountSid ? authToken : undefined), lines: async () => [] },
      phoneKey: 'key-of-the-phones',
      shelf: {
        keep: async (text) => void texts.set(text.id, text),
        change: async (id, change) => void Object.assign(texts.get(id) as SimulatedText, change),
        isStopped: async () => false,
        stop: async () => undefined,
        byId: async (id) => texts.get(id),
        latest: async (limit, number) => latest(limit, number),
      },
      clock: systemClock,
      tickMs: 0,
      onError: (error) => faults.push(error),
    })
    url = await listen(simulator.handler)
    ours = await listen(async (req, res) => {
      let body = ''
      for await (const chunk of req) body += String(chunk)
      told.push({ url: ours + req.url, signature: String(req.headers['x-twilio-signature']), body })
      res.writeHead(204).end()
    })
  })
  afterEach(async () => {
    await simulator.settled()
    for (const server of servers.splice(0)) server.close().closeAllConnections()
    expect(faults.splice(0)).to.deep.equal([])
  })
  const by = (account: { authToken?: string; from?: string; base?: string } = {}, timeoutMs = 5_000) => {
    const { base = `${url}/twilio`, ...rest } = account
    return new TwilioSms({ accountSid, authToken, from: '+15005550006', baseUrl: () => base, ...rest }, { timeoutMs })
  }
  const sms = (more: object = {}) => ({ to, text: 'Hello', statusUrl: `${ours}/status/1`, lastsMs: 600_000, ...more })

  it('hands one over, and is told by signed callbacks what becomes of it', async () => {
    const result = await by().send(sms())
    expect(result).to.have.property('outcome', 'accepted')
    await simulator.settled()
    expect([...texts.values()]).to.have.lengthOf(1)
    const statuses = told.map(({ body }) => formOf(body)['MessageStatus'])
    expect(statuses).to.deep.equal(['sent', 'delivered'])
    for (const { url, signature, body } of told) {
      expect(verifySignature(url, formOf(body), signature, authToken)).to.equal(true)
      expect(verifySignature(`${url}0`, formOf(body), signature, authToken)).to.equal(false)
    }
    simulator.faults.failLater = { code: 30006, times: 1 }
    await by().send(sms())
    await simulator.settled()
    expect(formOf(told.at(-1)?.body ?? '')).to.include({ MessageStatus: 'undelivered', ErrorCode: '30006' })
  })

  it('names what a refusal is worth: by the published test numbers, by codes, by a wrong token', async () => {
    const fates = ['+15005550001', '+15005550002', '+15005550003', '+15005550004', '+15005550009', 'nonsense']
    const refusals = []
    for (const number of fates) refusals.push(await by().send(sms({ to: number })))
    expect(refusals.map((one) => one.outcome === 'refused' && one.error.code)).to.deep.equal([
      'number_invalid',
      'unroutable',
      'country_not_enabled',
      'opted_out',
      'not_a_mobile',
      'number_invalid',
    ])
    const codes: [number, string, string][] = [
      [20429, 'rate_limited', 'retry'],
      [20500, 'provider_error', 'retry'],
      [21606, 'sender_invalid', 'broken'],
      [29999, 'refused', 'never'],
    ]
    for (const [code, name, action] of codes) {
      simulator.faults.refuse = { code, times: 1 }
      const result = await by().send(sms())
      expect(result.outcome === 'refused' && [result.error.code, result.error.action]).to.deep.equal([name, action])
    }
    const wrong = await by({ authToken: 'wrong' }).send(sms())
    expect(wrong).to.have.nested.include({ 'error.code': 'auth_failed', 'error.action': 'broken' })
    expect(texts.size).to.equal(0)
  })

  it('does not guess where nobody said whether it was taken, and finds it afterwards', async () => {
    const since = Date.now()
    simulator.faults.dropAnswer = { times: 1 }
    expect(await by().send(sms())).to.have.property('outcome', 'unknown')
    const [kept] = [...texts.keys()]
    expect(await by().find(sms(), since)).to.equal(kept)
    expect(await by().find(sms({ text: 'Another' }), since)).to.equal(undefined)
    expect(await by().find(sms(), since + 120_000), 'an older one').to.equal(undefined)

    const silent = await listen(() => undefined)
    expect(await by({ base: silent }, 50).send(sms())).to.have.property('outcome', 'unknown')
    const page = await listen((_, res) => res.writeHead(502).end('<html>Bad gateway</html>'))
    expect(await by({ base: page }).send(sms())).to.have.property('outcome', 'unknown')
    const away = await listen((_, res) => res.writeHead(302, { location: url }).end())
    expect(await by({ base: away }).send(sms())).to.have.property('outcome', 'unknown')
    expect(await by({ base: 'http://127.0.0.1:1' }).send(sms()), 'nothing left').to.have.property('outcome', 'refused')
    expect(texts.size).to.equal(1)
  })

  it('sends by a messaging service, and drops what is of no use any more', async () => {
    let asked = ''
    const base = await listen(async (req, res) => {
      for await (const chunk of req) asked += String(chunk)
      res.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ sid: 'SM1', status: 'accepted' }))
    })
    const result = await by({ base, from: `MG${'b'.repeat(32)}` }).send(sms({ lastsMs: 90_500 }))
    expect(result).to.deep.equal({ outcome: 'accepted', providerId: 'SM1' })
    expect(formOf(asked)).to.include({ MessagingServiceSid: `MG${'b'.repeat(32)}`, ValidityPeriod: '91' })
    expect(formOf(asked)).to.not.have.property('From')
  })

  // Published by Twilio with its documents (MIT): SOURCE.md beside them says where each is from.
  describe('and what its documents show as answers', () => {
    const folder = new URL('./fixtures/response/', import.meta.url)
    const sample = (name: string) =>
      JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as { status: number; path: string; body: any }
    const json = { 'content-type': 'application/json' }
    /** Twilio answers with these, one after the other. */
    const answering = async (...names: string[]) => {
      const asked: string[] = []
      const answers = names.map(sample)
      const base = await listen((req, res) => {
        asked.push(`${req.method ?? ''} ${(req.url ?? '').split('?')[0] ?? ''}`)
        const { status, body } = answers.shift() ?? { status: 404, body: { code: 20404, message: 'Not found' } }
        res.writeHead(status, json).end(JSON.stringify(body))
      })
      return { base, asked, path: (sample(names[0] ?? '').path ?? '').replace('{AccountSid}', accountSid) }
    }
    const taken = ['CreateMessage.201.createScheduledMessageSms', 'CreateMessage.201.createWithQueuedStatus']
    const empty = ['ListMessage.200.readEmptySentdateGreaterFormat2', 'ListMessage.200.readEmptySentdateGreaterFormat3']
    const full = 'ListMessage.200.readFullPage1'
    const media = ['ListMedia.200.readEmptyDatecreatedLess', 'ListMedia.200.readFull']

    it('are all here', () => {
      const names = readdirSync(folder).map((name) => name.replace('.json', ''))
      // Those of calls are told of beside them (calls.test.ts).
      expect(names.filter((name) => !/Call|Recording/.test(name)).sort()).to.deep.equal(
        [...taken, 'FetchMessage.200.fetch', ...media, ...empty, full].sort(),
      )
    })

    for (const name of taken)
      it(`a text was taken: ${name}`, async () => {
        const { base, asked, path } = await answering(name)
        const result = await by({ base }).send(sms())
        expect(result).to.deep.equal({ outcome: 'accepted', providerId: sample(name).body.sid })
        expect(asked).to.deep.equal([`POST ${path}`])
      })

    for (const name of empty)
      it(`a text is not known: ${name}`, async () => {
        const { base } = await answering(name)
        expect(await by({ base }).find({ to, text: 'testing' }, 0)).to.equal(undefined)
      })

    it(`a text is found, and on a later page none: ${full}`, async () => {
      const [first] = sample(full).body.messages
      const at = Date.parse(first.date_created)
      const { base, asked } = await answering(full, empty[0] ?? '')
      expect(await by({ base }).find({ to, text: 'testing' }, at)).to.equal(first.sid)
      expect(asked, 'both pages').to.have.lengthOf(2)
      const again = await answering(full, empty[0] ?? '')
      expect(await by({ base: again.base }).find({ to, text: 'another' }, at)).to.equal(undefined)
    })

    it('a text failed for a reason that has a name here: FetchMessage.200.fetch', () => {
      const { error_code: code, error_message: why } = sample('FetchMessage.200.fetch').body
      expect(why).to.equal('Carrier violation')
      expect(errorOf(code, 200)).to.include({ code: 'filtered', action: 'never', providerCode: code })
    })

    it('a file lies where its list says, and where there is none nothing is asked', async () => {
      const listed = media.flatMap((name) => sample(name).body.media_list as { uri: string; content_type: string }[])
      expect(listed).to.have.lengthOf(1)
      const [{ uri = '', content_type: mime = '' } = {}] = listed
      const asked: string[] = []
      const baseUrl = await listen((req, res) => {
        asked.push(req.url ?? '')
        res.writeHead(200, { 'content-type': mime }).end('bytes')
      })
      const door = openDoor({ allowed: [] })
      const place = { baseUrl, accountSid, authToken }
      const found = await fetchMedia(place, uri.replace('.json', ''), door)
      expect([found.bytes.toString(), found.mime]).to.deep.equal(['bytes', 'image/jpeg'])
      const none = sample(media[0] ?? '').body.uri as string
      const refused = await fetchMedia(place, none, door).catch((error: any) => error.error?.code)
      expect(refused).to.equal('media_address_refused')
      expect(asked).to.deep.equal([uri.replace('.json', '')])
      door.close()
    })
  })

  it('shows the texts to whoever has the phones', async () => {
    await by().send(sms())
    const read = (key: string) => fetch(`${url}/texts`, { headers: { authorization: `Bearer ${key}` } })
    expect((await read('right')).status).to.equal(401)
    const body = (await (await read('key-of-the-phones')).json()) as { texts: { text: string }[] }
    expect(body.texts.map(({ text }) => text)).to.deep.equal(['Hello'])
  })

  it('counts the messages that a text is paid as', () => {
    expect(['a'.repeat(160), 'a'.repeat(161), 'ä€', '✓'.repeat(70), '✓'.repeat(71)].map(segmentsOf)).to.deep.equal([
      1, 2, 1, 1, 2,
    ])
  })
})
