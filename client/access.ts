import type { Http } from './http.ts'
import type { Role, TeamMember } from './people.ts'
import type { Session } from './tokens.ts'

/** Something that one may or may not do. */
export interface PermissionLine {
  name: string
  words: string
  /** Who has it, unless more or less was given. */
  roles: Role[]
  /** An API key can have it. */
  isScope: boolean
}

export interface ApiKeyLine {
  id: string
  name: string
  /** How it begins: enough to tell one key from another. */
  begins: string
  scopes: string[]
  /** Null: as many as a member. */
  perMinute: number | null
  createdBy: string
  createdAt: string
  expiresAt: string | null
  lastUsedAt: string | null
  /** Until when the secret before the last rotation is taken, too. */
  formerUntil: string | null
}

export interface NewApiKey {
  name: string
  scopes: string[]
  /** ISO; until it is revoked, where it is missing. */
  expiresAt?: string
  perMinute?: number
}

/** The secret is in this answer and nowhere else. */
export interface MadeApiKey {
  key: ApiKeyLine
  secret: string
}

interface Named {
  id: string
  name: string
}

/** Whom somebody lets act as them. */
export type Trusted = 'colleagues' | 'operators' | 'both'

/** Whether others may act as me: colleagues until then, operators of the installation until then. */
export interface Consent {
  until: string | null
  operatorsUntil: string | null
  asked: (Named & { at: string }) | null
  acting: (Named & { since: string })[]
}

const at = encodeURIComponent

/** Who may do what: permissions, keys of other programs, and acting as a colleague. */
export const accessOf = (http: Http) => ({
  permissions: () => http.get<{ items: PermissionLine[] }>('/permissions'),
  /** As a whole: what is not named is as the role has it. */
  give: (memberId: string, permissions: { grants: string[]; withheld: string[] }) =>
    http.patch<TeamMember>(`/members/${at(memberId)}`, { permissions }),

  keys: () => http.get<{ items: ApiKeyLine[] }>('/api-keys'),
  makeKey: (wanted: NewApiKey) => http.post<MadeApiKey>('/api-keys', wanted),
  /** The old secret goes on for so many hours. */
  rotateKey: (id: string, graceHours: number) => http.post<MadeApiKey>(`/api-keys/${at(id)}/rotate`, { graceHours }),
  /** It ends at once. */
  revokeKey: (id: string) => http.delete(`/api-keys/${at(id)}`),

  consent: () => http.get<Consent>('/auth/consent'),
  allow: (hours: number, who: Trusted) => http.put<Consent>('/auth/consent', { hours, who }),
  withdraw: () => http.delete('/auth/consent'),
  askToActAs: (memberId: string) => http.post<undefined>(`/members/${at(memberId)}/impersonation/ask`),
  /** The session is not held yet: whoever calls keeps their own for afterwards. */
  actAs: (memberId: string) => http.post<Session>(`/members/${at(memberId)}/impersonation`),
})
