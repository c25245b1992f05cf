import { connect } from 'node:net'
import { expect } from 'chai'
import { URI } from 'otpauth'
import { io, type Socket } from 'socket.io-client'
import { openApiDocument } from '../../docs/openapi.ts'
import { apiRoutes, rootRoutes } from '../../server/routes/index.ts'
import { asking } from '../harness/asking.ts'
import { App, type Business } from '../harness/boot.ts'
import { patienceMs } from '../harness/until.ts'
import { hostile, sample, type Schema } from './samples.ts'

interface Operation {
  method: string
  path: string
  isSignedIn: boolean
  body?: Schema
  /** The names of what may stand in the query. */
  query: string[]
}

/** Every operation, as whoever reads the documentation finds it. */
function operations(): { all: Operation[]; named: Record<string, Schema> } {
  const { paths, components } = openApiDocument({ api: apiRoutes, root: rootRoutes }) as any
  const all = Object.entries<any>(paths).flatMap(([path, methods]) =>
    Object.entries<any>(methods).map(([method, { requestBody, parameters = [], security }]) => ({
      method,
      path: path.replace(/\{\w+\}/g, 'x'),
      isSignedIn: security.length > 0,
      body: requestBody?.content['application/json']?.schema,
      query: parameters.filter((one: any) => one.in === 'query').map((one: any) => one.name),
    })),
  )
  return { all, named: components.schemas }
}

/** They are for the people who are looked after: no token of the staff's opens them. */
const ofPersons = new Set(
  apiRoutes.filter(({ terms }) => terms.allow === 'person').map(({ path }) => `/api/v1${path.replace(/:\w+/g, 'x')}`),
)

describe('attacks at the edge', () => {
  const requests = asking()
  const { all, named } = operations()
  let app: App
  let clinic: Business
  let reading: string
  let operator: string
  let person: string
  before(async () => {
    app = await new App().start()
    clinic = await app.open('clinic')
    const { operators } = app.careline.care
    const email = 'root@careline.test'
    const { password, totpUri } = await operators.add({ email, name: 'Root' })
    operator = (await operators.signIn({ email, password, code: URI.parse(totpUri).generate() })).accessToken
  })
  beforeEach(async () => {
    reading = await tokenOf()
    person = await clinic.appOf('usr_lena')
  })
  after(async () => {
    requests.close()
    await app.stop()
  })

  const tokenOf = async () =>
    (await app.careline.auth.openFor(clinic.workspace.id, clinic.members['owner']?.id ?? '')).accessToken
  function realmToken(method: string, path: string) {
    if (path.startsWith('/api/v1/platform/')) return operator
    if (!ofPersons.has(path.split('?')[0] ?? '')) return undefined
    return method === 'get' ? person : clinic.appOf('usr_lena')
  }
  async function ask({ method, isSignedIn }: Pick<Operation, 'method' | 'isSignedIn'>, path: string, body?: string) {
    // What changes something may end the sign-in by which it comes.
    const own = (await realmToken(method, path)) ?? (method === 'get' && reading)
    const token = isSignedIn && (own || (await tokenOf()))
    const asked = { ...(token !== false && { token }), ...(body !== undefined && { body }) }
    const { status, text, body: said } = await requests.ask(method, app.url + path, asked)
    return { status, text, code: said?.code as string | undefined }
  }

  it('take no operator of a query for a value, in any field of any body', async () => {
    const withBody = all.filter(({ body }) => body)
    expect(withBody).to.have.length.above(20)
    const wrong: string[] = []
    for (const operation of withBody) {
      const body = JSON.stringify(hostile(operation.body as Schema, named))
      if (body === '{}') continue // It takes nothing.
      const { status, code } = await ask(operation, operation.path, body)
      // A path may name one of a few things, and x is none of them.
      if (!['422 invalid_request', '404 not_found'].includes(`${String(status)} ${String(code)}`))
        wrong.push(`${operation.method} ${operation.path} ${body}: ${String(status)} ${String(code)}`)
    }
    expect(wrong).to.deep.equal([])
  })

  it('let no key that nobody declared come to rest, nor reach a prototype', async () => {
    const extras =
      '"constructor":{"prototype":{"polluted":1}},"$where":"polluted","$set":{"polluted":1},' +
      '"a.polluted":1,"workspaceId":"polluted","_id":"polluted"'
    const faults: string[] = []
    let taken = 0
    for (const operation of all.filter(({ body }) => body)) {
      const good = JSON.stringify(sample(operation.body as Schema, named))
      const body = good.startsWith('{') ? `{${extras}${good === '{}' ? '' : `,${good.slice(1, -1)}`}}` : good
      const { status, text } = await ask(operation, operation.path, body)
      if (status < 300) taken++
      if (status >= 500 && status !== 503) faults.push(`${operation.method} ${operation.path}: ${text}`)
    }
    await app.settled()
    expect(faults).to.deep.equal([])
    expect(taken, 'some of it was good').to.be.above(8)
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined)
    const { connection } = app.careline.storage.store
    const found: string[] = []
    for (const { name } of (await connection.db?.listCollections().toArray()) ?? [])
      for await (const document of connection.collection(name).find())
        if (JSON.stringify(document).includes('polluted'))
          found.push(`${name}: ${JSON.stringify(document).slice(0, 300)}`)
    expect(found).to.deep.equal([])
  })

  it('take no operator, no list and no prototype in any query', async () => {
    const wrong: string[] = []
    const withQuery = all.filter(({ query }) => query.length > 0)
    expect(withQuery).to.have.length.above(3)
    for (const operation of withQuery)
      for (const name of operation.query) {
        const twice = await ask(operation, `${operation.path}?${name}=a&${name}=b`)
        if (twice.status !== 422) wrong.push(`${operation.path}, ${name} twice: ${String(twice.status)}`)
        for (const query of [`${name}[$ne]=x`, `__proto__[${name}]=1`, `constructor.prototype.${name}=1`]) {
          const { status, text } = await ask(operation, `${operation.path}?${encodeURI(query)}`)
          if (status >= 500) wrong.push(`${operation.path}?${query}: ${text}`)
        }
      }
    expect(wrong).to.deep.equal([])
  })

  it('find nothing under an id that is none', async () => {
    const withIds = apiRoutes.filter(({ method, path }) => method === 'get' && path.includes(':'))
    const ids = [
      '__proto__',
      'constructor',
      '$ne',
      '%24ne',
      '..%2f..%2fetc%2fpasswd',
      '%00',
      'a'.repeat(200),
      '%e2%80%ae',
    ]
    const wrong: string[] = []
    for (const { path, terms } of withIds)
      for (const id of ids) {
        const at = `/api/v1${path.replace(/:\w+/g, id)}`
        const { status } = await ask({ method: 'get', isSignedIn: terms.allow !== 'public' }, at)
        if (status < 400 || status >= 500) wrong.push(`${at}: ${String(status)}`)
      }
    expect(wrong).to.deep.equal([])
  })

  it('cannot choose where a letter leads, whatever host they name', async () => {
    const { store } = app.careline.storage
    const email = 'owner@clinic.test'
    const names = {
      host: 'evil.test',
      'x-forwarded-host': 'evil.test',
      forwarded: 'host=evil.test',
      origin: 'https://evil.test',
    }
    const body = JSON.stringify({ email })
    const port = Number(new URL(app.url).port)
    const lines = Object.entries(names).map(([name, value]) => `${name}: ${value}`)
    const head = ['POST /api/v1/auth/password/forgot HTTP/1.1', ...lines, 'content-type: application/json']
    const said = await raw(
      port,
      `${head.join('\r\n')}\r\ncontent-length: ${String(body.length)}\r\nconnection: close\r\n\r\n${body}`,
    )
    expect(said).to.match(/^HTTP\/1.1 202/)
    expect(said).not.to.include('evil.test')
    await app.settled()
    const letters = await store.platform('simulated_letters').find({}).toArray()
    const text = JSON.stringify(letters)
    expect(text).to.include('/new-password?token=')
    expect(text).not.to.include('evil.test')
  })

  it('cannot write a header, nor hide a second request in a first', async () => {
    const port = Number(new URL(app.url).port)
    const echoed = await raw(
      port,
      'GET /health HTTP/1.1\r\nhost: a\r\nx-request-id: a%0d%0aset-cookie: x=1\r\nconnection: close\r\n\r\n',
    )
    expect(echoed).to.match(/^HTTP\/1.1 200/)
    expect(echoed.toLowerCase()).not.to.match(/set-cookie|%0d/)
    const smuggled = [
      'POST /api/v1/auth/login HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
      'GET /health HTTP/1.1\r\nhost: a\r\nx: a\nb\0c\r\n\r\n',
      'GET /health HTTP/1.1\r\nhost: a\r\nhost: b\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
    ]
    for (const request of smuggled) expect(await raw(port, request), request).to.match(/^HTTP\/1.1 400/)
  })

  describe('over a socket', () => {
    let socket: Socket
    before(async () => {
      const token = await tokenOf()
      socket = io(app.url, { auth: { token }, transports: ['websocket'], reconnection: false })
      await new Promise((ready) => socket.once('hello', ready))
    })
    after(() => void socket.disconnect())
    const told = (event: string, message: unknown): Promise<any> =>
      socket.timeout(patienceMs).emitWithAck(event, message)

    it('are answered, and change nothing, whatever stands in them', async () => {
      const stream = `conversation:${'x'}`
      for (const message of [
        null,
        [],
        { streams: { $ne: null } },
        { streams: [{ stream: { $gt: '' } }] },
        { streams: [{ stream, since: { $gt: 0 } }] },
        JSON.parse('{"__proto__":{"streams":[]}}'),
      ])
        expect((await told('subscribe', message)).error?.code, JSON.stringify(message)).to.equal('invalid_request')
      for (const name of ['__proto__', 'constructor', 'toString', '$where'])
        expect((await told('command', { id: `c-${name}`, name, input: {} })).error.code).to.equal('no_such_command')
      for (const stream of ['__proto__:x', 'conversation.__proto__:x', 'constructor:x', 'user.toString:x'])
        expect((await told('subscribe', { streams: [{ stream }] })).streams[0].error.code).to.equal('no_such_stream')
      const input = JSON.parse('{"conversationId":{"$ne":null},"content":{"kind":"text","text":{"$gt":""}}}')
      expect((await told('command', { id: 'c-1', name: 'message.send', input })).error.code).to.equal('invalid_request')
    })

    it('nest as deep as they like, and are refused', async () => {
      // By hand: the client's own encoder goes down level by level, and fails before the server does.
      const { engine } = socket.io
      const answered = new Promise<string>((heard) => engine.on('data', heard))
      const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
      engine.write(`21000["command",{"id":"c-2","name":"message.send","input":${deep}}]`)
      expect(await answered).to.match(/^31000.*invalid_request/)
    })

    it('are cut when they are too long', async () => {
      const cut = new Promise<string>((heard) => socket.once('disconnect', heard))
      socket.emit('command', { id: 'c-3', name: 'message.send', input: 'x'.repeat(100_000) })
      expect(await cut).to.equal('transport close')
      expect((await fetch(`${app.url}/health`)).status).to.equal(200)
    })
  })
})

/** What a server says to these very bytes, until it closes. */
function raw(port: number, request: string): Promise<string> {
  return new Promise((said, failed) => {
    const line = connect(port, '127.0.0.1', () => line.write(request))
    let text = ''
    line.on('data', (part) => (text += part.toString('latin1')))
    line.on('error', failed)
    line.on('close', () => said(text))
  })
}
