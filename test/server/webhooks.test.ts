import { expect } from 'chai'
import { newId } from '../../kernel/id.ts'
import { signatureOf } from '../../providers/whatsapp/signature.ts'
import { webhookBytesMax } from '../../server/webhooks/whatsapp.ts'
import type { OpenChannel } from '../../store/settings/channels.ts'
import { type Opened, open, type Served } from './parts.ts'

const channel = {
  name: 'Front desk',
  simulate: false,
  fields: { phoneNumberId: '106540352242922', businessId: '102290129340398' },
  secrets: { token: 'EAAG-token', appSecret: 'the secret of the app', verifyToken: 'verify me' },
  baseUrl: 'https://graph.facebook.com/v23.0',
}
const webhook = {
  object: 'whatsapp_business_account',
  entry: [
    {
      id: channel.fields.businessId,
      changes: [
        {
          field: 'messages',
          value: {
            messaging_product: 'whatsapp',
            metadata: { display_phone_number: '15550783881', phone_number_id: channel.fields.phoneNumberId },
            contacts: [{ profile: { name: 'Sheena Nelson' }, wa_id: '16505551234' }],
            messages: [
              { from: '16505551234', id: 'wamid.1', timestamp: '1749416383', type: 'text', text: { body: 'Grüße 🌿' } },
            ],
          },
        },
      ],
    },
  ],
}

describe("WhatsApp's webhook", () => {
  let at: Opened
  let http: Served
  let path: string
  let id: string
  before(async () => {
    at = await open()
    const { id: workspaceId } = await at.business('clinic', ['owner'])
    http = await at.serve()
    id = newId('ch')
    await http.channels.create(workspaceId, { id, ...channel })
    path = `/webhooks/whatsapp/${id}`
  })
  beforeEach(() => void (http.accepted.length = 0))
  after(async () => {
    await http.close()
    await at.close()
  })

  const deliver = (body: string | Uint8Array, signature?: string, to = path) =>
    http.ask('POST', to, {
      body,
      headers: {
        'content-type': 'application/json',
        ...(signature !== undefined && { 'x-hub-signature-256': signature }),
      },
    })
  const signed = (body: string | Uint8Array, to = path) =>
    deliver(body, signatureOf(body, channel.secrets.appSecret), to)

  it('shakes hands with whoever knows the verify token', async () => {
    const shake = (query: Record<string, string>, to = path) =>
      http.ask('GET', `${to}?${new URLSearchParams(query).toString()}`)
    const right = {
      'hub.mode': 'subscribe',
      'hub.verify_token': channel.secrets.verifyToken,
      'hub.challenge': '1158201444',
    }
    const { status, text, headers } = await shake(right)
    expect([status, text]).to.deep.equal([200, '1158201444'])
    expect(headers.get('content-type')).to.equal('text/plain; charset=utf-8')
    expect((await shake({ ...right, 'hub.verify_token': 'verify' })).body.code).to.equal('bad_verify_token')
    expect((await shake({ ...right, 'hub.verify_token': '' })).status).to.equal(403)
    expect((await shake({ ...right, 'hub.mode': 'unsubscribe' })).status).to.equal(422)
    expect((await shake({ ...right, 'hub.challenge': '<script>' })).status).to.equal(422)
    expect((await shake(right, '/webhooks/whatsapp/ch_unknown')).status).to.equal(404)
  })

  it('takes what is signed, and answers when it is kept', async () => {
    const body = JSON.stringify(webhook)
    const { status, body: answer } = await signed(body)
    expect([status, answer]).to.deep.equal([200, {}])
    expect(http.accepted).to.have.length(1)
    expect(http.accepted[0]?.channelId).to.equal(id)
    expect(http.accepted[0]?.items[0]).to.deep.include({
      kind: 'message',
      providerId: 'wamid.1',
      content: { kind: 'text', text: 'Grüße 🌿' },
    })
  })

  it('does not answer before it is kept', async () => {
    const kept = Promise.withResolvers<undefined>()
    const asked = Promise.withResolvers<undefined>()
    const acceptReceived = () => {
      asked.resolve(undefined)
      return kept.promise
    }
    const slow = await at.serve({ parts: { acceptReceived, channels: http.channels } })
    const body = JSON.stringify(webhook)
    const headers = { 'x-hub-signature-256': signatureOf(body, channel.secrets.appSecret) }
    let status = 0
    const sent = slow.ask('POST', path, { body, headers }).then((answer) => (status = answer.status))
    await asked.promise
    for (let n = 0; n < 20; n++) await slow.ask('GET', '/health')
    expect(status, 'twenty others were served meanwhile').to.equal(0)
    kept.resolve(undefined)
    expect(await sent).to.equal(200)
    await slow.close()
  })

  it('refuses what is not signed so, and changes nothing', async () => {
    const body = JSON.stringify(webhook)
    const right = signatureOf(body, channel.secrets.appSecret)
    const flipped = Buffer.from(body)
    flipped.writeUInt8((flipped[40] ?? 0) ^ 1, 40)
    const wrong: [string, string | Uint8Array, string | undefined][] = [
      ['no signature', body, undefined],
      ['an empty one', body, ''],
      ["another app's", body, signatureOf(body, 'another secret')],
      ['signed with nothing', body, signatureOf(body, '')],
      ['a flipped bit', flipped, right],
      ['written again', JSON.stringify(webhook, null, 1), right],
      ['a byte more', `${body} `, right],
      ['cut short', body, right.slice(0, -2)],
      ['without its name', body, right.replace('sha256=', '')],
      ['SHA-1', body, right.replace('sha256', 'sha1')],
    ]
    for (const [what, bytes, signature] of wrong) {
      const { status, body: answer } = await deliver(bytes, signature)
      expect([status, answer.code], what).to.deep.equal([401, 'bad_signature'])
    }
    expect(http.accepted).to.deep.equal([])
  })

  it('refuses what is no webhook', async () => {
    const cases: [string, number, string][] = [
      ['{"object":', 400, 'malformed_json'],
      ['', 400, 'malformed_json'],
      ['{}', 422, 'not_a_whatsapp_webhook'],
      ['[]', 422, 'not_a_whatsapp_webhook'],
      ['{"object":"page","entry":[]}', 422, 'not_a_whatsapp_webhook'],
    ]
    for (const [body, status, code] of cases) {
      const answer = await signed(body)
      expect([answer.status, answer.body.code], body).to.deep.equal([status, code])
    }
    const huge = await signed(' '.repeat(webhookBytesMax + 1))
    expect([huge.status, huge.body.code]).to.deep.equal([413, 'too_large'])
    expect((await signed(JSON.stringify(webhook), '/webhooks/whatsapp/ch_unknown')).status).to.equal(404)
    expect(http.accepted).to.deep.equal([])
  })

  it('takes as much as Meta sends at once, and bytes that are no text as they were signed', async () => {
    expect(webhookBytesMax, 'Meta: up to 3 MB').to.be.at.least(3_000_000)
    const body = Buffer.from(JSON.stringify(webhook))
    expect((await signed(Buffer.concat([body, Buffer.alloc(webhookBytesMax - body.length, ' ')]))).status).to.equal(200)
    // A text that is no UTF-8: decoded and encoded again it would be other bytes, and the signature wrong.
    const odd = Buffer.from(JSON.stringify(webhook).replace('Grüße', 'Gr@e'))
    odd.writeUInt8(0xff, odd.indexOf('Gr@e') + 2)
    expect((await signed(odd)).status).to.equal(200)
  })

  it('takes a thousand changes of one body in their order, whatever stands between them', async () => {
    const [entry] = webhook.entry
    const [change] = entry!.changes
    const text = (nth: number) => ({
      from: `1650${nth % 40}`,
      id: `wamid.t${nth}`,
      type: 'text',
      text: { body: `${nth}` },
    })
    const odd = [null, 7, [], { messages: 'none' }, { messages: [{ id: 5 }] }, { contacts: 'nobody' }]
    const changes = Array.from({ length: 1_000 }, (_, nth) =>
      nth % 10 === 9
        ? { field: 'messages', value: odd[nth % odd.length] }
        : { field: 'messages', value: { ...change!.value, contacts: [], messages: [text(nth)] } },
    )
    // As several entries, and as several changes of one.
    const half = { ...entry, changes: changes.slice(500) }
    const body = { ...webhook, entry: [...changes.slice(0, 500).map((one) => ({ ...entry, changes: [one] })), half] }
    expect(await signed(JSON.stringify(body))).to.include({ status: 200 })
    const items = http.accepted.flatMap((one) => [...one.items]) as any[]
    expect(items).to.have.length(1_000)
    const said = items.flatMap(({ kind, content }) => (kind === 'message' ? [content.text] : []))
    expect(said).to.deep.equal(changes.flatMap((_, nth) => (nth % 10 === 9 ? [] : [`${nth}`])))
    expect(items.filter(({ kind }) => kind === 'other')).to.have.length(100)
  })

  it('is heard without a sign-in, and is not counted as a stranger', async () => {
    const tight = await at.serve({
      config: { limits: { pub: 1, staff: 1, file: 1 } },
      parts: { channels: http.channels },
    })
    const body = JSON.stringify(webhook)
    const headers = { 'x-hub-signature-256': signatureOf(body, channel.secrets.appSecret) }
    for (let n = 0; n < 5; n++) expect((await tight.ask('POST', path, { body, headers })).status).to.equal(200)
    await tight.close()
  })

  it('is closed while the channel is switched off, and opens to a new secret at once', async () => {
    const { workspaceId } = (await http.channels.opened(id)) as OpenChannel
    await http.channels.change(workspaceId, id, { status: 'disabled' })
    expect((await signed(JSON.stringify(webhook))).status).to.equal(404)
    await http.channels.change(workspaceId, id, { status: 'active', secrets: { appSecret: 'a new one' } })
    expect((await signed(JSON.stringify(webhook))).status).to.equal(401)
    const body = JSON.stringify(webhook)
    expect((await deliver(body, signatureOf(body, 'a new one'))).status).to.equal(200)
    await http.channels.change(workspaceId, id, { secrets: { appSecret: channel.secrets.appSecret } })
  })
})
