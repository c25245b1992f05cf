import { z } from 'zod'
import {
  Delivery,
  DeliveryStatus,
  OffReason,
  Progress,
  webhookEndpoint,
} from '../../actors/webhook-endpoint/contract.ts'
import { instant } from '../../kernel/marks.ts'
import { Caught } from '../../store/caught-webhooks.ts'
import { shown as shownDelivery } from '../../store/queries/webhook-deliveries.ts'
import { Kept } from '../../store/settings/resources.ts'
import { endpointsMax, eventTypesMax, type WebhookEndpoint } from '../../store/settings/webhook-endpoints.ts'
import { eventTypes } from '../webhook-endpoints/catalogue.ts'
import { revisionOf } from '../http/if-match.ts'
import { bytes, del, get, pageOf, patch, post } from '../http/route.ts'

const Name = z.string().trim().min(1).max(120)
const Url = z.url({ protocol: /^https?$/ }).max(2_048)
/** Exactly these: no patterns, so nobody hears of what they did not ask for. */
const Events = z
  .array(
    z
      .string()
      .max(64)
      .refine((type) => eventTypes.has(type), 'There is no such type of event.'),
  )
  .min(1)
  .max(eventTypesMax)
  .refine((types) => new Set(types).size === types.length, 'Each at most once.')

const Endpoint = Kept.omit({ createdBy: true }).extend({
  name: Name,
  url: Url,
  events: z.array(z.string().max(64)).max(eventTypesMax),
  status: z.enum(['active', 'disabled']),
  /** Of one that was turned off by itself: why, and what it answered last. */
  off: z.object({ reason: OffReason, why: z.string().max(300).nullable(), at: instant() }).nullable(),
  /** It leads to the built-in catcher. */
  isCatcher: z.boolean(),
  /** Until when the former secret signs as well. */
  previousUntil: instant().nullable(),
})
/** `whsec_…`, shown once. */
const Secret = z.string().max(256)
const Shown = Delivery.omit({ _id: true, endpointId: true }).extend({ id: Delivery.shape._id })

const allow = 'webhooks.manage'
const tags = ['Webhooks']

export const webhookEndpoints = [
  get(
    '/webhook-endpoints',
    {
      allow,
      summary: 'Who outside hears of what',
      tags,
      reply: z.object({ items: z.array(Endpoint).max(endpointsMax) }),
    },
    async ({ webhookEndpoints: { endpoints }, workspace }) => ({
      items: (await endpoints.list(workspace.id)).map(shown),
    }),
  ),

  get(
    '/webhook-endpoints/events',
    {
      allow,
      summary: 'Everything that an endpoint can hear of, with an example of each',
      tags,
      reply: z.object({
        items: z
          .array(z.object({ type: z.string().max(64), words: z.string().max(200), example: z.unknown() }))
          .max(eventTypesMax),
      }),
    },
    ({ webhookEndpoints: { types } }) => ({ items: [...types] }),
  ),

  post(
    '/webhook-endpoints',
    {
      allow,
      summary: 'Register an endpoint; without an address it leads to the built-in catcher',
      tags,
      status: 201,
      body: z.object({ name: Name, url: Url.optional(), events: Events }),
      reply: Endpoint.extend({ secret: Secret }),
      problems: ['too_many', 'address_refused', 'no_catcher'],
      audit: 'webhook_endpoint.created',
    },
    async ({ webhookEndpoints: { endpoints }, resourceChanged, workspace, caller, body }) => {
      const { name, events, url } = body
      const made = await endpoints.create(workspace, { name, events, url }, caller.id)
      resourceChanged(workspace.id, { resource: 'webhook-endpoints', id: made.id, rev: made.rev })
      return { ...shown(made), secret: made.secret }
    },
  ),

  get(
    '/webhook-endpoints/:id',
    { allow, summary: 'One endpoint, and how far it is', tags, reply: Endpoint.extend({ progress: Progress }) },
    async ({ webhookEndpoints: { endpoints }, workspace, params: { id } }) => {
      const endpoint = await endpoints.known(workspace.id, id)
      return { ...shown(endpoint), progress: await workspace.at(webhookEndpoint, id).view() }
    },
  ),

  patch(
    '/webhook-endpoints/:id',
    {
      allow,
      summary: 'Change an endpoint, turn it off or on again; what waits goes out when it is on',
      tags,
      takesRevision: true,
      body: z.object({ name: Name, url: Url, events: Events, status: z.enum(['active', 'disabled']) }).partial(),
      reply: Endpoint,
      problems: ['address_refused', 'stale_revision'],
      audit: 'webhook_endpoint.changed',
    },
    async ({ webhookEndpoints: { endpoints }, resourceChanged, workspace, caller, params: { id }, body, request }) => {
      const said = Object.entries(body).filter(([, value]) => value !== undefined)
      const by = { by: caller.id, rev: revisionOf(request) }
      const changed = await endpoints.change(workspace, id, Object.fromEntries(said), by)
      resourceChanged(workspace.id, { resource: 'webhook-endpoints', id, rev: changed.rev })
      return shown(changed)
    },
  ),

  del(
    '/webhook-endpoints/:id',
    {
      allow,
      summary: 'Delete an endpoint; what waits for it is not sent',
      tags,
      takesRevision: true,
      problems: ['stale_revision'],
      audit: 'webhook_endpoint.deleted',
    },
    async ({ webhookEndpoints: { endpoints }, resourceChanged, workspace, caller, params: { id }, request }) => {
      await endpoints.remove(workspace, id, { by: caller.id, rev: revisionOf(request) })
      resourceChanged(workspace.id, { resource: 'webhook-endpoints', id, rev: 0 })
    },
  ),

  post(
    '/webhook-endpoints/:id/rotate-secret',
    {
      allow,
      summary: 'Make a new secret; for a day the former signs as well',
      tags,
      reply: z.object({ secret: Secret, previousUntil: instant() }),
      audit: 'webhook_endpoint.secret_rotated',
    },
    async ({ webhookEndpoints: { endpoints }, resourceChanged, workspace, caller, params: { id } }) => {
      const { rev, ...shownOnce } = await endpoints.rotate(workspace, id, caller.id)
      resourceChanged(workspace.id, { resource: 'webhook-endpoints', id, rev })
      return shownOnce
    },
  ),

  post(
    '/webhook-endpoints/:id/test',
    {
      allow,
      summary: 'Send a test, out of turn and once',
      tags,
      status: 202,
      reply: z.object({ n: z.int().positive() }),
      problems: ['tests_under_way'],
      audit: 'webhook_endpoint.tested',
    },
    ({ webhookEndpoints: { endpoints }, workspace, params: { id } }) => endpoints.test(workspace, id),
  ),

  get(
    '/webhook-endpoints/:id/deliveries',
    {
      allow,
      summary: 'What was sent to it, the newest first',
      tags,
      query: z.object({
        status: DeliveryStatus.optional(),
        cursor: z
          .string()
          .regex(/^\d{1,15}$/)
          .optional(),
        limit: z.coerce.number().int().min(1).max(100).default(50),
      }),
      reply: pageOf(Shown),
    },
    async ({ webhookEndpoints: { endpoints }, workspace, params: { id }, query: { status, cursor, limit } }) => {
      const before = cursor === undefined ? undefined : Number(cursor)
      const { items, nextCursor } = await endpoints.deliveries(workspace.id, id, { status, before, limit })
      return { items: items.map(deliveryOf), nextCursor }
    },
  ),

  get(
    '/webhook-endpoints/:id/deliveries/:did',
    {
      allow,
      summary: 'One delivery, with what it says and what was answered',
      tags,
      /** `payload`: the very body; null where it is not kept any more. */
      reply: Shown.extend({ payload: z.string().max(1_000_000).nullable() }),
      audit: { action: 'webhook_delivery.read', isRead: true, target: ({ params }) => params.did },
    },
    async ({ webhookEndpoints: { endpoints }, workspace, params: { id, did } }) => {
      const { row, payload } = await endpoints.delivery(workspace.id, id, did)
      return { ...deliveryOf(shownDelivery(row)), payload }
    },
  ),

  post(
    '/webhook-endpoints/:id/deliveries/:did/replay',
    {
      allow,
      summary: 'Send a delivery again, after those that wait',
      tags,
      status: 202,
      reply: z.object({ last: z.int().positive() }),
      problems: ['still_waiting', 'endpoint_disabled', 'too_many_waiting'],
      audit: { action: 'webhook_delivery.replayed', target: ({ params }) => params.did },
    },
    ({ webhookEndpoints: { endpoints }, workspace, params: { id, did } }) => endpoints.replay(workspace, id, did),
  ),

  post(
    '/webhook-endpoints/:id/replay',
    {
      allow,
      summary: 'Send again what was recorded in a span of time, in its order; at most 10,000',
      tags,
      status: 202,
      body: z.object({ from: instant(), to: instant(), status: z.enum(['delivered', 'failed']).optional() }),
      reply: z.object({ count: z.int().nonnegative() }),
      problems: ['endpoint_disabled', 'too_many_waiting'],
      audit: { action: 'webhook_endpoint.replayed', note: (_, { count }) => ({ count }) },
    },
    ({ webhookEndpoints: { endpoints }, workspace, params: { id }, body }) => endpoints.replaySpan(workspace, id, body),
  ),

  get(
    '/webhook-endpoints/:id/caught',
    {
      allow,
      summary: 'What came to its catcher, the latest first',
      tags,
      reply: z.object({ items: z.array(Caught).max(50) }),
      audit: { action: 'webhook_endpoint.caught_read', isRead: true },
    },
    async ({ webhookEndpoints: { endpoints }, workspace, params: { id } }) => ({
      items: await endpoints.caught(workspace.id, id),
    }),
  ),
]

const caughtMax = 1_000_000
const kept = ['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature']

/** Somebody's receiver, played: it takes everything that comes to an address which only its endpoint knows. */
export const webhookCatchers = [
  post(
    '/simulator/webhooks/:token',
    {
      allow: 'public',
      limit: 'none',
      summary: 'The built-in catcher',
      tags,
      params: z.object({ token: z.string().regex(/^[\w-]{1,128}$/) }),
      body: bytes(caughtMax),
      reply: z.object({ caught: z.literal(true) }),
    },
    async ({ webhookEndpoints: { endpoints }, params, body, request }) => {
      const headers = Object.fromEntries(
        kept.map((name) => [name, request.header(name).slice(0, 2_000)] as const).filter(([, value]) => value !== ''),
      )
      await endpoints.catch(params.token, { headers, body: body.toString('utf8').slice(0, caughtMax) })
      return { caught: true as const }
    },
  ),
]

const shown = (endpoint: WebhookEndpoint): z.output<typeof Endpoint> => {
  const { id, rev, createdAt, updatedAt, name, url, events, status, off, previous, catcherHash } = endpoint
  const about = { id, rev, createdAt, updatedAt, name, url, events, status, off }
  return { ...about, isCatcher: catcherHash !== null, previousUntil: previous?.until ?? null }
}

const deliveryOf = ({ _id: id, endpointId: _, ...delivery }: Delivery) => ({ id, ...delivery })
