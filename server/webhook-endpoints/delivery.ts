import type { Tried } from '../../actors/webhook-endpoint/contract.ts'
import type { WebhookPorts } from '../../actors/webhook-endpoint/effects.ts'
import type { Published } from '../../actors/runtime/contract.ts'
import { toWire } from '../../kernel/codec.ts'
import type { WebhookSender } from '../../providers/webhooks/port.ts'
import type { Store } from '../../store/connection.ts'
import { deliveryByNumber, type DeliveryRow } from '../../store/queries/webhook-deliveries.ts'
import type { Rest } from '../../store/rest.ts'
import { endpointsOf, type WebhookEndpoint } from '../../store/settings/webhook-endpoints.ts'
import { eventTypes, payloadOf } from './catalogue.ts'

interface Parts {
  store: Store
  rest: Rest
  sender: WebhookSender
  /** One event of a stream, as long as it is kept. */
  eventOf(workspaceId: string, stream: string, seq: number): Promise<Published | undefined>
  /** An endpoint was turned off by itself: it hears of nothing more, and its owner of that. */
  turnedOff(workspaceId: string, endpoint: WebhookEndpoint, key: string): Promise<void>
  /** Epoch ms of this world: receivers refuse what seems old. */
  now(): number
  onError(error: unknown): void
}

type Result = Omit<Tried, 'n'>

/** What stands between the queue of an endpoint and its address. */
export class WebhookDelivery implements WebhookPorts {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async send(workspaceId: string, endpointId: string, n: number): Promise<Result> {
    try {
      return await this.#sent(workspaceId, endpointId, n)
    } catch (error) {
      // What we cannot read now can be read later; without an answer the queue would stand still.
      this.#parts.onError(error)
      return unsent('Careline could not send it.', false)
    }
  }

  async turnOff(
    workspaceId: string,
    endpointId: string,
    { reason, why }: Parameters<WebhookPorts['turnOff']>[2],
    key: string,
  ) {
    const endpoints = endpointsOf(this.#parts)
    const known = await endpoints.byId(workspaceId, endpointId)
    if (!known) return
    const now = this.#parts.now()
    const off = known.off ?? { reason, why, at: now }
    const change = { status: 'disabled', off } as const
    // Somebody may be changing it at this moment: tried again by the runtime, which knows when to give up.
    const changed = await endpoints.change(workspaceId, known, change, { by: 'webhooks', now })
    if (!changed || changed === 'taken') throw new Error('the endpoint was changed meanwhile')
    await this.#parts.turnedOff(workspaceId, changed, key)
  }

  async #sent(workspaceId: string, endpointId: string, n: number): Promise<Result> {
    const [row, endpoint] = await Promise.all([
      deliveryByNumber(this.#parts, workspaceId, endpointId, n),
      endpointsOf(this.#parts).byId(workspaceId, endpointId),
    ])
    if (!endpoint) return unsent('This endpoint is gone.', true)
    const body = row && (await this.payload(workspaceId, row))
    if (!row || body === undefined) return unsent('What was to be sent is not kept any more.', true)
    const { sender, now } = this.#parts
    const { retryAfterMs, ...answer } = await sender.send({
      url: endpoint.url,
      secrets: secretsOf(endpoint, now()),
      id: row.eventId,
      at: now(),
      body,
    })
    return { answer, retryAfterMs, isFinal: false }
  }

  /** The very body of a delivery; undefined where it is not kept any more. */
  async payload(workspaceId: string, row: DeliveryRow): Promise<string | undefined> {
    const { endpointId, replays } = row
    const first = replays === null ? row : await deliveryByNumber(this.#parts, workspaceId, endpointId, replays)
    const source = first?.source
    if (!source) return undefined
    if (source.in === 'payload') return source.payload
    const event = await this.#parts.eventOf(workspaceId, source.stream, source.seq)
    const known = eventTypes.get(row.type)
    return event && known && payloadOf({ ...row, workspaceId }, toWire(known.data, event.data))
  }
}

/** The new one first, and for a day the one before. */
const secretsOf = ({ secret, previous }: WebhookEndpoint, now: number) =>
  previous && previous.until > now ? [secret, previous.secret] : [secret]

const unsent = (why: string, isFinal: boolean): Result => ({
  answer: { status: null, why, body: '', ms: 0 },
  retryAfterMs: null,
  isFinal,
})
