import type { BackupList } from './care.ts'
import { Http, type Page } from './http.ts'
import type { TokenStorage } from './tokens.ts'

/** A workspace as an operator sees it: sizes, and nothing of what is in it. */
export interface Tenancy {
  id: string
  slug: string
  name: string
  status: 'draft' | 'active' | 'suspended' | 'closing'
  createdAt: string
  isSandbox: boolean
  quotas: { members: number; channels: number; requestsPerMinute: number; storageBytes: number }
  suspension: string | null
  members: number
  conversations: number
  messages: number
  storageBytes: number
}

export interface OperatorSession {
  accessToken: string
  refreshToken: string
  expiresAt: string
  operator: { id: string; name: string; email: string }
}

/** Where an operator's sign-in is kept, as text. */
export interface OperatorSlot {
  load(): OperatorSession | undefined
  save(session: OperatorSession | undefined): void
}

const freshMs = 30_000

/** What the operators of an installation do: a realm of their own, with a sign-in of its own. */
export function createOperators(slot: OperatorSlot, { url = '' } = {}) {
  let refreshing: Promise<OperatorSession> | undefined
  // Tokens are this realm's own affair: of what Http knows of sessions, nothing is used.
  const none: TokenStorage = { load: () => undefined, save: () => undefined }
  const http = new Http({ url, tokens: none })
  const plain = { isSigned: false } as const

  const refresh = (refreshToken: string) =>
    (refreshing ??= http
      .post<OperatorSession>('/platform/auth/refresh', { refreshToken }, plain)
      .then((session) => {
        slot.save(session)
        return session
      })
      .catch((error: unknown) => {
        slot.save(undefined)
        throw error
      })
      .finally(() => (refreshing = undefined)))

  async function headers(): Promise<Record<string, string>> {
    const held = slot.load()
    const isFresh = held && Date.parse(held.expiresAt) - Date.now() > freshMs
    const session = held && !isFresh ? await refresh(held.refreshToken) : held
    return session ? { authorization: `Bearer ${session.accessToken}` } : {}
  }
  const get = async <T>(path: string, query = {}) =>
    http.get<T>(`/platform${path}`, { ...plain, query, headers: await headers() })
  const post = async <T>(path: string, body: object = {}) =>
    http.post<T>(`/platform${path}`, body, { ...plain, headers: await headers() })

  return {
    session: () => slot.load(),
    async signIn(said: { email: string; password: string; code: string }) {
      const session = await http.post<OperatorSession>('/platform/auth/sign-in', said, plain)
      slot.save(session)
      return session
    },
    async signOut() {
      await post('/auth/sign-out').finally(() => slot.save(undefined))
    },
    workspaces: (query: { q?: string; cursor?: string; limit?: number } = {}) =>
      get<Page<Tenancy>>('/workspaces', query),
    suspend: (id: string, reason: string) => post<Tenancy>(`/workspaces/${encodeURIComponent(id)}/suspend`, { reason }),
    resume: (id: string) => post<Tenancy>(`/workspaces/${encodeURIComponent(id)}/resume`),
    rotateKey: (id: string) => post<undefined>(`/workspaces/${encodeURIComponent(id)}/rotate-key`),
    backups: () => get<BackupList>('/backups'),
    backUp: () => post('/backups'),
  }
}

export type Operators = ReturnType<typeof createOperators>
