import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import jwt from 'jsonwebtoken'

/** A browser's answer to what it does not take. */
export class PushRefusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What a browser makes when it subscribes. */
export function browserKeys() {
  const curve = createECDH('prime256v1')
  curve.generateKeys()
  return {
    privateKey: curve.getPrivateKey('base64url'),
    p256dh: curve.getPublicKey('base64url'),
    auth: randomBytes(16).toString('base64url'),
  }
}

/** RFC 8292. @throws PushRefusal */
export function demandVapid(header: string | undefined, audience: string, now: number) {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]{87})$/.exec(header ?? '') ?? []
  if (token === '') throw new PushRefusal(401, 'Who asks must say so (RFC 8292).')
  const point = Buffer.from(key, 'base64url')
  const [x, y] = [point.subarray(1, 33), point.subarray(33, 65)].map((part) => part.toString('base64url'))
  const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y } as never, format: 'jwk' })
  const seconds = Math.floor(now / 1_000)
  let said: jwt.JwtPayload
  try {
    said = jwt.verify(token, publicKey, { algorithms: ['ES256'], audience, clockTimestamp: seconds }) as jwt.JwtPayload
  } catch {
    throw new PushRefusal(403, 'This signature is not of that key, or not for this service.')
  }
  if ((said.exp ?? 0) - seconds > 24 * 3_600) throw new PushRefusal(403, 'It may not be good for more than a day.')
  if (!/^(mailto:|https:)/.test(said.sub ?? '')) throw new PushRefusal(403, 'It says not how to reach who asks.')
}

/** RFC 8030: what every request says. @throws PushRefusal */
export function demandHeaders({ ttl, 'content-encoding': encoding }: IncomingHttpHeaders) {
  if (!/^\d+$/.test(String(ttl))) throw new PushRefusal(400, 'TTL is missing.')
  if (encoding !== 'aes128gcm') throw new PushRefusal(415, 'Only aes128gcm is read.')
}

const derived = (secret: Uint8Array, salt: Uint8Array, use: string | Uint8Array, length: number) =>
  Buffer.from(hkdfSync('sha256', secret, salt, use, length))

/** RFC 8291, as the browser reads it. @throws PushRefusal */
export function unsealed(body: Buffer, { privateKey, p256dh, auth }: ReturnType<typeof browserKeys>): string {
  const [salt, length] = [body.subarray(0, 16), body[20] ?? 0]
  const theirs = body.subarray(21, 21 + length)
  const sealed = body.subarray(21 + length)
  try {
    const curve = createECDH('prime256v1')
    curve.setPrivateKey(Buffer.from(privateKey, 'base64url'))
    const about = Buffer.concat([Buffer.from('WebPush: info\0'), Buffer.from(p256dh, 'base64url'), theirs])
    const secret = derived(curve.computeSecret(theirs), Buffer.from(auth, 'base64url'), about, 32)
    const key = derived(secret, salt, 'Content-Encoding: aes128gcm\0', 16)
    const cipher = createDecipheriv('aes-128-gcm', key, derived(secret, salt, 'Content-Encoding: nonce\0', 12))
    cipher.setAuthTag(sealed.subarray(-16))
    const plain = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
    return plain.subarray(0, plain.lastIndexOf(2)).toString()
  } catch {
    throw new PushRefusal(400, 'This was not sealed for this subscription.')
  }
}
