import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { missing, Problem } from '../../kernel/problem.ts'
import { verifySignature } from '../../providers/whatsapp/signature.ts'
import { parseWebhook } from '../../providers/whatsapp/webhook.ts'
import type { ChannelSettings, OpenChannel } from '../../store/settings/channels.ts'
import { bytes, get, post, raw } from '../http/route.ts'

/** As much as Meta says that it sends at once; what we refused for its length would come again for days. */
export const webhookBytesMax = 3 * 1024 * 1024
const tags = ['Webhooks']

export const whatsappWebhooks = [
  get(
    '/webhooks/whatsapp/:channelId',
    {
      allow: 'public',
      limit: 'none',
      summary: "Meta's handshake",
      tags,
      query: z.object({
        'hub.mode': z.literal('subscribe'),
        'hub.verify_token': z.string().max(256),
        'hub.challenge': z.string().regex(/^[\w.-]{1,256}$/), // Text that no browser could take for a page.
      }),
      reply: raw('text/plain'),
      problems: ['bad_verify_token'],
    },
    async ({ channels, params, query }) => {
      const channel = await known(channels, params.channelId)
      if (!either(channel, 'verifyToken').some((one) => isSame(query['hub.verify_token'], one)))
        throw new Problem('forbidden', 'bad_verify_token', 'This is not the verify token of the channel.')
      return { type: 'text/plain; charset=utf-8', body: query['hub.challenge'] }
    },
  ),

  post(
    '/webhooks/whatsapp/:channelId',
    {
      allow: 'public',
      limit: 'none',
      summary: 'What Meta tells: answered when it is durable, dealt with afterwards',
      tags,
      body: bytes(webhookBytesMax),
      reply: z.object({}),
      problems: ['bad_signature', 'malformed_json', 'not_a_whatsapp_webhook', 'webhook_too_long', 'intake_full'],
    },
    async ({ channels, acceptReceived, now, params, body, request }) => {
      const channel = await known(channels, params.channelId)
      // Over the bytes as they came: JSON that was read and written again is other bytes.
      if (!verifySignature(body, request.header('x-hub-signature-256'), either(channel, 'appSecret')))
        throw new Problem('unauthorized', 'bad_signature', 'The signature does not fit the body.')
      await acceptReceived(channel, parseWebhook(parsed(body), now()))
      return {}
    },
  ),
]

async function known(channels: ChannelSettings, id: string): Promise<OpenChannel> {
  const channel = await channels.opened(id)
  if (channel?.status !== 'active' || channel.provider !== 'whatsapp')
    throw missing('not_found', 'There is no such channel.')
  return channel
}

/** The secret, and for a day after it was changed the former. */
const either = ({ former, secrets }: OpenChannel, name: 'appSecret' | 'verifyToken') =>
  [secrets[name], former[name]].filter((one) => one !== undefined)

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Problem('malformed', 'malformed_json', 'The body is not JSON that can be read.')
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()
const isSame = (one: string, other: string) => timingSafeEqual(digest(one), digest(other))
