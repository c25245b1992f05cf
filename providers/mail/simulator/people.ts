import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { signatureHeaders } from '../../webhooks/signature.ts'
import { jsonOf, sameText, sendJson } from '../../whatsapp/simulator/http.ts'
import { normal, parsedParties } from '../addresses.ts'
import type { LetterShelf, SimulatedFile, SimulatedLetter, SimulatedMailbox } from './letters.ts'

interface Parts {
  prefix: string
  phoneKey: string
  shelf: LetterShelf
  mailboxes(): Promise<SimulatedMailbox[]>
  now(): number
  onError(error: unknown): void
}

const shownMax = 200
const saidMax = 40 * 1024 * 1024
const webhookMs = 15_000
const Said = z.object({
  from: z.string().regex(/^[^\s@<>]{1,64}@[^\s@<>]{1,190}$/),
  name: z.string().max(200).default(''),
  to: z.string().max(254),
  /** Who gets it besides, as headers say it. */
  cc: z.array(z.string().max(320)).max(50).optional(),
  subject: z.string().max(998),
  text: z.string().max(200_000),
  html: z.string().max(500_000).optional(),
  /** The id of the mail that it answers. */
  answers: z.string().max(500).optional(),
  headers: z.record(z.string().max(100), z.string().max(2_000)).optional(),
  files: z
    .array(z.object({ name: z.string().max(255), mime: z.string().max(128), base64: z.base64().max(20_000_000) }))
    .max(15)
    .optional(),
})

interface Sent {
  id: string
  from: string
  to: string[]
  subject: string
  tags?: { name: string; value: string }[] | undefined
}

/** The people of the simulation, who read and write mails, and Resend's webhooks of both. */
export class SimulatedPeople {
  readonly #parts: Parts
  readonly #telling = new Set<Promise<unknown>>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async settled() {
    while (this.#telling.size > 0) await Promise.all(this.#telling)
  }

  /**
   * What becomes of a mail. As at Resend, some addresses are there to try what goes wrong: `bounced@`, `complained@`,
   * and nothing is known of one to `silent@`.
   */
  told(mailbox: SimulatedMailbox, { id, from, to, subject, tags = [] }: Sent) {
    const who = normal(parsedParties(to[0] ?? '')[0]?.address ?? '')
    if (who.startsWith('silent@')) return
    const data = { email_id: id, from, to, subject, tags: Object.fromEntries(tags.map((one) => [one.name, one.value])) }
    const bounce = { message: 'There is no such mailbox.', type: 'Permanent', subType: 'General' }
    const end = who.startsWith('bounced@')
      ? { type: 'email.bounced', data: { ...data, bounce } }
      : { type: 'email.delivered', data }
    const events = [{ type: 'email.sent', data }, end]
    if (who.startsWith('complained@')) events.push({ type: 'email.complained', data })
    const telling = this.#inOrder(mailbox, events)
      .catch(this.#parts.onError)
      .finally(() => this.#telling.delete(telling))
    this.#telling.add(telling)
  }

  async #inOrder(mailbox: SimulatedMailbox, events: readonly object[]) {
    for (const event of events) await this.#tell(mailbox, event)
  }

  /** What people of the simulation see and do; they showed the key of the phones. */
  async answer(req: IncomingMessage, res: ServerResponse) {
    const { shelf, mailboxes } = this.#parts
    if (req.method === 'GET') {
      const mails = (await shelf.latest(shownMax)).filter(({ channelId }) => channelId !== undefined)
      const lines = (await mailboxes()).map(({ channelId, name, mailbox }) => ({ channelId, name, mailbox }))
      return sendJson(res, 200, { mails, lines })
    }
    const said = Said.safeParse(await jsonOf(req, saidMax))
    if (!said.success) return refuse(res, 422, 'validation_error', said.error.issues[0]?.message ?? 'Invalid.')
    const mailbox = (await mailboxes()).find((one) => one.mailbox === normal(said.data.to))
    if (!mailbox) return refuse(res, 404, 'not_found', 'Nobody has this address.')
    sendJson(res, 201, await this.say(mailbox, said.data))
  }

  /** A person writes. What the channel's webhook answered is the answer. */
  async say(mailbox: SimulatedMailbox, said: z.input<typeof Said>) {
    const { shelf, now } = this.#parts
    const id = randomUUID()
    const { from, name = '', to, cc, subject, text, html = '', answers, headers = {}, files } = said
    const messageId = `<${randomBytes(9).toString('hex')}@${from.split('@')[1] ?? 'example.com'}>`
    const letter: SimulatedLetter = {
      ...{ id, to, from: name === '' ? from : `${name} <${from}>`, subject, text, html, at: now() },
      ...{ channelId: mailbox.channelId, direction: 'in' },
      headers: {
        'Message-ID': messageId,
        ...(answers !== undefined && { 'In-Reply-To': answers, References: answers }),
        ...headers,
      },
      ...(cc && { cc }),
      ...(files && { files }),
    }
    await shelf.keep(letter, '')
    const data = { email_id: id, from: letter.from, to: [to], subject, message_id: messageId, attachments: [] }
    return { id, messageId, status: await this.#tell(mailbox, { type: 'email.received', data }) }
  }

  async #tell({ webhookUrl, webhookSecret }: SimulatedMailbox, event: object): Promise<number> {
    const body = JSON.stringify({ created_at: new Date(this.#parts.now()).toISOString(), ...event })
    const id = `msg_${randomBytes(12).toString('hex')}`
    const signed = signatureHeaders({ id, at: this.#parts.now(), body, secrets: [webhookSecret] })
    const headers = Object.fromEntries(
      Object.entries(signed).map(([one, value]) => [one.replace('webhook-', 'svix-'), value]),
    )
    const answer = await fetch(webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(webhookMs),
    })
    await answer.body?.cancel()
    return answer.status
  }

  /** An attachment, at the address that is told with the mail: whoever has it may read it. False for other requests. */
  async file(req: IncomingMessage, res: ServerResponse): Promise<boolean> {
    const path = (req.url ?? '').slice(this.#parts.prefix.length)
    const [, id = '', index = '', token = ''] = /^\/mails\/([\w-]+)\/files\/(\d+)\?token=([\w-]+)$/.exec(path) ?? []
    if (id === '' || !sameText(token, tokenOf(this.#parts.phoneKey, id))) return false
    const file = (await this.#parts.shelf.byId(id))?.files?.[Number(index)]
    if (!file) return false
    res.writeHead(200, { 'content-type': 'application/octet-stream' }).end(Buffer.from(file.base64, 'base64'))
    return true
  }
}

const tokenOf = (key: string, id: string) => createHmac('sha256', key).update(id).digest('base64url')

export const fileOf = ({
  filename,
  content,
  content_type: mime = 'application/octet-stream',
}: {
  filename: string
  content: string
  content_type?: string | undefined
}): SimulatedFile => ({ name: filename, mime, base64: content })

/** As Resend describes a mail that came. `origin`: where this simulator is. */
export function receivedOf(letter: SimulatedLetter, { phoneKey, origin }: { phoneKey: string; origin: string }) {
  const { id, from, to, cc = [], subject, text, html, headers = {}, files = [], at } = letter
  return {
    ...{ object: 'email', id, from, to: [to], cc, bcc: [], reply_to: [], subject, text, html: html || null },
    headers: { ...headers, Date: new Date(at).toUTCString() },
    message_id: headers['Message-ID'] ?? null,
    created_at: new Date(at).toISOString(),
    attachments: files.map(({ name, mime }, index) => ({
      id: `${id}-${index}`,
      filename: name,
      content_type: mime,
      content_disposition: 'attachment',
      content_id: null,
      download_url: `${origin}/mails/${id}/files/${index}?token=${tokenOf(phoneKey, id)}`,
    })),
  }
}

export function refuse(res: ServerResponse, statusCode: number, name: string, message: string) {
  sendJson(res, statusCode, { statusCode, name, message })
}
