import { createPrivateKey, type KeyObject } from 'node:crypto'
import { type ClientHttp2Session, connect, constants } from 'node:http2'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import { type Notice, type PushResult, type PushSender, refused } from './port.ts'
import { unreached } from './unreached.ts'

const timeoutMs = 10_000
/** Apple takes a token that is 20 to 60 minutes old, and refuses those that are made more often. */
const tokenMs = 40 * 60_000
/** A connection that nobody used for so long is closed. */
const idleMs = 60_000
const answerMax = 4_096

export interface ApnsAccount {
  /** As Apple gives it: PKCS #8 in PEM, with or without its line breaks. */
  key: string
  keyId: string
  teamId: string
  /** The app's bundle id. */
  topic: string
}

export const apnsOrigins = {
  production: 'https://api.push.apple.com',
  sandbox: 'https://api.sandbox.push.apple.com',
} as const

/** A key as it is pasted into one line, too. @throws Error for what is none */
export function apnsKeyOf(pem: string): KeyObject {
  const body = pem.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '')
  return createPrivateKey({ key: Buffer.from(body, 'base64'), format: 'der', type: 'pkcs8' })
}

const Failed = z.object({ reason: z.string().max(100), timestamp: z.number().optional() })

const gone = new Set(['BadDeviceToken', 'DeviceTokenNotForTopic', 'Unregistered', 'ExpiredToken'])
const broken = new Set([
  'BadCertificate',
  'BadCertificateEnvironment',
  'BadTopic',
  'Forbidden',
  'InvalidProviderToken',
  'MissingProviderToken',
  'MissingTopic',
  'TopicDisallowed',
  'ExpiredProviderToken',
])
const waits: Readonly<Record<string, number>> = {
  TooManyProviderTokenUpdates: 20 * 60_000,
  TooManyRequests: 60_000,
  InternalServerError: 10_000,
  ServiceUnavailable: 10_000,
  Shutdown: 5_000,
}

/** What Apple has said: "Handling notification responses from APNs". */
export function apnsFailure(status: number, body: string): PushResult {
  const { reason = `http_${String(status)}`, timestamp = null } = readAs(body)
  const why = `Apple answered: ${reason}.`
  if (gone.has(reason) || status === 410) return { outcome: 'gone', code: reason, at: timestamp }
  if (broken.has(reason)) return refused('broken', reason, why)
  const wait = waits[reason]
  if (wait !== undefined || status >= 500 || status === 429) return refused('retry', reason, why, wait ?? 10_000)
  return refused('never', reason, why)
}

function readAs(body: string): Partial<z.infer<typeof Failed>> {
  try {
    return Failed.safeParse(JSON.parse(body)).data ?? {}
  } catch {
    return {} // A proxy's page.
  }
}

/** Sessions to Apple, and the tokens that they are shown: few, and both are kept. */
export class ApnsLines {
  readonly #sessions = new Map<string, ClientHttp2Session>()
  readonly #tokens = new Map<string, { token: string; madeAt: number }>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** @throws Error for a key that is none */
  tokenOf({ key, keyId, teamId }: ApnsAccount): string {
    const name = `${teamId}/${keyId}/${key.slice(-64)}`
    const known = this.#tokens.get(name)
    if (known && this.#now() - known.madeAt < tokenMs) return known.token
    const madeAt = this.#now()
    const claims = { iss: teamId, iat: Math.floor(madeAt / 1_000) }
    const token = jwt.sign(claims, apnsKeyOf(key), { algorithm: 'ES256', keyid: keyId })
    this.#tokens.set(name, { token, madeAt })
    return token
  }

  post(origin: string, path: string, headers: Record<string, string>, body: string) {
    const session = this.#session(origin)
    return new Promise<{ status: number; body: string }>((answer, fail) => {
      const request = session.request({ ...headers, ':method': 'POST', ':path': path })
      const chunks: Buffer[] = []
      let size = 0
      let status = 0
      request.setTimeout(timeoutMs, () => request.close(constants.NGHTTP2_CANCEL))
      request.on('response', (said) => (status = Number(said[':status'])))
      request.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= answerMax) chunks.push(chunk)
      })
      request.on('error', fail)
      request.on('close', () =>
        status === 0
          ? fail(Object.assign(new Error('no answer'), { code: 'NO_ANSWER' }))
          : answer({ status, body: Buffer.concat(chunks).toString() }),
      )
      request.end(body)
    })
  }

  close() {
    for (const session of this.#sessions.values()) session.close()
    this.#sessions.clear()
  }

  #session(origin: string): ClientHttp2Session {
    const known = this.#sessions.get(origin)
    if (known && !known.closed && !known.destroyed) return known
    const session = connect(origin)
    const forget = () => {
      if (this.#sessions.get(origin) === session) this.#sessions.delete(origin)
    }
    // Each request hears of it by itself.
    session.on('error', forget)
    session.on('close', forget)
    session.on('goaway', () => {
      forget()
      session.close()
    })
    session.setTimeout(idleMs, () => session.close())
    session.unref()
    this.#sessions.set(origin, session)
    return session
  }
}

interface Parts {
  account: ApnsAccount
  origin: string
  lines: ApnsLines
  now(): number
}

/** Apple Push Notification service: "Sending notification requests to APNs". */
export class Apns implements PushSender {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async send(address: string, notice: Notice): Promise<PushResult> {
    const { account, origin, lines, now } = this.#parts
    let token: string
    try {
      token = lines.tokenOf(account)
    } catch {
      return refused('broken', 'key_unreadable', 'The key of Apple cannot be read.')
    }
    const headers = {
      authorization: `bearer ${token}`,
      'apns-topic': account.topic,
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-expiration': String(Math.floor(now() / 1_000) + notice.ttlSeconds),
      'apns-collapse-id': notice.tag,
    }
    try {
      const { status, body } = await lines.post(
        origin,
        `/3/device/${encodeURIComponent(address)}`,
        headers,
        payload(notice),
      )
      return status === 200 ? { outcome: 'accepted' } : apnsFailure(status, body)
    } catch (error) {
      return unreached(error)
    }
  }

  /** Apple looks at the token first: a device that cannot be is the best answer. */
  async check(): Promise<PushResult> {
    const notice = { title: '', body: '', tag: 'check', thread: '', badge: 0, data: {}, ttlSeconds: 0 }
    const result = await this.send('0'.repeat(64), notice)
    return result.outcome === 'gone' ? { outcome: 'accepted' } : result
  }
}

const payload = ({ title, body, badge, thread, data }: Notice) =>
  JSON.stringify({ ...data, aps: { alert: { title, body }, badge, sound: 'default', 'thread-id': thread } })
