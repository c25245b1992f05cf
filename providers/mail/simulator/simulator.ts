import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { derivedId } from '../../../kernel/id.ts'
import { Problem } from '../../../kernel/problem.ts'
import { jsonOf, sameText, sendJson } from '../../whatsapp/simulator/http.ts'

/** A letter that nobody sent on: people of the simulation read it here. */
export interface SimulatedLetter {
  id: string
  to: string
  from: string
  subject: string
  text: string
  html: string
  /** Epoch ms. */
  at: number
}

/** Where the letters are kept, so that every process of a service shows the same. */
export interface LetterShelf {
  /** False where a letter of this id is there already. */
  keep(letter: SimulatedLetter, bodyHash: string): Promise<boolean>
  /** The hash of the request that this letter came by. */
  hashOf(id: string): Promise<string | undefined>
  /** The latest first. */
  latest(limit: number): Promise<SimulatedLetter[]>
}

interface Parts {
  prefix: string
  /** What an adapter shows as its bearer token. */
  apiKey: string
  /** What whoever reads the letters shows. */
  phoneKey: string
  shelf: LetterShelf
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
})
const bodyMax = 1_000_000
const shownMax = 100

/** Resend's API, played: `POST /emails` with its token, its idempotency and its errors, and a page's worth of what came. */
export class MailSimulator {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  readonly handler = (req: IncomingMessage, res: ServerResponse) => {
    this.#answer(req, res).catch((error: unknown) => {
      if (error instanceof Problem) return refuse(res, 422, 'validation_error', error.message)
      this.#parts.onError(error)
      refuse(res, 500, 'internal_server_error', 'Something went wrong in the simulator.')
    })
  }

  async #answer(req: IncomingMessage, res: ServerResponse) {
    const path = (req.url ?? '').slice(this.#parts.prefix.length).split('?')[0]
    const token = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1]
    if (req.method === 'POST' && path === '/emails') return this.#take(req, res, token)
    if (req.method === 'GET' && path === '/letters') return this.#show(res, token)
    refuse(res, 404, 'not_found', 'The requested endpoint does not exist.')
  }

  async #take(req: IncomingMessage, res: ServerResponse, token: string | undefined) {
    const { apiKey, shelf, now } = this.#parts
    if (token === undefined) return refuse(res, 401, 'missing_api_key', 'Missing API key in the authorization header.')
    if (!sameText(token, apiKey)) return refuse(res, 403, 'invalid_api_key', 'API key is invalid.')
    const body = await jsonOf(req, bodyMax)
    const email = Email.safeParse(body)
    if (!email.success) return refuse(res, 422, 'validation_error', email.error.issues[0]?.message ?? 'Invalid.')
    const key = req.headers['idempotency-key']
    if (typeof key !== 'string' || key.length > 256)
      return refuse(res, 400, 'invalid_idempotency_key', 'The key must be between 1-256 chars.')
    const id = derivedId('mail', key)
    const { to, ...letter } = email.data
    const hash = createHash('sha256').update(JSON.stringify(body)).digest('base64url')
    const isNew = await shelf.keep({ id, to: to.join(', '), ...letter, at: now() }, hash)
    if (!isNew && (await shelf.hashOf(id)) !== hash)
      return refuse(res, 409, 'invalid_idempotent_request', 'Same idempotency key used with a different request body.')
    sendJson(res, 200, { id })
  }

  async #show(res: ServerResponse, token: string | undefined) {
    const { phoneKey, shelf } = this.#parts
    if (token === undefined || !sameText(token, phoneKey))
      return refuse(res, 401, 'unauthorized', 'Show the key of the phones.')
    sendJson(res, 200, { letters: await shelf.latest(shownMax) })
  }
}

function refuse(res: ServerResponse, statusCode: number, name: string, message: string) {
  sendJson(res, statusCode, { statusCode, name, message })
}
