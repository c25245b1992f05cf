import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { Resend } from '../../../providers/mail/resend.ts'
import type { SimulatedLetter } from '../../../providers/mail/simulator/letters.ts'
import { MailSimulator } from '../../../providers/mail/simulator/simulator.ts'

const letter = {
  from: 'Careline <care@clinic.test>',
  to: 'nina@clinic.test',
  subject: 'A link',
  text: 'Open it',
  html: '<p>Open it</p>',
  key: 'let_1',
}

describe('mail by Resend', () => {
  const servers: Server[] = []
  const faults: unknown[] = []
  let letters: Map<string, SimulatedLetter & { hash: string }>
  let url = ''
  const listen = async (handler: RequestListener) => {
    const server = createServer(handler)
    servers.push(server)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  beforeEach(async () => {
    letters = new Map()
    const simulator = new MailSimulator({
      prefix: '/mail',
      apiKey: 're_right',
      phoneKey: 'key-of-the-phones',
      shelf: {
        keep: async (one, hash) => !letters.has(one.id) && Boolean(letters.set(one.id, { ...one, hash })),
        byId: async (id) => letters.get(id),
        hashOf: async (id) => letters.get(id)?.hash,
        latest: async (limit) => [...letters.values()].slice(0, limit),
      },
      mailboxes: async () => [],
      now: () => 1_000,
      onError: (error) => faults.push(error),
    })
    url = await listen(simulator.handler)
  })
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections()
    expect(faults.splice(0)).to.deep.equal([])
  })
  const by = (apiKey: string, baseUrl = `${url}/mail`) => new Resend({ baseUrl: () => baseUrl, apiKey })

  it('hands a letter over, and the same one again once', async () => {
    const first = await by('re_right').send(letter)
    expect(first).to.include({ outcome: 'accepted' })
    expect(await by('re_right').send(letter)).to.deep.equal(first)
    expect([...letters.values()]).to.have.lengthOf(1)
    const { key: _, ...sent } = letter
    expect([...letters.values()][0]).to.include({ ...sent, at: 1_000 })
    const other = await by('re_right').send({ ...letter, text: 'Another text' })
    expect(other).to.include({ outcome: 'refused', code: 'invalid_idempotent_request', action: 'never' })
  })

  it('says what a refusal is worth: a wrong key needs somebody, a wrong address is refused for good', async () => {
    expect(await by('re_wrong').send(letter)).to.include({ code: 'invalid_api_key', action: 'broken' })
    expect(await by('re_right').send({ ...letter, to: '' })).to.include({ code: 'validation_error', action: 'never' })
    expect([...letters.values()]).to.deep.equal([])
  })

  it('tries again later what is only too much or out of order, and gives up what a quota refuses', async () => {
    const answers: [number, object | string, Record<string, string>][] = [
      [429, { name: 'rate_limit_exceeded', message: 'Too many requests', statusCode: 429 }, { 'retry-after': '2' }],
      [429, { name: 'daily_quota_exceeded', message: 'You have reached your daily quota', statusCode: 429 }, {}],
      [500, { name: 'application_error', message: 'An unexpected error occurred', statusCode: 500 }, {}],
      [502, '<html>Bad gateway</html>', {}],
    ]
    const results = []
    for (const [status, body, headers] of answers) {
      const said = typeof body === 'string' ? body : JSON.stringify(body)
      const base = await listen((_, res) => res.writeHead(status, headers).end(said))
      results.push(await by('re_right', base).send(letter))
    }
    expect(results.map((one) => one.outcome === 'refused' && [one.code, one.action, one.retryAfterMs])).to.deep.equal([
      ['rate_limit_exceeded', 'retry', 2_000],
      ['daily_quota_exceeded', 'broken', null],
      ['application_error', 'retry', null],
      ['http_502', 'retry', null],
    ])
  })

  it('rejects where nobody knows whether it was taken: the same key may come again', async () => {
    const base = await listen((req) => req.socket.destroy())
    const outcome = await by('re_right', base)
      .send(letter)
      .catch((error: Error) => error)
    expect(outcome).to.be.instanceOf(Error)
  })

  it('shows the letters to whoever has the phones', async () => {
    await by('re_right').send(letter)
    const read = (token: string) => fetch(`${url}/mail/letters`, { headers: { authorization: `Bearer ${token}` } })
    expect((await read('re_right')).status).to.equal(401)
    const { letters: shown } = (await (await read('key-of-the-phones')).json()) as { letters: SimulatedLetter[] }
    expect(shown.map(({ subject }) => subject)).to.deep.equal(['A link'])
  })
})
