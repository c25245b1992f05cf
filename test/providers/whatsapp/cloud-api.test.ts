import { createServer } from 'node:net'
import type { RequestListener } from 'node:http'
import { expect } from 'chai'
import type { Outgoing } from '../../../kernel/content.ts'
import { CloudApi } from '../../../providers/whatsapp/cloud-api.ts'
import type { WhatsAppChannel } from '../../../providers/whatsapp/port.ts'
import { WhatsAppConfig } from '../../../providers/whatsapp/port.ts'
import { sampleImage, sampleVoice } from '../../../providers/whatsapp/simulator/samples.ts'
import { lenaId, listening, textOf, world } from './world.ts'
import type { World } from './world.ts'

const api = new CloudApi({ timeoutMs: 20_000 })
const hello: Outgoing = { kind: 'text', text: 'Hello' }
const channel: WhatsAppChannel = WhatsAppConfig.parse({
  channelId: 'chn_1',
  phoneNumberId: '106540352242922',
  businessId: '1',
  token: 'EAAG',
  appSecret: 's',
  verifyToken: 'v',
})

describe('WhatsApp: sending, against the simulator', () => {
  let it_: World
  const send = (content: Outgoing, more: object = {}) =>
    api.send(it_.whatsapp, { to: lenaId, content, opaque: 'msg_1', ...more })
  const accepted = async (content: Outgoing, more: object = {}) => {
    const result = await send(content, more)
    if (result.outcome !== 'accepted') throw new Error(JSON.stringify(result))
    return result.providerId
  }
  const shown = () => it_.lena.chat().messages.at(-1)

  before(async () => {
    it_ = await world()
    it_.lena.sends('Hello')
    await it_.simulator.settled()
  })
  after(() => it_.stop())

  it('uses Meta itself unless told otherwise', () => {
    expect(channel.baseUrl).to.equal('https://graph.facebook.com/v23.0')
    expect(WhatsAppConfig.safeParse({ ...channel, token: 'a\nb' }).success).to.equal(false)
    expect(WhatsAppConfig.safeParse({ ...channel, baseUrl: 'file:///etc/passwd' }).success).to.equal(false)
  })

  const plain: Outgoing[] = [
    hello,
    { kind: 'location', latitude: 48.1, longitude: 11.5, name: 'Clinic', address: 'Street 1' },
    { kind: 'contacts', contacts: [{ name: 'Dr. Haddad', phones: ['+212 5 22 00 11 22'] }] },
    { kind: 'template', name: 'appointment_reminder', language: 'en', parameters: ['Lena', '9:00'] },
    { kind: 'template', name: 'sign_in_code', language: 'en', parameters: ['123456'], copyCode: '123456' },
    {
      kind: 'buttons',
      text: 'Well?',
      buttons: ['Yes', 'No', 'Later'].map((title) => ({ id: title.toLowerCase(), title })),
    },
    {
      kind: 'list',
      text: 'When?',
      button: 'Choose',
      rows: Array.from({ length: 10 }, (_, index) => ({
        id: `r${index}`,
        title: `Slot ${index}`,
        description: 'free',
      })),
    },
  ]
  for (const content of plain)
    it(`sends: ${content.kind === 'template' ? content.name : content.kind}`, async () => {
      const providerId = await accepted(content)
      expect(providerId).to.match(/^wamid\.[A-Za-z0-9+/]+=*$/)
      expect(shown()).to.deep.include({ id: providerId, by: 'business', content })
    })

  for (const [kind, mime] of Object.entries({
    image: 'image/png',
    video: 'video/mp4',
    audio: 'audio/mpeg',
    voice: 'audio/ogg; codecs=opus',
    document: 'application/pdf',
    sticker: 'image/webp',
  }) as [any, string][])
    it(`uploads and sends: ${kind}`, async () => {
      const bytes = kind === 'voice' ? sampleVoice() : sampleImage()
      const named = kind === 'document' ? { fileName: 'Befund ä.pdf' } : {}
      const said = { ...named, ...(['image', 'video', 'document'].includes(kind) && { caption: 'Look' }) }
      const providerId = await accepted({ kind, mime, ...said }, { media: { bytes, mime, ...named } })
      expect(shown()).to.deep.include({ id: providerId })
      expect(shown()?.content).to.deep.include({ kind, mime, sizeBytes: bytes.length, ...said })
      const { mediaId } = shown()!.content as { mediaId: string }
      expect((await api.fetchMedia(it_.whatsapp, mediaId)).bytes).to.deep.equal(bytes)
    })

  it('sends a file once uploaded by its id, and one that has no bytes not at all', async () => {
    const { mediaId } = await api.uploadMedia(it_.whatsapp, { bytes: sampleImage(), mime: 'image/png' })
    await accepted({ kind: 'image', mime: 'image/png', mediaId })
    const result = await send({ kind: 'image', mime: 'image/png' })
    expect(result).to.deep.include({ outcome: 'refused' })
    expect((result as any).error).to.include({ code: 'media_missing', action: 'never' })
  })

  it('does not send what could not be uploaded', async () => {
    const before = it_.lena.chat().messages.length
    const result: any = await send(
      { kind: 'image', mime: 'image/tiff' },
      { media: { bytes: sampleImage(), mime: 'image/tiff' } },
    )
    expect(result.error).to.include({ providerCode: 100, action: 'never' })
    expect(it_.lena.chat().messages.length).to.equal(before)
  })

  it('reacts, takes it back, and answers a message', async () => {
    const { id } = it_.lena.sends('How are you?')
    await accepted({ kind: 'reaction', to: id, emoji: '👍' })
    expect(it_.lena.chat().messages.find((each) => each.id === id)?.reactions).to.deep.equal({ business: '👍' })
    await accepted({ kind: 'reaction', to: id, emoji: null })
    expect(it_.lena.chat().messages.find((each) => each.id === id)?.reactions).to.deep.equal({})
    await accepted(hello, { replyTo: id })
    expect(shown()?.replyTo).to.equal(id)
  })

  it('marks read up to a message, and shows us typing until we send', async () => {
    const { id } = it_.lena.sends('Anybody there?')
    await api.markRead(it_.whatsapp, id, { typing: true })
    const chat = it_.lena.chat()
    expect(chat.messages.filter(({ by }) => by === 'person').map(({ status }) => status)).to.satisfy((all: string[]) =>
      all.every((status) => status === 'read'),
    )
    expect(chat.typingUntil).to.be.a('number')
    await accepted(hello)
    expect(it_.lena.chat().typingUntil).to.equal(null)
  })

  it('writes to someone who shows no number', async () => {
    const ben = it_.simulator.person('491700000002', 'Ben', { hidesNumber: true })
    ben.sends('Hi')
    expect(await send(hello, { to: ben.userId })).to.include({ outcome: 'accepted', userId: ben.userId })
    expect(ben.chat().messages.at(-1)?.content).to.deep.equal(hello)
  })

  const refusals: [string, () => Promise<any>, object][] = [
    [
      'an unknown number',
      () => send(hello, { to: '4999999999' }),
      { providerCode: 131026, code: 'undeliverable', action: 'never' },
    ],
    ['no number', () => send(hello, { to: '+49 170' }), { providerCode: null, code: 'bad_recipient', action: 'never' }],
    ['ourselves', () => send(hello, { to: '4915112345678' }), { providerCode: 131021, action: 'never' }],
    [
      'an unknown template',
      () => send({ kind: 'template', name: 'nope', language: 'en', parameters: [] }),
      { providerCode: 132001, action: 'never' },
    ],
    [
      'another language',
      () => send({ kind: 'template', name: 'appointment_reminder', language: 'de', parameters: ['a', 'b'] }),
      { providerCode: 132001 },
    ],
    [
      'too few parameters',
      () => send({ kind: 'template', name: 'appointment_reminder', language: 'en', parameters: ['a'] }),
      { providerCode: 132000, action: 'never' },
    ],
    [
      'a code without its button',
      () => send({ kind: 'template', name: 'sign_in_code', language: 'en', parameters: ['123456'] }),
      { providerCode: 131008, action: 'never' },
    ],
    [
      'another code on the button',
      () => send({ kind: 'template', name: 'sign_in_code', language: 'en', parameters: ['123456'], copyCode: '1' }),
      { providerCode: 131008, action: 'never' },
    ],
    [
      'a code for a template that has no button for it',
      () =>
        send({ kind: 'template', name: 'appointment_reminder', language: 'en', parameters: ['a', 'b'], copyCode: '1' }),
      { providerCode: 132012, action: 'never' },
    ],
    [
      'an unknown file',
      () => send({ kind: 'image', mime: 'image/png', mediaId: '999' }),
      { providerCode: 131009, action: 'never' },
    ],
    [
      'a wrong token',
      () => api.send({ ...it_.whatsapp, token: 'old' }, { to: lenaId, content: hello, opaque: '' }),
      { providerCode: 190, code: 'token_expired', action: 'broken' },
    ],
    [
      'a foreign number id',
      () => api.send({ ...it_.whatsapp, phoneNumberId: '1' }, { to: lenaId, content: hello, opaque: '' }),
      { providerCode: 100, code: 'number_unknown', action: 'broken' },
    ],
  ]
  for (const [what, ask, expected] of refusals)
    it(`hears why not: ${what}`, async () => {
      const result = await ask()
      expect(result.outcome).to.equal('refused')
      expect(result.error).to.include(expected)
      expect(result.error.title).to.be.a('string').and.not.equal('')
    })

  it('throws the same for what may be repeated', async () => {
    const failed = async (asking: Promise<unknown>) =>
      asking.then(
        () => undefined,
        (thrown: any) => thrown.error,
      )
    expect(await failed(api.markRead(it_.whatsapp, 'wamid.x'))).to.include({ providerCode: 131009, action: 'never' })
    expect(await failed(api.fetchMedia(it_.whatsapp, '77'))).to.include({ providerCode: 100, action: 'broken' })
    expect(
      await failed(api.uploadMedia({ ...it_.whatsapp, token: 'x' }, { bytes: sampleImage(), mime: 'image/png' })),
    ).to.include({ action: 'broken' })
  })
})

describe('WhatsApp: sending, when the line is bad', () => {
  const sendTo = async (baseUrl: string, timeoutMs = 20_000): Promise<any> =>
    new CloudApi({ timeoutMs }).send({ ...channel, baseUrl }, { to: lenaId, content: hello, opaque: 'msg_1' })
  const answered = async (handler: RequestListener) => {
    const { url, stop } = await listening(handler)
    const result = await sendTo(url)
    await stop()
    return result
  }

  it('says exactly what Meta wants to hear', async () => {
    const asked: any[] = []
    const { url, stop } = await listening((req, res) => {
      void textOf(req).then((text) => {
        asked.push(req.method, req.url, req.headers.authorization, JSON.parse(text))
        res.end(JSON.stringify({ messages: [{ id: 'wamid.A' }], contacts: [{ input: '1', wa_id: '2' }] }))
      })
    })
    const result = await sendTo(`${url}/v23.0/`)
    await stop()
    expect(result).to.deep.equal({ outcome: 'accepted', providerId: 'wamid.A', waId: '2' })
    expect(asked).to.deep.equal([
      'POST',
      '/v23.0/106540352242922/messages',
      'Bearer EAAG',
      {
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to: lenaId,
        type: 'text',
        text: { body: 'Hello', preview_url: false },
        biz_opaque_callback_data: 'msg_1',
      },
    ])
  })

  it('does not know, when no answer comes in time', async () => {
    const { url, stop } = await listening(() => undefined)
    expect(await sendTo(url, 200)).to.deep.equal({ outcome: 'unknown', why: 'No answer in time.' })
    await stop()
  })

  it('does not know, when the answer stops halfway', async () => {
    const { url, stop } = await listening(
      (_, res) => void res.writeHead(200, { 'content-length': 500 }).write('{"mess'),
    )
    expect(await sendTo(url, 200)).to.include({ outcome: 'unknown' })
    await stop()
  })

  it('does not know, when the connection breaks', async () => {
    expect((await answered((req) => req.socket.destroy())).outcome).to.equal('unknown')
  })

  it('does not know from an answer that names no message, from a gateway, or from something endless', async () => {
    expect((await answered((_, res) => res.end('{}'))).outcome).to.equal('unknown')
    expect((await answered((_, res) => res.end('OK'))).outcome).to.equal('unknown')
    expect((await answered((_, res) => res.writeHead(502).end('<html>Bad gateway'))).outcome).to.equal('unknown')
    expect((await answered((_, res) => res.end('x'.repeat(2_000_000)))).outcome).to.equal('unknown')
  })

  it('follows no redirect with the token', async () => {
    let isVisited = false
    const elsewhere = await listening((_, res) => {
      isVisited = true
      res.end('{}')
    })
    const result = await answered((_, res) => res.writeHead(307, { location: elsewhere.url }).end())
    await elsewhere.stop()
    expect([result.outcome, isVisited]).to.deep.equal(['unknown', false])
  })

  it('may try again, when nobody was there to hear it', async () => {
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as { port: number }
    await new Promise((resolve) => closed.close(resolve))
    const result = await sendTo(`http://127.0.0.1:${port}`)
    expect(result.outcome).to.equal('refused')
    expect(result.error).to.include({ code: 'provider_unreachable', action: 'retry' })
    expect((await sendTo('http://nobody.invalid')).error).to.include({ action: 'retry' })
  })

  it('may try again, when time ran out before the connection was made', async () => {
    const mute = createServer(() => undefined) // It takes the connection and never answers TLS's first word.
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const { port } = mute.address() as { port: number }
    expect((await sendTo(`https://127.0.0.1:${port}`, 200)).error).to.include({ action: 'retry' })
    mute.close()
  })

  it('may try again, when it is Meta that says 5xx, and waits as long as it asks', async () => {
    const error = { message: 'An unknown error occurred', code: 1, type: 'OAuthException' }
    const result = await answered((_, res) => res.writeHead(500, { 'retry-after': '3' }).end(JSON.stringify({ error })))
    expect(result.error).to.include({ action: 'retry', providerCode: 1, retryAfterMs: 3_000 })
    const tooMany = await answered((_, res) => res.writeHead(429, { 'retry-after': '99999999' }).end(''))
    expect(tooMany.error).to.include({ action: 'retry', providerCode: null, retryAfterMs: 86_400_000 })
  })
})
