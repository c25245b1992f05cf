import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect } from 'chai'
import { ClamdSimulator, eicar } from '../../providers/scan/simulator.ts'
import { Clamd } from '../../providers/scan/clamd.ts'
import { filesOf } from '../harness/files.ts'
import { until } from '../harness/until.ts'
import { type Opened, open, type Served } from './parts.ts'

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
type Bytes = Uint8Array<ArrayBuffer>
const of = (text: string) => Buffer.from(text) as Bytes

describe('files', () => {
  let at: Opened
  let http: Served
  let token: string
  let stranger: string
  let clinic: string
  before(async () => {
    at = await open()
    clinic = (await at.business('clinic', ['staff', 'owner'])).id
    await at.business('other', ['staff'])
    http = await at.serve()
    token = (await http.login('staff@clinic.test')).accessToken
    stranger = (await http.login('staff@other.test')).accessToken
  })
  after(async () => {
    await http.close()
    await at.close()
  })

  const announce = (file: object, as = token) => http.ask('POST', '/api/v1/files', { token: as, body: file })
  const bring = (url: string, body: Uint8Array | string) => http.ask('PUT', url, { body })
  const complete = (id: string, bytes: Uint8Array, as = token) =>
    http.ask('POST', `/api/v1/files/${id}/complete`, { token: as, body: { sha256: sha256(bytes) } })
  const link = async (id: string) => (await http.ask('GET', `/api/v1/files/${id}/link`, { token })).body
  /** What the first step that is refused answers, or the last. */
  const keep = async (body: Uint8Array, mime: string, name: string | null = null) => {
    const made = await announce({ mime, name, sizeBytes: body.length })
    if (made.status !== 201) return made
    const brought = await bring(made.body.upload.url, body)
    return brought.status === 200 ? complete(made.body.fileId, body) : brought
  }
  const kept = async (body: Uint8Array, mime: string, name: string | null = null) => {
    const { body: file } = await keep(body, mime, name)
    return { id: file.id as string, url: (await link(file.id)).url as string }
  }
  const resting = () => readdirSync(join(at.directory, clinic))

  it('are announced, brought and complete, and come back as they were', async () => {
    const made = await announce({ mime: 'image/png', name: 'Röntgen “links”.png', sizeBytes: png.length })
    expect(made.status).to.equal(201)
    const { fileId, upload } = made.body
    expect(Date.parse(upload.expiresAt) - http.now()).to.be.within(29 * 60_000, 30 * 60_000)
    expect((await http.ask('GET', `/api/v1/files/${fileId}`, { token })).body.status).to.equal('pending')
    expect((await http.ask('GET', `/api/v1/files/${fileId}/link`, { token })).body.code).to.equal('file_not_ready')
    expect((await complete(fileId, png)).body.code, 'before it came').to.equal('file_not_uploaded')

    expect((await bring(upload.url, png)).body).to.deep.equal({ sizeBytes: png.length })
    expect((await http.ask('GET', `/api/v1/files/${fileId}/link`, { token })).body.code).to.equal('file_not_ready')
    expect((await complete(fileId, Buffer.from('another'))).body.code).to.equal('file_damaged')
    const { body: file } = await complete(fileId, png)
    expect(file).to.deep.include({ id: fileId, status: 'ready', mime: 'image/png', name: 'Röntgen “links”.png' })
    expect((await complete(fileId, png)).status, 'the same again').to.equal(200)
    expect((await bring(upload.url, png)).body.code, 'and nothing else').to.equal('file_complete')

    const answer = await fetch(http.url + (await link(fileId)).url)
    expect(Buffer.from(await answer.arrayBuffer())).to.deep.equal(png)
    const headers = Object.fromEntries(answer.headers)
    expect(headers).to.deep.include({ 'content-type': 'image/png', 'content-length': String(png.length) })
    expect(headers).to.deep.include({ 'x-content-type-options': 'nosniff' })
    expect(headers['cache-control']).to.include('private')
    expect(headers['content-security-policy']).to.include('sandbox')
    expect(headers['content-disposition']).to.equal(
      `inline; filename="Ro_ntgen _links_.png"; filename*=UTF-8''R%C3%B6ntgen%20%E2%80%9Clinks%E2%80%9D.png`,
    )
  })

  it('open to their own workspace only, by links that end, and by nothing that looks like one', async () => {
    const { id, url } = await kept(png, 'image/png')
    for (const path of [`/api/v1/files/${id}`, `/api/v1/files/${id}/link`]) {
      expect((await http.ask('GET', path)).status, 'nobody').to.equal(401)
      expect((await http.ask('GET', path, { token: stranger })).status, 'a stranger').to.equal(404)
    }
    expect((await complete(id, png, stranger)).status).to.equal(404)
    expect((await http.ask('DELETE', `/api/v1/files/${id}`, { token: stranger })).status).to.equal(404)

    const linked = url.slice('/f/'.length)
    const { body: waiting } = await announce({ mime: 'image/png', sizeBytes: 16 })
    const uploads = waiting.upload.url.slice('/u/'.length)
    for (const guess of [
      token,
      uploads,
      linked.slice(0, -1),
      `${linked}A`,
      linked.split('.').slice(0, 2).join('.') + '.',
      'x',
    ])
      expect((await http.ask('GET', `/f/${guess}`)).status, guess.slice(0, 20)).to.equal(401)
    for (const guess of [token, linked]) expect((await bring(`/u/${guess}`, png)).status).to.equal(401)
    for (const each of [linked, uploads])
      expect((await http.ask('GET', '/api/v1/auth/me', { token: each })).status, 'no sign-in').to.equal(401)
    expect((await http.ask('GET', `/f/${'x'.repeat(2_000)}`)).status).to.equal(404)
    expect((await http.ask('GET', url)).status).to.equal(200)
    http.later(10 * 60_000)
    expect((await http.ask('GET', url)).status, 'ten minutes later').to.equal(401)
    token = (await http.login('staff@clinic.test')).accessToken
  })

  it('are gone with all their links and bytes when they are deleted', async () => {
    const before = resting().length
    const { id, url } = await kept(png, 'image/png')
    expect(resting().length).to.equal(before + 1)
    expect((await http.ask('DELETE', `/api/v1/files/${id}`, { token })).status).to.equal(204)
    expect(resting().length).to.equal(before)
    expect((await http.ask('GET', url)).status).to.equal(404)
    expect((await http.ask('DELETE', `/api/v1/files/${id}`, { token })).status).to.equal(404)
    expect(http.audited.map(({ action }) => action)).to.include.members([
      'file.announced',
      'file.uploaded',
      'file.deleted',
    ])
  })

  it('are what they say, or are named', async () => {
    const page = of('<!doctype html><script>alert(1)</script>')
    const svg = of('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
    const cases: [Uint8Array, string, string, RegExp?][] = [
      [page, 'image/png', 'file_type_mismatch', /it is a web page/],
      [svg, 'image/png', 'file_type_mismatch', /an SVG/],
      [of('MZ\x90\0\x03'), 'application/pdf', 'file_type_mismatch', /a Windows program/],
      [of('GIF89a'), 'image/jpeg', 'file_type_mismatch', /a GIF/],
      [of('%PDF-1.7'), 'image/webp', 'file_type_mismatch', /application\/pdf/],
      [page, 'text/html', 'file_type_unsupported'],
      [svg, 'image/svg+xml', 'file_type_unsupported'],
      [of('PK\x03\x04'), 'application/zip', 'file_type_unsupported'],
      [png, 'constructor', 'file_type_unsupported'],
      [Buffer.from([0xff, 0xfe, 0x41]), 'text/plain', 'file_type_mismatch'],
      [Buffer.concat([Buffer.alloc(600, 'a'), Buffer.from([0xc3])]), 'text/plain', 'file_type_mismatch'],
      [Buffer.concat([Buffer.alloc(600_000, 'a'), Buffer.of(0)]), 'text/plain', 'file_type_mismatch'],
      [of(''), 'text/plain', 'file_empty'],
    ]
    const before = resting().length
    for (const [body, mime, code, title = /./] of cases) {
      const { body: refusal } = await keep(body, mime)
      expect(refusal.code, `${mime} ${code}`).to.equal(code)
      expect(refusal.title).to.match(title)
    }
    expect(resting().length, 'nothing of it rests').to.equal(before)

    // A polyglot is what it says to whoever opens it here: text that is downloaded, a picture that runs nothing.
    const { headers } = await http.ask('GET', (await kept(page, 'text/plain; charset=utf-8')).url)
    expect(headers.get('content-disposition'), 'never opened in the browser').to.equal('attachment')
    const both = await http.ask('GET', (await kept(Buffer.concat([png, page]), 'image/png')).url)
    expect(both.headers.get('content-type')).to.equal('image/png')
    expect(both.headers.get('content-security-policy')).to.include("default-src 'none'")
    expect((await keep(of('OggS rest of it'), 'audio/ogg; codecs=opus')).body.mime).to.equal('audio/ogg')
  })

  it('have names without paths and tricks', async () => {
    const names: Record<string, string | null> = {
      '../../etc/passwd.png': 'passwd.png',
      'C:\\Users\\x\\a.png': 'a.png',
      'a\r\nset-cookie: x.png': 'aset-cookie x.png',
      'a\0.png': 'a.png',
      'photo\u202egnp.exe': 'photognp.exe',
      '\u2066evil\u2069.png\u200f': 'evil.png',
      'CON.png': '_CON.png',
      com1: '_com1',
      '..': null,
      ' . ': null,
      '.htaccess': 'htaccess',
      'a?b<c>d"e|f*.png': 'abcdef.png',
      [`${'ü'.repeat(400)}.png`]: `${'ü'.repeat(116)}.png`,
      'half \ud800 of a sign.png': 'half \ufffd of a sign.png',
      'می‌خواهم.png': 'می‌خواهم.png',
    }
    for (const [name, shown] of Object.entries(names)) {
      const { body } = await announce({ mime: 'image/png', sizeBytes: 16, name })
      const { body: file } = await http.ask('GET', `/api/v1/files/${body.fileId}`, { token })
      expect(file.name, JSON.stringify(name).slice(0, 40)).to.equal(shown)
    }
    const { url } = await kept(png, 'image/png', 'a";\\ %0d%0a.png')
    const disposition = (await http.ask('GET', url)).headers.get('content-disposition')
    expect(disposition).to.equal(`inline; filename="_0d_0a.png"; filename*=UTF-8''%250d%250a.png`)
  })

  it('weigh what was announced, and no more than they may', async () => {
    expect((await announce({ mime: 'image/png', sizeBytes: 5 * 1024 * 1024 + 1 })).body.code).to.equal('file_too_large')
    expect((await announce({ mime: 'audio/ogg', sizeBytes: 17 * 1024 * 1024 })).body.code).to.equal('file_too_large')
    expect((await announce({ mime: 'application/pdf', sizeBytes: 100 * 1024 * 1024 })).status).to.equal(201)
    expect((await announce({ mime: 'application/pdf', sizeBytes: 100 * 1024 * 1024 + 1 })).status).to.equal(422)
    const { body: logo } = await announce({ mime: 'application/pdf', sizeBytes: 9, purpose: 'branding' })
    expect(logo.code).to.equal('file_type_unsupported')

    const before = resting().length
    const { body } = await announce({ mime: 'image/png', sizeBytes: png.length })
    for (const wrong of [png.subarray(0, 9), Buffer.concat([png, png]), Buffer.concat([png, Buffer.alloc(3_000_000)])])
      expect((await bring(body.upload.url, wrong)).body.code).to.equal('file_size_mismatch')
    expect(resting().length).to.equal(before)
    expect((await bring(body.upload.url, png)).status, 'and may be brought again').to.equal(200)
    const other = Buffer.concat([png.subarray(0, 15), Buffer.of(1)])
    expect((await bring(body.upload.url, other)).status, 'until it is complete').to.equal(200)
    expect((await complete(body.fileId, png)).body.code).to.equal('file_damaged')
    expect((await complete(body.fileId, other)).status).to.equal(200)
    expect(resting().length, 'the first is gone').to.equal(before + 1)
  })

  it('leave nothing behind when their sender goes away', async () => {
    const before = resting().length
    const { body } = await announce({ mime: 'application/pdf', sizeBytes: 2_000_000 })
    const put = request(http.url + body.upload.url, { method: 'PUT', headers: { 'content-length': 2_000_000 } })
    put.on('error', () => undefined)
    put.write('%PDF-')
    put.write(Buffer.alloc(600_000))
    await until(() => resting().some((name) => name.endsWith('.part')))
    put.destroy()
    await until(() => resting().length === before)
    const whole = Buffer.concat([Buffer.from('%PDF-'), randomBytes(1_999_995)])
    expect((await bring(body.upload.url, whole)).status).to.equal(200)
    expect(resting().length).to.equal(before + 1)
  })

  it('are announced once, however often a keyed request comes', async () => {
    const key = { 'idempotency-key': 'upload-1' }
    const body = { mime: 'image/png', sizeBytes: 16 }
    const ask = (body: object) => http.ask('POST', '/api/v1/files', { token, body, headers: key })
    const [one, two] = [await ask(body), await ask(body)]
    expect(two.body.fileId).to.equal(one.body.fileId)
    expect((await ask({ ...body, sizeBytes: 17 })).body.code).to.equal('idempotency_key_reused')
  })

  it('come in parts, for players, from anywhere in what rests encrypted', async () => {
    const bytes = randomBytes(700_001)
    bytes.write('OggS')
    const { url } = await kept(bytes, 'audio/ogg')
    const size = bytes.length
    const cases: [range: string, status: number, from: number, to: number][] = [
      ['bytes=0-3', 206, 0, 3],
      [`bytes=${size - 2}-`, 206, size - 2, size - 1],
      ['bytes=262143-262144', 206, 262_143, 262_144],
      ['bytes=262144-524287', 206, 262_144, 524_287],
      [`bytes=-${size + 5}`, 206, 0, size - 1],
      ['bytes=12-99999999', 206, 12, size - 1],
      [`bytes=${size}-`, 416, 0, -1],
      ['bytes=-0', 416, 0, -1],
      ['bytes=3-1', 200, 0, size - 1],
      ['bytes=0-1,4-5', 200, 0, size - 1],
      [`bytes=${'0-,'.repeat(1_000)}0-`, 200, 0, size - 1],
      ['bytes=99999999999999999999-', 200, 0, size - 1],
    ]
    for (const [range, status, from, to] of cases) {
      const answer = await fetch(http.url + url, { headers: { range } })
      const part = Buffer.from(await answer.arrayBuffer())
      expect([answer.status, part.equals(bytes.subarray(from, to + 1))], range.slice(0, 30)).to.deep.equal([
        status,
        true,
      ])
      const shown = { 206: `bytes ${from}-${to}/${size}`, 416: `bytes */${size}`, 200: null }[status]
      expect(answer.headers.get('content-range')).to.equal(shown)
    }
    const atRest = resting().map((name) => readFileSync(join(at.directory, clinic, name)))
    expect(
      atRest.some((file) => file.includes(bytes.subarray(1_000, 1_040))),
      'nothing of it can be read',
    ).to.equal(false)
  })

  it('wait until a scanner has seen them, and never come where it found something', async () => {
    const simulator = new ClamdSimulator()
    const scanner = new Clamd(await simulator.listen())
    const parts = { store: at.store, vault: at.vault, directory: at.directory, now: () => http.now() }
    const { room, work, failed } = filesOf({ ...parts, scanner })
    const codeOf = (what: Promise<unknown>) =>
      what.then(
        () => 'open',
        (error) => error.code as string,
      )
    const bring = async (fileId: string, text: string) => {
      await room.keep(clinic, { fileId, bytes: Buffer.from(text), mime: 'text/plain', fileName: null, by: 'ch_1' })
      return codeOf(room.open(clinic, fileId))
    }
    expect(await bring('fil_good', 'good morning')).to.equal('file_not_ready')
    expect(await bring('fil_bad', `dear colleague ${eicar}`)).to.equal('file_not_ready')
    await work.scan()
    expect([await codeOf(room.open(clinic, 'fil_good')), await codeOf(room.open(clinic, 'fil_bad'))]).to.deep.equal([
      'open',
      'file_refused',
    ])
    expect((await room.row(clinic, 'fil_bad'))?.why).to.equal('Eicar-Test-Signature')

    await simulator.close()
    expect(await bring('fil_late', 'good evening')).to.equal('file_not_ready')
    await work.scan()
    expect(await codeOf(room.open(clinic, 'fil_late')), 'while the scanner is away').to.equal('file_not_ready')
    expect(failed.map(({ what }) => what)).to.deep.equal(['file scan'])
    http.later(16_000)
    const off = filesOf(parts)
    await off.work.scan()
    expect(await codeOf(room.open(clinic, 'fil_late')), 'once nobody wants a scanner').to.equal('open')
  })

  it('that hold everything open to those alone who may make them', async () => {
    const { room } = filesOf({ store: at.store, vault: at.vault, directory: at.directory, now: () => http.now() })
    const file = {
      bytes: of('all of it'),
      mime: 'application/zip',
      fileName: 'all.zip',
      by: 'm',
      purpose: 'export' as const,
    }
    await room.keep(clinic, { fileId: 'fil_all', ...file })
    const path = '/api/v1/files/fil_all/link'
    const staff = await http.ask('GET', path, { token })
    expect([staff.status, staff.body.code]).to.deep.equal([403, 'not_allowed'])
    const owner = (await http.login('owner@clinic.test')).accessToken
    const { body } = await http.ask('GET', path, { token: owner })
    const { text, headers } = await http.ask('GET', body.url)
    expect([text, headers.get('content-disposition')?.startsWith('attachment')]).to.deep.equal(['all of it', true])
  })

  it('find no more room than their workspace has', async () => {
    const parts = { store: at.store, vault: at.vault, directory: at.directory, now: () => http.now() }
    const { room, sweeps } = filesOf({ ...parts, storageMax: () => used + 1_000 })
    const used = await sweeps.usage(clinic)
    const file = (sizeBytes: number) =>
      room.announce(clinic, {
        fileId: `fil_${sizeBytes}`,
        name: null,
        mime: 'image/png',
        sizeBytes,
        purpose: 'message',
        by: 'm',
      })
    await file(600)
    const refused = await file(500).then(
      () => undefined,
      (error) => error.code,
    )
    expect(refused).to.equal('file_quota_exceeded')
    await file(400)
  })
})
