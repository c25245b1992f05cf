/** What a caller may be. Members of the staff have one of the first four; `person` is somebody who is looked after. */
export type Role = 'owner' | 'admin' | 'staff' | 'expert' | 'person' | 'provider' | 'automation' | 'system'

/** Who stands at an edge, once the edge has made sure of it. */
export interface Caller {
  readonly workspaceId: string
  readonly id: string
  readonly role: Role
  /** The sign-in that this caller came by; ends with it. */
  readonly sessionId?: string
  /** Epoch ms after which the caller must show a fresh token. */
  readonly expiresAt?: number
}

/** Answers who a token belongs to, or throws a Problem of kind `unauthorized`. */
export type Authenticate = (token: string) => Promise<Caller>

const staffRoles: readonly Role[] = ['owner', 'admin', 'staff', 'expert']
export const isStaff = ({ role }: { role: Role }) => staffRoles.includes(role)
