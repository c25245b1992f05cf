import { z } from 'zod'
import { missing, Problem } from '../../kernel/problem.ts'
import { errorOf } from '../../providers/twilio/errors.ts'
import { formOf, verifySignature } from '../../providers/twilio/signature.ts'
import { statusPath } from '../letters/text-office.ts'
import { bytes, post } from '../http/route.ts'

const bodyMax = 16 * 1_024
const Status = z.object({
  MessageStatus: z.enum([
    'accepted',
    'scheduled',
    'queued',
    'sending',
    'sent',
    'delivered',
    'read',
    'undelivered',
    'failed',
    'canceled',
  ]),
  ErrorCode: z.coerce.number().int().min(0).max(999_999).optional(),
})
const meaning: Partial<Record<string, 'sent' | 'delivered' | 'failed'>> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'failed',
  failed: 'failed',
  canceled: 'failed',
}

export const twilioWebhooks = [
  post(
    `${statusPath}/:textId`,
    {
      allow: 'public',
      limit: 'none',
      summary: 'What Twilio tells of a text of the platform: answered when it is durable',
      tags: ['Webhooks'],
      params: z.object({ textId: z.string().regex(/^txt_\w{1,64}$/) }),
      body: bytes(bodyMax),
      problems: ['bad_signature', 'not_a_text_status'],
    },
    async ({ texts, params, body, request }) => {
      if (texts.authToken === undefined) throw missing('not_found', 'There is nothing at this address.')
      const form = formOf(body.toString('utf8'))
      // By what this server is called, never by the Host of the request: that one its sender may choose.
      const url = `${texts.statusUrl()}${statusPath}/${params.textId}`
      if (!verifySignature(url, form, request.header('x-twilio-signature'), texts.authToken))
        throw new Problem('unauthorized', 'bad_signature', 'The signature does not fit the body.')
      const read = Status.safeParse(form)
      if (!read.success) throw new Problem('malformed', 'not_a_text_status', 'This is no status of a text.')
      const { MessageStatus, ErrorCode } = read.data
      const status = meaning[MessageStatus]
      const why = ErrorCode === undefined ? null : errorOf(ErrorCode, 400).title
      if (status) await texts.told(params.textId, status, why)
    },
  ),
]
