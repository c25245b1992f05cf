import type { Router, RouterContext } from '@koa/router'
import { z } from 'zod'
import { type Caller, isStaff } from '../../kernel/caller.ts'
import { toWire } from '../../kernel/codec.ts'
import { invalid, missing, Problem } from '../../kernel/problem.ts'
import type { Parts } from '../ports.ts'
import { bearerOf } from './bearer.ts'
import { readBytes, readJson } from './body.ts'
import { type Answer, keyOf, Repetitions, type Sealing } from './idempotency.ts'
import { limiters, placeOf } from './limits.ts'
import { type Allow, Id, type Incoming, type Raw, rawBodyOf, rawReplyOf, type Route } from './route.ts'

export interface HttpState {
  requestId: string
}
export type HttpContext = RouterContext<HttpState>

/** Puts the routes behind everything that their declarations promise. */
export function mount(router: Router<HttpState>, routes: readonly Route[], parts: Parts) {
  const { joint, rest } = parts
  const limit = limiters(parts.config.limits, joint)
  const repetitions = new Repetitions(parts.now, joint && { joint, sealing: sealingBy(rest) })
  for (const route of routes) {
    const { terms } = route
    const pathIds = terms.params ?? idsOf(route.path)
    const limitClass = terms.limit ?? (terms.allow === 'public' ? 'pub' : 'staff')

    router.register(route.path, [route.method], async (ctx: HttpContext) => {
      const caller = terms.allow === 'public' ? undefined : await admit(ctx, parts, terms.allow)
      await limit(limitClass, caller && limitClass === 'staff' ? `${caller.workspaceId}/${caller.id}` : placeOf(ctx.ip))
      const bodyMax = rawBodyOf(terms.body)
      const body = bodyMax === undefined ? await readJson(ctx) : await readBytes(ctx.req, bodyMax)
      const input = {
        params: idsIn(pathIds, ctx.params),
        ...valid({ query: [terms.query, { ...ctx.query }], body: [terms.body, body ?? {}] }),
      }

      const run = async (commandId?: string): Promise<Answer> => {
        const seat = caller && { caller, workspace: parts.workspace(caller, commandId) }
        const call = { ...parts, ...input, ...seat, request: incoming(ctx) } as Parameters<Route['handle']>[0]
        const answer = await route.handle(call)
        const status = terms.status ?? (terms.reply ? 200 : 204)
        if (!terms.reply || rawReplyOf(terms.reply) !== undefined) return { status, body: answer }
        return { status, body: toWire(terms.reply, answer) }
      }
      const key = caller && route.method === 'post' ? keyOf(ctx.get('idempotency-key')) : undefined
      if (!caller || key === undefined) return send(ctx, terms.reply, await run())

      // The key belongs to its caller: nobody gets the answer to another's request by guessing it.
      const commandId = `http/${caller.id}/${key}`
      const request = { method: ctx.method, path: ctx.path, body }
      const { isHit, ...answer } = await repetitions.answer(
        { workspaceId: caller.workspaceId, commandId },
        request,
        () => run(commandId),
      )
      if (isHit) ctx.set('idempotency-hit', 'true')
      send(ctx, terms.reply, answer)
    })
  }
}

const sealingBy = (rest: Parts['rest']): Sealing => ({
  async seal(workspaceId, at, answer) {
    await rest.ready(workspaceId)
    return rest.seal({ workspaceId, at }, answer)
  },
  async unseal(workspaceId, at, sealed) {
    await rest.ready(workspaceId)
    return rest.unseal({ workspaceId, at }, sealed)
  },
})

/** The path of a route names only ids, so a name that cannot be one names nothing. */
function idsOf(path: string) {
  return z.object(Object.fromEntries([...path.matchAll(/:(\w+)/g)].map(([, name]) => [name, Id])))
}

function idsIn(schema: z.ZodType, params: unknown) {
  const read = schema.safeParse(params)
  if (!read.success) throw missing('not_found', 'There is nothing at this address.')
  return read.data
}

async function admit(ctx: HttpContext, { authenticate }: Parts, allow: Allow): Promise<Caller> {
  const token = bearerOf(ctx.get('authorization'))
  if (token === undefined) throw new Problem('unauthorized', 'unauthorized', 'Please sign in.')
  const caller = await authenticate(token)
  if (!mayCall(allow, caller)) throw new Problem('forbidden', 'not_allowed', `Only ${wordsFor(allow)} may do this.`)
  return caller
}

const byName: Record<string, (caller: Caller) => boolean> = {
  any: () => true,
  staff: isStaff,
  admin: ({ role }) => role === 'admin' || role === 'owner',
  owner: ({ role }) => role === 'owner',
}

const mayCall = (allow: Allow, caller: Caller) =>
  typeof allow === 'string' ? (byName[allow]?.(caller) ?? false) : allow.includes(caller.role)

function wordsFor(allow: Allow) {
  if (typeof allow !== 'string') return allow.join(' or ')
  return allow === 'admin' ? 'an admin or the owner' : allow
}

/** Everything that is wrong is told at once; of the query as `query.limit`, of the body by its own path. */
function valid(parts: Record<'query' | 'body', [z.ZodType | undefined, unknown]>) {
  const errors: { path: string; message: string }[] = []
  const read = (name: 'query' | 'body') => {
    const [schema, value] = parts[name]
    if (!schema) return undefined
    const result = schema.safeParse(value)
    if (result.success) return result.data
    for (const issue of result.error.issues.slice(0, 20)) {
      const path = issue.path.map(String).join('.')
      errors.push({ path: name === 'body' ? path : `${name}.${path}`, message: issue.message.slice(0, 200) })
    }
    return undefined
  }
  const input = { query: read('query') ?? {}, body: read('body') }
  if (errors.length > 0) throw invalid('invalid_request', 'Some of this cannot be accepted as it is.', errors)
  return input
}

const incoming = (ctx: HttpContext): Incoming => ({
  ip: ctx.ip,
  requestId: ctx.state.requestId,
  header: (name) => ctx.get(name),
})

function send(ctx: HttpContext, reply: z.ZodType | undefined, { status, body }: Answer) {
  if (body === undefined || body === null) {
    ctx.body = null
    ctx.status = status // After the body: Koa takes an empty one for 204.
    return
  }
  ctx.status = status
  if (rawReplyOf(reply) === undefined) {
    ctx.type = 'application/json'
    return void (ctx.body = JSON.stringify(body))
  }
  const { type, body: content, headers = {}, status: own } = body as Raw
  if (own !== undefined) ctx.status = own
  ctx.set(headers)
  ctx.body = content
  ctx.set('content-type', type)
}
