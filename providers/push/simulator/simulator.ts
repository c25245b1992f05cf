import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { newSecret } from '../../../kernel/id.ts'
import { Problem } from '../../../kernel/problem.ts'
import { bytesOf, jsonOf, sameText, sendJson } from '../../whatsapp/simulator/http.ts'
import type { ServiceAccount } from '../fcm.ts'
import { browserKeys, demandHeaders, demandVapid, PushRefusal, unsealed } from './browser.ts'
import { demandToken, fcmRefusal, granted, GoogleRefusal, messageIn } from './google.ts'
import type { PushShelf } from './shelf.ts'

interface Parts {
  prefix: string
  /** Where this server is reached from itself. */
  here(): string
  /** What whoever plays a telephone shows. */
  phoneKey: string
  /** The Firebase projects that are played, by the id of the business. */
  accounts(): Promise<{ business: string; account: ServiceAccount }[]>
  shelf: PushShelf
  now(): number
  onError(error: unknown): void
}

const bodyMax = 16 * 1_024
const Registering = z.object({ business: z.string().max(128), service: z.enum(['fcm', 'webpush']).default('fcm') })
const Shown = z.object({
  title: z.string(),
  body: z.string(),
  tag: z.string(),
  badge: z.number(),
  data: z.record(z.string(), z.string()),
})

/**
 * Push services, played: Firebase Cloud Messaging with its tokens and errors, and a browser's service (RFC 8030). The
 * devices are telephones that show what came on their lock screens.
 */
export class PushSimulator {
  readonly #parts: Parts
  /** What goes wrong on purpose: the next so many sends are answered so. */
  faults: { status: number; code: string; retryAfter?: string; times: number } | null = null

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Where adapters find Google. */
  get places() {
    const at = this.#parts.here() + this.#parts.prefix
    return { api: `${at}/fcm`, token: `${at}/token` }
  }

  readonly handler = (req: IncomingMessage, res: ServerResponse) => {
    this.#answer(req, res).catch((error: unknown) => {
      if (error instanceof GoogleRefusal) return sendJson(res, error.status, error.body)
      if (error instanceof PushRefusal) return sendJson(res, error.status, { message: error.message })
      if (error instanceof Problem) return sendJson(res, 400, { message: error.message })
      this.#parts.onError(error)
      sendJson(res, 500, { error: { code: 500, status: 'INTERNAL', message: 'Internal error' } })
    })
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', 'http://simulator')
    const path = url.pathname.slice(this.#parts.prefix.length)
    const project = /^\/fcm\/v1\/projects\/([^/]+)\/messages:send$/.exec(path)?.[1]
    if (req.method === 'POST' && path === '/token') return this.#token(req, res)
    if (req.method === 'POST' && project !== undefined) return this.#fcm(req, res, decodeURIComponent(project))
    const browser = /^\/web\/([\w-]+)$/.exec(path)?.[1]
    if (req.method === 'POST' && browser !== undefined) return this.#browser(req, res, browser)
    return this.#phones(req, res, path)
  }

  async #token(req: IncomingMessage, res: ServerResponse) {
    const form = new URLSearchParams((await bytesOf(req, bodyMax)).toString())
    const accounts = (await this.#parts.accounts()).map(({ account }) => account)
    const { status, body } = granted(form, accounts, this.places.token, this.#parts.phoneKey)
    sendJson(res, status, body)
  }

  async #fcm(req: IncomingMessage, res: ServerResponse, project: string) {
    const { phoneKey, shelf, now } = this.#parts
    const body = await jsonOf(req, bodyMax)
    demandToken(req.headers.authorization, project, phoneKey)
    if (this.#fails(res)) return
    const { message, validate_only: isCheck } = messageIn(body)
    const device = await shelf.device(message.token)
    if (!device || device.keys) throw fcmRefusal(404, 'NOT_FOUND', 'UNREGISTERED', 'Requested entity was not found.')
    if (device.project !== project)
      throw fcmRefusal(403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH', 'SenderId mismatch')
    const { notification, android, data = {} } = message
    const { tag = newSecret(), notification_count: badge = 0 } = android?.notification ?? {}
    if (!isCheck) await shelf.show(device.token, { ...notification, tag, badge, data, at: now() })
    sendJson(res, 200, { name: `projects/${project}/messages/${String(now())}` })
  }

  async #browser(req: IncomingMessage, res: ServerResponse, token: string) {
    const { here, shelf, now } = this.#parts
    const body = await bytesOf(req, bodyMax)
    demandVapid(req.headers.authorization, here(), now())
    demandHeaders(req.headers)
    if (this.#fails(res)) return
    const device = await shelf.device(token)
    if (!device?.keys) throw new PushRefusal(410, 'This subscription has ended.')
    const notice = Shown.parse(JSON.parse(unsealed(body, device.keys)))
    await shelf.show(token, { ...notice, at: now() })
    res.writeHead(201, { location: `${here()}${this.#parts.prefix}/web-message` }).end()
  }

  #fails(res: ServerResponse): boolean {
    const { faults } = this
    if (!faults || faults.times <= 0) return false
    faults.times--
    const { status, code, retryAfter } = faults
    if (retryAfter !== undefined) res.setHeader('retry-after', retryAfter)
    const details = [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: code }]
    sendJson(res, status, { error: { code: status, status: code, message: 'On purpose', details } })
    return true
  }

  /** What a telephone asks of itself. */
  async #phones(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const { phoneKey } = this.#parts
    const key = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1] ?? ''
    if (!sameText(key, phoneKey)) return sendJson(res, 401, { message: 'Show the phone key.' })
    if (req.method === 'POST' && path === '/devices') {
      const asked = Registering.safeParse(await jsonOf(req, bodyMax))
      return asked.success ? this.#register(res, asked.data) : sendJson(res, 400, { message: 'A business is meant.' })
    }
    return this.#phone(req, res, path)
  }

  async #phone(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
    const { shelf } = this.#parts
    const [, token = '', part] = /^\/devices\/([\w-]+)(\/notices)?$/.exec(path) ?? []
    if (token === '') return sendJson(res, 404, { message: 'There is nothing here.' })
    if (req.method === 'GET' && part) return sendJson(res, 200, { notices: await shelf.notices(token) })
    if (req.method !== 'DELETE') return sendJson(res, 405, { message: 'Not so.' })
    if (part) await shelf.clear(token)
    else await shelf.uninstall(token)
    sendJson(res, 200, {})
  }

  async #register(res: ServerResponse, { business, service }: z.output<typeof Registering>) {
    const { accounts, shelf, here, prefix } = this.#parts
    const token = newSecret()
    if (service === 'webpush') {
      const { privateKey, p256dh, auth } = browserKeys()
      await shelf.register({ token, project: '', keys: { privateKey, p256dh, auth } })
      const subscription = { endpoint: `${here()}${prefix}/web/${token}`, keys: { p256dh, auth } }
      return sendJson(res, 201, { token, address: JSON.stringify(subscription) })
    }
    const project = (await accounts()).find((one) => one.business === business)?.account.project_id
    if (project === undefined) return sendJson(res, 404, { message: 'This business’s app simulates no telephones.' })
    await shelf.register({ token, project, keys: null })
    sendJson(res, 201, { token, address: token })
  }
}
