import { createPublicKey } from 'node:crypto'
import { createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import jwt from 'jsonwebtoken'
import { type ApnsAccount, apnsKeyOf } from '../apns.ts'

const payloadMax = 4_096
const tokenMs = 60 * 60_000

interface Taken {
  token: string
  collapseId: string
  payload: { aps: { alert: { title: string; body: string }; badge: number } } & Record<string, unknown>
}

/** Apple's service, played over HTTP/2 without TLS: who may ask, what must be said, and its errors. */
export class ApnsSimulator {
  readonly taken: Taken[] = []
  /** Tokens of devices from which the app is gone, and since when (epoch ms). */
  readonly gone = new Map<string, number>()
  /** Answered instead, once each. */
  readonly faults: { status: number; reason: string }[] = []
  /** The provider tokens that were shown, in their order, each once. */
  readonly tokens: string[] = []
  readonly #server: Http2Server
  readonly #account: ApnsAccount
  readonly #now: () => number

  constructor(account: ApnsAccount, now: () => number) {
    this.#account = account
    this.#now = now
    this.#server = createServer()
    this.#server.on('stream', (stream, headers) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => this.#answer(stream, headers, Buffer.concat(chunks)))
    })
  }

  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        resolve(`http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`)
      })
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer) {
    const token = /^\/3\/device\/([0-9a-f]+)$/.exec(String(headers[':path']))?.[1]
    const fault = this.faults.shift() ?? this.#refusal(headers, body, token)
    if (fault) {
      stream.respond({ ':status': fault.status, 'content-type': 'application/json' })
      const { status: _, ...said } = fault
      stream.end(JSON.stringify(said))
      return
    }
    const payload = JSON.parse(body.toString()) as Taken['payload']
    this.taken.push({ token: token ?? '', collapseId: String(headers['apns-collapse-id']), payload })
    stream.respond({ ':status': 200, 'apns-id': 'A' })
    stream.end()
  }

  #refusal(headers: IncomingHttpHeaders, body: Buffer, token: string | undefined) {
    const refused = this.#stranger(String(headers.authorization ?? ''))
    if (refused) return { status: 403, reason: refused }
    if (headers['apns-topic'] !== this.#account.topic) return { status: 400, reason: 'BadTopic' }
    if (headers['apns-push-type'] !== 'alert') return { status: 400, reason: 'InvalidPushType' }
    if (String(headers['apns-collapse-id']).length > 64) return { status: 400, reason: 'BadCollapseId' }
    if (body.length > payloadMax) return { status: 413, reason: 'PayloadTooLarge' }
    if (token === undefined || !/^[0-9a-f]{64}$/.test(token) || /^0+$/.test(token))
      return { status: 400, reason: 'BadDeviceToken' }
    const timestamp = this.gone.get(token)
    return timestamp === undefined ? undefined : { status: 410, reason: 'Unregistered', timestamp }
  }

  #stranger(authorization: string): string | undefined {
    const { key, keyId, teamId } = this.#account
    const token = /^bearer (\S+)$/.exec(authorization)?.[1]
    if (token === undefined) return 'MissingProviderToken'
    if (!this.tokens.includes(token)) this.tokens.push(token)
    try {
      const publicKey = createPublicKey(apnsKeyOf(key).export({ format: 'pem', type: 'pkcs8' }))
      const now = Math.floor(this.#now() / 1_000)
      const said = jwt.verify(token, publicKey, { algorithms: ['ES256'], issuer: teamId, clockTimestamp: now })
      const { iat = 0 } = said as jwt.JwtPayload
      if (jwt.decode(token, { complete: true })?.header.kid !== keyId) return 'InvalidProviderToken'
      return this.#now() - iat * 1_000 > tokenMs ? 'ExpiredProviderToken' : undefined
    } catch {
      return 'InvalidProviderToken'
    }
  }
}
