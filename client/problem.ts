import type { ShownError } from './wire.ts'

/** A refusal of the server, by HTTP (`status` is its code) or by socket (`status` is 0). `code` is stable; show `title`. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string | undefined
  readonly retryable: boolean
  /** From now; undefined where the server named none. */
  readonly retryAfterMs: number | undefined
  /** Which fields are wrong, and why. */
  readonly errors: { path: string; message: string }[]
  readonly requestId: string | undefined

  constructor(error: ShownError, status = 0, requestId?: string) {
    super(error.title)
    this.status = status
    this.code = error.code
    this.title = error.title
    this.detail = error.detail
    this.retryable = error.retryable
    this.retryAfterMs = error.retryAfterMs
    this.errors = error.errors ?? []
    this.requestId = requestId
  }
}

/** The same error as data, for what is kept or shown. */
export const asShown = (error: unknown): ShownError => {
  if (!(error instanceof ApiProblem))
    return { code: 'unreachable', title: 'The server cannot be reached.', retryable: true }
  const { code, title, detail, retryable, retryAfterMs, errors } = error
  return {
    code,
    title,
    retryable,
    ...(detail !== undefined && { detail }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(errors.length > 0 && { errors }),
  }
}
