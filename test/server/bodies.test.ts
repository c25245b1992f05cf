import { request } from 'node:http'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { gzip, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { z } from 'zod'
import { bytes, post, raw } from '../../server/http/route.ts'
import { until } from '../harness/until.ts'
import { type Opened, open, type Served } from './parts.ts'

const json = { 'content-type': 'application/json' }
const routes = [
  post(
    '/open',
    { allow: 'public', body: z.object({ deep: z.unknown() }), reply: z.object({ keys: z.int() }) },
    (call) => ({
      keys: Object.keys(call.body).length,
    }),
  ),
  post('/bytes', { allow: 'public', body: bytes(1_000), reply: raw('application/octet-stream') }, ({ body }) => ({
    type: 'application/octet-stream',
    body,
  })),
]

describe('a body', () => {
  let at: Opened
  let http: Served
  before(async () => {
    at = await open()
    http = await at.serve({ routes: { api: routes, root: [] } })
  })
  after(async () => {
    await http.close()
    await at.close()
  })
  const send = (body: string | Uint8Array, headers: Record<string, string> = json, path = '/open') =>
    http.ask('POST', `/api/v1${path}`, { body, headers })

  it('is JSON that can be read, or 400', async () => {
    for (const wrong of [
      '{',
      '{"a":}',
      'null',
      '1',
      '"text"',
      '[1,',
      '{"__proto__":{"x":1}}',
      '{"a":{"__proto__":1}}',
    ]) {
      const { status, body } = await send(wrong)
      expect([status, body?.code], wrong).to.deep.equal([400, 'malformed_json'])
    }
    expect(({} as any).x, 'nobody was poisoned').to.equal(undefined)
  })

  it('keeps keys that name a prototype out', async () => {
    const { status, body } = await send('{"deep":1,"constructor":{"prototype":{"x":1}}}')
    expect([status, body]).to.deep.equal([200, { keys: 1 }])
  })

  it('has a content type that says JSON, or 415', async () => {
    const wrong = ['text/plain', 'application/x-www-form-urlencoded', 'application/problem+json', 'multipart/form-data; boundary=x',
      'application/vnd.x+json', 'application/jsonp', 'text/json', 'application/json; charset=utf-16', ''] // prettier-ignore
    for (const type of wrong) {
      const { status } = await send(new TextEncoder().encode('{"deep":1}'), { 'content-type': type })
      expect(status, type).to.equal(415)
    }
    expect((await send(new TextEncoder().encode('{"deep":1}'), {})).status, 'none at all').to.equal(415)
    for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])
      expect((await send('{"deep":1}', { 'content-type': type })).status, type).to.equal(200)
  })

  it('weighs at most 256 KB, packed or not, whatever it says of itself', async () => {
    const fits = JSON.stringify({ deep: 'x'.repeat(256 * 1024 - 11) })
    expect(Buffer.byteLength(fits)).to.equal(256 * 1024)
    expect((await send(fits)).status).to.equal(200)
    const tooMuch = await send(`${fits} `)
    expect([tooMuch.status, tooMuch.body.code]).to.deep.equal([413, 'too_large'])
    // Beside the loop: where packing stands in its way for five seconds, the server has closed the connection that rested.
    const bomb = await promisify(gzip)(JSON.stringify({ deep: 'x'.repeat(50 * 1024 * 1024) }))
    expect(bomb.length).to.be.lessThan(64 * 1024)
    const packed = { ...json, 'content-encoding': 'gzip' }
    expect((await send(bomb, packed)).status).to.equal(413)
    expect((await send(gzipSync('{"deep":1}'), packed)).status).to.equal(200)
    expect((await send('{"deep":1}', packed)).status, 'not packed at all').to.equal(400)
    expect((await send('{"deep":1}', { ...json, 'content-encoding': 'rot13' })).status).to.equal(415)
    expect(await chunked(http.port, '/api/v1/open', 300)).to.equal(413)
    expect((await send('{"deep":1}')).status, 'and the next request is served').to.equal(200)
  })

  it('nests at most 32 levels', async () => {
    const nested = (depth: number) => `{"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect((await send(nested(30))).status).to.equal(200)
    expect((await send(nested(40))).body.code).to.equal('too_deep')
    expect((await send(nested(120_000))).status).to.equal(400)
  })

  it('of bytes stays as it came, within its bound', async () => {
    const invalid = Uint8Array.from([0xff, 0xfe, 0x00, 0x80])
    const answer = await fetch(`${http.url}/api/v1/bytes`, { method: 'POST', body: invalid })
    expect(new Uint8Array(await answer.arrayBuffer())).to.deep.equal(invalid)
    expect((await send('x'.repeat(1_000), {}, '/bytes')).status).to.equal(200)
    expect((await send('x'.repeat(1_001), {}, '/bytes')).status).to.equal(413)
    expect(await chunked(http.port, '/api/v1/bytes', 2)).to.equal(413)
  })

  it('that ends in the middle reaches nobody', async () => {
    const statuses: number[] = []
    const reached: unknown[] = []
    const take = post('/bytes', { allow: 'public', body: bytes(1_000) }, ({ body }) => void reached.push(body))
    const parts = { measured: ({ status }: { status: number }) => void statuses.push(status) }
    const own = await at.serve({ routes: { api: [take], root: [] }, parts })
    const socket = connect(own.port, '127.0.0.1')
    socket.write('POST /api/v1/bytes HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf')
    await new Promise((pass) => setTimeout(pass, 50))
    socket.destroy()
    await until(() => statuses.length > 0)
    expect([statuses, reached]).to.deep.equal([[400], []])
    await own.close()
  })
})

/** Sends so many KB in chunks, without saying how many there will be; answers the status. */
function chunked(port: number, path: string, kilobytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = request({
      port,
      host: '127.0.0.1',
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })
    sending.on('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sending.on('error', reject)
    sending.write('{"deep":"')
    for (let n = 0; n < kilobytes; n++) sending.write('x'.repeat(1_024))
    sending.end('"}')
  })
}
