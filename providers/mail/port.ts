/** A file that goes with a mail. */
export interface MailAttachment {
  name: string
  mime: string
  bytes: Uint8Array
}

/** A mail as it goes to the provider. */
export interface Mail {
  /** `Name <address>`. */
  from: string
  to: string
  subject: string
  text: string
  html: string
  /** The same mail again under the same key is sent once (for 24 hours, where the provider is Resend). */
  key: string
  cc?: readonly string[]
  bcc?: readonly string[]
  replyTo?: string
  /** Besides those that the fields above make: `Message-ID`, `In-Reply-To`, `List-Unsubscribe` … */
  headers?: Readonly<Record<string, string>>
  attachments?: readonly MailAttachment[]
  /** Comes back with what the provider tells of this mail: our conversation and message. */
  opaque?: string
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
  /**
   * Refusals are results. Rejects where nobody can say whether it was taken: where the provider keeps keys (Resend), the
   * same key may come again.
   */
  send(mail: Mail): Promise<MailResult>
}
