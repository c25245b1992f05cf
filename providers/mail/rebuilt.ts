import { Problem } from '../../kernel/problem.ts'
import { oneLine } from './addresses.ts'
import type { Mail } from './port.ts'
import { formParts, type FormPart } from './multipart.ts'

/** A mail that a provider took apart, to be put together again: one reader reads them all. */
export interface TakenApart {
  /** Of the whole; what says how its parts were written is left out. */
  headers: readonly (readonly [name: string, value: string])[]
  text: string | null
  html: string | null
  files: readonly { name: string; mime: string; bytes: Uint8Array; contentId: string | null }[]
}

const ofParts = /^(content-(type|transfer-encoding|disposition|id)|mime-version)$/i

/** The same mail as a server would have written it. */
export async function rebuilt({ headers, text, html, files }: TakenApart): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const body = await new MailComposer({
    ...(text !== null && { text }),
    ...(html !== null && { html }),
    ...(text === null && html === null && { text: '' }),
    attachments: files.map(({ name, mime, bytes, contentId }) => ({
      filename: name,
      contentType: mime,
      content: Buffer.from(bytes),
      ...(contentId !== null && { cid: contentId }),
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build()
  const gap = body.indexOf('\r\n\r\n')
  const own = body
    .subarray(0, gap)
    .toString('utf8')
    .split(/\r\n(?![ \t])/)
    .filter((line) => /^(content-|mime-)/i.test(line))
  const lines = headers
    .filter(([name]) => /^[\w-]{1,100}$/.test(name) && !ofParts.test(name))
    .map(([name, value]) => `${name}: ${oneLine(value)}`)
  return Buffer.concat([Buffer.from([...lines, ...own].join('\r\n'), 'utf8'), body.subarray(gap)])
}

/** A mail of ours as a server would have written it. */
export async function rebuiltMail({ from, to, cc = [], bcc = [], replyTo, subject, ...rest }: Mail): Promise<Buffer> {
  const { text, html, headers = {}, attachments = [] } = rest
  const own = { From: from, To: to, Cc: cc.join(', '), Bcc: bcc.join(', '), 'Reply-To': replyTo ?? '', ...headers }
  const lines = Object.entries(own).filter(([, value]) => value !== '')
  const files = attachments.map((one) => ({ ...one, contentId: null }))
  return rebuilt({ headers: [...lines, ['Subject', encodedWord(subject)]], text, html, files })
}

/** RFC 2047, where it is not plain ASCII. */
const encodedWord = (text: string) =>
  /^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`

/** What SendGrid's Inbound Parse posts: the mail as it was, where it is set so, or its parts. @throws Problem `not_a_mail` */
export async function mailOfForm(body: Buffer, contentType: string): Promise<Buffer> {
  const parts = formParts(body, contentType)
  const raw = parts.find(({ name }) => name === 'email')
  if (raw) return raw.bytes
  if (!parts.some(({ name }) => name === 'headers' || name === 'from'))
    throw new Problem('malformed', 'not_a_mail', 'There is no mail in this form.')
  const charsets = charsetsIn(parts)
  const field = (name: string) => {
    const part = parts.find((one) => one.name === name)
    return part ? decoded(part.bytes, charsets[name]) : null
  }
  const known = headersIn(field('headers') ?? '')
  const missing = (['from', 'to', 'cc', 'subject'] as const).flatMap((name) => {
    const value = field(name)
    return value && !known.some(([one]) => one.toLowerCase() === name) ? [[name, value] as const] : []
  })
  return rebuilt({
    headers: [...verdict(field('SPF'), field('dkim')), ...known, ...missing],
    text: field('text'),
    html: field('html'),
    files: parts.filter(({ fileName }) => fileName !== null).map((part) => fileOf(part, field('content-ids'))),
  })
}

function fileOf({ name, fileName, mime, bytes }: FormPart, ids: string | null) {
  const contentId = Object.entries(jsonIn(ids)).find(([, part]) => part === name)?.[0] ?? null
  return { name: fileName || name, mime: mime || 'application/octet-stream', bytes, contentId }
}

const charsetsIn = (parts: readonly FormPart[]) =>
  jsonIn(parts.find(({ name }) => name === 'charsets')?.bytes.toString('utf8') ?? null)

function jsonIn(text: string | null): Record<string, string> {
  try {
    const read: unknown = JSON.parse(text ?? '{}')
    return typeof read === 'object' && read !== null ? (read as Record<string, string>) : {}
  } catch {
    return {} // A field that says nothing of the others.
  }
}

function decoded(bytes: Buffer, charset: string | undefined): string {
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(bytes)
  } catch {
    return bytes.toString('utf8') // A charset that nobody knows.
  }
}

function headersIn(text: string): [string, string][] {
  const lines = text
    .replaceAll('\r\n', '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')
  return lines.slice(0, 500).flatMap((line) => {
    const colon = line.indexOf(':')
    return colon > 0 ? [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as [string, string]] : []
  })
}

/** What SendGrid found of its sender, above all that the sender wrote himself. */
function verdict(spf: string | null, dkim: string | null): [string, string][] {
  const signed = /:\s*(pass|fail|none)/i.exec(dkim ?? '')?.[1] ?? 'none'
  const found = /^\s*(pass|fail|softfail|neutral|none|permerror|temperror)/i.exec(spf ?? '')?.[1] ?? 'none'
  return [['Authentication-Results', `sendgrid; spf=${found}; dkim=${signed}`]]
}
