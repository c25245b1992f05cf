import { createCipheriv, createECDH, createHmac, createPrivateKey, hkdfSync, randomBytes } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { z } from 'zod'
import type { Door } from '../../kernel/outgoing.ts'
import { type Notice, type PushResult, type PushSender, refused, retryAfterOf } from './port.ts'
import { unreached } from './unreached.ts'

// Web Push is three documents of the IETF and no service of anybody's: RFC 8030 (the request), 8291 (the encryption), 8292 (who asks).

const timeoutMs = 10_000
const tokenSeconds = 12 * 60 * 60
const recordBytes = 4_096
const base64url = /^[\w-]+$/

/** What a browser's `PushSubscription` says of itself as JSON. */
const Subscription = z.object({
  endpoint: z.url({ protocol: /^https?$/ }).max(2_048),
  keys: z.object({ p256dh: z.string().regex(base64url).length(87), auth: z.string().regex(base64url).length(22) }),
})
export type Subscription = z.infer<typeof Subscription>

/** Undefined for what is none. */
export function subscriptionOf(json: string): Subscription | undefined {
  try {
    return Subscription.safeParse(JSON.parse(json)).data
  } catch {
    return undefined // No JSON is no subscription.
  }
}

export interface VapidKeys {
  /** Base64url, uncompressed: what a browser asks for as `applicationServerKey`. */
  publicKey: string
  privateKey: string
}

/**
 * The keys of a business, the same at every process and never kept: they follow from a secret of the installation. With
 * another secret browsers have to subscribe again, which the app does by itself when it is opened.
 */
export function vapidKeysFor(secret: string, workspaceId: string): VapidKeys {
  const curve = createECDH('prime256v1')
  for (let n = 0; ; n++) {
    const scalar = createHmac('sha256', secret)
      .update(`web push/${workspaceId}/${String(n)}`)
      .digest()
    try {
      curve.setPrivateKey(scalar)
    } catch {
      continue // One in four thousand million is no number of the curve.
    }
    return { publicKey: curve.getPublicKey('base64url'), privateKey: scalar.toString('base64url') }
  }
}

/** RFC 8292: the origin of the push service is asked, by somebody who says how to be reached. */
export function vapidHeader(endpoint: string, keys: VapidKeys, contact: string, now: number): string {
  const point = Buffer.from(keys.publicKey, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33, 65)].map((part) => part.toString('base64url'))
  const jwk = { kty: 'EC', crv: 'P-256', d: keys.privateKey, x, y }
  const claims = { aud: new URL(endpoint).origin, exp: Math.floor(now / 1_000) + tokenSeconds, sub: contact }
  const key = createPrivateKey({ key: jwk as never, format: 'jwk' })
  return `vapid t=${jwt.sign(claims, key, { algorithm: 'ES256', noTimestamp: true })}, k=${keys.publicKey}`
}

const derived = (secret: Uint8Array, salt: Uint8Array, use: Uint8Array, length: number) =>
  Buffer.from(hkdfSync('sha256', secret, salt, use, length))

/** RFC 8291, one record. `ours` and `salt` are made anew for each message; a test brings those of the document. */
export function sealedFor(
  { p256dh, auth }: Subscription['keys'],
  plain: string,
  { ours = randomBytes(32), salt = randomBytes(16) }: { ours?: Uint8Array; salt?: Uint8Array } = {},
): Buffer {
  const theirs = Buffer.from(p256dh, 'base64url')
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(ours)
  const own = curve.getPublicKey()
  const agreed = curve.computeSecret(theirs)
  const about = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, own])
  const secret = derived(agreed, Buffer.from(auth, 'base64url'), about, 32)
  const key = derived(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = derived(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
  const cipher = createCipheriv('aes-128-gcm', key, nonce)
  const sealed = Buffer.concat([cipher.update(Buffer.concat([Buffer.from(plain), Buffer.from([2])])), cipher.final()])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(recordBytes)
  return Buffer.concat([salt, size, Buffer.from([own.length]), own, sealed, cipher.getAuthTag()])
}

interface Parts {
  keys: VapidKeys
  /** How a push service reaches whoever sends: `mailto:` or `https:`. */
  contact: string
  /** Their address comes from the browser, so it is looked at before it is asked. */
  door: Pick<Door, 'ask'>
  now(): number
}

/** Browsers, whoever's they are. */
export class WebPush implements PushSender {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async send(address: string, { ttlSeconds, ...notice }: Notice): Promise<PushResult> {
    const { keys, contact, door, now } = this.#parts
    const to = subscriptionOf(address)
    if (!to) return { outcome: 'gone', code: 'invalid_subscription', at: null }
    let body: Buffer
    try {
      body = sealedFor(to.keys, JSON.stringify(notice))
    } catch {
      return { outcome: 'gone', code: 'invalid_subscription', at: null } // Their key is no point of the curve.
    }
    const headers = {
      authorization: vapidHeader(to.endpoint, keys, contact, now()),
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      ttl: String(ttlSeconds),
      urgency: 'high',
    }
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      const answer = await door.ask(to.endpoint, { method: 'POST', headers, body, signal })
      await answer.body?.cancel()
      return resultOf(answer.status, retryAfterOf(answer.headers.get('retry-after'), now()))
    } catch (error) {
      return unreached(error)
    }
  }

  /** Nobody has to know us: a browser's subscription names our key. */
  check(): Promise<PushResult> {
    return Promise.resolve({ outcome: 'accepted' })
  }
}

/** RFC 8030, and what the services of the browsers answer besides. */
function resultOf(status: number, retryAfterMs: number | null): PushResult {
  const code = `http_${String(status)}`
  if (status >= 200 && status < 300) return { outcome: 'accepted' }
  // 401 and 403: the subscription was made for another key than ours, and never becomes ours.
  if ([401, 403, 404, 410].includes(status)) return { outcome: 'gone', code, at: null }
  const why = `The browser’s push service answered ${String(status)}.`
  if (status === 429 || status >= 500) return refused('retry', code, why, retryAfterMs ?? 10_000)
  return refused('never', code, why)
}
