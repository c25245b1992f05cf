import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Clock } from '../../../kernel/clock.ts'
import { phoneOf } from '../../../kernel/phone.ts'
import { bytesOf, sendJson } from '../../whatsapp/simulator/http.ts'
import { formOf } from '../signature.ts'
import { callPage, callShown, recordingShown } from './call-shapes.ts'
import { type CallPart, Refusal, type SimulatedText } from './messages.ts'
import type { Account, SimulatedAccounts, TextShelf } from './parts.ts'
import { told } from './telling.ts'
import { type Spoken, spokenIn } from './twiml.ts'

const fates = ['answered', 'holds', 'busy', 'no-answer', 'failed'] as const
/** How the telephones of a call of the business behave; `holds` is taken, and not hung up. */
export const Fates = z.strictObject({ staff: z.enum(fates), person: z.enum(fates) })
export type Fates = z.infer<typeof Fates>

/** What a person of the simulation does: calls, and says something after the tone where there is one. */
export const Calls = z.object({
  from: z.string().regex(/^\+?[\w-]{3,20}$/),
  to: z.string().max(64),
  says: z
    .string()
    .regex(/^data:audio\/[\w.+-]{1,60};base64,/)
    .max(7_500_000)
    .optional(),
})

interface Parts {
  accounts: SimulatedAccounts
  shelf: TextShelf
  clock: Clock
  /** Between two statuses, ms. */
  tickMs: number
  fates(): Fates
  /** @throws Refusal where it was told to */
  refuse(): void
  /** What goes on after an answer was given. */
  goesOn(work: Promise<unknown>): void
}

const bodyMax = 64 * 1_024
/** How long those speak who speak. */
const spokeSeconds = 42
const messageSeconds = 7
const verbsMax = 20

const Create = z.object({
  To: z.string().max(64).default(''),
  From: z.string().max(64).default(''),
  Twiml: z.string().max(4_000).optional(),
  Url: z.string().max(2_048).optional(),
  StatusCallback: z.url().max(2_048).optional(),
})
type Create = z.infer<typeof Create>

// Twilio, "Test credentials": numbers with a fate of their own.
const fated: Readonly<Record<string, readonly [code: number, message: string]>> = {
  '+15005550001': [21217, 'Phone number does not appear to be valid'],
  '+15005550002': [21214, "'To' phone number cannot be reached"],
  '+15005550003': [21215, 'Account not authorized to make an international call'],
  '+15005550004': [21216, 'Account not allowed to call this number'],
}
const mistakes: readonly (readonly [code: number, message: string, isIt: (wanted: Create) => boolean])[] = [
  [21201, "No 'To' number is specified", ({ To }) => To === ''],
  [21213, "'From' phone number is required", ({ From }) => From === ''],
  [21205, 'Url parameter is required.', ({ Twiml, Url }) => Twiml === undefined && Url === undefined],
  ...Object.entries(fated).map(
    ([number, [code, message]]) => [code, message, ({ To }: Create) => To === number] as const,
  ),
  [21211, "Invalid 'To' Phone Number", ({ To }) => phoneOf(To)?.e164 !== To],
]

type Live = SimulatedText & { call: CallPart }
const isCall = (text: SimulatedText | undefined): text is Live => text?.call !== undefined
const isOver = ({ call: { status } }: Live) => !['queued', 'ringing', 'in-progress'].includes(status)

/** Twilio's Calls and Recordings, played: what it is asked, what it asks what to do with a call, and what it tells of it. */
export class SimulatedCalls {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** False where it is nothing of calls. */
  answers(
    req: IncomingMessage,
    res: ServerResponse,
    url: URL,
    path: string,
    account: Account,
  ): Promise<unknown> | false {
    const calls = /^\/2010-04-01\/Accounts\/[^/]+\/Calls(?:\/(CA[0-9a-f]{32}))?\.json$/.exec(path)
    const recording = /^\/2010-04-01\/Accounts\/[^/]+\/Recordings\/RE([0-9a-f]{32})(\.mp3|\.json)$/.exec(path)
    const asked = req.method ?? ''
    if (recording) return this.#recording(res, asked, `CA${recording[1] ?? ''}`, recording[2] ?? '', account)
    if (!calls) return false
    const [, sid] = calls
    if (asked === 'POST')
      return sid === undefined ? this.#create(req, res, account) : this.#update(req, res, sid, account)
    if (asked !== 'GET') throw new Refusal(20004, 'Method not allowed', 405)
    return sid === undefined ? this.#list(res, url.searchParams, path, account) : this.#one(res, sid, account)
  }

  /** Taken, but the answer is lost where `drops` says so. */
  async #create(req: IncomingMessage, res: ServerResponse, account: Account) {
    const read = Create.safeParse(formOf((await bytesOf(req, bodyMax)).toString()))
    if (!read.success) throw new Refusal(20001, `Invalid parameter: ${read.error.issues[0]?.path.join('.') ?? ''}`)
    const wanted = read.data
    this.#parts.refuse()
    const found = mistakes.find(([, , isIt]) => isIt(wanted))
    if (found) throw new Refusal(found[0], found[1])
    const { To: to, From: from, StatusCallback: statusUrl = null, Twiml = '' } = wanted
    const made = await this.#kept({ to, from, statusUrl, direction: 'out' }, { status: 'queued', parent: null })
    this.#parts.goesOn(this.#rings(made, spokenIn(Twiml), account))
    if (account.losesAnswer()) return void res.destroy()
    sendJson(res, 201, callShown(made, account.accountSid))
  }

  async #update(req: IncomingMessage, res: ServerResponse, sid: string, account: Account) {
    const { Status: status } = formOf((await bytesOf(req, bodyMax)).toString())
    const call = await this.#known(sid)
    if (status !== 'completed' && status !== 'canceled') throw new Refusal(20001, 'Invalid parameter: Status')
    if (isOver(call)) throw new Refusal(21220, 'Call is not in-progress. Cannot redirect.')
    const ended = {
      ...call,
      call: { ...call.call, status: call.call.status === 'in-progress' ? 'completed' : 'canceled' },
    } as Live
    this.#parts.goesOn(this.#ended(call, account))
    sendJson(res, 200, callShown(ended, account.accountSid))
  }

  async #one(res: ServerResponse, sid: string, { accountSid }: Account) {
    sendJson(res, 200, callShown(await this.#known(sid), accountSid))
  }

  async #list(res: ServerResponse, query: URLSearchParams, path: string, { accountSid }: Account) {
    const [to, from, parent] = [query.get('To'), query.get('From'), query.get('ParentCallSid')]
    const size = Math.min(Number(query.get('PageSize') ?? 50) || 50, 1_000)
    const all = (await this.#parts.shelf.latest(1_000)).filter(isCall)
    const found = all.filter(
      (one) =>
        (to === null || one.to === to) &&
        (from === null || one.from === from) &&
        (parent === null || one.call.parent === parent),
    )
    const calls = found.slice(0, size).map((one) => callShown(one, accountSid))
    sendJson(res, 200, callPage(calls, `${path}?${query.toString()}`, size))
  }

  async #recording(res: ServerResponse, asked: string, sid: string, as: string, { accountSid }: Account) {
    const call = await this.#known(sid)
    const [head, body] = (call.files?.[0] ?? '').split(',')
    if (!head || body === undefined) throw new Refusal(20404, 'The requested resource was not found', 404)
    if (asked === 'DELETE') {
      await this.#parts.shelf.change(sid, { files: [] })
      res.writeHead(204)
      return void res.end()
    }
    if (as === '.json') return sendJson(res, 200, recordingShown(call, accountSid, messageSeconds))
    res.writeHead(200, { 'content-type': head.slice('data:'.length).replace(';base64', '') })
    return void res.end(Buffer.from(body, 'base64'))
  }

  /** A person calls one of the numbers, and hears what it says. */
  async calls({ from, to, says }: z.infer<typeof Calls>) {
    const line = (await this.#parts.accounts.lines()).find(({ number }) => number === to)
    if (!line) throw new Refusal(404, 'Nobody has this number.', 404)
    const call = await this.#kept({ to, from, statusUrl: null, direction: 'in' }, { status: 'ringing', parent: null })
    const { id } = call
    const { accountSid, authToken } = line
    const voiceUrl = `${line.webhookUrl}/voice`
    const ask = (url: string, more: Record<string, string>) =>
      told(url, { ...incoming(call, accountSid), CallStatus: 'in-progress', ...more }, authToken)
    const first = await ask(voiceUrl, { CallStatus: 'ringing' })
    const heard = { spoken: [] as string[], hasLeft: false, isRefused: false }
    let verbs = spokenIn(first.body)
    for (let nth = 0; nth < verbsMax && verbs.length > 0; nth++) {
      const [verb, ...rest] = verbs
      verbs = verb ? ((await this.#obey(verb, { id, accountSid, says, ask, heard })) ?? rest) : []
    }
    const status = heard.isRefused ? 'busy' : 'completed'
    const files = heard.hasLeft && says !== undefined ? [says] : []
    const after = (await this.#parts.shelf.byId(id)) as Live
    await this.#parts.shelf.change(id, { call: { ...after.call, status, hears: heard.spoken } })
    await ask(voiceUrl, { CallStatus: status, CallDuration: String(messageSeconds) })
    return { id, status: first.status, hears: heard.spoken, left: files.length > 0 }
  }

  /** What comes next instead of what stands there; nothing where it goes on. */
  async #obey(verb: Spoken, by: Obeying): Promise<Spoken[] | undefined> {
    const { id, accountSid, says, ask, heard } = by
    if (verb.name === 'Say') heard.spoken.push(verb.text)
    if (verb.name === 'Reject') heard.isRefused = true
    if (verb.name === 'Reject' || verb.name === 'Hangup') return []
    if (verb.name === 'Dial') return this.#putThrough(verb, by)
    if (verb.name !== 'Record' || says === undefined) return undefined
    heard.hasLeft = true
    await this.#parts.shelf.change(id, { files: [says] })
    const sid = `RE${id.slice(2)}`
    const about = { RecordingSid: sid, RecordingDuration: String(messageSeconds), AccountSid: accountSid, CallSid: id }
    const url = `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`
    const done = {
      ...about,
      RecordingUrl: url,
      RecordingStatus: 'completed',
      RecordingChannels: '1',
      RecordingSource: 'RecordVerb',
    }
    await ask(verb.attributes['action'] ?? '', { RecordingUrl: url, ...about, Digits: 'hangup' })
    await by.ask(verb.attributes['recordingStatusCallback'] ?? '', done)
    // Whoever has said what they wanted hangs up.
    return []
  }

  async #putThrough(verb: Spoken, { ask }: Obeying) {
    const { staff } = this.#parts.fates()
    const isTaken = staff === 'answered' || staff === 'holds'
    const DialCallStatus = isTaken ? 'completed' : staff
    const more = { DialCallStatus, DialCallDuration: isTaken ? String(spokeSeconds) : '0' }
    return spokenIn((await ask(verb.attributes['action'] ?? '', more)).body)
  }

  /** A call of the business: its first telephone, and then the one that it is put through to. */
  async #rings(call: Live, verbs: Spoken[], account: Account) {
    const { staff, person } = this.#parts.fates()
    if (!(await this.#goes(call, staff, account))) return
    const dialled = verbs.find(({ name }) => name === 'Dial')
    const { statusCallback: statusUrl = null } = dialled?.inner ?? {}
    if (dialled) {
      const from = dialled.attributes['callerId'] ?? ''
      const child = { to: dialled.text, from, statusUrl, direction: 'out' as const }
      const leg = await this.#kept(child, { status: 'queued', parent: call.id, hears: verbs.flatMap(wordsOf) })
      const isTaken = await this.#goes(leg, person, account)
      // Nobody hangs up: it goes on until it is ended.
      if (isTaken && person === 'holds') return
      if (isTaken) await this.#step(leg, 'completed', spokeSeconds, account)
    }
    await this.#step(call, 'completed', spokeSeconds, account)
  }

  /** Rings, and is taken or not. */
  async #goes(call: Live, fate: Fates['staff'], account: Account): Promise<boolean> {
    await this.#step(call, 'initiated', null, account)
    await this.#step(call, 'ringing', null, account)
    const isTaken = fate === 'answered' || fate === 'holds'
    return this.#step(call, isTaken ? 'in-progress' : fate, isTaken ? null : 0, account, isTaken)
  }

  async #ended(call: Live, account: Account) {
    const legs = (await this.#parts.shelf.latest(1_000)).filter(isCall)
    for (const leg of [...legs.filter((one) => one.call.parent === call.id && !isOver(one)), call]) {
      const isTaken = leg.call.status === 'in-progress'
      await this.#step(leg, isTaken ? 'completed' : 'canceled', isTaken ? spokeSeconds : 0, account)
    }
  }

  /** True where the call went on: it may have been ended meanwhile. */
  async #step(call: Live, status: string, seconds: number | null, account: Account, goesOn = true): Promise<boolean> {
    const { shelf, clock, tickMs } = this.#parts
    if (tickMs > 0) await new Promise<void>((next) => void clock.at(clock.now() + tickMs, next))
    const now = await shelf.byId(call.id)
    if (!isCall(now) || isOver(now)) return false
    const kept = status === 'initiated' ? 'queued' : status
    await shelf.change(call.id, { call: { ...now.call, status: kept as CallPart['status'], seconds } })
    const form = {
      ...{ CallSid: call.id, AccountSid: account.accountSid, From: call.from, To: call.to, CallStatus: status },
      ...{ ApiVersion: '2010-04-01', Direction: call.call.parent === null ? 'outbound-api' : 'outbound-dial' },
      ...(call.call.parent !== null && { ParentCallSid: call.call.parent }),
      ...(seconds !== null && { CallDuration: String(seconds) }),
      ...{
        CallbackSource: 'call-progress-events',
        SequenceNumber: '0',
        Timestamp: new Date(clock.now()).toUTCString(),
      },
    }
    if (call.statusUrl !== null) await told(call.statusUrl, form, account.authToken)
    return goesOn
  }

  async #kept(
    text: Pick<SimulatedText, 'to' | 'from' | 'statusUrl'> & { direction: 'in' | 'out' },
    call: CallPart,
  ): Promise<Live> {
    const id = `CA${randomBytes(16).toString('hex')}`
    const status = text.direction === 'in' ? ('received' as const) : ('sent' as const)
    const kept = { id, text: '', errorCode: null, at: this.#parts.clock.now(), status, ...text, call }
    await this.#parts.shelf.keep(kept)
    return kept
  }

  async #known(sid: string): Promise<Live> {
    const found = await this.#parts.shelf.byId(sid)
    if (!isCall(found)) throw new Refusal(20404, 'The requested resource was not found', 404)
    return found
  }
}

interface Obeying {
  id: string
  accountSid: string
  says: string | undefined
  ask(url: string, more: Record<string, string>): Promise<{ status: number; body: string }>
  heard: { spoken: string[]; hasLeft: boolean; isRefused: boolean }
}

const wordsOf = ({ name, text }: Spoken) => (name === 'Say' ? [text] : [])

const incoming = ({ id, from, to }: Live, accountSid: string) => ({
  ...{ CallSid: id, AccountSid: accountSid, From: from, To: to, Caller: from, Called: to },
  ...{ Direction: 'inbound', ApiVersion: '2010-04-01' },
})
