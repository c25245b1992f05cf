import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../../kernel/clock.ts'
import { Problem } from '../../../kernel/problem.ts'
import { bytesOf, jsonOf, sameText, sendJson } from '../../whatsapp/simulator/http.ts'
import { formOf, signatureOf } from '../signature.ts'
import { Refusal, shown, type SimulatedText, wantedBy } from './messages.ts'

/** Where the texts are kept, so that every process of a service shows the same. */
export interface TextShelf {
  keep(text: SimulatedText): Promise<void>
  change(id: string, change: Pick<SimulatedText, 'status' | 'errorCode'>): Promise<void>
  byId(id: string): Promise<SimulatedText | undefined>
  /** The latest first; of one number only, where it is said. */
  latest(limit: number, to?: string): Promise<SimulatedText[]>
}

const times = z.int().min(1).max(10_000).nullable()
const code = z.int().min(0).max(99_999)
/** What goes wrong on purpose. `times: null` lasts until it is cleared. */
const Faults = z.strictObject({
  refuse: z.strictObject({ code, times }).nullable(),
  /** The connection is reset. */
  down: z.boolean(),
  /** Taken, but nobody is told. */
  dropAnswer: z.strictObject({ times }).nullable(),
  /** Accepted, then undelivered by the status callback. */
  failLater: z.strictObject({ code, times }).nullable(),
})
export type Faults = z.infer<typeof Faults>
const noFaults: Faults = { refuse: null, down: false, dropAnswer: null, failLater: null }

interface Parts {
  /** Where Twilio's API is played, and where people read their texts. */
  prefix: string
  textsPath: string
  accountSid: string
  authToken: string
  /** What whoever reads the texts shows. */
  phoneKey: string
  shelf: TextShelf
  clock: Clock
  /** Between two statuses of one text, ms. */
  tickMs: number
  onError(error: unknown): void
}

const bodyMax = 64 * 1_024
const shownMax = 100
const callbackMs = 15_000

/**
 * Twilio's Messages API, played: its Basic authentication, its form, its JSON and its errors, and the signed status
 * callbacks, which, as there, are not repeated.
 */
export class TwilioSimulator {
  readonly #parts: Parts
  readonly #telling = new Set<Promise<unknown>>()
  faults: Faults = { ...noFaults }

  constructor(parts: Parts) {
    this.#parts = parts
  }

  readonly handler = (req: IncomingMessage, res: ServerResponse) => {
    this.#answer(req, res).catch((error: unknown) => {
      if (error instanceof Refusal) return sendJson(res, error.status, error.body)
      if (error instanceof Problem) return sendJson(res, 400, new Refusal(20001, error.message).body)
      this.#parts.onError(error)
      sendJson(res, 500, new Refusal(20500, 'Internal Server Error', 500).body)
    })
  }

  /** No status is on its way. */
  async settled() {
    while (this.#telling.size > 0) await Promise.all(this.#telling)
  }

  async #answer(req: IncomingMessage, res: ServerResponse) {
    const { prefix, textsPath } = this.#parts
    const url = new URL(req.url ?? '/', 'http://simulator')
    if (url.pathname.startsWith(textsPath)) return this.#people(req, res, url.pathname.slice(textsPath.length))
    if (this.faults.down) return void res.destroy()
    const path = url.pathname.slice(prefix.length)
    const found = /^\/2010-04-01\/Accounts\/([^/]+)\/Messages(?:\/(SM[0-9a-f]{32}))?\.json$/.exec(path)
    this.#authorize(req, found?.[1])
    const [, , id] = found ?? []
    if (!found) throw new Refusal(20404, 'The requested resource was not found', 404)
    if (req.method === 'POST' && id === undefined) return this.#take(req, res)
    if (req.method !== 'GET') throw new Refusal(20004, 'Method not allowed', 405)
    if (id !== undefined) return this.#one(res, id)
    return this.#list(res, url.searchParams, path)
  }

  #authorize(req: IncomingMessage, sid: string | undefined) {
    const { accountSid, authToken } = this.#parts
    const given = /^Basic (\S+)$/.exec(req.headers.authorization ?? '')?.[1] ?? ''
    const isRight = sameText(Buffer.from(given, 'base64').toString(), `${accountSid}:${authToken}`)
    if (!isRight || (sid !== undefined && sid !== accountSid)) throw new Refusal(20003, 'Authenticate', 401)
  }

  async #take(req: IncomingMessage, res: ServerResponse) {
    const { shelf, clock, accountSid } = this.#parts
    const type = req.headers['content-type'] ?? ''
    if (!type.startsWith('application/x-www-form-urlencoded')) throw new Refusal(20415, 'Unsupported Media Type', 415)
    const wanted = wantedBy(formOf((await bytesOf(req, bodyMax)).toString()))
    const refuse = this.#used('refuse')
    if (refuse) throw new Refusal(refuse.code, 'The simulator was told to refuse this.', statusOf(refuse.code))
    const id = `SM${randomBytes(16).toString('hex')}`
    const text: SimulatedText = { id, ...wanted, status: 'queued', errorCode: null, at: clock.now() }
    await shelf.keep(text)
    this.#deliver(text, this.#used('failLater')?.code ?? null)
    if (this.#used('dropAnswer')) return void res.destroy()
    sendJson(res, 201, shown(text, accountSid))
  }

  async #one(res: ServerResponse, id: string) {
    const { shelf, accountSid } = this.#parts
    const text = await shelf.byId(id)
    if (!text) throw new Refusal(20404, 'The requested resource was not found', 404)
    sendJson(res, 200, shown(text, accountSid))
  }

  async #list(res: ServerResponse, query: URLSearchParams, path: string) {
    const { shelf, accountSid } = this.#parts
    const size = Math.min(Number(query.get('PageSize') ?? 50) || 50, 1_000)
    const messages = (await shelf.latest(size, query.get('To') ?? undefined)).map((text) => shown(text, accountSid))
    const uri = `${path}?${query.toString()}`
    const page = { first_page_uri: uri, next_page_uri: null, previous_page_uri: null, page: 0, page_size: size, uri }
    sendJson(res, 200, { ...page, start: 0, end: messages.length, messages })
  }

  /** What the people of the simulation see, and what goes wrong for them. */
  async #people(req: IncomingMessage, res: ServerResponse, path: string) {
    const { phoneKey, shelf } = this.#parts
    const key = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1]
    if (key === undefined || !sameText(key, phoneKey)) throw new Refusal(401, 'Show the key of the phones.', 401)
    if (req.method === 'GET' && path === '') {
      const texts = await shelf.latest(shownMax)
      return sendJson(res, 200, { texts: texts.map(({ statusUrl: _, ...text }) => text), faults: this.faults })
    }
    if (req.method !== 'PUT' || path !== '/faults') throw new Refusal(404, 'There is nothing at this address.', 404)
    const faults = Faults.partial().safeParse(await jsonOf(req, bodyMax))
    if (!faults.success) throw new Refusal(400, faults.error.issues[0]?.message ?? 'Invalid.')
    const said = Object.entries(faults.data).filter(([, value]) => value !== undefined)
    this.faults = { ...this.faults, ...(Object.fromEntries(said) as Partial<Faults>) }
    sendJson(res, 200, { faults: this.faults })
  }

  #deliver(text: SimulatedText, failure: number | null) {
    const end = failure === null ? 'delivered' : 'undelivered'
    const telling = this.#step(text, 'sent', null)
      .then(() => this.#step(text, end, failure))
      .catch(this.#parts.onError)
      .finally(() => this.#telling.delete(telling))
    this.#telling.add(telling)
  }

  async #step(text: SimulatedText, status: SimulatedText['status'], errorCode: number | null) {
    const { shelf, clock, tickMs } = this.#parts
    if (tickMs > 0) await new Promise<void>((next) => void clock.at(clock.now() + tickMs, next))
    await shelf.change(text.id, { status, errorCode })
    if (text.statusUrl !== null) await this.#tell(text, text.statusUrl, { status, errorCode })
  }

  async #tell({ id, to, from }: SimulatedText, url: string, now: Pick<SimulatedText, 'status' | 'errorCode'>) {
    const { accountSid, authToken } = this.#parts
    const form = {
      SmsSid: id,
      SmsStatus: now.status,
      MessageStatus: now.status,
      To: to,
      MessageSid: id,
      AccountSid: accountSid,
      From: from,
      ApiVersion: '2010-04-01',
      ...(now.errorCode !== null && { ErrorCode: String(now.errorCode) }),
    }
    // Nobody there, or a refusal: Twilio tells it once, and so do we.
    const told = fetch(url, {
      method: 'POST',
      headers: { 'x-twilio-signature': signatureOf(url, form, authToken) },
      body: new URLSearchParams(form),
      redirect: 'error',
      signal: AbortSignal.timeout(callbackMs),
    })
    await told.then((answer) => answer.body?.cancel(), ignoredByTwilio)
  }

  #used<Name extends 'refuse' | 'failLater' | 'dropAnswer'>(name: Name): Faults[Name] {
    const fault = this.faults[name]
    if (!fault) return null
    const left = fault.times === null || fault.times > 1
    const times = fault.times === null ? null : fault.times - 1
    this.faults = { ...this.faults, [name]: left ? { ...fault, times } : null }
    return fault
  }
}

const ignoredByTwilio = () => undefined
const statusOf = (code: number) => ({ 20003: 401, 20429: 429, 20500: 500, 20503: 503 })[code] ?? 400
