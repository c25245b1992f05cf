import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../../kernel/clock.ts'
import { Problem } from '../../../kernel/problem.ts'
import { bytesOf, jsonOf, sameText, sendJson } from '../../whatsapp/simulator/http.ts'
import { segmentsOf } from '../../../kernel/segments.ts'
import { formOf } from '../signature.ts'
import { Calls, Fates, SimulatedCalls } from './calls.ts'
import { Refusal, shown, type SimulatedText, wantedBy } from './messages.ts'
import type { Account, SimulatedAccounts, TextShelf } from './parts.ts'
import { callbackMs, told } from './telling.ts'

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
  /** How telephones behave that the business calls; null: they are answered. */
  calls: Fates.nullable(),
})
export type Faults = z.infer<typeof Faults>
const noFaults: Faults = { refuse: null, down: false, dropAnswer: null, failLater: null, calls: null }

interface Parts {
  /** Where Twilio's API is played, and where people read their texts. */
  prefix: string
  textsPath: string
  accounts: SimulatedAccounts
  /** What whoever reads the texts shows. */
  phoneKey: string
  shelf: TextShelf
  clock: Clock
  /** Between two statuses of one text, ms. */
  tickMs: number
  onError(error: unknown): void
}

const bodyMax = 64 * 1_024
const fileMax = 5 * 1_048_576
const saidMax = 8 * 1_048_576

/** What a person of the simulation writes; files as data URLs. */
const Said = z.object({
  from: z.string().regex(/^\+\d{6,15}$/),
  to: z.string().max(64),
  text: z.string().max(1_600),
  files: z
    .array(
      z
        .string()
        .regex(/^data:[\w/+.-]{1,100};base64,/)
        .max(7_500_000),
    )
    .max(10)
    .optional(),
})

const shownMax = 100

/**
 * Twilio's Messages API, played: its Basic authentication, its form, its JSON and its errors, and the signed status
 * callbacks, which, as there, are not repeated.
 */
export class TwilioSimulator {
  readonly #parts: Parts
  readonly #telling = new Set<Promise<unknown>>()
  readonly #calls: SimulatedCalls
  faults: Faults = { ...noFaults }

  constructor(parts: Parts) {
    this.#parts = parts
    const fates = () => this.faults.calls ?? { staff: 'answered', person: 'answered' }
    const refuse = () => this.#refuse()
    this.#calls = new SimulatedCalls({ ...parts, fates, refuse, goesOn: this.#goesOn })
  }

  readonly handler = (req: IncomingMessage, res: ServerResponse) => {
    this.#answered(res, this.#answer(req, res))
  }

  #answered(res: ServerResponse, answer: Promise<unknown>) {
    answer.catch((error: unknown) => {
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
    const account = await this.#authorize(req, /^\/2010-04-01\/Accounts\/([^/.]+)/.exec(path)?.[1])
    if (req.method === 'GET' && this.#aside(res, path, account)) return undefined
    const called = this.#calls.answers(req, res, url, path, account)
    return called || this.#texts(req, res, { url, path, account })
  }

  async #texts(
    req: IncomingMessage,
    res: ServerResponse,
    { url, path, account }: { url: URL; path: string; account: Account },
  ) {
    const found = /^\/2010-04-01\/Accounts\/[^/]+\/Messages(?:\/([SM]M[0-9a-f]{32}))?\.json$/.exec(path)
    if (!found) throw new Refusal(20404, 'The requested resource was not found', 404)
    const [, id] = found
    if (req.method === 'POST' && id === undefined) return this.#take(req, res, account)
    if (req.method !== 'GET') throw new Refusal(20004, 'Method not allowed', 405)
    if (id !== undefined) return this.#one(res, id, account)
    return this.#list(res, url.searchParams, path, account)
  }

  /** What there is beside messages: the account itself, and their files. True where it was that. */
  #aside(res: ServerResponse, path: string, { accountSid: sid }: Account): boolean {
    const file = /^\/2010-04-01\/Accounts\/[^/]+\/Messages\/([SM]M[0-9a-f]{32})\/Media\/ME(\d{32})$/.exec(path)
    const isAccount = /^\/2010-04-01\/Accounts\/AC[0-9a-f]{32}\.json$/.test(path)
    if (isAccount) sendJson(res, 200, { sid, friendly_name: 'Simulated', status: 'active', type: 'Full' })
    if (file) this.#answered(res, this.#file(res, file[1] ?? '', Number(file[2])))
    return isAccount || file !== null
  }

  async #authorize(req: IncomingMessage, sid: string | undefined): Promise<Account> {
    const given = /^Basic (\S+)$/.exec(req.headers.authorization ?? '')?.[1] ?? ''
    const [accountSid = '', shownToken = ''] = Buffer.from(given, 'base64').toString().split(':')
    const authToken = await this.#parts.accounts.tokenOf(accountSid)
    const isRight = authToken !== undefined && sameText(shownToken, authToken)
    if (!isRight || (sid !== undefined && sid !== accountSid)) throw new Refusal(20003, 'Authenticate', 401)
    return { accountSid, authToken, losesAnswer: () => this.#used('dropAnswer') !== null }
  }

  async #take(req: IncomingMessage, res: ServerResponse, account: Account) {
    const { shelf, clock } = this.#parts
    const type = req.headers['content-type'] ?? ''
    if (!type.startsWith('application/x-www-form-urlencoded')) throw new Refusal(20415, 'Unsupported Media Type', 415)
    const { mediaUrls, ...wanted } = wantedBy(formOf((await bytesOf(req, bodyMax)).toString()))
    this.#refuse()
    if (await shelf.isStopped(wanted.to, wanted.from))
      throw new Refusal(21610, 'Attempt to send to unsubscribed recipient')
    const id = `${mediaUrls.length > 0 ? 'MM' : 'SM'}${randomBytes(16).toString('hex')}`
    const files = await Promise.all(mediaUrls.map(asDataUrl))
    const text: SimulatedText = { id, ...wanted, status: 'queued', errorCode: null, at: clock.now(), direction: 'out' }
    await shelf.keep({ ...text, ...(files.length > 0 && { files }) })
    this.#deliver(text, this.#used('failLater')?.code ?? null, account)
    if (this.#used('dropAnswer')) return void res.destroy()
    sendJson(res, 201, shown({ ...text, files }, account.accountSid))
  }

  /** @throws Refusal where it was told to */
  #refuse() {
    const refuse = this.#used('refuse')
    if (refuse) throw new Refusal(refuse.code, 'The simulator was told to refuse this.', statusOf(refuse.code))
  }

  /** The bytes of what a person sent; Twilio sends on to its store first. */
  async #file(res: ServerResponse, id: string, index: number) {
    const [head, body] = ((await this.#parts.shelf.byId(id))?.files?.[index] ?? '').split(',')
    if (!head || body === undefined) throw new Refusal(20404, 'The requested resource was not found', 404)
    res.writeHead(200, { 'content-type': head.slice('data:'.length).replace(';base64', '') })
    res.end(Buffer.from(body, 'base64'))
  }

  async #one(res: ServerResponse, id: string, { accountSid }: Account) {
    const { shelf } = this.#parts
    const text = await shelf.byId(id)
    if (!text) throw new Refusal(20404, 'The requested resource was not found', 404)
    sendJson(res, 200, shown(text, accountSid))
  }

  async #list(res: ServerResponse, query: URLSearchParams, path: string, { accountSid }: Account) {
    const { shelf } = this.#parts
    const size = Math.min(Number(query.get('PageSize') ?? 50) || 50, 1_000)
    const texts = (await shelf.latest(size, query.get('To') ?? undefined)).filter(({ call }) => call === undefined)
    const messages = texts.map((text) => shown(text, accountSid))
    const uri = `${path}?${query.toString()}`
    const page = { first_page_uri: uri, next_page_uri: null, previous_page_uri: null, page: 0, page_size: size, uri }
    sendJson(res, 200, { ...page, start: 0, end: messages.length, messages })
  }

  /** What the people of the simulation see, and what goes wrong for them. */
  async #people(req: IncomingMessage, res: ServerResponse, path: string) {
    const { phoneKey } = this.#parts
    const key = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1]
    if (key === undefined || !sameText(key, phoneKey)) throw new Refusal(401, 'Show the key of the phones.', 401)
    const asked = `${req.method ?? ''} ${path}`
    if (asked === 'GET ') return this.#shown(res)
    if (asked === 'POST /messages') return this.#said(req, res)
    if (asked === 'POST /calls') return this.#called(req, res)
    if (asked !== 'PUT /faults') throw new Refusal(404, 'There is nothing at this address.', 404)
    return this.#misbehave(req, res)
  }

  async #shown(res: ServerResponse) {
    const { shelf, accounts } = this.#parts
    const texts = (await shelf.latest(shownMax)).map(({ statusUrl: _, ...text }) => text)
    const lines = (await accounts.lines()).map(({ channelId, name, number }) => ({ channelId, name, number }))
    sendJson(res, 200, { texts, faults: this.faults, lines })
  }

  async #said(req: IncomingMessage, res: ServerResponse) {
    const said = Said.safeParse(await jsonOf(req, saidMax))
    if (!said.success) throw new Refusal(400, said.error.issues[0]?.message ?? 'Invalid.')
    sendJson(res, 201, await this.say(said.data))
  }

  async #called(req: IncomingMessage, res: ServerResponse) {
    const called = Calls.safeParse(await jsonOf(req, saidMax))
    if (!called.success) throw new Refusal(400, called.error.issues[0]?.message ?? 'Invalid.')
    sendJson(res, 201, await this.#calls.calls(called.data))
  }

  async #misbehave(req: IncomingMessage, res: ServerResponse) {
    const faults = Faults.partial().safeParse(await jsonOf(req, bodyMax))
    if (!faults.success) throw new Refusal(400, faults.error.issues[0]?.message ?? 'Invalid.')
    const said = Object.entries(faults.data).filter(([, value]) => value !== undefined)
    this.faults = { ...this.faults, ...(Object.fromEntries(said) as Partial<Faults>) }
    sendJson(res, 200, { faults: this.faults })
  }

  /** A person writes to one of the numbers. What their channel answered is the answer. */
  async say({ from, to, text, files = [] }: z.infer<typeof Said>) {
    const { shelf, clock, accounts } = this.#parts
    const line = (await accounts.lines()).find(({ number }) => number === to)
    if (!line) throw new Refusal(404, 'Nobody has this number.', 404)
    const id = `${files.length > 0 ? 'MM' : 'SM'}${randomBytes(16).toString('hex')}`
    const status = 'received' as const
    await shelf.keep({
      id,
      to,
      from,
      text,
      files,
      status,
      errorCode: null,
      statusUrl: null,
      at: clock.now(),
      direction: 'in',
    })
    const optOut = optOutOf(text)
    if (optOut === 'STOP' || optOut === 'START') await shelf.stop(from, to, optOut === 'STOP')
    const address = (index: number) =>
      `https://api.twilio.com/2010-04-01/Accounts/${line.accountSid}/Messages/${id}/Media/ME${String(index).padStart(32, '0')}`
    const form = {
      ...{ MessageSid: id, SmsSid: id, SmsMessageSid: id, AccountSid: line.accountSid, From: from, To: to },
      ...{ Body: text, NumMedia: String(files.length), NumSegments: String(segmentsOf(text)), SmsStatus: 'received' },
      ...Object.fromEntries(
        files.flatMap((file, index) => [
          [`MediaUrl${String(index)}`, address(index)],
          [`MediaContentType${String(index)}`, file.slice('data:'.length, file.indexOf(';'))],
        ]),
      ),
      ApiVersion: '2010-04-01',
      ...(optOut && { OptOutType: optOut }),
    }
    const { status: answer } = await told(line.webhookUrl, form, line.authToken)
    return { id, status: answer }
  }

  #deliver(text: SimulatedText, failure: number | null, account: Account) {
    const end = failure === null ? 'delivered' : 'undelivered'
    this.#goesOn(this.#step(text, 'sent', null, account).then(() => this.#step(text, end, failure, account)))
  }

  readonly #goesOn = (work: Promise<unknown>) => {
    const telling = work.catch(this.#parts.onError).finally(() => this.#telling.delete(telling))
    this.#telling.add(telling)
  }

  async #step(text: SimulatedText, status: SimulatedText['status'], errorCode: number | null, account: Account) {
    const { shelf, clock, tickMs } = this.#parts
    if (tickMs > 0) await new Promise<void>((next) => void clock.at(clock.now() + tickMs, next))
    await shelf.change(text.id, { status, errorCode })
    if (text.statusUrl !== null) await this.#tell(text, text.statusUrl, { status, errorCode }, account)
  }

  async #tell(
    { id, to, from }: SimulatedText,
    url: string,
    now: Pick<SimulatedText, 'status' | 'errorCode'>,
    { accountSid, authToken }: Account,
  ) {
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
    await told(url, form, authToken)
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

// Twilio's own words, with Advanced Opt-Out.
const stopWords = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT']
const startWords = ['START', 'YES', 'UNSTOP']
function optOutOf(text: string) {
  const word = text.trim().toUpperCase()
  if (stopWords.includes(word)) return 'STOP'
  if (startWords.includes(word)) return 'START'
  return word === 'HELP' || word === 'INFO' ? 'HELP' : undefined
}

/** @throws Refusal where the address holds nothing, as Twilio does */
async function asDataUrl(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(callbackMs) }).catch(() => undefined)
  if (!answer?.ok) throw new Refusal(21620, 'Invalid media URL(s)')
  const bytes = Buffer.from(await answer.arrayBuffer())
  if (bytes.length > fileMax) throw new Refusal(30019, 'Media exceeds messaging provider size limit')
  return `data:${answer.headers.get('content-type') ?? 'application/octet-stream'};base64,${bytes.toString('base64')}`
}
const statusOf = (code: number) => ({ 20003: 401, 20429: 429, 20500: 500, 20503: 503 })[code] ?? 400
