import type { Permissions } from './permissions.ts'
import type { Role } from './role.ts'

/** Who stands at an edge, once the edge has made sure of it. */
export interface Caller {
  readonly workspaceId: string
  readonly id: string
  readonly role: Role
  /** What they may do, where it is not what their role may. */
  readonly permissions?: Permissions
  /** The sign-in that this caller came by; ends with it. Of an API key, the key's own id. */
  readonly sessionId?: string
  /** Epoch ms after which the caller must show a fresh token. */
  readonly expiresAt?: number
  /** Who acts in this caller's name, with their consent: the member's own id. */
  readonly actingId?: string
  /** Requests per minute; where it is missing, as many as any member may send. */
  readonly perMinute?: number
}

/** Answers who a token belongs to, or throws a Problem of kind `unauthorized`. */
export type Authenticate = (token: string) => Promise<Caller>
