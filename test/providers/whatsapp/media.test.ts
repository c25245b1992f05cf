import { expect } from 'chai'
import { openDoor } from '../../../kernel/outgoing.ts'
import { CloudApi } from '../../../providers/whatsapp/cloud-api.ts'
import { isTrusted } from '../../../providers/whatsapp/media.ts'
import type { WhatsAppChannel } from '../../../providers/whatsapp/port.ts'
import { listening } from './world.ts'

const api = new CloudApi({ mediaTimeoutMs: 20_000 })

describe('WhatsApp: fetching media', () => {
  const stops: (() => Promise<void>)[] = []
  let asked: string[] = []
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()))
    asked = []
  })

  /** A Meta that answers the description, and the file at /file. */
  async function meta(
    describe: (url: string) => object,
    file: (url: string) => [number, object, string?] = () => [200, {}, 'bytes'],
    by = api,
  ) {
    const { url, stop } = await listening((req, res) => {
      asked.push(`${req.url} ${req.headers.authorization}`)
      if (req.url === '/v23.0/42') return void res.end(JSON.stringify(describe(url)))
      const [status, headers, body] = file(url)
      res.writeHead(status, headers as Record<string, string>).end(body)
    })
    stops.push(stop)
    const named = { channelId: 'c', phoneNumberId: '1', businessId: '1', appSecret: 's', verifyToken: 'v' }
    const channel: WhatsAppChannel = { ...named, token: 'EAAG', baseUrl: `${url}/v23.0` }
    return by.fetchMedia(channel, '42').then(
      (media) => ({ media, error: undefined }),
      (thrown: any) => ({ media: undefined, error: thrown.error ?? thrown }),
    )
  }
  const png = (url: string) => ({ url: `${url}/file`, mime_type: 'image/png' })

  it('asks for the address, then for the bytes, both with the token', async () => {
    const sha256 = '277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9'
    const { media } = await meta((url) => ({ ...png(url), sha256, file_size: 5 }))
    expect(media).to.deep.equal({ bytes: Buffer.from('bytes'), mime: 'image/png', sha256 })
    expect(asked).to.deep.equal(['/v23.0/42 Bearer EAAG', '/file Bearer EAAG'])
  })

  it('notices that the file is not whole', async () => {
    const { error } = await meta((url) => ({ ...png(url), sha256: 'f'.repeat(64) }))
    expect(error).to.include({ code: 'media_damaged', action: 'retry' })
  })

  it('asks no host of Meta’s that leads into our own network', async () => {
    const inside = openDoor({ resolve: async () => [{ address: '10.0.0.1', family: 4 }] })
    const { error } = await meta(() => png('https://lookaside.fbsbx.com'), undefined, new CloudApi({ door: inside }))
    expect(error).to.include({ code: 'media_address_refused', action: 'never' })
    expect(asked, 'the token stays here').to.deep.equal(['/v23.0/42 Bearer EAAG'])
  })

  for (const address of [
    'http://127.0.0.1:1/admin',
    'http://169.254.169.254/latest/meta-data',
    'https://evil.example/file',
    'https://lookaside.fbsbx.com.evil.example/x',
    'https://evil.example/lookaside.fbsbx.com',
    'http://lookaside.fbsbx.com/x',
    'https://lookaside.fbsbx.com:8443/x',
    'https://user:pass@lookaside.fbsbx.com/x',
    'file:///etc/passwd',
    'ftp://graph.facebook.com/x',
    '//evil.example',
    'not an address',
  ])
    it(`goes nowhere else: ${address}`, async () => {
      const { error } = await meta(() => ({ url: address }))
      expect(error).to.include({ code: 'media_address_refused', action: 'never' })
      expect(asked).to.have.length(1)
    })

  it('knows the hosts of Meta', () => {
    const base = 'https://graph.facebook.com/v23.0'
    const trusts = (address: string) => isTrusted(new URL(address), base)
    expect(trusts('https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1')).to.equal(true)
    expect(trusts('https://scontent-fra3-1.xx.fbcdn.net/x')).to.equal(true)
    expect(trusts('https://mmg.whatsapp.net/x')).to.equal(true)
    expect(trusts('https://graph.facebook.com/x')).to.equal(true)
    expect(trusts('https://whatsapp.net.evil.example/x')).to.equal(false)
    expect(trusts('https://xfbcdn.net/x')).to.equal(false)
  })

  it('is led to no other place by a redirect, but along in its own', async () => {
    let visits = 0
    const elsewhere = await listening((_, res) => {
      visits++
      res.end('secret')
    })
    stops.push(elsewhere.stop)
    const away = await meta(png, () => [302, { location: elsewhere.url }])
    expect([away.error.code, visits]).to.deep.equal(['media_address_refused', 0])
    let hops = 0
    const along = await meta(png, () => (hops++ === 0 ? [302, { location: '/moved' }] : [200, {}, 'moved']))
    expect(along.media?.bytes.toString()).to.equal('moved')
    const round = await meta(png, () => [302, { location: '/file' }])
    expect(round.error.code).to.equal('media_address_refused')
  })

  it('takes no more than WhatsApp lets through, said or unsaid', async () => {
    const said = await meta((url) => ({ ...png(url), file_size: 17 * 1_048_576 }))
    expect(said.error).to.include({ code: 'media_too_large', action: 'never' })
    expect(asked).to.have.length(1)
    const unsaid = await meta(png, () => [200, {}, 'x'.repeat(17 * 1_048_576)])
    expect(unsaid.error).to.include({ code: 'media_too_large' })
  })

  it('tries again when the address has gone stale or the line breaks', async () => {
    expect((await meta(png, () => [404, {}, 'gone'])).error).to.include({
      code: 'media_address_stale',
      action: 'retry',
    })
    expect((await meta(png, () => [500, {}, ''])).error).to.include({ action: 'retry' })
    expect((await meta(() => ({}))).error).to.include({ action: 'retry' })
    const { url, stop } = await listening((req) => req.socket.destroy())
    stops.push(stop)
    const channel = {
      channelId: 'c',
      phoneNumberId: '1',
      businessId: '1',
      token: 't',
      appSecret: 's',
      verifyToken: 'v',
      baseUrl: url,
    }
    const error = await api.fetchMedia(channel, '42').catch((thrown: any) => thrown.error)
    expect(error).to.include({ code: 'provider_unreachable', action: 'retry' })
  })
})
