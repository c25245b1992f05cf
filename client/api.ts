import { adminOf } from './admin.ts'
import { Http, type HttpOptions, type Page } from './http.ts'
import { accountOf, membersOf } from './people.ts'
import type { Member, Session, WorkspaceCard } from './tokens.ts'
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

export interface Integration {
  id: string
  kind: string
  provider: string
  name: string
  simulate: boolean
  status: string
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

export interface StoredFile {
  fileId: string
  mime: string
  sizeBytes: number
}

export interface Draft {
  content: Outgoing
  channelId?: string
  replyTo?: string
}

const at = encodeURIComponent

/** The server's HTTP API, as far as clients use it. Every call throws ApiProblem when it is refused. */
export function createApi(options: HttpOptions = {}) {
  const http = new Http(options)

  const signIn = async (path: string, body: object) => {
    const session = await http.post<Session>(path, body, { isSigned: false })
    http.session = session
    return session
  }

  return {
    http,
    /** The session that is held now; undefined before sign-in and after sign-out. */
    session: () => http.session,
    /** For `connect({token})`: always one that is good for a while. */
    token: () => http.token(),

    login: (email: string, password: string) => signIn('/auth/login', { email, password }),
    /** By the one-time link that the server printed. */
    link: (token: string) => signIn('/auth/link', { token }),
    /** Which ways of signing in there are besides. */
    ways: () => http.get<{ mail: boolean }>('/auth/ways', { isSigned: false }),
    /** A link and a code go to this address, where it is somebody's. */
    askToSignIn: (email: string) => http.post<undefined>('/auth/magic-link', { email }, { isSigned: false }),
    /** By what was mailed: the link's token, or the code. */
    verify: (proof: { token: string } | { email: string; code: string }) => signIn('/auth/verify', proof),
    /** A link to set a new password goes to this address, where it is somebody's. */
    askForPassword: (email: string) => http.post<undefined>('/auth/password/forgot', { email }, { isSigned: false }),
    setPassword: (token: string, password: string) =>
      http.post<undefined>('/auth/password/reset', { token, password }, { isSigned: false }),
    me: () => http.get<{ user: Member; workspace: WorkspaceCard }>('/auth/me'),
    /** Forgets the session here even when the server cannot be told. */
    async logout() {
      const { refreshToken } = http.session ?? {}
      http.session = undefined
      if (refreshToken) await http.post('/auth/logout', { refreshToken }, { isSigned: false })
    },

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

    users: {
      get: (id: string) => http.get<Profile>(`/users/${at(id)}`),
      update: (id: string, change: Partial<Pick<Profile, 'name' | 'stage' | 'timezone' | 'locale'>>) =>
        http.patch<Profile>(`/users/${at(id)}`, change),
    },

    files: filesOf(http),

    admin: adminOf(http),
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

function filesOf(http: Http) {
  return {
    /** Bytes as they are; `mime` must be true, the server looks. */
    upload: (bytes: Blob | ArrayBuffer | Uint8Array, file: { mime: string; name: string }) =>
      http.json<StoredFile>('POST', '/files', {
        body: bytes,
        headers: { 'content-type': file.mime, 'x-file-name': at(file.name) },
      }),
    /** A signed address for `<img>` and `<audio>`, which cannot send a token. Ends at `expiresAt`. */
    link: (id: string) => http.get<{ url: string; expiresAt: string }>(`/files/${at(id)}/link`),
    bytes: async (id: string) => (await http.send('GET', `/files/${at(id)}`)).blob(),
  }
}

const keyed = (idempotencyKey?: string) => (idempotencyKey === undefined ? {} : { idempotencyKey })
