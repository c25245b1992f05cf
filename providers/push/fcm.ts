import jwt from 'jsonwebtoken'
import { z } from 'zod'
import { fcmFailure } from './fcm-errors.ts'
import { type Notice, type PushResult, type PushSender, refused } from './port.ts'
import { unreached } from './unreached.ts'

const timeoutMs = 10_000
const scope = 'https://www.googleapis.com/auth/firebase.messaging'
const assertionSeconds = 3_600
/** A token is renewed so long before it ends. */
const earlyMs = 5 * 60_000

/** What Firebase gives under Project settings, Service accounts, Generate new private key. */
export const ServiceAccount = z.object({
  project_id: z.string().regex(/^[a-z0-9:.-]{1,100}$/),
  client_email: z.string().min(3).max(254),
  private_key: z.string().min(100).max(4_096),
  private_key_id: z.string().max(100).optional(),
})
export type ServiceAccount = z.infer<typeof ServiceAccount>

/** Undefined for what is none. */
export function serviceAccountOf(json: string): ServiceAccount | undefined {
  try {
    return ServiceAccount.safeParse(JSON.parse(json)).data
  } catch {
    return undefined // No JSON is no account.
  }
}

export interface FcmPlaces {
  /** Of the API; `https://fcm.googleapis.com`. */
  api: string
  /** Where a signed assertion becomes a token. What the account's own file says of it is not believed. */
  token: string
}
export const google: FcmPlaces = { api: 'https://fcm.googleapis.com', token: 'https://oauth2.googleapis.com/token' }

interface Parts {
  account: ServiceAccount
  places: FcmPlaces
  tokens: GoogleTokens
  now(): number
}

/** Firebase Cloud Messaging, HTTP v1: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages. */
export class Fcm implements PushSender {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  send(address: string, notice: Notice) {
    return this.#post({ message: messageOf(address, notice) })
  }

  /** Google looks at the keys before it looks at the token of a message that is not to be sent. */
  async check(): Promise<PushResult> {
    const notice = { title: '', body: '', tag: 'check', thread: '', badge: 0, data: {}, ttlSeconds: 0 }
    const result = await this.#post({ validate_only: true, message: messageOf('a-token-of-nobody', notice) })
    const isKnown = result.outcome === 'gone' || (result.outcome === 'refused' && result.action === 'never')
    return isKnown ? { outcome: 'accepted' } : result
  }

  async #post(body: object, isAgain = false): Promise<PushResult> {
    const { account, places, tokens, now } = this.#parts
    const token = await tokens.of(account, places.token)
    if (typeof token !== 'string') return token
    try {
      const answer = await fetch(`${places.api}/v1/projects/${account.project_id}/messages:send`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      const said = await answer.text()
      if (answer.ok) return { outcome: 'accepted' }
      if (answer.status === 401 && !isAgain) {
        // It was taken back before its time.
        tokens.forget(account)
        return await this.#post(body, true)
      }
      return fcmFailure({ status: answer.status, body: said, retryAfter: answer.headers.get('retry-after') }, now())
    } catch (error) {
      return unreached(error)
    }
  }
}

function messageOf(token: string, { title, body, tag, thread, badge, data, ttlSeconds }: Notice) {
  return {
    token,
    notification: { title, body },
    data,
    android: {
      priority: 'high',
      ttl: `${String(ttlSeconds)}s`,
      collapse_key: tag,
      notification: { tag, notification_count: badge },
    },
    apns: {
      headers: { 'apns-priority': '10', 'apns-collapse-id': tag },
      payload: { aps: { badge, sound: 'default', 'thread-id': thread } },
    },
  }
}

const Granted = z.object({ access_token: z.string().max(4_096), expires_in: z.number().positive().max(86_400) })
interface Kept {
  token: string
  until: number
}

/** What Google lets service accounts in by, kept for as long as it is good (RFC 7523). */
export class GoogleTokens {
  readonly #kept = new Map<string, Promise<Kept | PushResult>>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  async of(account: ServiceAccount, url: string): Promise<string | PushResult> {
    const key = keyOf(account)
    const known = await this.#kept.get(key)
    if (known && 'token' in known && known.until > this.#now()) return known.token
    const asking = this.#ask(account, url)
    this.#kept.set(key, asking)
    const found = await asking
    if ('token' in found) return found.token
    this.#kept.delete(key)
    return found
  }

  forget(account: ServiceAccount) {
    this.#kept.delete(keyOf(account))
  }

  async #ask({ client_email: iss, private_key, private_key_id: keyid }: ServiceAccount, url: string) {
    const now = this.#now()
    const iat = Math.floor(now / 1_000)
    const claims = { iss, scope, aud: url, iat, exp: iat + assertionSeconds }
    let assertion: string
    try {
      assertion = jwt.sign(claims, private_key, { algorithm: 'RS256', ...(keyid !== undefined && { keyid }) })
    } catch {
      return refused('broken', 'key_unreadable', 'The private key of the service account cannot be read.')
    }
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }
    try {
      const body = new URLSearchParams(form)
      const signal = AbortSignal.timeout(timeoutMs)
      const answer = await fetch(url, { method: 'POST', body, redirect: 'error', signal })
      const said = await answer.text()
      if (answer.status >= 500)
        return refused('retry', 'token_unavailable', 'Google gives no tokens at the moment.', 10_000)
      const granted = answer.ok ? Granted.safeParse(JSON.parse(said)).data : undefined
      if (!granted) return refused('broken', 'account_refused', 'Google does not know this service account.')
      return { token: granted.access_token, until: now + granted.expires_in * 1_000 - earlyMs }
    } catch {
      // Nothing was told to anybody yet.
      return refused('retry', 'token_unreachable', 'Google could not be asked for a token.', 10_000)
    }
  }
}

const keyOf = ({ client_email, private_key }: ServiceAccount) => `${client_email} ${private_key.slice(-128)}`
