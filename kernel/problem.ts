/** What a caller can do about an error decides its kind; each edge (HTTP, socket, job) shows it in its own way. */
export type ProblemKind =
  | 'malformed'
  | 'unauthorized'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'stale'
  | 'too_large'
  | 'unsupported'
  | 'invalid'
  | 'limited'
  | 'busy'

interface Advice {
  /** When it may be tried again, in ms from now. */
  retryAfterMs?: number
  /** Which fields are wrong, and why. */
  errors?: { path: string; message: string }[]
  /** Who has what was asked for, where only one can have it. */
  holderId?: string
  /** The first factor was right: what is asked besides, and the token to answer with. */
  secondFactor?: SecondFactorAsked
}

/** Good once, for the one account whose first factor was right. */
export interface SecondFactorAsked {
  token: string
  ways: ('totp' | 'passkey' | 'recovery')[]
  /** For how long the token is good, ms. */
  lastsMs: number
}

/** Every error a caller can do something about. `code` is stable and part of the API. */
export class Problem extends Error {
  readonly kind: ProblemKind
  readonly code: string
  readonly advice: Advice

  constructor(kind: ProblemKind, code: string, message: string, advice: Advice = {}) {
    super(message)
    this.kind = kind
    this.code = code
    this.advice = advice
  }

  get retryable() {
    return this.kind === 'busy' || this.kind === 'limited'
  }
}

export const conflict = (code: string, message: string) => new Problem('conflict', code, message)
/** Only one can have it, and somebody else does. */
export const taken = (holderId: string) =>
  new Problem('conflict', 'already_taken', 'Somebody else was first.', { holderId })
/** Whoever writes has seen another revision than there is. */
export const staleRevision = () =>
  new Problem('stale', 'stale_revision', 'Somebody changed this meanwhile: read it again.')
export const missing = (code: string, message: string) => new Problem('missing', code, message)
export const invalid = (code: string, message: string, errors?: Advice['errors']) =>
  new Problem('invalid', code, message, errors ? { errors } : {})
export const busy = (code: string, message: string, retryAfterMs = 1_000) =>
  new Problem('busy', code, message, { retryAfterMs })

/** An error as clients get it, over sockets whole and over HTTP inside problem+json. */
export interface ShownError {
  code: string
  title: string
  retryable: boolean
  retryAfterMs?: number
  errors?: { path: string; message: string }[]
  holderId?: string
  secondFactor?: SecondFactorAsked
}

/** A fault of ours is not told to a client; what its owner can mend is. */
export function shown(error: unknown): ShownError {
  if (!(error instanceof Problem))
    return { code: 'internal', title: 'Something went wrong on our side.', retryable: false }
  return { code: error.code, title: error.message, retryable: error.retryable, ...error.advice }
}
