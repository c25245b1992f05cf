import type { ShownError } from './wire.ts'

/** A refusal of the server, by HTTP (`status` is its code) or by socket (`status` is 0). `code` is stable; show `title`. */
export class ApiProblem extends Error implements ShownError {
  declare readonly code: string
  declare readonly title: string
  declare readonly detail?: string
  declare readonly retryable: boolean
  /** From now; missing where the server named none. */
  declare readonly retryAfterMs?: number
  /** Which fields are wrong, and why. */
  declare readonly errors: { path: string; message: string }[]
  /** Who has what was asked for, where only one can have it. */
  declare readonly holderId?: string
  /** The first factor was right: answer with `security.pass`. */
  declare readonly secondFactor?: NonNullable<ShownError['secondFactor']>
  readonly status: number
  readonly requestId: string | undefined
  /** As it was told, for what is kept or shown. */
  readonly shown: ShownError

  constructor(shown: ShownError, status = 0, requestId?: string) {
    super(shown.title)
    this.name = 'ApiProblem'
    this.shown = shown
    Object.assign(this, { errors: [] }, shown)
    this.status = status
    this.requestId = requestId
  }
}

/** One of our own. */
export const problem = (code: string, title: string, retryable = false) => new ApiProblem({ code, title, retryable })

export const unreachable = () => problem('unreachable', 'The server cannot be reached.', true)

/** Whatever somebody else's code throws in between keeps the server out of reach. */
export const asProblem = (error: unknown) => (error instanceof ApiProblem ? error : unreachable())
