import type { Outgoing } from '../kernel/content.ts'

// What stands between a message and the provider of its channel, of whatever kind: one port, an adapter each.

/** A workspace's account at a provider, opened: for adapters. Nothing of `secrets` may be shown or logged. */
export interface ChannelAccount {
  id: string
  workspaceId: string
  kind: string
  provider: string
  name: string
  simulate: boolean
  /** Of the provider's API; empty where its address is fixed. */
  baseUrl: string
  fields: Readonly<Record<string, string>>
  secrets: Readonly<Record<string, string>>
}

/**
 * What to do about a refusal. `retry`: later, the same. `never`: it stays refused. `cool_off`: not before
 * `retryAfterMs`, and slower. `template_needed`: only a template may go. `broken`: the channel itself, nothing will
 * pass until somebody mends it.
 */
export type ErrorAction = 'retry' | 'never' | 'cool_off' | 'template_needed' | 'broken'

export interface ProviderError {
  /** Ours: snake_case, stable. */
  code: string
  /** The provider's, null when the refusal was not its own (no connection, a proxy's page). */
  providerCode: number | null
  /** The provider's own reason; may be shown to staff, never to a log. */
  title: string
  action: ErrorAction
  retryAfterMs?: number
}

/** `unknown`: it may have been sent. Never repeat it blindly: the status webhook with our `opaque` tells. */
export type SendResult =
  | { outcome: 'accepted'; providerId: string; waId?: string; userId?: string }
  | { outcome: 'refused'; error: ProviderError }
  | { outcome: 'unknown'; why: string }

export interface MediaFile {
  bytes: Uint8Array
  mime: string
  fileName?: string
}

/** Of a mail: the thread that it stands in, and what goes with it. */
export interface MailThread {
  /** As the thread is called; empty before anybody wrote. */
  subject: string
  /** The latest mail that came, with its angle brackets. */
  inReplyTo?: string
  references?: readonly string[]
  /** Under every mail of the business; empty where it has none. */
  signature: string
  /** Who it is from, as people read it. */
  business: string
  /** Of marketing alone: takes who opens it off the list, without a question (RFC 8058). */
  unsubscribe?: { url: string; says: string }
  /** A machine answers: other machines must not. */
  isAutomatic?: boolean
}

export interface OutgoingMessage {
  /** As the kind writes it: a `wa_id` (digits) or a business-scoped user id, a number in E.164, a mail address, our user id. */
  to: string
  content: Outgoing
  /** Our own id for the message, at most 512 characters; it comes back with every status. */
  opaque: string
  /** The provider's id of the message that this one answers. */
  replyTo?: string
  /** The bytes of a media content that has no `mediaId` yet. */
  media?: MediaFile
  /** Where a provider that fetches files itself finds these bytes, for a short while. */
  mediaUrl?: string
  /** The bytes of the files that a mail names, in their order. */
  files?: readonly MediaFile[]
  thread?: MailThread
}

/** What a provider says of an account, or why it does not. */
export type AccountCheck =
  { isRight: true; phoneNumber: string; name: string; quality: string } | { isRight: false; error: ProviderError }

/** Optional is what not every kind can. */
export interface Sender {
  send(account: ChannelAccount, message: OutgoingMessage): Promise<SendResult>
  /** Asks the provider whether it knows the account. Nothing is sent. */
  check(account: ChannelAccount): Promise<AccountCheck>
  /** The person sees that this message and all before it were read; `typing` also shows us typing. */
  markRead?(account: ChannelAccount, providerId: string, options: { typing: boolean }): Promise<void>
  /** What a person sent. @throws ProviderFailure */
  fetchMedia?(account: ChannelAccount, mediaId: string): Promise<{ bytes: Uint8Array; mime: string }>
  /** True where `send` wants `mediaUrl` instead of bytes. */
  fetchesMedia?: boolean
  /** True where `send` wants `thread`. */
  isThreaded?: boolean
}

/** Thrown by what may be repeated as `error.action` says. */
export class ProviderFailure extends Error {
  readonly error: ProviderError

  constructor(error: ProviderError, provider = 'WhatsApp') {
    super(`${provider}: ${error.code}`)
    this.error = error
  }
}
