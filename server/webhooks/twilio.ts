import { z } from 'zod'
import { missing, Problem } from '../../kernel/problem.ts'
import { errorOf } from '../../providers/twilio/errors.ts'
import { kindOf, meaningOf, parseMessage, parseStatus, Status } from '../../providers/twilio/inbound.ts'
import { formOf, verifySignature } from '../../providers/twilio/signature.ts'
import type { ChannelSettings, OpenChannel } from '../../store/settings/channels.ts'
import { statusPath } from '../letters/text-office.ts'
import { bytes, post, raw } from '../http/route.ts'

export const bodyMax = 64 * 1_024
const signature = 'x-twilio-signature'
const refused = () => new Problem('unauthorized', 'bad_signature', 'The signature does not fit the body.')
const tags = ['Webhooks']
export const twiml = (body: string) => ({ type: 'text/xml; charset=utf-8', body })
/** Nothing is answered to who wrote: what is said to people leaves as a message. */
const empty = twiml('<Response/>')

/** The ids of a message of ours, as its address for statuses has them. */
export const ofMessage = z.object({
  channelId: z.string().regex(/^[\w.-]{1,128}$/),
  conversationId: z.string().regex(/^c_[\w.-]{1,128}$/),
  messageId: z.string().regex(/^msg_[\w.-]{1,128}$/),
})

export const twilioWebhooks = [
  post(
    `${statusPath}/:textId`,
    {
      allow: 'public',
      limit: 'none',
      summary: 'What Twilio tells of a text of the platform: answered when it is durable',
      tags,
      params: z.object({ textId: z.string().regex(/^txt_\w{1,64}$/) }),
      body: bytes(bodyMax),
      problems: ['bad_signature', 'not_a_text_status'],
    },
    async ({ texts, params, body, request }) => {
      if (texts.authToken === undefined) throw missing('not_found', 'There is nothing at this address.')
      const form = formOf(body.toString('utf8'))
      // By what this server is called, never by the Host of the request: that one its sender may choose.
      const url = `${texts.statusUrl()}${statusPath}/${params.textId}`
      if (!verifySignature(url, form, request.header(signature), texts.authToken)) throw refused()
      const read = Status.safeParse(form)
      if (!read.success) throw new Problem('malformed', 'not_a_text_status', 'This is no status of a text.')
      const { MessageStatus, ErrorCode } = read.data
      const meant = meaningOf[MessageStatus]
      const status = meant === 'read' ? 'delivered' : meant
      const why = ErrorCode === undefined ? null : errorOf(ErrorCode, 400).title
      if (status) await texts.told(params.textId, status, why)
    },
  ),

  post(
    '/webhooks/twilio/:channelId',
    {
      allow: 'public',
      limit: 'none',
      summary: 'What people write to a number at Twilio: answered when it is durable, dealt with afterwards',
      tags,
      body: bytes(bodyMax),
      reply: raw('text/xml'),
      problems: ['bad_signature', 'not_a_message', 'intake_full'],
    },
    async ({ channels, originFor, acceptReceived, now, params, body, request }) => {
      const channel = await known(channels, params.channelId)
      const form = body.toString('utf8')
      demandSigned(channel, `${originFor(channel)}/webhooks/twilio/${channel.id}`, form, request.header(signature))
      if (kindOf(formOf(form)) !== 'message')
        throw new Problem('malformed', 'not_a_message', 'This is no message that somebody wrote.')
      await acceptReceived(channel, parseMessage(form, now()))
      return empty
    },
  ),

  post(
    '/webhooks/twilio/:channelId/:conversationId/:messageId',
    {
      allow: 'public',
      limit: 'none',
      summary: 'What Twilio tells of a message of ours: answered when it is durable',
      tags,
      params: ofMessage,
      body: bytes(bodyMax),
      reply: raw('text/xml'),
      problems: ['bad_signature', 'not_a_text_status', 'intake_full'],
    },
    async ({ channels, originFor, acceptReceived, now, params, body, request }) => {
      const channel = await known(channels, params.channelId)
      const { conversationId, messageId } = params
      const form = body.toString('utf8')
      const url = `${originFor(channel)}/webhooks/twilio/${channel.id}/${conversationId}/${messageId}`
      demandSigned(channel, url, form, request.header(signature))
      if (!Status.safeParse(formOf(form)).success)
        throw new Problem('malformed', 'not_a_text_status', 'This is no status of a text.')
      await acceptReceived(channel, [parseStatus(form, now(), `${conversationId}:${messageId}`)])
      return empty
    },
  ),
]

export async function known(channels: ChannelSettings, id: string): Promise<OpenChannel> {
  const channel = await channels.opened(id)
  if (channel?.status !== 'active' || channel.provider !== 'twilio')
    throw missing('not_found', 'There is no such channel.')
  return channel
}

/** By what this server is called, never by the Host of the request: that one its sender may choose. @throws Problem */
export function demandSigned({ secrets, former }: OpenChannel, url: string, form: string, header: string) {
  const tokens = [secrets['authToken'], former['authToken']].filter((one) => one !== undefined)
  if (!tokens.some((token) => verifySignature(url, formOf(form), header, token))) throw refused()
}
