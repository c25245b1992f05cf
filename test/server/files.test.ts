import { expect } from 'chai'
import { type Opened, open, type Served } from './parts.ts'

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

describe('files', () => {
  let at: Opened
  let http: Served
  let token: string
  let stranger: string
  before(async function () {
    this.timeout(20_000)
    at = await open()
    await at.business('clinic', ['staff'])
    await at.business('other', ['staff'])
    http = await at.serve()
    token = (await http.login('staff@clinic.test')).accessToken
    stranger = (await http.login('staff@other.test')).accessToken
  })
  after(async () => {
    await http.close()
    await at.close()
  })

  const keep = (body: Uint8Array | string, type: string, headers: Record<string, string> = {}) =>
    http.ask('POST', '/api/v1/files', { token, body, headers: { 'content-type': type, ...headers } })
  const image = async () => (await keep(png, 'image/png')).body.fileId as string

  it('are kept, and come back as they were', async () => {
    const made = await keep(png, 'image/png', { 'x-file-name': encodeURIComponent('Röntgen “links”.png') })
    expect(made.status).to.equal(201)
    expect(made.body).to.deep.include({ mime: 'image/png', sizeBytes: png.length })
    const answer = await fetch(`${http.url}/api/v1/files/${made.body.fileId}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(Buffer.from(await answer.arrayBuffer())).to.deep.equal(png)
    expect(answer.headers.get('content-type')).to.equal('image/png')
    expect(answer.headers.get('cache-control')).to.include('private')
    expect(answer.headers.get('x-content-type-options')).to.equal('nosniff')
    expect(answer.headers.get('content-security-policy')).to.include('sandbox')
    expect(answer.headers.get('content-disposition')).to.equal(
      "inline; filename*=UTF-8''R%C3%B6ntgen%20%E2%80%9Clinks%E2%80%9D.png",
    )
  })

  it('open to their own workspace only', async () => {
    const id = await image()
    for (const path of [`/api/v1/files/${id}`, `/api/v1/files/${id}/link`]) {
      expect((await http.ask('GET', path)).status, 'nobody').to.equal(401)
      expect((await http.ask('GET', path, { token: stranger })).status, 'a stranger').to.equal(404)
      expect((await http.ask('GET', path, { token })).status).to.equal(200)
    }
  })

  it('open by a link for ten minutes, and that link opens nothing else', async () => {
    const [id, other] = [await image(), await image()]
    const { body } = await http.ask('GET', `/api/v1/files/${id}/link`, { token })
    expect(Date.parse(body.expiresAt) - http.now()).to.be.within(9 * 60_000, 10 * 60_000)
    expect((await http.ask('GET', body.url)).status).to.equal(200)
    expect((await http.ask('GET', body.url.replace(id, other))).status).to.equal(401)
    const linked = new URL(body.url, http.url).searchParams.get('token') ?? ''
    expect((await http.ask('GET', '/api/v1/auth/me', { token: linked })).status, 'it is no sign-in').to.equal(401)
    const signIn = await http.ask('GET', `/api/v1/files/${id}?token=${token}`)
    expect(signIn.status, 'and a sign-in is no link').to.equal(401)
    http.later(10 * 60_000)
    expect((await http.ask('GET', body.url)).status).to.equal(401)
    token = (await http.login('staff@clinic.test')).accessToken
  })

  it('are what they say', async () => {
    const page = '<!doctype html><script>alert(1)</script>'
    for (const [body, type, code] of [
      [page, 'image/png', 'file_type_mismatch'],
      [page, 'text/html', 'file_type_unsupported'],
      [page, 'image/svg+xml', 'file_type_unsupported'],
      [png, 'application/pdf', 'file_type_mismatch'],
      [png, 'constructor', 'file_type_unsupported'],
      [Uint8Array.from([0xff, 0xfe, 0x41]), 'text/plain', 'file_type_mismatch'],
      ['', 'text/plain', 'file_empty'],
    ] as const)
      expect((await keep(body, type)).body.code, `${type} ${code}`).to.equal(code)
    const text = await keep(page, 'text/plain; charset=utf-8')
    expect(text.body.mime).to.equal('text/plain')
    const { headers } = await http.ask('GET', `/api/v1/files/${text.body.fileId}`, { token })
    expect(headers.get('content-disposition'), 'never opened in the browser').to.match(/^attachment/)
    expect((await keep('OggS rest of it', 'audio/ogg; codecs=opus')).status).to.equal(201)
  })

  it('have names without paths, and 16 MB at most', async () => {
    const names: Record<string, string> = {
      '../../etc/passwd.png': 'passwd.png',
      'C:\\Users\\x\\a.png': 'a.png',
      'a\r\nset-cookie: x.png': 'aset-cookie: x.png',
      '\u202egnp.exe': 'gnp.exe',
      '..': '',
    }
    for (const [name, kept] of Object.entries(names)) {
      const { body } = await keep(png, 'image/png', { 'x-file-name': encodeURIComponent(name) })
      const { headers } = await http.ask('GET', `/api/v1/files/${body.fileId}`, { token })
      const shown = /filename\*=UTF-8''(.*)$/.exec(headers.get('content-disposition') ?? '')?.[1] ?? ''
      expect(decodeURIComponent(shown), name).to.equal(kept)
    }
    expect((await keep(png, 'image/png', { 'x-file-name': '%E0%A4%A' })).status).to.equal(422)
    expect((await keep(Buffer.concat([png, Buffer.alloc(16 * 1024 * 1024)]), 'image/png')).status).to.equal(413)
  })

  it('are kept once, however often a keyed request comes', async () => {
    const key = { 'idempotency-key': 'upload-1' }
    const [one, two] = [await keep(png, 'image/png', key), await keep(png, 'image/png', key)]
    expect(two.body.fileId).to.equal(one.body.fileId)
    expect((await keep(Buffer.concat([png, png]), 'image/png', key)).body.code).to.equal('idempotency_key_reused')
  })

  it('come in parts, for players', async () => {
    const { body } = await keep('OggS0123456789', 'audio/ogg')
    const part = (range: string) => http.ask('GET', `/api/v1/files/${body.fileId}`, { token, headers: { range } })
    const cases: [string, number, string, string | null][] = [
      ['bytes=0-3', 206, 'OggS', 'bytes 0-3/14'],
      ['bytes=4-', 206, '0123456789', 'bytes 4-13/14'],
      ['bytes=12-99', 206, '89', 'bytes 12-13/14'],
      ['bytes=-2', 206, '89', 'bytes 12-13/14'],
      ['bytes=-99', 206, 'OggS0123456789', 'bytes 0-13/14'],
      ['bytes=14-', 416, '', 'bytes */14'],
      ['bytes=-0', 416, '', 'bytes */14'],
      ['bytes=3-1', 200, 'OggS0123456789', null],
      ['bytes=0-1,4-5', 200, 'OggS0123456789', null],
      ['items=0-1', 200, 'OggS0123456789', null],
    ]
    for (const [range, status, text, shown] of cases) {
      const answer = await part(range)
      expect([answer.status, answer.text, answer.headers.get('content-range')], range).to.deep.equal([
        status,
        text,
        shown,
      ])
    }
  })
})
