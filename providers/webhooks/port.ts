/** One try of one webhook. */
export interface WebhookPost {
  url: string
  /** `whsec_…`. Each signs: while one takes the place of another, both are good. */
  secrets: readonly string[]
  /** The same for every try: receivers know by it what they had. */
  id: string
  /** When it is sent, epoch ms. */
  at: number
  /** JSON; the signature is over these very characters. */
  body: string
}

export interface WebhookAnswer {
  /** Null where nobody answered; `why` says what happened instead. */
  status: number | null
  why: string | null
  /** Its beginning. */
  body: string
  /** From the request to the end of what is kept of the answer. */
  ms: number
  retryAfterMs: number | null
}

export interface WebhookSender {
  /** Whatever comes of it is an answer. Redirects are not followed: 3xx is an answer like others. */
  send(post: WebhookPost): Promise<WebhookAnswer>
  /** Says why this address would never be asked. @throws AddressRefused */
  check(url: string): void
}
