import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { Problem } from '../../../kernel/problem.ts'
import { bytesOf, jsonOf, sameText, sendJson } from '../../whatsapp/simulator/http.ts'
import { signatureOf } from '../signature.ts'
import { Blocks, bodyOf, methods, newTs } from './methods.ts'
import { Refusal } from './refusal.ts'
import { channels, type SimulatedTeam, type SlackShelf, type StandingMessage } from './shelf.ts'
import { SimulatedViews, stateOf } from './views.ts'

/** What goes wrong on purpose with posts and changes, so many times. */
export interface SlackFaults {
  /** Slack's own name for a refusal. */
  refuse: { error: string; times: number } | null
  /** 429 with so many seconds to wait. */
  slowDown: { seconds: number; times: number } | null
  /** Done, but the connection breaks before the answer. */
  dropAnswer: { times: number } | null
  /** The connection is reset before anything is done. */
  down: { times: number } | null
  /** A press that took so long to get here that what opens a form is this much older. */
  slowPress: { ms: number; times: number } | null
  /** A form is sent off, and what the app answers is lost. */
  loseAnswer: { times: number } | null
}
export const noFaults: SlackFaults = {
  ...{ refuse: null, slowDown: null, dropAnswer: null, down: null },
  ...{ slowPress: null, loseAnswer: null },
}

interface Parts {
  /** Everything under it is Slack's: `/simulator/slack`. */
  prefix: string
  /** What whoever looks at the channels shows. */
  phoneKey: string
  shelf: SlackShelf
  teams(): Promise<SimulatedTeam[]>
  /** Where this simulator is reached: scheme and host. */
  here(): string
  now(): number
  onError(error: unknown): void
}

const Press = z.object({
  teamId: z.string().max(64),
  channel: z.string().max(64),
  ts: z.string().max(64),
  actionId: z.string().max(255),
  email: z.string().max(320),
  name: z.string().max(200).default(''),
  /** Of somebody of another company, in a channel that both share: their own team. */
  guestOf: z.string().max(64).optional(),
})
export type SimulatedPress = z.input<typeof Press>

const Submit = z.object({
  teamId: z.string().max(64),
  viewId: z.string().max(64),
  /** By block: what was typed or chosen. */
  filled: z.record(z.string().max(255), z.array(z.string().max(3_000)).max(100)),
})
export type SimulatedSubmission = z.input<typeof Submit>
const Whisper = z.looseObject({ text: z.string().min(1).max(3_000), blocks: Blocks.default([]) })
const Close = Submit.omit({ filled: true })

/** A `response_url` is good for five answers within half an hour. */
interface Answerable {
  teamId: string
  channel: string
  userId: string
  uses: number
  until: number
}
const answerMs = 30 * 60_000
const shownMax = 30
const toldMs = 15_000
/** So long Slack waits for what becomes of a form. */
const formMs = 3_000

/** Slack, played: its Web API with its tokens and its errors, its channels, and the signed requests that its buttons send. */
export class SlackSimulator {
  readonly #parts: Parts
  readonly #answerable = new Map<string, Answerable>()
  readonly #views: SimulatedViews
  faults: SlackFaults = { ...noFaults }

  constructor(parts: Parts) {
    this.#parts = parts
    this.#views = new SimulatedViews(parts.now)
  }

  readonly handler = (req: IncomingMessage, res: ServerResponse) => {
    this.#answer(req, res).catch((error: unknown) => {
      if (error instanceof Refusal) return sendJson(res, 200, { ok: false, error: error.code })
      if (error instanceof Problem) return sendJson(res, 400, { message: error.message })
      this.#parts.onError(error)
      sendJson(res, 500, { ok: false, error: 'internal_error' })
    })
  }

  async #answer(req: IncomingMessage, res: ServerResponse) {
    const path = (req.url ?? '').slice(this.#parts.prefix.length).split('?')[0] ?? ''
    const method = /^\/api\/([\w.]{1,64})$/.exec(path)?.[1]
    if (method !== undefined) return this.#call(req, res, method)
    const token = /^\/actions\/([\w-]{1,64})$/.exec(path)?.[1]
    if (token !== undefined) return this.#whispered(req, res, token)
    return this.#people(req, res, path)
  }

  async #call(req: IncomingMessage, res: ServerResponse, name: string) {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined
    if (!method) throw new Refusal('unknown_method')
    const isChat = name.startsWith('chat.')
    if (this.#used('down', isChat)) return void res.destroy()
    const team = await this.#teamOf(req)
    const body = await bodyOf(req)
    const slow = this.#used('slowDown', isChat)
    if (slow) {
      res.setHeader('retry-after', String(slow.seconds))
      return sendJson(res, 429, { ok: false, error: 'ratelimited' })
    }
    const refuse = this.#used('refuse', isChat)
    if (refuse) throw new Refusal(refuse.error)
    const { shelf, now } = this.#parts
    const said = await method({ team, shelf, views: this.#views, now, body })
    if (this.#used('dropAnswer', isChat)) return void res.destroy()
    sendJson(res, 200, { ok: true, ...said })
  }

  async #teamOf(req: IncomingMessage): Promise<SimulatedTeam> {
    const token = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1]
    if (token === undefined) throw new Refusal('not_authed')
    const team = (await this.#parts.teams()).find((one) => sameText(one.token, token))
    if (!team) throw new Refusal('invalid_auth')
    return team
  }

  /** What is answered to who pressed, by the address that came with the press. */
  async #whispered(req: IncomingMessage, res: ServerResponse, token: string) {
    const { shelf, now } = this.#parts
    const place = this.#answerable.get(token)
    if (!place || place.uses <= 0 || now() > place.until) return sendJson(res, 404, { ok: false, error: 'expired_url' })
    const said = Whisper.safeParse(await jsonOf(req, 64_000))
    if (!said.success) return sendJson(res, 400, { ok: false, error: 'no_text' })
    place.uses--
    const { teamId, channel, userId: onlyFor } = place
    const { text, blocks } = said.data
    const plain = { metadata: null, isEdited: false, at: now() }
    await shelf.keep({ teamId, channel, ts: newTs(now()), text, blocks, onlyFor, ...plain })
    res.writeHead(200).end('ok')
  }

  /** What people of the simulation see and do. */
  async #people(req: IncomingMessage, res: ServerResponse, path: string) {
    const key = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1]
    if (key === undefined || !sameText(key, this.#parts.phoneKey))
      return sendJson(res, 401, { message: 'Show the key of the phones.' })
    const asked = `${req.method ?? ''} ${path}`
    if (asked === 'GET /desk') return sendJson(res, 200, { teams: await this.desk() })
    if (asked === 'POST /press') return sendJson(res, 200, { status: await this.press(await read(req, Press)) })
    if (asked === 'POST /submit') return sendJson(res, 200, await this.submit(await read(req, Submit)))
    if (asked === 'POST /close') return sendJson(res, 200, this.close(await read(req, Close)))
    await bytesOf(req, 64_000)
    sendJson(res, 404, { message: 'There is nothing at this address.' })
  }

  /** Every team with its channels and what stands there, the latest last. */
  async desk() {
    const { shelf } = this.#parts
    const shown = async ({ id, name, staff }: SimulatedTeam) => ({
      ...{ id, name, staff },
      forms: await Promise.all(
        this.#views.of(id).map(async ({ id: viewId, hash, userId, view }) => {
          return { id: viewId, hash, email: (await shelf.user(id, userId))?.email ?? '', view }
        }),
      ),
      channels: await Promise.all(
        channels
          .filter(({ isArchived }) => !isArchived)
          .map(async (one) => {
            const messages = (await shelf.latest(id, one.id, shownMax)).reverse()
            return { id: one.id, name: one.name, messages: await Promise.all(messages.map(this.#seen)) }
          }),
      ),
    })
    return Promise.all((await this.#parts.teams()).map(shown))
  }

  readonly #seen = async ({ metadata: _, ...message }: StandingMessage) => {
    const only = message.onlyFor === null ? undefined : await this.#parts.shelf.user(message.teamId, message.onlyFor)
    return { ...message, onlyFor: message.onlyFor === null ? null : (only?.name ?? message.onlyFor) }
  }

  /** Somebody presses a button. What the app answered is the answer. @throws Problem */
  async press({ teamId, channel, ts, actionId, email, name = '', guestOf = teamId }: SimulatedPress): Promise<number> {
    const { shelf, now, here, prefix } = this.#parts
    const team = await this.#team(teamId)
    const message = await shelf.one(teamId, channel, ts)
    const button = message && buttonsOf(message).find(({ action_id }) => action_id === actionId)
    if (!message || !button) throw new Problem('missing', 'not_found', 'There is no such button.')
    const user = { teamId, id: userIdOf(email), email, name: name === '' ? email : name }
    await shelf.keepUser(user)
    const token = randomBytes(18).toString('base64url')
    this.#answerable.set(token, { teamId, channel, userId: user.id, uses: 5, until: now() + answerMs })
    if (this.#answerable.size > 1_000) this.#answerable.delete(this.#answerable.keys().next().value ?? '')
    const payload = {
      type: 'block_actions',
      team: { id: teamId, domain: 'simulated' },
      user: { id: user.id, username: user.name, name: user.name, team_id: guestOf },
      api_app_id: team.appId,
      container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: false },
      trigger_id: this.#views.trigger(teamId, user.id, this.#used('slowPress', true)?.ms),
      channel: { id: channel, name: channel },
      message: { type: 'message', text: message.text, ts },
      response_url: `${here()}${prefix}/actions/${token}`,
      actions: [{ ...button, action_ts: newTs(now()) }],
    }
    return this.send(team, form, new URLSearchParams({ payload: JSON.stringify(payload) }))
  }

  /**
   * Whoever has a form before them sends it off; `times` so often, as somebody does who saw no answer. What the app
   * answered the last time is the answer. @throws Problem
   */
  async submit({ teamId, viewId, filled }: SimulatedSubmission, times = 1) {
    const team = await this.#team(teamId)
    const open = this.#views.one(teamId, viewId)
    const user = await this.#parts.shelf.user(teamId, open.userId)
    const name = user?.name ?? open.userId
    const { id, hash, view } = open
    const more = { id, hash, team_id: teamId, root_view_id: id, previous_view_id: null, app_id: team.appId }
    const payload = {
      type: 'view_submission',
      team: { id: teamId, domain: 'simulated' },
      user: { id: open.userId, username: name, name, team_id: teamId },
      api_app_id: team.appId,
      trigger_id: this.#views.trigger(teamId, open.userId),
      view: { ...view, ...more, state: stateOf(view, filled) },
      response_urls: [],
    }
    const body = new URLSearchParams({ payload: JSON.stringify(payload) })
    let answer = await this.#asked(team, form, body, { ms: formMs })
    for (let n = 1; n < times; n++) answer = await this.#asked(team, form, body, { ms: formMs })
    const text = await answer.text()
    if (this.#used('loseAnswer', true)) return { status: 504, answer: null }
    if (!answer.ok) return { status: answer.status, answer: null }
    return { status: answer.status, answer: this.#views.answered(open, text === '' ? {} : JSON.parse(text)) }
  }

  /** Whoever has a form before them closes it. */
  close({ viewId }: z.output<typeof Close>) {
    this.#views.close(viewId)
    return {}
  }

  /** Tells the app of an event, as Slack does; `retry` counts how often it tries again. */
  async tell(teamId: string, event: object, { eventId = `Ev${randomBytes(6).toString('hex')}`, retry = 0 } = {}) {
    const team = await this.#team(teamId)
    const envelope = { team_id: teamId, api_app_id: team.appId, type: 'event_callback', event_id: eventId }
    const body = JSON.stringify({ ...envelope, event_time: Math.floor(this.#parts.now() / 1_000), event })
    const again = { 'x-slack-retry-num': String(retry), 'x-slack-retry-reason': 'http_timeout' }
    return this.send(team, 'application/json', body, retry > 0 ? again : {})
  }

  /** Signed as Slack signs. Answers the status. */
  async send(team: SimulatedTeam, type: string, said: string | URLSearchParams, more = {}) {
    const answer = await this.#asked(team, type, said, { more })
    await answer.body?.cancel()
    return answer.status
  }

  async #asked(
    { webhookUrl, signingSecret }: SimulatedTeam,
    type: string,
    said: string | URLSearchParams,
    { more = {}, ms = toldMs } = {},
  ) {
    const body = String(said)
    const seconds = String(Math.floor(this.#parts.now() / 1_000))
    const signed = {
      'x-slack-request-timestamp': seconds,
      'x-slack-signature': signatureOf(signingSecret, seconds, body),
    }
    const headers = { 'content-type': type, ...signed, ...more }
    return fetch(webhookUrl, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(ms) })
  }

  async #team(id: string): Promise<SimulatedTeam> {
    const team = (await this.#parts.teams()).find((one) => one.id === id)
    if (!team) throw new Problem('missing', 'not_found', 'There is no such team.')
    return team
  }

  #used<Name extends keyof SlackFaults>(name: Name, isChat: boolean): SlackFaults[Name] {
    const fault = this.faults[name]
    if (!fault || !isChat) return null
    const left = fault.times > 1 ? { ...fault, times: fault.times - 1 } : null
    this.faults = { ...this.faults, [name]: left }
    return fault
  }
}

const form = 'application/x-www-form-urlencoded'

/** @throws Problem */
async function read<Schema extends z.ZodType>(req: IncomingMessage, schema: Schema): Promise<z.output<Schema>> {
  const said = schema.safeParse(await jsonOf(req, 64_000))
  if (said.success) return said.data
  throw new Problem('invalid', 'invalid_request', said.error.issues[0]?.message ?? 'Invalid.')
}

/** The same for the same address. */
const userIdOf = (email: string) =>
  `U${createHash('sha256').update(email.trim().toLowerCase()).digest('hex').slice(0, 10).toUpperCase()}`

type Button = Record<string, unknown> & { action_id: string }
export const buttonsOf = ({ blocks }: Pick<StandingMessage, 'blocks'>): Button[] =>
  blocks.flatMap(({ type, elements }) => (type === 'actions' ? (elements as Button[]) : []))
