import assert from 'node:assert/strict'
import cors from '@koa/cors'
import type { Context, Middleware, Next } from 'koa'
import helmet from 'koa-helmet'
import { newId } from '../../kernel/id.ts'
import type { HttpConfig } from '../ports.ts'

const fixed = "base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"

/** What an answer that is no page may do when somebody opens it as one. */
export const policyOfApi = "default-src 'none'; frame-ancestors 'none'"

/** The console: nothing but its own files, and the two style elements that carry the nonce. */
export const policyOfConsole = (nonce: string) =>
  `default-src 'self'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:; ` +
  `media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; ${fixed}`

/** The worker of the app's page: it asks for that page and its files, and that is all. */
export const policyOfWorker = `default-src 'none'; connect-src 'self'; ${fixed}`

/** The page of the API's documentation, whose renderer writes styles and a script of its own. Nowhere else. */
export const policyOfDocs =
  "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
  `img-src 'self' data:; font-src 'self' data:; connect-src 'self'; ${fixed}`

/** The page of the socket's documentation: its renderer writes styles, and no script. */
export const policyOfEvents =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
  `img-src 'self' data:; font-src 'self' data:; connect-src 'self'; ${fixed}`

/** Headers that every answer carries; a page replaces the policy by its own. */
export function securityHeaders(config: HttpConfig): Middleware {
  const fixed = fixedHeaders(config)
  return (ctx, next) => {
    ctx.res.setHeader('content-security-policy', policyOfApi)
    for (const [name, value] of fixed) ctx.res.setHeader(name, value)
    return next()
  }
}

/** They are the same for every answer, and helmet's middleware for each would cost more than finding the route. */
function fixedHeaders({ isSecure }: HttpConfig): [name: string, value: string][] {
  const set: [string, string][] = []
  const rest = helmet({
    contentSecurityPolicy: false,
    strictTransportSecurity: isSecure ? { maxAge: 31_536_000 } : false,
    // Images of conversations are asked for by the console alone.
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  })
  const res = {
    setHeader: (name: string, value: string) => void set.push([name, value]),
    removeHeader: () => undefined,
  }
  void rest({ req: {}, res } as unknown as Context, () => Promise.resolve())
  assert(set.length > 0, 'helmet sets its headers at once')
  return set
}

const given = /^[\w.:-]{1,64}$/
// Every request gets one, and random bytes for each would cost more than finding its route: this process, and a count.
const ofProcess = newId('req')
let requests = 0

/** Every answer says which request it belongs to: the sender's own name for it, or ours. */
export function requestIds(ctx: Context, next: Next) {
  const theirs = ctx.get('x-request-id')
  const requestId = given.test(theirs) ? theirs : `${ofProcess}.${++requests}`
  ctx.state['requestId'] = requestId
  ctx.res.setHeader('x-request-id', requestId)
  return next()
}

/**
 * Other origins may call only when they are named, exactly. No cookie is used anywhere, so credentials stay off.
 * Undefined where no origin is named.
 */
export function crossOrigin({ corsOrigins }: HttpConfig): Middleware | undefined {
  if (corsOrigins.length === 0) return undefined
  return cors({
    // Never `*`, and never an echo of what was asked: an empty answer leaves the header away.
    origin: (ctx) => (corsOrigins.includes(ctx.get('origin')) ? ctx.get('origin') : ''),
    allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match', 'x-request-id', 'x-file-name'],
    exposeHeaders: ['x-request-id', 'retry-after', 'idempotency-hit', 'etag'],
    maxAge: 600,
  })
}
