import type { Backup, BackupList } from './care.ts'
import type { Job } from './admin.ts'
import { Http, type Page } from './http.ts'
import type { Role } from './people.ts'
import type { Session, TokenStorage } from './tokens.ts'
import type { ErrorKind, ErrorStatus } from './errors.ts'

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

/** Somebody who works in a workspace, and whether operators may act as them. */
export interface Employee {
  id: string
  name: string
  role: Role
  operatorsUntil: string | null
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
const at = encodeURIComponent

/** Requests of the operators' realm, signed with what the slot holds. */
function signedBy(slot: OperatorSlot, url: string) {
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
  return {
    /** Before there is a session. */
    signIn: (said: object) => http.post<OperatorSession>('/platform/auth/sign-in', said, plain),
    get: async <T>(path: string, query = {}) =>
      http.get<T>(`/platform${path}`, { ...plain, query, headers: await headers() }),
    post: async <T>(path: string, body: object = {}) =>
      http.post<T>(`/platform${path}`, body, { ...plain, headers: await headers() }),
    patch: async <T>(path: string, body: object) =>
      http.patch<T>(`/platform${path}`, body, { ...plain, headers: await headers() }),
  }
}

/** What the operators of an installation do: a realm of their own, with a sign-in of its own. */
export function createOperators(slot: OperatorSlot, { url = '' } = {}) {
  const { signIn, get, post, patch } = signedBy(slot, url)
  return {
    session: () => slot.load(),
    async signIn(said: { email: string; password: string; code: string }) {
      const session = await signIn(said)
      slot.save(session)
      return session
    },
    async signOut() {
      await post('/auth/sign-out').finally(() => slot.save(undefined))
    },
    workspaces: (query: { q?: string; cursor?: string; limit?: number } = {}) =>
      get<Page<Tenancy>>('/workspaces', query),
    suspend: (id: string, reason: string) => post<Tenancy>(`/workspaces/${at(id)}/suspend`, { reason }),
    resume: (id: string) => post<Tenancy>(`/workspaces/${at(id)}/resume`),
    /** What is not named stays. */
    setQuotas: (id: string, quotas: Partial<Tenancy['quotas']>) =>
      patch<Tenancy>(`/workspaces/${at(id)}/quotas`, quotas),
    rotateKey: (id: string) => post<undefined>(`/workspaces/${at(id)}/rotate-key`),
    members: (id: string) => get<{ items: Employee[] }>(`/workspaces/${at(id)}/members`),
    askToActAs: (id: string, memberId: string) =>
      post<undefined>(`/workspaces/${at(id)}/members/${at(memberId)}/impersonation/ask`),
    /** A session of the workspace: nothing of this realm holds it. */
    actAs: (id: string, memberId: string) =>
      post<Session>(`/workspaces/${at(id)}/members/${at(memberId)}/impersonation`),
    errors: (filter: { id?: string; status?: ErrorStatus; cursor?: string } = {}) =>
      get<Page<ErrorKind>>('/errors', filter),
    changeError: (id: string, status: ErrorStatus) => patch<ErrorKind>(`/errors/${at(id)}`, { status }),
    jobs: () => get<{ items: Job[] }>('/jobs'),
    runJob: (name: string) => post<Job>(`/jobs/${at(name)}/run`),
    pauseJob: (name: string) => post<Job>(`/jobs/${at(name)}/pause`),
    resumeJob: (name: string) => post<Job>(`/jobs/${at(name)}/resume`),
    backups: () => get<BackupList>('/backups'),
    backUp: () => post<Backup>('/backups'),
    checkBackup: (id: string) => post<Backup>(`/backups/${at(id)}/check`),
  }
}

export type Operators = ReturnType<typeof createOperators>
