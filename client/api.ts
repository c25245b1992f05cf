import { adminOf } from './admin.ts'
import { auditOf } from './audit.ts'
import { accessOf } from './access.ts'
import { connectionsOf, type Integration, type WayNow } from './connections.ts'
import { careOf } from './care.ts'
import { businessOf } from './business.ts'
import { errorsOf } from './errors.ts'
import { filesOf } from './files.ts'
import { Http, type HttpOptions, type Page } from './http.ts'
import { accountOf, membersOf } from './people.ts'
import { phonesOf } from './phones.ts'
import { remarksOf } from './remarks.ts'
import { securityOf } from './security.ts'
import { signInOf } from './sign-in.ts'
import type { CommandResult, ConversationStatus, Header, Health, Line, Message, Outgoing, Profile } from './wire.ts'

export interface ConversationFilter {
  /** All of them where it is not said. */
  status?: ConversationStatus | 'all'
  assignee?: 'none' | 'me' | (string & {})
  cursor?: string
  limit?: number
}

/** What may be sent for free now. Null: there is no such limit on this channel. */
export interface SendWindow {
  channelId: string | null
  expiresAt: string | null
  isOpen: boolean
}

export interface NewWhatsApp {
  kind: 'whatsapp'
  name: string
  phoneNumberId: string
  businessId: string
  token: string
  appSecret: string
  verifyToken: string
  baseUrl?: string
  simulate: boolean
}

export interface Draft {
  content: Outgoing
  channelId?: string
  replyTo?: string
}

const at = encodeURIComponent

/** What a screen with conversations asks. Every call throws ApiProblem when it is refused. */
export function createCore(options: HttpOptions = {}) {
  const http = new Http(options)
  return {
    http,
    /** The session that is held now; undefined before sign-in and after sign-out. */
    session: () => http.session,
    /** For `connect({token})`: always one that is good for a while. */
    token: () => http.token(),

    ...signInOf(http),

    account: accountOf(http),

    members: membersOf(http),

    integrations: {
      list: () => http.get<{ items: Integration[] }>('/integrations'),
      get: (id: string) => http.get<Integration>(`/integrations/${at(id)}`),
      health: (id: string) => http.get<Health>(`/integrations/${at(id)}/health`),
      create: (integration: NewWhatsApp) => http.post<Integration>('/integrations', integration),
      update: (id: string, change: Partial<Omit<NewWhatsApp, 'kind'>>) =>
        http.patch<Integration>(`/integrations/${at(id)}`, change),
    },

    conversations: conversationsOf(http),

    messages: {
      get: (id: string) => http.get<Message>(`/messages/${at(id)}`),
      retry: (id: string) => http.post<CommandResult<'message.retry'>>(`/messages/${at(id)}/retry`),
    },

    /** What else is done with a person is `recordsOf` of `records.ts`. */
    users: {
      get: (id: string) => http.get<Profile>(`/users/${at(id)}`),
      update: (id: string, change: Partial<Pick<Profile, 'name' | 'stage' | 'timezone' | 'locale'>>) =>
        http.patch<Profile>(`/users/${at(id)}`, change),
    },

    files: filesOf(http),

    admin: adminOf(http),

    errors: errorsOf(http),
  }
}

/** The server's HTTP API, as far as clients use it. Every call throws ApiProblem when it is refused. */
export function createApi(options: HttpOptions = {}) {
  const core = createCore(options)
  const { http } = core
  return {
    ...core,
    phones: phonesOf(http),
    security: securityOf(http),
    access: accessOf(http),
    business: businessOf(http),
    connections: connectionsOf(http),
    care: careOf(http),
    audit: auditOf(http),
    remarks: remarksOf(http),
  }
}

export type Api = ReturnType<typeof createApi>

function conversationsOf(http: Http) {
  const path = (id: string, rest = '') => `/conversations/${at(id)}${rest}`
  return {
    list: (filter: ConversationFilter = {}) => http.get<Page<Line>>('/conversations', { query: { ...filter } }),
    get: (id: string) => http.get<Header>(path(id)),
    /** Ascending by `n`; `before` is the `n` of the oldest message that is known. */
    messages: (id: string, page: { before?: number; limit?: number } = {}) =>
      http.get<Page<Message>>(path(id, '/messages'), { query: page }),
    send: (id: string, draft: Draft, idempotencyKey?: string) =>
      http.post<CommandResult<'message.send'>>(path(id, '/messages'), draft, keyed(idempotencyKey)),
    /** By which channels they are reached now. */
    ways: (id: string) => http.get<{ items: WayNow[] }>(path(id, '/ways')),
    note: (id: string, text: string, idempotencyKey?: string) =>
      http.post<CommandResult<'note.add'>>(path(id, '/notes'), { text }, keyed(idempotencyKey)),
    read: (id: string, upTo: number) => http.post<CommandResult<'message.read'>>(path(id, '/read'), { upTo }),
    setStatus: (id: string, status: ConversationStatus) =>
      http.put<CommandResult<'conversation.set_status'>>(path(id, '/status'), { status }),
    assign: (id: string, assigneeId: string | null) =>
      http.put<CommandResult<'conversation.assign'>>(path(id, '/assignee'), { assigneeId }),
    take: (id: string) => http.post<CommandResult<'conversation.take'>>(path(id, '/take')),
    resumeAutomation: (id: string) => http.post<{ automationPausedUntil: null }>(path(id, '/automation/resume')),
    window: (id: string) => http.get<SendWindow>(path(id, '/window')),
  }
}

const keyed = (idempotencyKey?: string) => (idempotencyKey === undefined ? {} : { idempotencyKey })
