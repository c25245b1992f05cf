import { BoundedMap } from '../../kernel/bounded-map.ts'
import type { Outgoing } from '../../kernel/content.ts'
import { type Door, openDoor } from '../../kernel/outgoing.ts'
import type { AccountCheck, ChannelAccount, OutgoingMessage, ProviderError, Sender, SendResult } from '../sender.ts'
import { asProviderError } from './inbound.ts'
import { fetchMedia } from './media.ts'
import { resultOf, TwilioSms } from './sms.ts'

export interface Places {
  /** Of Twilio's API, or of its simulator. */
  baseUrlOf(account: ChannelAccount): string
  /** Where Twilio reaches this server. */
  originOf(account: ChannelAccount): string
}

const clientsMax = 200
/** As long as Twilio keeps one that its carrier does not take. */
const lastsMs = 10 * 60 * 60_000

/** Twilio as one of the kinds of channels: texts with files, told of by status callbacks. */
export function twilioSender({ baseUrlOf, originOf }: Places, door: Door = openDoor({ allowed: [] })): Sender {
  const clients = new BoundedMap<string, TwilioSms>(clientsMax)
  const keysOf = ({ fields: { accountSid = '', from = '' }, secrets: { authToken = '' } }: ChannelAccount) => ({
    ...{ accountSid, authToken, from },
  })

  /** The SDK's client is dear to make: kept while the account is the same. */
  function clientOf(account: ChannelAccount, from: string): TwilioSms {
    const { accountSid, authToken } = keysOf(account)
    const key = JSON.stringify([account.id, accountSid, authToken, from, baseUrlOf(account)])
    const known = clients.get(key)
    if (known) return known
    const made = new TwilioSms({ accountSid, authToken, from, baseUrl: () => baseUrlOf(account) })
    clients.set(key, made)
    return made
  }

  async function send(account: ChannelAccount, message: OutgoingMessage): Promise<SendResult> {
    const { to, content, opaque, mediaUrl } = message
    const text = wordsOf(content)
    if (text === undefined || ('mime' in content && mediaUrl === undefined)) return refused(notCarried)
    const { from } = keysOf(account)
    // Who wrote by WhatsApp through Twilio has digits for an address.
    const isPhone = to.startsWith('+')
    const sender = clientOf(account, isPhone || from.startsWith('MG') ? from : `whatsapp:${from}`)
    const result = await sender.send({
      to: isPhone ? to : `whatsapp:+${to}`,
      text,
      statusUrl: statusUrlOf(originOf(account), account.id, opaque),
      lastsMs,
      ...(mediaUrl !== undefined && { mediaUrls: [new URL(mediaUrl, originOf(account)).href] }),
    })
    return result.outcome === 'refused' ? refused(asProviderError(result.error)) : result
  }

  async function check(account: ChannelAccount): Promise<AccountCheck> {
    const { from } = keysOf(account)
    try {
      const { name, status } = await clientOf(account, from).account()
      if (status === 'active') return { isRight: true, phoneNumber: from, name: name.slice(0, 200), quality: '' }
      return { isRight: false, error: inactive }
    } catch (thrown) {
      const result = resultOf(thrown)
      if (result.outcome === 'refused') return { isRight: false, error: asProviderError(result.error) }
      return { isRight: false, error: unreachable }
    }
  }

  return {
    send,
    check,
    fetchMedia: (account, mediaId) => fetchMedia({ ...keysOf(account), baseUrl: baseUrlOf(account) }, mediaId, door),
    fetchesMedia: true,
  }
}

const refused = (error: ProviderError): SendResult => ({ outcome: 'refused', error })
const notCarried: ProviderError = {
  code: 'not_carried',
  providerCode: null,
  title: 'A text message cannot carry this.',
  action: 'never',
}
const inactive: ProviderError = {
  code: 'account_inactive',
  providerCode: 20005,
  title: 'The account is not active.',
  action: 'broken',
}
const unreachable: ProviderError = {
  code: 'provider_unreachable',
  providerCode: null,
  title: 'Twilio cannot be reached.',
  action: 'retry',
}

/** What a text message says; undefined for what it cannot carry. */
function wordsOf(content: Outgoing): string | undefined {
  if (content.kind === 'text') return content.text
  return 'mime' in content ? (content.caption ?? '') : undefined
}

/** A message's own address for its statuses: its ids come back before we know Twilio's. */
export function statusUrlOf(origin: string, channelId: string, opaque: string): string {
  const [conversationId, messageId] = opaque.split(':')
  if (conversationId === undefined || messageId === undefined) return ''
  return `${origin}/webhooks/twilio/${channelId}/${conversationId}/${messageId}`
}
