import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { CloudApi } from '../../../providers/whatsapp/cloud-api.ts'
import { noFaults } from '../../../providers/whatsapp/simulator/settings.ts'
import { WhatsAppSimulator } from '../../../providers/whatsapp/simulator/simulator.ts'
import { lenaId, simulated, world } from './world.ts'
import type { World } from './world.ts'

describe('WhatsApp: the phone', () => {
  let here: World
  beforeEach(async () => (here = await world()))
  afterEach(() => here.stop())

  const ask = async (method: string, path: string, body?: unknown, key = 'phone-key') => {
    const response = await fetch(`${here.url}/phone${path}`, {
      method,
      headers: { 'x-phone-key': key, 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  const say = (act: object, more: object = {}) => ask('POST', '/messages', { waId: lenaId, act, ...more })

  it('opens with its key only, everywhere', async () => {
    const calls = [
      'GET ',
      'GET /messages',
      'POST /people',
      'POST /messages',
      'POST /open',
      'POST /close',
      'POST /online',
    ]
    calls.push(
      'POST /typing',
      'PUT /faults',
      'POST /faults/clear',
      'POST /verify',
      'GET /media/1',
      'GET /events',
      'GET /nothing',
    )
    for (const call of calls)
      for (const key of ['', 'phone-ke', 'phone-key2', 'EAAG-clinic']) {
        const [method = '', path = ''] = call.split(' ')
        const answer = await ask(method, path, method === 'GET' ? undefined : {}, key)
        expect([answer.status, answer.body.error.code], `${call} with "${key}"`).to.deep.equal([401, 'wrong_key'])
      }
    expect((await fetch(`${here.url}/phone?key=phone-key`)).status).to.equal(200)
  })

  it('shows people, chats, channels and faults, and no secret', async () => {
    here.lena.sends('Hi')
    const { body } = await ask('GET', '')
    expect(body.people[0]).to.deep.include({ waId: lenaId, name: 'Lena', online: true, hidesNumber: false })
    expect(body.people[0].chats[0]).to.include({ channelId: 'chn_clinic', open: false, unread: 0, typingUntil: null })
    expect(body.people[0].chats[0].messages[0]).to.deep.include({
      by: 'person',
      content: { kind: 'text', text: 'Hi' },
      reactions: {},
    })
    expect(body.people[0].chats[0].messages[0]).to.have.all.keys(
      ...['id', 'waId', 'channelId', 'phoneNumberId', 'by', 'at', 'content', 'status', 'reactions'],
    )
    expect(body.channels[0]).to.deep.include({ channelId: 'chn_clinic', name: 'Clinic', faults: noFaults })
    for (const secret of [here.channel.token, here.channel.appSecret, here.channel.verifyToken])
      expect(JSON.stringify(body)).not.to.include(secret)
  })

  it('adds people, and says and does what they do', async () => {
    expect((await ask('POST', '/people', { waId: '4917', name: 'x' })).status).to.equal(400)
    const added = await ask('POST', '/people', { waId: '491700000003', name: 'Cem', hidesNumber: true })
    expect([added.status, added.body.person.name]).to.deep.equal([201, 'Cem'])
    expect((await ask('POST', '/people', { waId: '491700000003', name: 'Cem B.' })).status).to.equal(200)
    const said = await say({ kind: 'text', text: 'Hi' }, { channelId: 'chn_clinic' })
    expect([said.status, said.body.message.id]).to.deep.equal([201, said.body.id])
    expect((await ask('POST', '/open', { waId: lenaId })).body.chat.open).to.equal(true)
    expect((await ask('POST', '/close', { waId: lenaId })).body.chat.open).to.equal(false)
    expect((await ask('POST', '/online', { waId: lenaId, online: false })).body.person.online).to.equal(false)
    expect((await say({ kind: 'text', text: 'x' })).body.error.code).to.equal('offline')
    await ask('POST', '/online', { waId: lenaId, online: true })
    expect((await ask('POST', '/typing', { waId: lenaId, on: true })).status).to.equal(200)
    expect((await ask('POST', '/verify', {})).body).to.deep.equal({ ok: true, status: 200 })
    const earlier = await ask('GET', `/messages?waId=${lenaId}&limit=1`)
    expect(earlier.body.messages).to.have.length(1)
    await here.simulator.settled()
  })

  it('sets faults and clears them', async () => {
    const faults = { refuse: { code: 131047, times: 2 }, latencyMs: 5 }
    expect((await ask('PUT', '/faults', { faults })).body.faults).to.deep.equal({ ...noFaults, ...faults })
    expect((await ask('POST', '/faults/clear', {})).body.faults).to.deep.equal(noFaults)
  })

  const wrong: [string, string, string, unknown, number, string][] = [
    ['no JSON', 'POST', '/messages', '{', 400, 'bad_json'],
    ['nobody', 'POST', '/open', { waId: '499999999' }, 404, 'person_unknown'],
    ['no such channel', 'POST', '/open', { waId: lenaId, channelId: 'chn_x' }, 404, 'channel_unknown'],
    ['an unknown act', 'POST', '/messages', { waId: lenaId, act: { kind: 'dance' } }, 400, 'invalid'],
    ['an empty text', 'POST', '/messages', { waId: lenaId, act: { kind: 'text', text: '' } }, 400, 'invalid'],
    ['an endless delay', 'PUT', '/faults', { faults: { latencyMs: 1e9 } }, 400, 'invalid'],
    ['an unknown fault', 'PUT', '/faults', { faults: { gremlins: true } }, 400, 'invalid'],
    [
      'a message of nobody',
      'POST',
      '/messages',
      { waId: lenaId, act: { kind: 'delete', to: 'x' } },
      404,
      'message_unknown',
    ],
    ['an unknown call', 'POST', '/constructor', {}, 404, 'not_found'],
    ['too much', 'POST', '/messages', `"${'x'.repeat(23_000_001)}"`, 413, 'too_large'],
  ]
  for (const [what, method, path, body, status, code] of wrong)
    it(`refuses ${what}`, async () => {
      const answer = await ask(method, path, body)
      expect([answer.status, answer.body.error.code]).to.deep.equal([status, code])
    })

  it('shows files so that they cannot act as a page', async () => {
    const html = Buffer.from('<script>alert(1)</script>').toString('base64')
    const fetchFile = async (act: object) => {
      const { body } = await say(act)
      return fetch(`${here.url}/phone/media/${body.message.content.mediaId}?key=phone-key`)
    }
    for (const mime of ['text/html', 'image/svg+xml']) {
      const page = await fetchFile({ kind: 'document', base64: html, mime, fileName: 'a"\r\nb.html' })
      expect(page.headers.get('content-type')).to.equal('application/octet-stream')
      expect(page.headers.get('content-disposition')).to.match(/^attachment; /)
      expect(page.headers.get('content-security-policy')).to.include('sandbox')
      expect(page.headers.get('x-content-type-options')).to.equal('nosniff')
    }
    const picture = await fetchFile({ kind: 'image' })
    expect(picture.headers.get('content-type')).to.equal('image/png')
    expect(picture.headers.get('content-disposition')).to.match(/^inline; /)
    expect((await fetch(`${here.url}/phone/media/999?key=phone-key`)).status).to.equal(404)
  })

  it('tells every change as it happens', async () => {
    const away = new AbortController()
    const response = await fetch(`${here.url}/phone/events?key=phone-key`, { signal: away.signal })
    expect(response.headers.get('content-type')).to.equal('text/event-stream')
    const changes: any[] = []
    const reading = (async () => {
      let text = ''
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk
        const events = text.split('\n\n')
        text = events.pop() ?? ''
        for (const event of events)
          if (event.includes('data: ')) changes.push(JSON.parse(event.slice(event.indexOf('data: ') + 6)))
        if (changes.some(({ message }) => message?.by === 'business' && message.status === 'read')) return
      }
    })()
    here.lena.sends('Hi')
    await here.simulator.settled()
    await new CloudApi().send(here.whatsapp, { to: lenaId, content: { kind: 'text', text: 'Hello' }, opaque: 'm1' })
    here.lena.opens()
    await reading
    away.abort()
    const ticks = (by: string) => changes.flatMap(({ message }) => (message?.by === by ? [message.status] : []))
    expect(ticks('person')).to.deep.equal(['sent', 'delivered'])
    expect(ticks('business')).to.deep.equal(['sent', 'delivered', 'read'])
    expect(new Set(changes.map(({ type }) => type))).to.deep.equal(new Set(['message', 'chat', 'channel']))
  })

  it('lives inside another server, below its prefix', async () => {
    const prefix = '/simulator/whatsapp'
    const simulator = new WhatsAppSimulator({ channels: [simulated('http://127.0.0.1:1/')], phoneKey: 'k', prefix })
    const server = createServer((req, res) => {
      if (req.url?.startsWith(prefix)) simulator.handler(req, res)
      else res.end('careline')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const lena = simulator.person(lenaId, 'Lena')
    const { message } = lena.sends({ kind: 'image' })
    const channel = { ...here.channel, baseUrl: `${url}${prefix}/v23.0` }
    const { mediaId = '' } = message.content as { mediaId?: string }
    expect((await new CloudApi().fetchMedia(channel, mediaId)).mime).to.equal('image/png')
    expect((await fetch(`${url}${prefix}/phone?key=k`)).status).to.equal(200)
    expect((await fetch(`${url}${prefix}x/phone?key=k`)).status).to.equal(404)
    expect(await (await fetch(url)).text()).to.equal('careline')
    simulator.close()
    server.closeAllConnections()
    server.close()
  })
})
