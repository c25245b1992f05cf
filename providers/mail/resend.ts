import { z } from 'zod'
import type { Mail, MailAction, MailResult, MailSender } from './port.ts'

const timeoutMs = 15_000
const Taken = z.object({ id: z.string().min(1).max(256) })
const Refused = z.object({ name: z.string().max(128), message: z.string().max(2_000) })

/** By Resend's names: https://resend.com/docs/api-reference/errors. What is not here is judged by its status. */
const actions: Record<string, MailAction> = {
  missing_api_key: 'broken',
  restricted_api_key: 'broken',
  invalid_api_key: 'broken',
  daily_quota_exceeded: 'broken',
  monthly_quota_exceeded: 'broken',
  rate_limit_exceeded: 'retry',
  concurrent_idempotent_requests: 'retry',
  invalid_idempotent_request: 'never',
  validation_error: 'never',
  missing_required_field: 'never',
}

/** Sends by Resend's API: `POST {baseUrl}/emails`. */
export class Resend implements MailSender {
  readonly #baseUrl: () => string
  readonly #apiKey: string

  constructor({ baseUrl, apiKey }: { baseUrl(): string; apiKey: string }) {
    this.#baseUrl = baseUrl
    this.#apiKey = apiKey
  }

  async send(mail: Mail): Promise<MailResult> {
    const answer = await fetch(`${this.#baseUrl()}/emails`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': mail.key,
      },
      body: JSON.stringify(bodyOf(mail)),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    })
    const said: unknown = await answer.json().catch(() => undefined)
    if (answer.ok) return { outcome: 'accepted', providerId: Taken.parse(said).id }
    return refusal(answer.status, said, Number(answer.headers.get('retry-after')))
  }
}

function bodyOf({ from, to, subject, text, html, cc, bcc, replyTo, headers, attachments, opaque }: Mail) {
  return {
    ...{ from, to: [to], subject, text, html },
    ...(cc?.length && { cc }),
    ...(bcc?.length && { bcc }),
    ...(replyTo !== undefined && { reply_to: replyTo }),
    ...(headers && { headers }),
    ...(attachments?.length && {
      attachments: attachments.map(({ name, mime, bytes }) => ({
        filename: name,
        content_type: mime,
        content: Buffer.from(bytes).toString('base64'),
      })),
    }),
    // Letters, digits, `_` and `-` alone may stand in a tag.
    ...(opaque !== undefined && { tags: [{ name: 'careline', value: opaque.replace(':', '--') }] }),
  }
}

export const opaqueIn = (tag: string | undefined) => tag?.replace('--', ':')

function refusal(status: number, said: unknown, retryAfterSeconds: number): MailResult {
  const { data } = Refused.safeParse(said)
  const title = (data?.message ?? `The mail provider answered ${status}.`).slice(0, 500)
  const action = actions[data?.name ?? ''] ?? (status >= 500 || status === 429 ? 'retry' : 'never')
  const retryAfterMs = retryAfterSeconds > 0 ? retryAfterSeconds * 1_000 : null
  return { outcome: 'refused', code: data?.name ?? `http_${status}`, title, action, retryAfterMs }
}
