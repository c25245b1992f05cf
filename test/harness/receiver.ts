import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}
interface Said {
  status?: number
  headers?: Record<string, string>
  body?: string
}

/** Somebody's server that webhooks go to: it keeps what came, and answers as it is told. */
export async function receiver(host = '127.0.0.1') {
  const got: Received[] = []
  let answer: (one: Received) => Said | Promise<Said> = () => ({})
  let heard = () => {}
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() }
      got.push(one)
      void Promise.resolve(answer(one)).then(({ status = 200, headers = {}, body = '' }) => {
        response.writeHead(status, headers).end(body)
        heard()
      })
    })
  })
  await new Promise<void>((ready) => server.listen(0, host, ready))
  const { port } = server.address() as AddressInfo
  return {
    got,
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    /** From now on. */
    answers: (next: Said | ((one: Received) => Said | Promise<Said>)) =>
      void (answer = typeof next === 'function' ? next : () => next),
    /** Resolves when so many came in all, and were answered. */
    async count(n: number) {
      while (got.length < n) await new Promise<void>((one) => (heard = one))
    },
    async close() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
