import { expect } from 'chai'
import type { Operations } from '../../server/ports.ts'
import { type Opened, open, type Served } from './parts.ts'

describe('what operators ask', () => {
  let at: Opened
  let http: Served
  before(async () => {
    at = await open()
    http = await at.serve()
  })
  after(async () => {
    await http.close()
    await at.close()
  })
  const withOperations = (change: Partial<Operations>, config = {}) =>
    at.serve({ config, parts: { operations: { ...http.operations, ...change } } })

  it('says what runs here', async () => {
    const { status, body } = await http.ask('GET', '/health')
    expect(status).to.equal(200)
    const { uptimeSeconds, ...rest } = body
    expect(rest).to.deep.equal({
      status: 'ok',
      version: '0.1.0',
      node: process.versions.node,
      tz: process.versions['tz'],
      store: { name: 'embedded', version: '1' },
      backupAgeSeconds: null,
    })
    expect(body.tz).to.match(/^20\d\d[a-z]$/)
    expect(uptimeSeconds).to.be.a('number')
  })

  it('takes no work while it leaves, or while its store is away', async () => {
    expect((await http.ask('GET', '/ready')).body).to.deep.equal({ status: 'ready' })
    const leaving = await withOperations({ isDraining: () => true })
    const gone = await leaving.ask('GET', '/ready')
    expect([gone.status, gone.body.code]).to.deep.equal([503, 'draining'])
    expect(gone.headers.get('retry-after')).to.equal('1')
    await leaving.close()
    const storeless = await withOperations({ storeVersion: () => Promise.reject(new Error('away')) })
    expect((await storeless.ask('GET', '/ready')).body.code).to.equal('store_away')
    expect((await storeless.ask('GET', '/health')).body).to.deep.include({ status: 'degraded', store: null })
    await storeless.close()
  })

  it('does not wait for a store that hangs', async () => {
    const hanging = await withOperations({ storeVersion: () => new Promise(() => undefined) })
    expect((await hanging.ask('GET', '/ready')).status).to.equal(503)
    await hanging.close()
  })

  it('answers operators however often they ask', async () => {
    const tight = await at.serve({ config: { limits: { pub: 1, staff: 1, file: 1 } } })
    for (let n = 0; n < 5; n++) expect((await tight.ask('GET', '/health')).status).to.equal(200)
    await tight.close()
  })

  it('shows its metrics to this machine, or to whoever has the token', async () => {
    const here = await http.ask('GET', '/metrics')
    expect([here.status, here.text]).to.deep.equal([200, 'up 1\n'])
    expect(here.headers.get('content-type')).to.equal('text/plain; version=0.0.4')
    const proxied = await http.ask('GET', '/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } })
    expect(proxied.status, 'not to those behind a proxy').to.equal(404)
    const guarded = await withOperations({}, { metricsToken: 'token of the operator' })
    expect((await guarded.ask('GET', '/metrics')).status).to.equal(401)
    expect((await guarded.ask('GET', '/metrics', { token: 'token' })).status).to.equal(401)
    await guarded.close()
    const right = await withOperations({}, { metricsToken: 'token-of-the-operator' })
    expect((await right.ask('GET', '/metrics', { token: 'token-of-the-operator' })).status).to.equal(200)
    await right.close()
  })
})
