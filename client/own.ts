import { bring, type Bytes, type FileLink } from './files.ts'
import { Http, type HttpOptions, type Page } from './http.ts'
import type { Renewable } from './tokens.ts'
import type { CommandInput, CommandResult, OwnMessage } from './wire.ts'

/** Somebody who is looked after, and what lets them in. The refresh token is good once. */
export interface OwnSignIn extends Renewable {
  readonly user: { readonly id: string; readonly name: string }
  readonly workspace: { readonly id: string; readonly name: string }
  /** For `client.stream('conversation.own', id)` and `client.typing(id, on)`. */
  readonly conversationId: string
}

/** By what the business knows them; `workspace` is its short name, `phone` E.164. */
export type KnownBy = { workspace: string } & ({ phone: string } | { email: string })

/** Who somebody is to the business. */
export interface Ownself {
  id: string
  name: string
  timezone: string | null
  locale: string | null
}

/** Whether something comes to them. */
export interface OwnChoice {
  channel: 'whatsapp' | 'sms' | 'email' | 'app'
  purpose: 'conversational' | 'transactional' | 'operational' | 'marketing'
  isOn: boolean
}

/** What they asked for by the law. */
export interface OwnRequest {
  id: string
  kind: 'erasure' | 'export'
  status: 'open' | 'done' | 'refused' | 'withdrawn'
  askedAt: string
  /** By when it has to be answered. */
  dueAt: string
  settledAt: string | null
  reason: 'kept_by_law' | 'not_this_person' | 'done_before' | 'misused' | null
}

export interface OwnDevice {
  name: string
  platform: 'ios' | 'android' | 'web' | 'other'
  appVersion?: string
}

/** Where a push service finds a device. */
export interface PushAddress {
  service: 'fcm' | 'apns' | 'webpush'
  token: string
}

/** One of the places where somebody is signed in; `seenAt` is within 15 minutes of its last use. */
export interface OwnDeviceCard {
  id: string
  device: Required<OwnDevice>
  createdAt: string
  seenAt: string
  hasPush: boolean
  isCurrent: boolean
}

const at = encodeURIComponent

/**
 * What an app of the people who are looked after asks for. Their conversation itself is live: the stream
 * `conversation.own` of `connect({token})`. Every call throws ApiProblem when it is refused.
 */
export function createOwnApi(options: HttpOptions<OwnSignIn> = {}) {
  const http = new Http<OwnSignIn>({ ...options, refreshAt: '/auth/people/refresh' })
  return {
    http,
    /** The sign-in that is held now; undefined before it and after it. */
    session: () => http.session,
    /** For `connect({token})`: always one that is good for a while. */
    token: () => http.token(),

    /** A code goes to them, where the business knows them; the answer is the same for everybody. */
    askCode: (known: KnownBy & { channel?: 'sms' | 'whatsapp' }) =>
      http.post<{ resendAt: string; expiresAt: string }>('/auth/people/otp', known, { isSigned: false }),
    async signIn(proof: KnownBy & { code: string }) {
      const session = await http.post<OwnSignIn>('/auth/people/otp/verify', proof, { isSigned: false })
      http.session = session
      return session
    },
    /** Forgets the sign-in here even when the server cannot be told. */
    async signOut() {
      const { refreshToken } = http.session ?? {}
      http.session = undefined
      if (refreshToken !== undefined) await http.post('/auth/people/logout', { refreshToken }, { isSigned: false })
    },

    me: () => http.get<Ownself>('/me'),
    change: (change: Partial<Pick<Ownself, 'timezone' | 'locale'>>) => http.patch<Ownself>('/me', change),

    /** An app's first questions; a name counts where the business knows none yet. */
    onboard: (about: Partial<Ownself>) => http.post<Ownself>('/users/me/onboard', about),
    /** What comes to them, by which way. `text`: the words that stood above what they chose. */
    choices: () => http.get<{ choices: OwnChoice[] }>('/users/me/preferences'),
    choose: (choices: readonly OwnChoice[], text: string) =>
      http.put<{ choices: OwnChoice[] }>('/users/me/preferences', { choices, text }),
    /** Begins to gather all that is kept of them; `exportLink` answers when it is there. */
    export: () => http.post<{ id: string }>('/users/me/export'),
    exportLink: (id: string) => http.post<{ url: string; expiresAt: string }>(`/users/me/export/${at(id)}/link`),
    /** They ask to be erased: what becomes of it stands among the requests. */
    eraseMe: () => http.delete('/users/me'),
    requests: {
      list: () => http.get<{ items: OwnRequest[] }>('/users/me/requests'),
      withdraw: (id: string) => http.delete(`/users/me/requests/${at(id)}`),
    },

    messages: (page: { before?: number; limit?: number } = {}) =>
      http.get<Page<OwnMessage>>('/me/messages', { query: page }),
    write: (words: CommandInput<'own_message.send'>) =>
      http.post<CommandResult<'own_message.send'>>('/me/messages', words),
    read: (upTo: number) => http.post<undefined>('/me/read', { upTo }),

    /** Brings a file, which then is sent as `content: {kind, mime, fileId}`. `mime` must be true: the server looks. */
    upload: (bytes: Bytes, file: { mime: string; name: string }) => bring(http, '/me/files', bytes, file),
    /** Where a file of a message is opened, for ten minutes. */
    link: (messageId: string, fileId: string) =>
      http.get<FileLink>(`/me/messages/${at(messageId)}/files/${at(fileId)}`),

    devices: {
      list: () => http.get<{ items: OwnDeviceCard[] }>('/me/devices'),
      /** What this one is. `push` null: it is told nothing any more; missing: as before. */
      describe: (device: OwnDevice & { push?: PushAddress | null }) =>
        http.put<undefined>('/me/devices/current', device),
      /** What a browser subscribes to pushes with: `applicationServerKey`. */
      webPushKey: async () => (await http.get<{ publicKey: string }>('/me/push-key')).publicKey,
      end: (id: string) => http.delete(`/me/devices/${at(id)}`),
      endAll: (also: { keepsThis?: boolean } = {}) => http.post<undefined>('/me/sign-out-everywhere', also),
    },
  }
}

export type OwnApi = ReturnType<typeof createOwnApi>
