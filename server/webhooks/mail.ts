import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { missing, Problem } from '../../kernel/problem.ts'
import { mailBytesMax } from '../../providers/mail/received.ts'
import { mailOfForm } from '../../providers/mail/rebuilt.ts'
import { resendEvent } from '../../providers/mail/resend-webhook.ts'
import { isFromSendGrid, sendGridEvents } from '../../providers/mail/sendgrid-webhook.ts'
import { isFromResend } from '../../providers/mail/svix.ts'
import type { ChannelSettings, OpenChannel } from '../../store/settings/channels.ts'
import { bytes, post } from '../http/route.ts'
import { kept } from '../mail/mail-room.ts'

const eventsMax = 1024 * 1024
const tags = ['Webhooks']
const Done = z.object({})

export const mailWebhooks = [
  post(
    '/webhooks/email/resend/:channelId',
    {
      allow: 'public',
      limit: 'none',
      summary: 'What Resend tells of mails of ours, and that one came: answered when it is durable',
      tags,
      body: bytes(eventsMax),
      reply: Done,
      problems: ['bad_signature', 'malformed_json', 'not_a_mail_webhook', 'mail_unavailable', 'intake_full'],
    },
    async ({ channels, mails, acceptReceived, now, params, body, request }) => {
      const channel = await known(channels, params.channelId, 'resend')
      const header = (name: string) => request.header(name)
      if (!isFromResend(either(channel, 'webhookSecret'), { header, body, now: now() })) throw unsigned()
      const eventId = header('svix-id') || header('webhook-id')
      const { item, receivedId, suppress } = resendEvent(body.toString('utf8'), eventId)
      if (receivedId !== null) await mails.room.take(channel, await mails.atResend(channel, receivedId))
      if (suppress) await mails.room.suppress(channel.workspaceId, suppress.address, suppress.reason)
      await acceptReceived(channel, [kept(item)])
      return {}
    },
  ),

  post(
    '/webhooks/email/sendgrid/:channelId',
    {
      allow: 'public',
      limit: 'none',
      summary: 'What SendGrid tells of mails of ours: answered when it is durable',
      tags,
      body: bytes(eventsMax),
      reply: Done,
      problems: ['bad_signature', 'malformed_json', 'not_a_mail_webhook', 'intake_full'],
    },
    async ({ channels, mails, acceptReceived, params, body, request }) => {
      const channel = await known(channels, params.channelId, 'sendgrid')
      const signature = request.header('x-twilio-email-event-webhook-signature')
      const timestamp = request.header('x-twilio-email-event-webhook-timestamp')
      if (!isFromSendGrid(either(channel, 'eventKey'), { signature, timestamp, body })) throw unsigned()
      const events = sendGridEvents(body.toString('utf8'))
      for (const { suppress } of events)
        if (suppress) await mails.room.suppress(channel.workspaceId, suppress.address, suppress.reason)
      await acceptReceived(
        channel,
        events.map(({ item }) => kept(item)),
      )
      return {}
    },
  ),

  post(
    '/webhooks/email/inbound/:channelId',
    {
      allow: 'public',
      limit: 'none',
      summary: 'A mail that came: the form of SendGrid, or the mail as it is (message/rfc822)',
      tags,
      query: z.object({ token: z.string().min(1).max(256) }),
      body: bytes(mailBytesMax),
      reply: Done,
      problems: ['bad_token', 'not_a_mail', 'intake_full'],
    },
    async ({ channels, mails, params, query, body, request }) => {
      const channel = await known(channels, params.channelId)
      if (!either(channel, 'inboundToken').some((one) => isSame(one, query.token)))
        throw new Problem('forbidden', 'bad_token', 'This is not the token of the channel.')
      const type = request.header('content-type')
      const raw = type.startsWith('multipart/form-data') ? await mailOfForm(body, type) : body
      if (raw.length === 0) throw new Problem('malformed', 'not_a_mail', 'There is no mail in this request.')
      await mails.room.take(channel, raw)
      return {}
    },
  ),
]

async function known(channels: ChannelSettings, id: string, provider?: string): Promise<OpenChannel> {
  const channel = await channels.opened(id)
  const isOne = channel?.kind === 'email' && (provider === undefined || channel.provider === provider)
  if (channel?.status !== 'active' || !isOne) throw missing('not_found', 'There is no such channel.')
  return channel
}

/** The secret, and for a day after it was changed the former; none where the channel has none. */
const either = ({ secrets, former }: OpenChannel, name: string) =>
  [secrets[name] ?? '', former[name] ?? ''].filter((one) => one !== '')

const unsigned = () => new Problem('unauthorized', 'bad_signature', 'The signature does not fit the body.')

const digest = (text: string) => createHash('sha256').update(text).digest()
const isSame = (one: string, other: string) => timingSafeEqual(digest(one), digest(other))
