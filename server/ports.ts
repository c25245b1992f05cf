import type { Workspace } from '../actors/runtime/contract.ts'
import type { Authenticate, Caller } from '../kernel/caller.ts'
import type { Item } from '../providers/whatsapp/webhook.ts'
import type { Store } from '../store/connection.ts'
import type { Rest } from '../store/rest.ts'
import type { Channel, ChannelSettings } from '../store/settings/channels.ts'
import type { Auth } from './auth/auth.ts'
import type { ByMail } from './auth/by-mail.ts'
import type { OwnAccount } from './auth/own-account.ts'
import type { ClockControl } from './clocks.ts'
import type { LetterRoom } from './dead-letters.ts'
import type { JointMemory } from './joint-memory.ts'
import type { Inspection, Readers } from './inspection.ts'
import type { Team } from './team.ts'

// What HTTP needs of the rest; main.ts joins them, tests bring their own.

export interface Log {
  info(message: string, fields?: Record<string, unknown>): unknown
  warn(message: string, fields?: Record<string, unknown>): unknown
  error(message: string, fields?: Record<string, unknown>): unknown
}

export interface KeptFile {
  mime: string
  sizeBytes: number
  fileName: string | null
  bytes: Buffer
}

export interface Files {
  /** Resolves when the bytes are durable. The same id again changes nothing. */
  keep(
    workspaceId: string,
    file: { fileId: string; bytes: Buffer; mime: string; fileName: string | null; by: string },
  ): Promise<void>
  /** Undefined where this workspace has no such file. */
  open(workspaceId: string, fileId: string): Promise<KeptFile | undefined>
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

/** Everything that a route's handler may use. */
export interface Ports {
  store: Store
  rest: Rest
  auth: Auth
  authenticate: Authenticate
  account: OwnAccount
  byMail: ByMail
  team: Team
  channels: ChannelSettings
  files: Files
  operations: Operations
  clocks: ClockControl
  letters: LetterRoom
  inspection: Inspection
  readers: Readers
  /** A channel was made or changed: its actor and its simulator hear of it. Resolves when they have. */
  channelChanged(channel: Channel): Promise<void>
  /** Resolves when all items are durable: claimed and stored. What happens with them then is behind this port. */
  acceptWhatsApp(channel: Channel, items: Item[]): Promise<void>
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
  /** `commandId` belongs to its caller: a repeated request finds the first one's answer. */
  workspace(caller: Caller, commandId?: string): Workspace
  /** Where there are several processes: what they count and remember together. */
  joint?: JointMemory | undefined
  /** The document of what goes over sockets, which this edge knows nothing of. */
  asyncApi(): object
  measured?(request: Measured): void
}
