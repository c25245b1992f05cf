import { Readable } from 'node:stream'
import type { Router, RouterContext } from '@koa/router'
import { z } from 'zod'
import type { Caller } from '../../kernel/caller.ts'
import { toReply } from '../../kernel/codec.ts'
import { demandOn, type Module } from '../../kernel/modules.ts'
import { invalid, missing } from '../../kernel/problem.ts'
import { audited } from '../audit.ts'
import type { Parts } from '../ports.ts'
import { admissionTo } from './admit.ts'
import { readBytes, readJson, streamBytes } from './body.ts'
import { type Answer, keyOf, Repetitions, type Sealing } from './idempotency.ts'
import { Limits } from './limits.ts'
import type { Paths } from './paths.ts'
import { Id, type Incoming, isStreamed, type Raw, rawBodyOf, rawReplyOf, type Route } from './route.ts'

export interface HttpState {
  requestId: string
  /** Whose business it is, once that is known. */
  workspaceId?: string
}
export type HttpContext = RouterContext<HttpState>

/** Answers a request of one route. */
export type Handle = (ctx: HttpContext) => Promise<void>

/** Where routes are found: `paths` first, `router` for whatever is not written as usual. */
interface Places {
  router: Router<HttpState>
  paths: Paths<Handle>
  prefix: string
}

/** Puts the routes behind everything that their declarations promise. */
export function mount({ router, paths, prefix }: Places, routes: readonly Route[], parts: Parts) {
  const { joint, rest } = parts
  const limits = new Limits(joint)
  const repetitions = new Repetitions(parts.now, joint && { joint, sealing: sealingBy(rest) })
  for (const route of routes) {
    const handle = handling(route, parts, { limits, repetitions })
    router.register(route.path, [route.method], handle)
    paths.add(route.method, prefix + route.path, handle)
  }
}

interface Around {
  limits: Limits
  repetitions: Repetitions
}

/** What can be known of a route before anybody asks it is found out here, once. */
function handling(route: Route, parts: Parts, { limits, repetitions }: Around): Handle {
  const { terms } = route
  const pathIds = terms.params ?? idsOf(route.path)
  const admit = admissionTo(route, parts, limits)
  const bodyOf = bodyReader(terms.body)
  const inputOf = inputReader(terms)
  const isRaw = rawReplyOf(terms.reply) !== undefined
  const status = terms.status ?? (terms.reply ? 200 : 204)

  return async (ctx) => {
    const caller = await admit(ctx)
    if (caller) ctx.state.workspaceId = caller.workspaceId
    if (caller && terms.module) await demandModule(parts, caller, terms.module)
    const body = await bodyOf(ctx)
    const input = { params: idsIn(pathIds, ctx.params), ...inputOf(ctx, body) }

    const run = async (commandId?: string): Promise<Answer> => {
      const seat = caller && { caller, workspace: parts.workspace(caller, commandId) }
      const call = { ...parts, ...input, ...seat, request: incoming(ctx) } as Parameters<Route['handle']>[0]
      const answer = await audited(parts, route, call, () => route.handle(call))
      return { status, body: terms.reply && !isRaw ? toReply(terms.reply, answer) : answer }
    }
    const key = caller && route.method === 'post' ? keyOf(ctx.get('idempotency-key')) : undefined
    if (!caller || key === undefined) return send(ctx, isRaw, await run())

    // The key belongs to its caller: nobody gets the answer to another's request by guessing it.
    const commandId = `http/${caller.id}/${key}`
    const request = { method: ctx.method, path: ctx.path, body }
    const { isHit, ...answer } = await repetitions.answer({ workspaceId: caller.workspaceId, commandId }, request, () =>
      run(commandId),
    )
    if (isHit) ctx.set('idempotency-hit', 'true')
    send(ctx, isRaw, answer)
  }
}

function bodyReader(schema: z.ZodType | undefined): (ctx: HttpContext) => unknown {
  if (isStreamed(schema)) return (ctx) => streamBytes(ctx.req)
  const bodyMax = rawBodyOf(schema)
  return bodyMax === undefined ? readJson : (ctx) => readBytes(ctx.req, bodyMax)
}

async function demandModule({ workspaces }: Parts, { workspaceId }: Caller, module: Module) {
  const { settings } = await workspaces.known(workspaceId)
  demandOn(settings.modules, module)
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

/** Everything that is wrong is told at once; of the query as `query.limit`, of the body by its own path. */
function inputReader({ query: ofQuery, body: ofBody }: Route['terms']) {
  // Bytes are what was read: there is nothing in them to check here.
  const isBytes = rawBodyOf(ofBody) !== undefined
  return (ctx: HttpContext, body: unknown) => {
    const errors: { path: string; message: string }[] = []
    const read = (schema: z.ZodType, value: unknown, within: string) => {
      const result = schema.safeParse(value)
      if (result.success) return result.data
      for (const issue of result.error.issues.slice(0, 20))
        errors.push({ path: within + issue.path.map(String).join('.'), message: issue.message.slice(0, 200) })
      return undefined
    }
    const input = {
      query: (ofQuery && read(ofQuery, { ...ctx.query }, 'query.')) ?? {},
      body: ofBody && !isBytes ? read(ofBody, body ?? {}, '') : ofBody && body,
    }
    if (errors.length > 0) throw invalid('invalid_request', 'Some of this cannot be accepted as it is.', errors)
    return input
  }
}

const incoming = (ctx: HttpContext): Incoming => ({
  ip: ctx.ip,
  requestId: ctx.state.requestId,
  header: (name) => ctx.get(name),
})

function send(ctx: HttpContext, isRaw: boolean, { status, body }: Answer) {
  if (body === undefined || body === null) {
    ctx.body = null
    ctx.status = status // After the body: Koa takes an empty one for 204.
    return
  }
  ctx.status = status
  if (!isRaw) {
    ctx.res.setHeader('content-type', 'application/json; charset=utf-8')
    return void (ctx.body = JSON.stringify(body))
  }
  const { type, body: content, headers = {}, status: own } = body as Raw
  if (own !== undefined) ctx.status = own
  ctx.set(headers)
  ctx.body = content
  // Half an answer is under way: only breaking it off says that the rest will not come.
  if (content instanceof Readable) content.once('error', () => ctx.res.destroy())
  ctx.set('content-type', type)
}
