import type { Workspace } from '../../actors/runtime/contract.ts'
import { type Delivery, webhookEndpoint } from '../../actors/webhook-endpoint/contract.ts'
import { newSecret } from '../../kernel/id.ts'
import { AddressRefused } from '../../kernel/outgoing.ts'
import { conflict, invalid, missing, staleRevision } from '../../kernel/problem.ts'
import type { WebhookSender } from '../../providers/webhooks/port.ts'
import { isSignedBy, newWebhookSecret } from '../../providers/webhooks/signature.ts'
import { type Caught, CaughtWebhooks } from '../../store/caught-webhooks.ts'
import type { Store } from '../../store/connection.ts'
import {
  deliveriesBetween,
  deliveryById,
  type DeliveryFilter,
  deliveryPage,
  type DeliveryRow,
} from '../../store/queries/webhook-deliveries.ts'
import type { Rest } from '../../store/rest.ts'
import {
  catcherHashOf,
  endpointOfCatcher,
  endpointsMax,
  endpointsOf,
  type WebhookEndpoint,
} from '../../store/settings/webhook-endpoints.ts'
import { ownExamples, payloadOf, testType } from './catalogue.ts'

interface Parts {
  store: Store
  rest: Rest
  sender: Pick<WebhookSender, 'check'>
  /** What one delivery says, as long as it is kept. */
  payload(workspaceId: string, row: DeliveryRow): Promise<string | undefined>
  /** Who hears of what has changed: every process must know. Resolves when this one does. */
  listenersChanged(workspaceId: string): Promise<void>
  /** Where catchers are reached; undefined where nothing is simulated. */
  catchersAt: string | undefined
  now(): number
}

export const catcherPath = '/simulator/webhooks'
/** For so long the former secret signs as well. */
const rotationMs = 24 * 60 * 60_000
const replayMax = 10_000
const atOnce = 100
const triesMax = 5

interface Made {
  name: string
  events: string[]
  /** Missing: it leads to a catcher. */
  url: string | undefined
}
type Change = Partial<Pick<WebhookEndpoint, 'name' | 'events' | 'url' | 'status'>>
interface By {
  by: string
  /** The revision that they have seen. */
  rev?: number | undefined
}

/** The webhook endpoints of a workspace: what people do with them. */
export class WebhookEndpoints {
  readonly #parts: Parts
  readonly #all: ReturnType<typeof endpointsOf>
  readonly #caught: CaughtWebhooks

  constructor(parts: Parts) {
    this.#parts = parts
    this.#all = endpointsOf(parts)
    this.#caught = new CaughtWebhooks(parts.store, parts.rest)
  }

  async list(workspaceId: string): Promise<WebhookEndpoint[]> {
    return (await this.#all.page(workspaceId, { limit: endpointsMax })).items
  }

  /** @throws Problem `not_found` */
  async known(workspaceId: string, id: string): Promise<WebhookEndpoint> {
    const found = await this.#all.byId(workspaceId, id)
    if (!found) throw missing('not_found', 'There is no such webhook endpoint.')
    return found
  }

  /** Its secret is in the answer: nobody is shown it again. @throws Problem `too_many`, `address_refused`, `no_catcher` */
  async create(workspace: Workspace, { name, events, url }: Made, by: string): Promise<WebhookEndpoint> {
    if ((await this.#all.count(workspace.id, endpointsMax)) >= endpointsMax)
      throw conflict('too_many', `There can be ${endpointsMax} at most.`)
    const place = url === undefined ? this.#newCatcher() : { url: this.#checked(url), catcherHash: null }
    const secret = newWebhookSecret()
    const fields = { name, events, ...place, status: 'active' as const, off: null, secret, previous: null }
    const made = { id: workspace.newId('whe'), fields, by }
    const endpoint = await this.#all.insert(workspace.id, made, this.#parts.now())
    if (!endpoint) throw new Error('an endpoint was taken by another')
    await this.#parts.listenersChanged(workspace.id)
    return endpoint
  }

  /** @throws Problem `not_found`, `stale_revision`, `address_refused` */
  async change(workspace: Workspace, id: string, change: Change, by: By): Promise<WebhookEndpoint> {
    const place = change.url === undefined ? {} : { url: this.#checked(change.url), catcherHash: null }
    const standing = change.status === undefined ? {} : { off: null }
    const after = await this.#changed(workspace.id, id, { ...change, ...place, ...standing }, by)
    if (change.status === 'disabled') await workspace.at(webhookEndpoint, id).off()
    await this.#parts.listenersChanged(workspace.id)
    if (change.status === 'active') await workspace.at(webhookEndpoint, id).on()
    return after
  }

  /** What waits is not sent any more. @throws Problem `not_found`, `stale_revision` */
  async remove(workspace: Workspace, id: string, { by, rev }: By) {
    const one = await this.#mine(workspace.id, id, rev)
    const how = { by, now: this.#parts.now(), isKept: false }
    if (!(await this.#all.remove(workspace.id, one, how))) throw staleRevision()
    await this.#parts.listenersChanged(workspace.id)
    await workspace.at(webhookEndpoint, id).off()
  }

  /** A new secret; the former signs as well for a day. @throws Problem `not_found` */
  async rotate(workspace: Workspace, id: string, by: string) {
    for (let tries = 0; tries < triesMax; tries++) {
      const { secret: former } = await this.known(workspace.id, id)
      const [secret, until] = [newWebhookSecret(), this.#parts.now() + rotationMs]
      const change = { secret, previous: { secret: former, until } }
      const after = await this.#once(workspace.id, id, change, { by })
      if (after) return { secret, previousUntil: until, rev: after.rev }
    }
    throw staleRevision()
  }

  /** Sends a test, out of turn; the answer is found among the deliveries. @throws Problem `not_found`, `tests_under_way` */
  async test(workspace: Workspace, id: string) {
    await this.known(workspace.id, id)
    const what = { eventId: workspace.newId('evt'), type: testType, at: this.#parts.now() }
    const data = { ...(ownExamples[testType] as object), endpointId: id }
    const payload = payloadOf({ ...what, workspaceId: workspace.id }, data)
    return workspace.at(webhookEndpoint, id).test({ ...what, source: { in: 'payload', payload } })
  }

  /** Of one endpoint, the newest first. @throws Problem `not_found` */
  async deliveries(workspaceId: string, id: string, filter: DeliveryFilter) {
    await this.known(workspaceId, id)
    return deliveryPage(this.#parts, workspaceId, id, filter)
  }

  /** @throws Problem `not_found` */
  async delivery(workspaceId: string, id: string, deliveryId: string) {
    const row = await deliveryById(this.#parts, workspaceId, id, deliveryId)
    if (!row) throw missing('not_found', 'There is no such delivery.')
    return { row, payload: (await this.#parts.payload(workspaceId, row)) ?? null }
  }

  /** @throws Problem `not_found`, `still_waiting`, `endpoint_disabled` */
  async replay(workspace: Workspace, id: string, deliveryId: string) {
    await this.#working(workspace.id, id)
    const { row } = await this.delivery(workspace.id, id, deliveryId)
    if (row.status === 'waiting') throw conflict('still_waiting', 'This delivery waits for its turn, or its next try.')
    return workspace.at(webhookEndpoint, id).replay({ items: [repeatOf(row)] })
  }

  /** All that was recorded in a span of time (epoch ms), in its order. @throws Problem `not_found`, `endpoint_disabled` */
  async replaySpan(
    workspace: Workspace,
    id: string,
    span: { from: number; to: number; status?: 'delivered' | 'failed' | undefined },
  ) {
    await this.#working(workspace.id, id)
    let count = 0
    for (let after = 0; count < replayMax;) {
      const found = await deliveriesBetween(this.#parts, workspace.id, id, { ...span, after, limit: atOnce })
      const last = found.at(-1)
      if (!last) break
      after = last.n
      const items = found.filter(({ status }) => status !== 'waiting').map(repeatOf)
      if (items.length > 0) await workspace.at(webhookEndpoint, id).replay({ items })
      count += items.length
    }
    return { count }
  }

  /** What came to the catcher of this endpoint, the latest first. */
  async caught(workspaceId: string, id: string): Promise<Caught[]> {
    await this.known(workspaceId, id)
    return this.#caught.latest(workspaceId, id, 50)
  }

  /** @throws Problem `not_found` for a token that opens no catcher */
  async catch(token: string, said: { headers: Record<string, string>; body: string }) {
    const found = this.#parts.catchersAt === undefined ? undefined : await endpointOfCatcher(this.#parts.store, token)
    if (!found) throw missing('not_found', 'There is no such catcher.')
    const { secret, previous } = await this.known(found.workspaceId, found.id)
    const isSigned = isSignedBy([secret, ...(previous ? [previous.secret] : [])], said)
    await this.#caught.keep(found.workspaceId, found.id, { ...said, isSigned, at: this.#parts.now() })
  }

  #newCatcher() {
    const { catchersAt } = this.#parts
    if (catchersAt === undefined)
      throw invalid('no_catcher', 'Nothing is simulated here: give the address of your own server.')
    const token = newSecret()
    return { url: `${catchersAt}${catcherPath}/${token}`, catcherHash: catcherHashOf(token) }
  }

  #checked(url: string) {
    try {
      this.#parts.sender.check(url)
      return url
    } catch (error) {
      if (!(error instanceof AddressRefused)) throw error
      throw invalid('address_refused', error.message, [{ path: 'url', message: error.message }])
    }
  }

  async #working(workspaceId: string, id: string) {
    const { status } = await this.known(workspaceId, id)
    if (status === 'disabled') throw conflict('endpoint_disabled', 'Turn the endpoint on first.')
  }

  async #mine(workspaceId: string, id: string, rev: number | undefined) {
    const one = await this.known(workspaceId, id)
    if (rev !== undefined && one.rev !== rev) throw staleRevision()
    return one
  }

  async #changed(workspaceId: string, id: string, change: Partial<WebhookEndpoint>, by: By) {
    for (let tries = 0; tries < triesMax; tries++) {
      const after = await this.#once(workspaceId, id, change, by)
      if (after) return after
    }
    throw staleRevision()
  }

  /** Undefined where somebody was quicker. */
  async #once(workspaceId: string, id: string, change: Partial<WebhookEndpoint>, { by, rev }: By) {
    const before = await this.#mine(workspaceId, id, rev)
    const after = await this.#all.change(workspaceId, before, change, { by, now: this.#parts.now() })
    return after === 'taken' ? undefined : after
  }
}

const repeatOf = ({ n, replays, eventId, type, at }: Delivery) => ({ n: replays ?? n, eventId, type, at })
