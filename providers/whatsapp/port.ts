import { z } from 'zod'
import type { MediaFile, OutgoingMessage, SendResult } from '../sender.ts'

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

export interface MessageSender {
  send(channel: WhatsAppChannel, message: OutgoingMessage): Promise<SendResult>
  /** Blue ticks for this message and all before it; `typing` also shows us typing, for 25 s or until we send. */
  markRead(channel: WhatsAppChannel, providerId: string, options?: { typing?: boolean }): Promise<void>
  /** Meta keeps a person's media for days only, and its addresses for minutes: fetch at once. */
  fetchMedia(channel: WhatsAppChannel, mediaId: string): Promise<{ bytes: Uint8Array; mime: string; sha256?: string }>
  uploadMedia(channel: WhatsAppChannel, file: MediaFile): Promise<{ mediaId: string }>
}
