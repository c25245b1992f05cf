import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { derivedId } from '../../../kernel/id.ts'
import { Problem } from '../../../kernel/problem.ts'
import { jsonOf, sameText, sendJson } from '../../whatsapp/simulator/http.ts'
import type { LetterShelf, SimulatedMailbox } from './letters.ts'
import { fileOf, receivedOf, refuse, SimulatedPeople } from './people.ts'

interface Parts {
  prefix: string
  /** What an adapter shows as its bearer token. */
  apiKey: string
  /** What whoever reads the letters shows. */
  phoneKey: string
  shelf: LetterShelf
  /** The channels that are played here. */
  mailboxes(): Promise<SimulatedMailbox[]>
  now(): number
  onError(error: unknown): void
}

const address = z.string().min(3).max(320)
/** As Resend documents it; a body that Resend would refuse is refused here. */
const Email = z.object({
  from: address,
  to: z.array(address).min(1).max(50),
  subject: z.string().min(1).max(998),
  text: z.string().max(200_000),
  html: z.string().max(500_000),
  cc: z.array(address).max(50).optional(),
  bcc: z.array(address).max(50).optional(),
  reply_to: address.optional(),
  headers: z.record(z.string().max(100), z.string().max(10_000)).optional(),
  attachments: z
    .array(
      z.object({
        filename: z.string().max(255),
        content: z.base64().max(50_000_000),
        content_type: z.string().max(128).optional(),
      }),
    )
    .max(50)
    .optional(),
  tags: z
    .array(z.object({ name: z.string().regex(/^[\w-]{1,256}$/), value: z.string().regex(/^[\w-]{1,256}$/) }))
    .max(50)
    .optional(),
})
/** Resend's own bound: 40 MB with everything. */
const bodyMax = 56 * 1024 * 1024
const shownMax = 100

/** Resend's API, played: `POST /emails` with its token, its idempotency and its errors, and a page's worth of what came. */
export class MailSimulator {
  readonly #parts: Parts
  readonly #people: SimulatedPeople

  constructor(parts: Parts) {
    this.#parts = parts
    this.#people = new SimulatedPeople(parts)
  }

  /** No webhook is on its way. */
  settled = () => this.#people.settled()

  readonly handler = (req: IncomingMessage, res: ServerResponse) => {
    this.#answer(req, res).catch((error: unknown) => {
      if (error instanceof Problem) return refuse(res, 422, 'validation_error', error.message)
      this.#parts.onError(error)
      refuse(res, 500, 'internal_server_error', 'Something went wrong in the simulator.')
    })
  }

  async #answer(req: IncomingMessage, res: ServerResponse) {
    const path = (req.url ?? '').slice(this.#parts.prefix.length).split('?')[0] ?? ''
    const token = tokenIn(req)
    const asked = `${req.method ?? ''} ${path}`
    if (asked === 'POST /emails') return this.#take(req, res, token)
    if (asked === 'GET /letters') return this.#show(res, token)
    if (asked === 'GET /domains') return this.#domains(res, token)
    const received = /^GET \/emails\/receiving\/([\w-]{1,128})$/.exec(asked)?.[1]
    if (received !== undefined) return this.#received(req, res, received)
    if (path.startsWith('/mails')) return this.#asPerson(req, res, token)
    refuse(res, 404, 'not_found', 'The requested endpoint does not exist.')
  }

  async #take(req: IncomingMessage, res: ServerResponse, token: string | undefined) {
    const { shelf, now } = this.#parts
    const { isKnown, mailbox } = await this.#account(res, token)
    if (!isKnown) return
    const body = await jsonOf(req, bodyMax)
    const email = Email.safeParse(body)
    if (!email.success) return refuse(res, 422, 'validation_error', email.error.issues[0]?.message ?? 'Invalid.')
    const key = req.headers['idempotency-key']
    if (typeof key !== 'string' || key.length > 256)
      return refuse(res, 400, 'invalid_idempotency_key', 'The key must be between 1-256 chars.')
    const id = derivedId('mail', key)
    const { to, ...sent } = email.data
    const letter = { ...letterOf(sent), ...(mailbox && { channelId: mailbox.channelId, direction: 'out' as const }) }
    const hash = createHash('sha256').update(JSON.stringify(body)).digest('base64url')
    const isNew = await shelf.keep({ id, to: to.join(', '), ...letter, at: now() }, hash)
    if (!isNew && (await shelf.hashOf(id)) !== hash)
      return refuse(res, 409, 'invalid_idempotent_request', 'Same idempotency key used with a different request body.')
    sendJson(res, 200, { id })
    if (isNew && mailbox) this.#people.told(mailbox, { id, to, ...sent })
  }

  /** Whose key it is; answers by itself where it is nobody's. */
  async #account(res: ServerResponse, token: string | undefined) {
    const { apiKey, mailboxes } = this.#parts
    const none = { isKnown: false, mailbox: undefined }
    if (token === undefined) {
      refuse(res, 401, 'missing_api_key', 'Missing API key in the authorization header.')
      return none
    }
    if (sameText(token, apiKey)) return { isKnown: true, mailbox: undefined }
    const mailbox = (await mailboxes()).find((one) => sameText(token, one.apiKey))
    if (!mailbox) refuse(res, 403, 'invalid_api_key', 'API key is invalid.')
    return { isKnown: mailbox !== undefined, mailbox }
  }

  async #domains(res: ServerResponse, token: string | undefined) {
    const { isKnown } = await this.#account(res, token)
    if (isKnown) sendJson(res, 200, { data: [] })
  }

  async #received(req: IncomingMessage, res: ServerResponse, id: string) {
    const { isKnown, mailbox } = await this.#account(res, tokenIn(req))
    if (!isKnown) return
    const letter = await this.#parts.shelf.byId(id)
    if (letter?.direction !== 'in' || letter.channelId !== mailbox?.channelId)
      return refuse(res, 404, 'not_found', 'Email not found')
    const { prefix, phoneKey } = this.#parts
    sendJson(res, 200, receivedOf(letter, { phoneKey, origin: `http://${req.headers.host ?? 'localhost'}${prefix}` }))
  }

  async #asPerson(req: IncomingMessage, res: ServerResponse, token: string | undefined) {
    if (await this.#people.file(req, res)) return
    if (token === undefined || !sameText(token, this.#parts.phoneKey))
      return refuse(res, 401, 'unauthorized', 'Show the key of the phones.')
    await this.#people.answer(req, res)
  }

  async #show(res: ServerResponse, token: string | undefined) {
    const { phoneKey, shelf } = this.#parts
    if (token === undefined || !sameText(token, phoneKey))
      return refuse(res, 401, 'unauthorized', 'Show the key of the phones.')
    const letters = (await shelf.latest(shownMax)).filter(({ channelId }) => channelId === undefined)
    sendJson(res, 200, { letters })
  }
}

const tokenIn = (req: IncomingMessage) => /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1]

type Sent = Omit<z.infer<typeof Email>, 'to'>

const letterOf = ({ from, subject, text, html, cc, bcc, headers, attachments }: Sent) => ({
  ...{ from, subject, text, html },
  ...(cc && { cc }),
  ...(bcc && { bcc }),
  ...(headers && { headers }),
  ...(attachments && { files: attachments.map(fileOf) }),
})
