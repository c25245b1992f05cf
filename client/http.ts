import { ApiProblem, unreachable } from './problem.ts'
import { memoryTokens, type Renewable, type Session, type TokenStorage } from './tokens.ts'
import { timedId } from './random.ts'
import type { ShownError } from './wire.ts'

export interface HttpOptions<Held extends Renewable = Session> {
  /** Where the server is, `https://care.example`; '' for the page's own origin. */
  url?: string
  tokens?: TokenStorage<Held>
  /** Where a refresh token is exchanged; that of the staff's realm where it is missing. */
  refreshAt?: string
  /** The session is over and nothing renews it: show the sign-in. */
  onSignedOut?: (error: ApiProblem) => void
  fetch?: typeof globalThis.fetch
}

export interface Page<Item> {
  items: Item[]
  /** Give it back to get the next page; null after the last one. */
  nextCursor: string | null
}

type Query = { readonly [name: string]: string | number | boolean | undefined }

export interface RequestOptions {
  query?: Query
  /** Sent as JSON, or as it is where it is bytes. */
  body?: unknown
  headers?: Record<string, string>
  /** Under which a repeated POST takes effect once. Every POST gets one of its own unless it is given. */
  idempotencyKey?: string
  signal?: AbortSignal
  /** True where the path is the whole path, not one under `/api/v1`. */
  isWhole?: boolean
  /** False for what needs no sign-in. */
  isSigned?: boolean
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

// A token that ends within this time is renewed before it is used.
const freshMs = 30_000

/** HTTP with the server's conventions: bearer token, one refresh on 401 (shared by all who wait), problem+json. */
export class Http<Held extends Renewable = Session> {
  readonly #url: string
  readonly #tokens: TokenStorage<Held>
  readonly #refreshAt: string
  readonly #fetch: typeof globalThis.fetch
  readonly #onSignedOut: (error: ApiProblem) => void
  #refreshing: Promise<Held> | undefined
  /** Server time minus ours, ms: a device whose clock is wrong would take good tokens for bad ones. */
  #offsetMs = 0

  constructor({ url = '', tokens = memoryTokens<Held>(), fetch = globalThis.fetch, ...options }: HttpOptions<Held>) {
    const { onSignedOut = () => {}, refreshAt = '/auth/refresh' } = options
    this.#refreshAt = refreshAt
    this.#url = url
    this.#tokens = tokens
    this.#onSignedOut = onSignedOut
    this.#fetch = (...args) => fetch(...args) // A browser's fetch refuses to be called on another object.
  }

  get session() {
    return this.#tokens.load()
  }

  set session(session: Held | undefined) {
    this.#tokens.save(session)
  }

  /** A token that is good for another half minute at least; throws ApiProblem `signed_out` where there is none. */
  async token(): Promise<string> {
    const session = this.session
    if (!session) throw signedOut()
    if (Date.parse(session.expiresAt) - (Date.now() + this.#offsetMs) > freshMs) return session.accessToken
    return (await this.refresh(session)).accessToken
  }

  /** One refresh at a time, over all tabs: a refresh token that is shown twice ends the session. */
  refresh(stale: Held): Promise<Held> {
    const renew = async () => {
      const held = this.session
      if (!held) throw signedOut()
      // Another tab was first. Access tokens of one second can be the same; a refresh token never comes twice.
      if (held.refreshToken !== stale.refreshToken) return held
      try {
        const session = await this.json<Held>('POST', this.#refreshAt, {
          body: { refreshToken: stale.refreshToken },
          isSigned: false,
        })
        this.session = session
        return session
      } catch (error) {
        if (error instanceof ApiProblem && !error.retryable && error.status >= 400 && error.status < 500) {
          this.session = undefined
          this.#onSignedOut(error)
        }
        throw error
      }
    }
    this.#refreshing ??= (this.#tokens.alone ? this.#tokens.alone(renew) : renew()).finally(
      () => (this.#refreshing = undefined),
    )
    return this.#refreshing
  }

  get<T>(path: string, options?: RequestOptions) {
    return this.json<T>('GET', path, options)
  }
  post<T>(path: string, body?: unknown, options?: RequestOptions) {
    return this.json<T>('POST', path, { ...options, body })
  }
  put<T>(path: string, body: unknown, options?: RequestOptions) {
    return this.json<T>('PUT', path, { ...options, body })
  }
  patch<T>(path: string, body: unknown, options?: RequestOptions) {
    return this.json<T>('PATCH', path, { ...options, body })
  }
  delete<T = undefined>(path: string, options?: RequestOptions) {
    return this.json<T>('DELETE', path, options)
  }

  /** The answer's body; undefined where it has none. */
  async json<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.send(method, path, options)
    const text = await response.text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  /** Any answer below 400; others are thrown as ApiProblem, and a server out of reach as `unreachable`. */
  async send(method: Method, path: string, options: RequestOptions = {}): Promise<Response> {
    const key = options.idempotencyKey ?? (method === 'POST' ? timedId('key', Date.now() + this.#offsetMs) : undefined)
    const request = { ...options, ...(key !== undefined && { idempotencyKey: key }) }
    if (options.isSigned === false) return this.#once(method, path, request)

    const token = await this.token()
    const used = this.session
    try {
      return await this.#once(method, path, request, token)
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 401 || !used) throw error
      return this.#once(method, path, request, (await this.refresh(used)).accessToken)
    }
  }

  async #once(method: Method, path: string, options: RequestOptions, token?: string) {
    const { query = {}, signal, isWhole = false } = options
    const { body, headers } = contentOf(options)
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`
    const response = await this.#fetch(`${this.#url}${isWhole ? '' : '/api/v1'}${path}${asQuery(query)}`, {
      method,
      headers,
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    }).catch((error: unknown) => {
      if (signal?.aborted) throw error
      throw unreachable()
    })
    const now = Date.parse(response.headers.get('date') ?? '')
    if (!Number.isNaN(now)) this.#offsetMs = now - Date.now()
    if (response.status >= 400) throw await problemOf(response)
    return response
  }
}

const signedOut = () => new ApiProblem({ code: 'signed_out', title: 'Please sign in.', retryable: false }, 401)

function asQuery(query: Query) {
  const named = Object.entries(query).filter(([, value]) => value !== undefined)
  const pair = ([name, value]: [string, unknown]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`
  return named.length === 0 ? '' : `?${named.map(pair).join('&')}`
}

/** Bytes go as they are, everything else as JSON. */
function contentOf({ body, headers, idempotencyKey }: RequestOptions): {
  body: BodyInit | undefined
  headers: Record<string, string>
} {
  const all: Record<string, string> = { accept: 'application/json' }
  if (idempotencyKey !== undefined) all['idempotency-key'] = idempotencyKey
  const isBytes =
    (typeof Blob !== 'undefined' && body instanceof Blob) || body instanceof ArrayBuffer || ArrayBuffer.isView(body)
  if (isBytes || body === undefined) return { body: body as BodyInit | undefined, headers: { ...all, ...headers } }
  return { body: JSON.stringify(body), headers: { ...all, 'content-type': 'application/json', ...headers } }
}

type ProblemBody = Partial<ShownError> & { requestId?: string }

/** problem+json, or what a proxy in between said instead. */
async function problemOf(response: Response) {
  const { status, headers } = response
  const isJson = /json/.test(headers.get('content-type') ?? '')
  const { requestId, ...said } = (isJson ? await response.json().catch(() => ({})) : {}) as ProblemBody
  const waitMs = Number(headers.get('retry-after')) * 1_000
  const error: ShownError = {
    code: `http_${status}`,
    title: response.statusText || `The server answered ${status}.`,
    retryable: status === 429 || status >= 502,
    ...(waitMs > 0 && { retryAfterMs: waitMs }),
    ...said,
  }
  return new ApiProblem(error, status, requestId ?? headers.get('x-request-id') ?? undefined)
}
