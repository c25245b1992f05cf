import type { Http } from './http.ts'
import type { Member, Session } from './tokens.ts'

export type Role = Member['role']

/** One place where somebody is signed in. */
export interface SignIn {
  id: string
  workspaceId: string
  createdAt: string
  /** When its tokens were last renewed. */
  seenAt: string
  ip: string | null
  userAgent: string | null
  isCurrent: boolean
}

export interface OwnWorkspace {
  id: string
  slug: string
  name: string
  role: Role
  isHere: boolean
}

export interface TeamMember {
  id: string
  name: string
  email: string | null
  role: Role
  status: 'invited' | 'active' | 'disabled'
  /** What is given to them beyond their role, what is withheld of it, and what comes of both. */
  grants: string[]
  withheld: string[]
  permissions: string[]
}

export interface Invitation {
  name: string
  email: string | null
  role: Role
  /** The name of the workspace. */
  workspace: string
  slug: string
  /** True: a password can be chosen with the acceptance. */
  needsPassword: boolean
}

const at = encodeURIComponent

/** What somebody does with their own account. */
export const accountOf = (http: Http) => ({
  signIns: () => http.get<{ items: SignIn[] }>('/auth/sessions'),
  /** Its sockets are cut within five seconds. */
  endSignIn: (id: string) => http.delete(`/auth/sessions/${at(id)}`),
  endOthers: () => http.post<undefined>('/auth/logout-all', { keepsThis: true }),
  /** Every other sign-in ends. */
  changePassword: (current: string, password: string) =>
    http.post<undefined>('/auth/password/change', { current, password }),
  workspaces: () => http.get<{ items: OwnWorkspace[] }>('/auth/workspaces'),
  /** Goes on in another workspace; the session that is held is the new one then. */
  async switchTo(workspaceId: string) {
    const session = await http.post<Session>('/auth/switch', { workspaceId })
    http.session = session
    return session
  },
})

/** Who works here. */
export const membersOf = (http: Http) => ({
  list: () => http.get<{ items: Member[] }>('/members'),
  /** With those who were invited or disabled: for admins. */
  all: () => http.get<{ items: TeamMember[] }>('/members', { query: { all: true } }),
  /** The address is shown this once; whoever opens it joins. */
  invite: (who: { email: string; name: string; role: Role }) =>
    http.post<{ member: TeamMember; url: string; expiresAt: string; isMailed: boolean }>('/members/invitations', who),
  change: (id: string, change: { name?: string; role?: Role; status?: 'active' | 'disabled' }) =>
    http.patch<TeamMember>(`/members/${at(id)}`, change),
  remove: (id: string) => http.delete(`/members/${at(id)}`),

  invitation: (token: string) => http.get<Invitation>(`/members/invitations/${at(token)}`, { isSigned: false }),
  /** Joins, and is signed in. */
  async accept(token: string, given: { name?: string; password?: string } = {}) {
    const session = await http.post<Session>(`/members/invitations/${at(token)}/accept`, given, { isSigned: false })
    http.session = session
    return session
  },
})
