/** A letter as it goes to the provider. */
export interface Mail {
  /** `Name <address>`. */
  from: string
  to: string
  subject: string
  text: string
  html: string
  /** The same letter again under the same key is sent once (for 24 hours, where the provider is Resend). */
  key: string
}

/**
 * What to do about a refusal. `retry`: later, the same. `never`: it stays refused. `broken`: nothing will pass until
 * somebody mends the account.
 */
export type MailAction = 'retry' | 'never' | 'broken'

export type MailResult =
  | { outcome: 'accepted'; providerId: string }
  | { outcome: 'refused'; code: string; title: string; action: MailAction; retryAfterMs: number | null }

export interface MailSender {
  /** Refusals are results. Rejects where nobody can say whether it was taken: the same key may come again. */
  send(mail: Mail): Promise<MailResult>
}
