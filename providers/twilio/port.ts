/** A text message as it goes to the provider. */
export interface Sms {
  /** E.164. */
  to: string
  text: string
  /** Where the provider tells what became of it; empty where nobody wants to know. */
  statusUrl: string
  /** Of no use after so many ms: the provider then drops it. */
  lastsMs: number
  /** Files that the provider is to fetch and send with it. */
  mediaUrls?: readonly string[]
}

/**
 * What to do about a refusal. `retry`: later, the same. `never`: this number stays refused. `broken`: nothing will pass
 * until somebody mends the account.
 */
export type SmsAction = 'retry' | 'never' | 'broken'

export interface SmsError {
  /** Ours: snake_case, stable. */
  code: string
  /** Twilio's; null when the refusal was not Twilio's (no connection, a proxy's page). */
  providerCode: number | null
  /** In words; never with the number in it. */
  title: string
  action: SmsAction
  retryAfterMs: number | null
}

/** `unknown`: it may have been taken. Never repeated blindly: `find` or the status callback tells. */
export type SmsResult =
  | { outcome: 'accepted'; providerId: string }
  | { outcome: 'refused'; error: SmsError }
  | { outcome: 'unknown'; why: string }

/** What became of a text, as the provider tells it afterwards. */
export interface SmsStatus {
  providerId: string
  status: 'underway' | 'sent' | 'delivered' | 'failed'
  error: SmsError | null
}

export interface SmsSender {
  send(sms: Sms): Promise<SmsResult>
  /** The provider's id of a text with these words that it took since then; undefined where it has none. Rejects when it does not say. */
  find(sms: Pick<Sms, 'to' | 'text'>, since: number): Promise<string | undefined>
}
