import type { Http, Page } from './http.ts'
import type { Health } from './wire.ts'

export interface Integration {
  id: string
  kind: string
  provider: string
  name: string
  /** What names it at its provider: a number, a mail address. */
  address: string
  simulate: boolean
  status: string
}

/** A field that a provider asks for. */
export interface ProviderField {
  name: string
  label: string
  help: string
  isSecret: boolean
  /** A simulated channel does not ask for it. */
  isMadeUp: boolean
  isOptional: boolean
  pattern: string | null
}

/** Something that can be connected. */
export interface ChannelKind {
  kind: string
  provider: string
  says: string
  canSimulate: boolean
  fields: ProviderField[]
}

/** With how many messages wait. */
export type HealthNow = Health & { waiting: number }

/** The name of one of its provider's secrets. */
export type ChannelSecret = string

export interface ChannelView extends Integration {
  /** By the names of its provider's fields. */
  fields: Record<string, string>
  baseUrl: string
  /** What is copied into the provider's page. */
  webhookUrl: string
  /** Where mails that come in are brought, followed by `?token=` and its own token; null where none are. */
  inboundUrl: string | null
  /** Those that were made up to simulate it. */
  madeUp: ChannelSecret[]
  secrets: Record<string, string>
  previousUntil: Record<string, string>
  verifiedAt: string | null
}

export interface NewChannel {
  kind: string
  provider?: string
  name: string
  simulate?: boolean
  [field: string]: unknown
}

/** A record that the domain of a mailbox should have, and what is found. */
export interface DomainRecord {
  what: 'spf' | 'dkim' | 'dmarc' | 'mx'
  type: 'TXT' | 'MX' | 'CNAME'
  name: string
  /** Empty where only the provider shows it. */
  value: string
  found: string[]
  state: 'right' | 'missing' | 'other' | 'unknown'
  says: string
}

export interface GmailWatch {
  /** Whether the owner of the mailbox has let us in. */
  isConnected: boolean
  watchUntil: string | null
  watchedAt: string | null
  ignored: number
  /** Since when Google lets us in no more. */
  lostAt: string | null
}

/** One of the channels by which a person is reached. */
export interface WayNow {
  channelId: string
  kind: 'whatsapp' | 'sms' | 'email' | 'app'
  address: string
  /** Without a choice it goes this way. */
  isUsual: boolean
  /** Until when it takes free text; null where it always does. */
  windowExpiresAt: string | null
  /** Why free text does not go this way now. */
  whyNot: 'window_closed' | 'stopped' | null
}

/** What a channel's provider says of us. */
export interface ChannelTest {
  isRight: boolean
  phoneNumber: string | null
  name: string | null
  quality: string | null
  why: string | null
  code: string | null
  message: 'accepted' | 'refused' | 'unknown' | null
}

export interface WebhookEndpoint {
  id: string
  rev: number
  name: string
  url: string
  events: string[]
  status: 'active' | 'disabled'
  /** Why it was turned off by itself. */
  off: { reason: 'failing' | 'gone' | 'too_far_behind'; why: string | null; at: string } | null
  isCatcher: boolean
  previousUntil: string | null
  createdAt: string
  updatedAt: string
}

export interface WebhookProgress {
  waiting: number
  aside: number
  failingSince: string | null
  lastTakenAt: string | null
}

export interface WebhookDelivery {
  id: string
  n: number
  eventId: string
  type: string
  at: string
  replays: number | null
  isTest: boolean
  status: 'waiting' | 'delivered' | 'failed'
  tries: number
  recordedAt: string
  triedAt: string | null
  nextAt: string | null
  answer: { status: number | null; why: string | null; body: string; ms: number } | null
}

export interface CaughtWebhook {
  id: string
  at: string
  headers: Record<string, string>
  body: string
  isSigned: boolean
}

export interface WebhookEventType {
  type: string
  words: string
  example: unknown
}

interface Counted {
  name: string
  count: number
}
/** What came and went by a channel. */
export interface ChannelCounts {
  received: number
  sent: number
  delivered: number
  read: number
  failed: number
  kinds: Counted[]
  failures: Counted[]
  heldBack: Counted[]
  medianReachMs: number | null
}
export interface ChannelStats {
  channelId: string
  timezone: string
  total: ChannelCounts
  days: (ChannelCounts & { day: string })[]
}
export interface ChannelOptions {
  isDefault: boolean
  perSecond: number | null
  pairSeconds: number
  rev: number
}

export type PushService = 'fcm' | 'apns' | 'webpush'
/** Whether a push service tells people of what is in the app. */
export interface PushHealth {
  service: PushService
  isSetUp: boolean
  takenAt: string | null
  failing: { code: string; why: string; at: string } | null
}
export interface PushTested {
  services: { service: PushService; isSetUp: boolean; isRight: boolean | null; why: string | null }[]
  devices: {
    name: string
    service: PushService
    outcome: 'accepted' | 'gone' | 'refused' | 'unknown'
    why: string | null
  }[]
}

const at = encodeURIComponent
const channel = (id: string, rest = '') => `/integrations/${at(id)}${rest}`
const endpoint = (id: string, rest = '') => `/webhook-endpoints/${at(id)}${rest}`

/** What connects a workspace with others: its channels, and the webhooks that leave. For those who manage them. */
export const connectionsOf = (http: Http) => ({
  kinds: () => http.get<{ items: ChannelKind[] }>('/integrations/kinds'),
  channel: (id: string) => http.get<ChannelView>(channel(id)),
  health: (id: string) => http.get<HealthNow>(channel(id, '/health')),
  healthHistory: (id: string) => http.get<{ items: (Health & { at: string })[] }>(channel(id, '/health/history')),
  /** `verifyToken` and `inboundToken` are shown once, where the server made them. */
  connect: (wanted: NewChannel) =>
    http.post<ChannelView & { verifyToken?: string; inboundToken?: string }>('/integrations', wanted),
  /** What the domain of a mailbox says of itself: asked of name servers, so it takes a moment. */
  dns: (id: string) => http.get<{ domain: string; records: DomainRecord[] }>(channel(id, '/dns')),
  gmailWatch: (id: string) => http.get<GmailWatch>(channel(id, '/gmail-watch')),
  renewGmailWatch: (id: string) => http.post<GmailWatch>(channel(id, '/gmail-watch')),
  /** Where Google sends the browser back to: entered at the client, in Google Cloud. */
  gmailReturn: () => http.get<{ redirectUri: string }>('/gmail-consent'),
  /** Where the browser is to go, so that the owner of the mailbox lets us in. */
  askGmail: (id: string) => http.post<{ url: string }>(channel(id, '/gmail-consent')),
  /** What Google gave the browser. `why`: Gmail tells of no new mails yet. */
  finishGmail: (said: { state: string; code: string }) =>
    http.post<{ channelId: string; mailbox: string; why: string | null }>('/gmail-consent', said),
  leaveGmail: (id: string) => http.delete(channel(id, '/gmail-consent')),
  push: (id: string) => http.get<{ services: PushHealth[] }>(`/channels/${at(id)}/push`),
  testPush: (id: string, userId?: string) =>
    http.post<PushTested>(`/channels/${at(id)}/push/test`, userId === undefined ? {} : { userId }),
  /** Besides, the fields of its provider by their names; an empty one is let go of. */
  changeChannel: (
    id: string,
    change: { name?: string; status?: 'active' | 'disabled' } & { [field: string]: string | undefined },
  ) => http.patch<ChannelView>(channel(id), change),
  removeChannel: (id: string) => http.delete(channel(id)),
  testChannel: (id: string, to?: string) =>
    http.post<ChannelTest>(channel(id, '/test'), to === undefined ? {} : { to }),
  channelStats: (id: string, days = 30) => http.get<ChannelStats>(`/channels/${at(id)}/stats`, { query: { days } }),
  channelOptions: (id: string) => http.get<ChannelOptions>(`/channels/${at(id)}/options`),
  setChannelOptions: (id: string, { rev, ...options }: ChannelOptions) =>
    http.put<ChannelOptions>(`/channels/${at(id)}/options`, options, { headers: { 'if-match': String(rev) } }),
  /** A verify token is made by the server; the others come from the provider. */
  rotate: (id: string, secret: ChannelSecret, value?: string) =>
    http.post<{ value?: string; previousUntil: string | null }>(channel(id, '/rotate-secret'), {
      secret,
      ...(value !== undefined && { value }),
    }),
  simulate: (id: string, simulate: boolean) => http.post<ChannelView>(channel(id, '/simulate'), { simulate }),

  eventTypes: () => http.get<{ items: WebhookEventType[] }>('/webhook-endpoints/events'),
  endpoints: () => http.get<{ items: WebhookEndpoint[] }>('/webhook-endpoints'),
  endpoint: (id: string) => http.get<WebhookEndpoint & { progress: WebhookProgress }>(endpoint(id)),
  /** Without `url` it leads to the built-in catcher. The secret is shown once. */
  register: (wanted: { name: string; url?: string; events: string[] }) =>
    http.post<WebhookEndpoint & { secret: string }>('/webhook-endpoints', wanted),
  changeEndpoint: (id: string, change: Partial<Pick<WebhookEndpoint, 'name' | 'url' | 'events' | 'status'>>) =>
    http.patch<WebhookEndpoint>(endpoint(id), change),
  removeEndpoint: (id: string) => http.delete(endpoint(id)),
  rotateEndpoint: (id: string) => http.post<{ secret: string; previousUntil: string }>(endpoint(id, '/rotate-secret')),
  testEndpoint: (id: string) => http.post<{ n: number }>(endpoint(id, '/test')),
  deliveries: (id: string, filter: { status?: WebhookDelivery['status']; cursor?: string; limit?: number } = {}) =>
    http.get<Page<WebhookDelivery>>(endpoint(id, '/deliveries'), { query: filter }),
  delivery: (id: string, deliveryId: string) =>
    http.get<WebhookDelivery & { payload: string | null }>(endpoint(id, `/deliveries/${at(deliveryId)}`)),
  replayDelivery: (id: string, deliveryId: string) =>
    http.post<{ last: number }>(endpoint(id, `/deliveries/${at(deliveryId)}/replay`)),
  /** All that was recorded between two moments (ISO), in its order. */
  replaySpan: (id: string, span: { from: string; to: string; status?: 'delivered' | 'failed' }) =>
    http.post<{ count: number }>(endpoint(id, '/replay'), span),
  caught: (id: string) => http.get<{ items: CaughtWebhook[] }>(endpoint(id, '/caught')),
})
