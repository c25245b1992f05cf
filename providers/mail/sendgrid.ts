import { z } from 'zod'
import { parsedParties } from './addresses.ts'
import type { Mail, MailAction, MailResult, MailSender } from './port.ts'

const timeoutMs = 20_000
const Refused = z.object({ errors: z.array(z.object({ message: z.string().max(2_000) })).min(1) })

/** SendGrid's Mail Send: `POST {baseUrl}/v3/mail/send`. It keeps no keys: what was perhaps taken is never sent again. */
export class SendGrid implements MailSender {
  readonly #baseUrl: () => string
  readonly #apiKey: string

  constructor({ baseUrl, apiKey }: { baseUrl(): string; apiKey: string }) {
    this.#baseUrl = baseUrl
    this.#apiKey = apiKey
  }

  async send(mail: Mail): Promise<MailResult> {
    const answer = await fetch(`${this.#baseUrl()}/v3/mail/send`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(bodyOf(mail)),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    })
    if (answer.ok) {
      await answer.body?.cancel()
      return { outcome: 'accepted', providerId: answer.headers.get('x-message-id') ?? mail.key }
    }
    const said: unknown = await answer.json().catch(() => undefined)
    return refusal(answer.status, said, waitMsOf(answer.headers))
  }
}

const partyOf = (text: string) => {
  const { name, address } = parsedParties(text)[0] ?? { name: '', address: text }
  return { email: address, ...(name !== '' && { name }) }
}

function bodyOf({ from, to, subject, text, html, cc, bcc, replyTo, headers, attachments, opaque }: Mail) {
  const copies = {
    ...(cc?.length && { cc: cc.map(partyOf) }),
    ...(bcc?.length && { bcc: bcc.map(partyOf) }),
  }
  return {
    personalizations: [
      { to: [partyOf(to)], ...copies, ...(opaque !== undefined && { custom_args: { careline: opaque } }) },
    ],
    from: partyOf(from),
    ...(replyTo !== undefined && { reply_to: partyOf(replyTo) }),
    subject,
    content: [
      { type: 'text/plain', value: text },
      { type: 'text/html', value: html },
    ],
    ...(headers && { headers }),
    ...(attachments?.length && {
      attachments: attachments.map(({ name, mime, bytes }) => ({
        filename: name,
        type: mime,
        content: Buffer.from(bytes).toString('base64'),
        disposition: 'attachment',
      })),
    }),
    // Our own links, as they were written: nobody is followed by a detour over a provider.
    tracking_settings: { click_tracking: { enable: false, enable_text: false }, open_tracking: { enable: false } },
  }
}

/** https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors-and-status-codes-and-errors */
function actionOf(status: number): MailAction {
  if (status === 401 || status === 403) return 'broken'
  return status === 429 || status >= 500 ? 'retry' : 'never'
}

/** Until their limit ends, by their own clock. */
function waitMsOf(headers: Headers): number | null {
  const endsAt = Number(headers.get('x-ratelimit-reset')) * 1_000
  const saidAt = Date.parse(headers.get('date') ?? '')
  return endsAt > 0 && saidAt > 0 ? Math.min(Math.max(1_000, endsAt - saidAt), 60 * 60_000) : null
}

function refusal(status: number, said: unknown, waitMs: number | null): MailResult {
  const title = Refused.safeParse(said).data?.errors[0]?.message ?? `The mail provider answered ${status}.`
  const retryAfterMs = status === 429 ? waitMs : null
  const action = actionOf(status)
  return { outcome: 'refused', code: `http_${status}`, title: title.slice(0, 500), action, retryAfterMs }
}
