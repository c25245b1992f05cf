import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { missing, Problem } from '../../kernel/problem.ts'
import { isFromGoogle, pushOf } from '../../providers/gmail/push.ts'
import { bytes, post } from '../http/route.ts'

const digest = (text: string) => createHash('sha256').update(text).digest()
const isSame = (one: string, other: string) => timingSafeEqual(digest(one), digest(other))

export const gmailWebhooks = [
  post(
    '/webhooks/gmail/:channelId',
    {
      allow: 'public',
      limit: 'none',
      summary: 'Google tells that a mailbox has news: answered when they are read and durable',
      tags: ['Webhooks'],
      query: z.object({ token: z.string().min(1).max(256) }),
      body: bytes(64 * 1024),
      reply: z.object({}),
      problems: ['bad_token', 'bad_signature', 'malformed_json', 'not_a_push', 'intake_full'],
    },
    async ({ channels, mails, originFor, params, query, body, request }) => {
      const channel = await channels.opened(params.channelId)
      if (channel?.status !== 'active' || channel.provider !== 'gmail')
        throw missing('not_found', 'There is no such channel.')
      const tokens = [channel.secrets['inboundToken'] ?? '', channel.former['inboundToken'] ?? '']
      if (!tokens.some((one) => one !== '' && isSame(one, query.token)))
        throw new Problem('forbidden', 'bad_token', 'This is not the token of the channel.')
      const url = `${originFor(channel)}/webhooks/gmail/${channel.id}`
      const audiences = [url, `${url}?token=${query.token}`]
      const certsUrl = channel.baseUrl ? `${channel.baseUrl}/certs` : undefined
      const expected = { audiences, email: channel.fields['pusher'] ?? '', certsUrl }
      if (!(await isFromGoogle(request.header('authorization'), expected)))
        throw new Problem('unauthorized', 'bad_signature', 'Google did not sign this push for us.')
      const { mailbox } = pushOf(parsed(body))
      if (mailbox === channel.address) await mails.gmail.read(channel)
      return {}
    },
  ),
]

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Problem('malformed', 'malformed_json', 'The body is not JSON that can be read.')
  }
}
