import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { type Opened, open, type Served } from './parts.ts'

const html = { accept: 'text/html,application/xhtml+xml' }

describe('what a browser opens', () => {
  let at: Opened
  let http: Served
  let dir: string
  let secretFile: string
  before(async () => {
    at = await open()
    const place = mkdtempSync(join(tmpdir(), 'careline-site-'))
    dir = join(place, 'dist')
    mkdirSync(join(dir, 'assets'), { recursive: true })
    secretFile = join(place, 'secret.js')
    writeFileSync(secretFile, 'top secret')
    writeFileSync(join(dir, 'index.html'), '<meta nonce="CARELINE_NONCE"><style nonce="CARELINE_NONCE"></style>')
    writeFileSync(join(dir, 'scheme.js'), 'scheme')
    writeFileSync(join(dir, '.env.js'), 'top secret')
    writeFileSync(join(dir, 'odd.exe'), 'top secret')
    writeFileSync(join(dir, 'assets', 'main-abc123.js'), 'console of careline')
    writeFileSync(join(dir, 'assets', 'main-abc123.js.gz'), gzipSync('console of careline'))
    http = await at.serve({ config: { consoleDir: dir } })
  })
  after(async () => {
    await http.close()
    await at.close()
    rmSync(join(dir, '..'), { recursive: true, force: true })
  })

  it('is the console, with a nonce of its own each time', async () => {
    const nonces = new Set<string>()
    for (const path of ['/', '/inbox/c_usr_1', '/phone']) {
      const { status, text, headers } = await http.ask('GET', path, { headers: html })
      expect(status, path).to.equal(200)
      const nonce = /<style nonce="([^"]+)">/.exec(text)?.[1] ?? ''
      expect(Buffer.from(nonce, 'base64').length).to.equal(16)
      expect(text).not.to.include('CARELINE_NONCE')
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).to.include(`style-src 'self' 'nonce-${nonce}'`)
      expect(policy).to.match(/script-src 'self';/)
      expect(policy).to.include("frame-ancestors 'none'")
      expect(policy).not.to.match(/unsafe/)
      expect(headers.get('cache-control')).to.equal('no-store')
      nonces.add(nonce)
    }
    expect(nonces.size).to.equal(3)
    expect((await http.ask('HEAD', '/', { headers: html })).status).to.equal(200)
    expect((await http.ask('GET', '/index.html', { headers: html })).text, 'never as a mere file').not.to.include(
      'CARELINE',
    )
  })

  it('keeps assets for ever, packed where the browser takes that', async () => {
    const packed = await http.ask('GET', '/assets/main-abc123.js', { headers: { 'accept-encoding': 'gzip' } })
    expect(packed.headers.get('content-encoding')).to.equal('gzip')
    expect(packed.headers.get('vary')).to.match(/accept-encoding/i)
    const plain = await http.ask('GET', '/assets/main-abc123.js', { headers: { 'accept-encoding': 'identity' } })
    expect(plain.headers.get('content-encoding')).to.equal(null)
    for (const { text, headers } of [packed, plain]) {
      expect(text).to.equal('console of careline')
      expect(headers.get('cache-control')).to.equal('public, max-age=31536000, immutable')
      expect(headers.get('content-type')).to.equal('text/javascript; charset=utf-8')
    }
  })

  it('asks again for what has no name of its own', async () => {
    const { status, headers } = await http.ask('GET', '/scheme.js')
    expect([status, headers.get('cache-control')]).to.deep.equal([200, 'no-cache'])
    const again = await http.ask('GET', '/scheme.js', {
      headers: { 'if-none-match': headers.get('etag') ?? '', 'cache-control': 'max-age=0' },
    })
    expect([again.status, again.text]).to.deep.equal([304, ''])
  })

  it('is no page for what is missing, for data and for other methods', async () => {
    const missing = ['/assets/main-old.js', '/assets/', '/assets/folder', '/favicon.ico', '/api/v1/none', '/api', '/webhooks/x',
      '/simulator/whatsapp/none', '/socket.io/', '/health/none'] // prettier-ignore
    for (const path of missing) {
      const { status, body } = await http.ask('GET', path, { headers: html })
      expect([status, body?.code], path).to.deep.equal([404, 'not_found'])
    }
    expect((await http.ask('GET', '/inbox', { headers: { accept: 'application/json' } })).status).to.equal(404)
    expect((await http.ask('POST', '/inbox', { headers: html })).status).to.equal(404)
  })

  it('lets no path out of its folder', async () => {
    symlinkSync(secretFile, join(dir, 'assets', '.link.js'))
    const tricks = ['/../secret.js', '/assets/../../secret.js', '/assets/..%2f..%2fsecret.js', '/%2e%2e/secret.js', '/..\\secret.js',
      '/assets/%2e%2e/%2e%2e/secret.js', '//secret.js', `/${secretFile}`, '/.env.js', '/assets/.link.js', '/scheme.js%00.html',
      '/assets/....//....//secret.js', '/odd.exe', '/assets/..;/..;/secret.js', '/scheme.js/', '/%2Fetc%2Fpasswd', '/etc/passwd.js'] // prettier-ignore
    for (const path of tricks) {
      const answer = await plainGet(http.port, path)
      expect(answer, path).not.to.include('top secret')
      expect(answer, path).not.to.include('root:')
      expect(answer, path).to.match(/^HTTP\/1\.1 (404|400)/)
    }
  })

  it('says what to do where the console was not built', async () => {
    const bare = await at.serve()
    const { status, text, headers } = await bare.ask('GET', '/', { headers: html })
    expect(status).to.equal(503)
    expect(text).to.include('npm run prepare')
    expect(headers.get('content-security-policy')).to.include("script-src 'self'")
    await bare.close()
  })

  /** Everything that a page loads or leads to, each of the kind that its name says. */
  async function allThere(text: string) {
    const named = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
    for (const path of named) {
      const { status, headers } = await http.ask('GET', path)
      const type = { js: 'text/javascript', css: 'text/css', json: 'application/json' }[path.split('.')[1] ?? '']
      expect([status, headers.get('content-type')?.split(';')[0]], path).to.deep.equal([200, type ?? 'text/html'])
    }
    return named
  }

  it('is the documentation, all of it from here', async () => {
    const pages = ['/api/v1/docs', '/api/v1/docs/reading']
    for (const [n, path] of pages.entries()) {
      const page = await http.ask('GET', path)
      expect(page.headers.get('content-type')).to.match(/^text\/html/)
      expect(page.headers.get('content-security-policy')).to.include("script-src 'self' 'unsafe-inline'")
      expect(page.text).not.to.match(/https?:\/\//)
      expect(page.text).to.include(`data-layout="${n === 0 ? 'modern' : 'classic'}"`)
      const named = await allThere(page.text)
      expect(named).to.include.members([pages[1 - n], '/api/v1/docs/api.js', '/api/v1/docs/events'])
    }
    const script = await http.ask('GET', '/api/v1/docs/scalar.js')
    expect(script.headers.get('content-encoding')).to.equal('gzip')
    expect(script.text).to.include('createApiReference')
    const plain = await fetch(`${http.url}/api/v1/docs/scalar.js`, { headers: { 'accept-encoding': 'identity' } })
    expect(plain.headers.get('content-encoding')).to.equal(null)
    expect(await plain.text()).to.equal(script.text)
  })

  it('is the documentation of events and commands, all of it from here', async () => {
    const page = await http.ask('GET', '/api/v1/docs/events')
    expect(page.headers.get('content-type')).to.match(/^text\/html/)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).to.include("script-src 'self';").and.include("default-src 'self'")
    expect(page.text).not.to.match(/https?:\/\//)
    expect(await allThere(`${page.text} src="/api/v1/docs/asyncapi.js"`)).to.have.length(7)
    const { body } = await http.ask('GET', '/api/v1/asyncapi.json')
    expect(body).to.deep.equal(JSON.parse(readFileSync('docs/asyncapi.json', 'utf8')))
  })
})

/** A request as it is written, which `fetch` would tidy up first. */
function plainGet(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: */*\r\nConnection: close\r\n\r\n`),
    )
    let text = ''
    socket.on('data', (part) => (text += part.toString()))
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })
}
