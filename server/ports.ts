import type { Published, Workspace } from '../actors/runtime/contract.ts'
import type { Authenticate, Caller } from '../kernel/caller.ts'
import type { Quotas } from '../kernel/settings.ts'
import type { ReceivedItem } from '../providers/received.ts'
import type { AuditLog } from '../store/audit.ts'
import type { Store } from '../store/connection.ts'
import type { ErrorLogs } from '../store/error-logs.ts'
import type { Rest } from '../store/rest.ts'
import type { Suppressions } from '../store/suppressions.ts'
import type { Origin } from '../store/settings/sessions.ts'
import type { RatingLink } from '../store/settings/rating-links.ts'
import type { MemberRole } from '../store/settings/members.ts'
import type { Channel, ChannelSettings, OpenChannel } from '../store/settings/channels.ts'
import type { Acting } from './auth/acting.ts'
import type { Auth, SignedIn } from './auth/auth.ts'
import type { Audit, BeginAudit } from './audit.ts'
import type { Backups } from './backups.ts'
import type { Closings } from './closing.ts'
import type { Exports } from './exports.ts'
import type { Installation } from './platform/installation.ts'
import type { Operators } from './platform/operators.ts'
import type { PersonDevices } from './auth/person-devices.ts'
import type { Persons } from './auth/persons.ts'
import type { AuditWatch } from './audit-watch.ts'
import type { ByMail } from './auth/by-mail.ts'
import type { ByPhone } from './auth/by-phone.ts'
import type { OwnPhones } from './auth/own-phones.ts'
import type { ApiKeys } from './auth/keys.ts'
import type { OwnAccount } from './auth/own-account.ts'
import type { OwnEmail } from './auth/own-email.ts'
import type { Security } from './auth/security.ts'
import type { ClockControl } from './clocks.ts'
import type { LetterRoom } from './dead-letters.ts'
import type { ErrorBook } from './errors.ts'
import type { FileRoom } from './files/file-room.ts'
import type { Jobs } from './jobs.ts'
import type { JointMemory } from './joint-memory.ts'
import type { Lists } from './lists.ts'
import type { Inspection, Readers } from './inspection.ts'
import type { DomainRecord } from './mail/domain.ts'
import type { GmailConsent } from './mail/gmail-consent.ts'
import type { GmailRoom } from './mail/gmail-room.ts'
import type { MailRoom } from './mail/mail-room.ts'
import type { Onboarding } from './onboarding.ts'
import type { Preferences } from './preferences.ts'
import type { Presets } from './presets/apply.ts'
import type { Registration } from './registration.ts'
import type { SlackForms } from './slack/forms.ts'
import type { SlackLinks } from './slack/links.ts'
import type { PushDesk } from './push/desk.ts'
import type { SlackRoom } from './slack/room.ts'
import type { Suppressed } from './suppressed.ts'
import type { Records } from './people/records.ts'
import type { Team } from './team.ts'
import type { TemplateNewsRoom } from './templates/news.ts'
import type { Templates } from './templates/templates.ts'
import type { WebhookEndpoints } from './webhook-endpoints/endpoints.ts'
import type { Workspaces } from './workspaces.ts'

// What HTTP needs of the rest; main.ts joins them, tests bring their own.

export interface Log {
  info(message: string, fields?: Record<string, unknown>): unknown
  warn(message: string, fields?: Record<string, unknown>): unknown
  error(message: string, fields?: Record<string, unknown>): unknown
}

/** What operators ask of a process. */
export interface Operations {
  /** Careline's own version. */
  version: string
  /** What the store says that it is; rejects when it does not answer. */
  storeVersion(): Promise<{ name: string; version: string }>
  /** True from the moment at which this process has been asked to leave. */
  isDraining(): boolean
  /** All metrics in Prometheus' text format. */
  metrics(): Promise<{ contentType: string; text: string }>
}

export interface ChannelTest {
  isRight: boolean
  phoneNumber: string | null
  name: string | null
  quality: string | null
  /** Why it did not work, in words. */
  why: string | null
  code: string | null
  message: 'accepted' | 'refused' | 'unknown' | null
}

export interface OutgoingWebhooks {
  endpoints: WebhookEndpoints
  /** Everything that an endpoint can hear of, with an example of each. */
  types: readonly { type: string; words: string; example: unknown }[]
}

/** One of what people edit was made, changed or deleted. */
export interface ResourceChanged {
  /** As in the address of its routes: `teams`. */
  resource: string
  id: string
  rev: number
}

/** What Twilio tells of the platform's texts. */
export interface TextsTold {
  /** Signs it; undefined where there is no account. */
  authToken: string | undefined
  /** The beginning of the addresses at which we are told. */
  statusUrl(): string
  /** Resolves when it is durable. */
  told(textId: string, status: 'sent' | 'delivered' | 'failed', why: string | null): Promise<void>
}

/** Everything that a route's handler may use. */
/** The demo, for whoever sits at the machine on which it is tried out. */
export interface DemoDoor {
  /** Undefined while there is none. */
  who(): { business: string; members: { id: string; name: string; role: MemberRole }[]; phoneKey: string } | undefined
  /** Undefined for somebody who is none of them. */
  enter(memberId: string, from: Origin): Promise<SignedIn | undefined>
}

export interface Ports {
  store: Store
  rest: Rest
  auth: Auth
  /** Undefined where others than its owner may come. */
  demo?: DemoDoor | undefined
  authenticate: Authenticate
  account: OwnAccount
  /** What is not a route of its own says here what it did; routes declare it. */
  audit: Audit
  auditLog: AuditLog
  auditWatch: AuditWatch
  /** Unexpected errors; whatever is logged as one comes here by itself. */
  errors: ErrorBook
  errorLogs: ErrorLogs
  byMail: ByMail
  byPhone: ByPhone
  ownPhones: OwnPhones
  texts: TextsTold
  security: Security
  keys: ApiKeys
  acting: Acting
  team: Team
  workspaces: Workspaces
  registration: Registration
  ownEmail: OwnEmail
  onboarding: Onboarding
  presets: Presets
  webhookEndpoints: OutgoingWebhooks
  records: Records
  /** Of WhatsApp: what people write, and what WhatsApp says of it. */
  templates: Templates
  templateNews: Pick<TemplateNewsRoom, 'sync'>
  channels: ChannelSettings
  backups: Backups
  closings: Closings
  exports: Exports
  operators: Operators
  /** The realm of the people who are looked after. */
  persons: Persons
  personDevices: PersonDevices
  installation: Installation
  files: FileRoom
  lists: Lists
  jobs: Jobs
  operations: Operations
  clocks: ClockControl
  letters: LetterRoom
  inspection: Inspection
  readers: Readers
  /** Tells every console of the workspace that is open, on any process; not waited for. */
  resourceChanged(workspaceId: string, changed: ResourceChanged): void
  /** A channel was made or changed: its actor and its simulator hear of it. Resolves when they have. */
  channelChanged(channel: Channel): Promise<void>
  /** Where a channel's provider reaches this server: what it signs begins with it. */
  originFor(channel: { simulate: boolean }): string
  /** The matter that a link asks about, and its workspace on behalf of the person; undefined for no link of ours. */
  ratingBy(token: string): Promise<{ link: RatingLink; handle: Workspace } | undefined>
  /** The connection with the Slack of the staff, and a workspace on behalf of Slack. */
  slack: SlackRoom
  slackDeskOf(workspaceId: string): Workspace
  /** How people's devices are told of what is in the app. */
  pushDesk: Pick<PushDesk, 'health' | 'test' | 'webKey'>
  /** What members do there by forms, and who they are there. */
  slackForms: Pick<SlackForms, 'open' | 'offer' | 'submitted'>
  slackLinks: SlackLinks
  /** Asks the channel's provider whether it knows us, and sends a message where `to` says. */
  testChannel(channel: OpenChannel, to?: string): Promise<ChannelTest>
  /** Addresses to which nothing goes. */
  suppressions: Suppressions
  suppressed: Suppressed
  /** What people choose by a link. */
  preferences: Preferences
  /** The events of a stream between two moments, epoch ms, the latest first. */
  eventsBetween(
    workspaceId: string,
    stream: string,
    span: { from: number; to: number; limit: number },
  ): Promise<Published[]>
  /** The events of a stream, the latest first. */
  history(workspaceId: string, stream: string, limit: number): Promise<Published[]>
  /** Mails that come in, whatever way. */
  mails: {
    room: MailRoom
    gmail: Pick<GmailRoom, 'read' | 'renewAll' | 'watch' | 'stand'>
    /** How the owner of a mailbox at Gmail lets us in. */
    consent: Pick<GmailConsent, 'redirectUri' | 'begin' | 'finish' | 'end'>
    /** What the domain of a mailbox says of itself. */
    domain(channel: Channel): Promise<DomainRecord[]>
    atResend(channel: OpenChannel, id: string): Promise<Uint8Array>
  }
  /** Resolves when all items are durable: claimed and stored. What happens with them then is behind this port. */
  acceptReceived(channel: Channel, items: readonly ReceivedItem[]): Promise<void>
  /** Epoch ms. Sessions, links and locks live by it. */
  now(): number
  log: Log
  config: HttpConfig
}

export interface HttpConfig {
  /** Exact origins that browsers may call from; none by default. */
  corsOrigins: readonly string[]
  /** True behind a reverse proxy that sets X-Forwarded-For and -Proto itself. */
  trustsProxy: boolean
  /** True where browsers reach us by https only. */
  isSecure: boolean
  /** Requests per minute: of one address, of one account, of one address for files. */
  limits: { pub: number; staff: number; file: number }
  /** Where the built console lies. */
  consoleDir: string
  /** Whoever reads /metrics shows this; without one only this machine may. */
  metricsToken?: string | undefined
  /** Where simulated WhatsApp channels find their provider, `http://127.0.0.1:4600/simulator/whatsapp/v23.0` say. */
  simulatorUrl: string
  /** Where every other WhatsApp channel finds it, unless it says so itself. */
  whatsappBaseUrl: string
  /** Whether providers are played here where nothing else is said. */
  hasSimulators: boolean
  /** Whether our own letters, and texts, are kept here instead of sent: at /letters, and /texts. */
  playsMail: boolean
  playsTexts: boolean
  /** Where people, and providers, reach this server. */
  publicUrl: string
  /** True lets a channel talk to any address (development); otherwise to Meta, and to `whatsappBaseUrl`. */
  allowsAnyProvider: boolean
}

export const defaultLimits: HttpConfig['limits'] = { pub: 30, staff: 600, file: 600 }

/** One answered request, for the metrics. `route` is the pattern, never the address: that may name a person. */
export interface Measured {
  method: string
  route: string
  status: number
  ms: number
}

/** Everything the application is made of. */
export interface Parts extends Ports {
  beginAudit: BeginAudit
  quotasOf(workspaceId: string): Quotas
  /** `commandId` belongs to its caller: a repeated request finds the first one's answer. */
  workspace(caller: Caller, commandId?: string): Workspace
  /** Where there are several processes: what they count and remember together. */
  joint?: JointMemory | undefined
  measured?(request: Measured): void
}
