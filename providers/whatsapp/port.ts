import { z } from 'zod'
import type { Outgoing } from '../../kernel/content.ts'

/** What a workspace's channel says about its number at Meta. Tokens are header values: printable ASCII, or fetch throws. */
export const WhatsAppConfig = z.object({
  channelId: z.string().min(1).max(128),
  phoneNumberId: z.string().regex(/^[\w-]{1,64}$/),
  businessId: z.string().regex(/^[\w-]{1,64}$/),
  token: z.string().regex(/^[\x21-\x7e]{1,4096}$/),
  appSecret: z.string().min(1).max(256),
  verifyToken: z.string().min(1).max(256),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .default('https://graph.facebook.com/v23.0'),
})
export type WhatsAppChannel = z.infer<typeof WhatsAppConfig>

/**
 * What to do about a refusal. `retry`: later, the same. `never`: it stays refused. `cool_off`: not before
 * `retryAfterMs`, and slower. `template_needed`: only a template may go. `broken`: the channel itself, nothing will
 * pass until somebody mends it.
 */
export type ErrorAction = 'retry' | 'never' | 'cool_off' | 'template_needed' | 'broken'

export interface ProviderError {
  /** Ours: snake_case, stable. */
  code: string
  /** Meta's, null when the refusal was not Meta's (no connection, a proxy's page). */
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

export interface OutgoingMessage {
  /** A `wa_id` (digits), or a business-scoped user id (`US.1349…`) of someone whose number we do not know. */
  to: string
  content: Outgoing
  /** Our own id for the message, at most 512 characters; it comes back with every status. */
  opaque: string
  /** The provider's id of the message that this one answers. */
  replyTo?: string
  /** The bytes of a media content that has no `mediaId` yet. */
  media?: MediaFile
}

export interface MessageSender {
  send(channel: WhatsAppChannel, message: OutgoingMessage): Promise<SendResult>
  /** Blue ticks for this message and all before it; `typing` also shows us typing, for 25 s or until we send. */
  markRead(channel: WhatsAppChannel, providerId: string, options?: { typing?: boolean }): Promise<void>
  /** Meta keeps a person's media for days only, and its addresses for minutes: fetch at once. */
  fetchMedia(channel: WhatsAppChannel, mediaId: string): Promise<{ bytes: Uint8Array; mime: string; sha256?: string }>
  uploadMedia(channel: WhatsAppChannel, file: MediaFile): Promise<{ mediaId: string }>
}

/** Thrown by `markRead`, `fetchMedia` and `uploadMedia`, all of which may be repeated as `error.action` says. */
export class ProviderFailure extends Error {
  readonly error: ProviderError

  constructor(error: ProviderError) {
    super(`WhatsApp: ${error.code}`)
    this.error = error
  }
}
