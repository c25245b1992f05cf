import type { ChannelAccount, Sender } from '../sender.ts'
import { checkAccount } from './account.ts'
import type { MessageSender, WhatsAppChannel } from './port.ts'

/** A number at WhatsApp, of what its channel's settings say. */
export function whatsAppOf({ id: channelId, fields, secrets, baseUrl }: ChannelAccount): WhatsAppChannel {
  const { phoneNumberId = '', businessId = '' } = fields
  const { token = '', appSecret = '', verifyToken = '' } = secrets
  return { channelId, phoneNumberId, businessId, token, appSecret, verifyToken, baseUrl }
}

/** WhatsApp as one of the kinds of channels. */
export const whatsAppSender = (api: Pick<MessageSender, 'send' | 'markRead' | 'fetchMedia'>): Sender => ({
  send: (account, message) => api.send(whatsAppOf(account), message),
  check: (account) => checkAccount(whatsAppOf(account)),
  markRead: (account, providerId, options) => api.markRead(whatsAppOf(account), providerId, options),
  fetchMedia: (account, mediaId) => api.fetchMedia(whatsAppOf(account), mediaId),
})
