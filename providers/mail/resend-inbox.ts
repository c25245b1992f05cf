import { z } from 'zod'
import type { Door } from '../../kernel/outgoing.ts'
import { busy } from '../../kernel/problem.ts'
import { mailBytesMax } from './received.ts'
import { rebuilt } from './rebuilt.ts'

const text = z.string().max(2_000)
const Attachment = z.object({
  filename: text.nullish(),
  content_type: text.nullish(),
  content_id: text.nullish(),
  download_url: z.string().max(4_000).nullish(),
})
const Mail = z.object({
  from: text,
  to: z.array(text).max(500),
  cc: z.array(text).max(500).nullish(),
  reply_to: z.array(text).max(50).nullish(),
  subject: z.string().max(2_000).nullish(),
  html: z.string().max(5_000_000).nullish(),
  text: z.string().max(5_000_000).nullish(),
  headers: z
    .record(z.string().max(200), z.union([z.string().max(20_000), z.array(z.string().max(20_000)).max(200)]))
    .nullish(),
  message_id: text.nullish(),
  attachments: z.array(Attachment).max(100).nullish(),
  raw: z.object({ download_url: z.string().max(4_000) }).nullish(),
})
type Mail = z.infer<typeof Mail>

interface Inbox {
  baseUrl: string
  apiKey: string
  /** For what Resend says to fetch elsewhere. */
  door: Door
}

const waitMs = 10_000

/**
 * A mail that came to Resend, which tells of it and leaves it to be asked for: as it was where Resend has it so, put
 * together of its parts where not. @throws Problem `busy` where it cannot be had now: Resend tells again
 */
export async function mailAtResend(id: string, { baseUrl, apiKey, door }: Inbox): Promise<Buffer> {
  const mail = await described(`${baseUrl}/emails/receiving/${encodeURIComponent(id)}`, apiKey)
  if (mail.raw) return fetched(mail.raw.download_url, door)
  const files = await Promise.all(
    (mail.attachments ?? []).map(async (one, index) => ({
      name: one.filename || `file-${index + 1}`,
      mime: one.content_type || 'application/octet-stream',
      contentId: one.content_id?.replaceAll(/[<>]/g, '') || null,
      bytes: one.download_url ? await fetched(one.download_url, door) : new Uint8Array(),
    })),
  )
  return rebuilt({ headers: headersOf(mail), text: mail.text ?? null, html: mail.html ?? null, files })
}

async function described(url: string, apiKey: string): Promise<Mail> {
  const headers = { authorization: `Bearer ${apiKey}` }
  const answer = await reached(fetch(url, { headers, signal: AbortSignal.timeout(waitMs), redirect: 'error' }))
  if (!answer.ok) throw unavailable()
  const read = Mail.safeParse(await answer.json().catch(() => undefined))
  if (!read.success) throw unavailable()
  return read.data
}

async function fetched(url: string, door: Door): Promise<Buffer> {
  const answer = await reached(door.ask(url, { signal: AbortSignal.timeout(waitMs * 3) }))
  if (!answer.ok) throw unavailable()
  const bytes = Buffer.from(await answer.arrayBuffer())
  return bytes.subarray(0, mailBytesMax)
}

async function reached(work: Promise<Response>): Promise<Response> {
  try {
    return await work
  } catch {
    throw unavailable()
  }
}

const unavailable = () => busy('mail_unavailable', 'This mail cannot be had from the provider now.', 5_000)

function headersOf({ headers, from, to, cc, reply_to: replyTo, subject, message_id: messageId }: Mail) {
  const known = Object.entries(headers ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, one] as const),
  )
  const own = [
    ['From', from],
    ['To', to.join(', ')],
    ['Cc', cc?.join(', ') ?? ''],
    ['Reply-To', replyTo?.join(', ') ?? ''],
    ['Subject', subject ?? ''],
    ['Message-ID', messageId ?? ''],
  ] as const
  const isKnown = (name: string) => known.some(([one]) => one.toLowerCase() === name.toLowerCase())
  return [...known, ...own.filter(([name, value]) => value !== '' && !isKnown(name))]
}
