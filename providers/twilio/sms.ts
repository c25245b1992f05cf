import type { Twilio } from 'twilio'
import { openClient } from './client.ts'
import { neverSent } from '../never-sent.ts'
import { errorOf, errorOfStatus, unreached } from './errors.ts'
import type { Sms, SmsResult, SmsSender } from './port.ts'

export interface TwilioAccount {
  accountSid: string
  authToken: string
  /** A number in E.164, a short code, an alphanumeric sender, or a messaging service (`MG…`). */
  from: string
  /** `https://api.twilio.com`, or where its simulator is at this moment. */
  baseUrl(): string
}

const timeoutMs = 10_000
const validityMaxSeconds = 36_000
const listed = 50
/** Their clock and ours may differ by so much. */
const skewMs = 60_000

/** The Messages resource of Twilio's API, by its own SDK, which is loaded by the first text: it is large. */
export class TwilioSms implements SmsSender {
  readonly #account: TwilioAccount
  readonly #timeoutMs: number
  #client: Promise<Twilio> | undefined

  constructor(account: TwilioAccount, options: { timeoutMs?: number } = {}) {
    this.#account = account
    this.#timeoutMs = options.timeoutMs ?? timeoutMs
  }

  async send({ to, text, statusUrl, lastsMs, mediaUrls = [] }: Sms): Promise<SmsResult> {
    const { from } = this.#account
    const validityPeriod = Math.min(validityMaxSeconds, Math.max(1, Math.ceil(lastsMs / 1_000)))
    const sender = /^MG[0-9a-f]{32}$/i.test(from) ? { messagingServiceSid: from } : { from }
    const client = await (this.#client ??= this.#open())
    try {
      const made = await client.messages.create({
        to,
        body: text,
        ...sender,
        validityPeriod,
        ...(statusUrl !== '' && { statusCallback: statusUrl }),
        ...(mediaUrls.length > 0 && { mediaUrl: [...mediaUrls] }),
      })
      if (typeof made.sid === 'string' && made.sid !== '') return { outcome: 'accepted', providerId: made.sid }
      return { outcome: 'unknown', why: 'The answer names no message.' }
    } catch (thrown) {
      return resultOf(thrown)
    }
  }

  async find({ to, text }: Pick<Sms, 'to' | 'text'>, since: number): Promise<string | undefined> {
    const client = await (this.#client ??= this.#open())
    // Without a filter by date: a text that has not left yet has none to be found by.
    const latest = await client.messages.list({ to, limit: listed })
    return latest.find(({ body, dateCreated }) => body === text && dateCreated.getTime() >= since - skewMs)?.sid
  }

  /** Whether the account is there and open to us. @throws what Twilio refuses */
  async account(): Promise<{ name: string; status: string }> {
    const client = await (this.#client ??= this.#open())
    const { friendlyName, status } = await client.api.v2010.accounts(this.#account.accountSid).fetch()
    return { name: friendlyName, status }
  }

  #open(): Promise<Twilio> {
    return openClient(this.#account, this.#timeoutMs)
  }
}

/** The SDK throws what Twilio refuses (with `status`), and what the network does (with a system's `code`). */
export function resultOf(thrown: unknown): SmsResult {
  if (!(thrown instanceof Error)) throw thrown
  const { status, code } = thrown as Error & { status?: unknown; code?: unknown }
  if (typeof status !== 'number') {
    const why = typeof code === 'string' ? code : thrown.name
    return neverSent(why)
      ? { outcome: 'refused', error: unreached(why) }
      : { outcome: 'unknown', why: `No answer (${why.slice(0, 64)}).` }
  }
  if (typeof code === 'number') return { outcome: 'refused', error: errorOf(code, status) }
  // Without Twilio's own words, nobody knows whether Twilio had the request; a redirect is followed nowhere.
  if (status >= 500 || (status >= 300 && status < 400))
    return { outcome: 'unknown', why: `HTTP ${status} without Twilio’s own words.` }
  return { outcome: 'refused', error: errorOfStatus(status) }
}
