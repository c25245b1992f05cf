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
import { Id, type Incoming, isStreamed, type Raw, rawBodyOf, rawReplyOf, type Route } from './route.ts'

export interface HttpState {
  requestId: string
  /** Whose business it is, once that is known. */
  workspaceId?: string
}
export type HttpContext = RouterContext<HttpState>

/** Puts the routes behind everything that their declarations promise. */
export function mount(router: Router<HttpState>, routes: readonly Route[], parts: Parts) {
  const { joint, rest } = parts
  const limits = new Limits(joint)
  const repetitions = new Repetitions(parts.now, joint && { joint, sealing: sealingBy(rest) })
  for (const route of routes) {
    const { terms } = route
    const pathIds = terms.params ?? idsOf(route.path)
    const admit = admissionTo(route, parts, limits)

    router.register(route.path, [route.method], async (ctx: HttpContext) => {
      const caller = await admit(ctx)
      if (caller) ctx.state.workspaceId = caller.workspaceId
      if (caller && terms.module) await demandModule(parts, caller, terms.module)
      const body = await bodyOf(ctx, terms.body)
      const input = {
        params: idsIn(pathIds, ctx.params),
        ...valid({ query: [terms.query, { ...ctx.query }], body: [terms.body, body ?? {}] }),
      }

      const run = async (commandId?: string): Promise<Answer> => {
        const seat = caller && { caller, workspace: parts.workspace(caller, commandId) }
        const call = { ...parts, ...input, ...seat, request: incoming(ctx) } as Parameters<Route['handle']>[0]
        const answer = await audited(parts, route, call, () => route.handle(call))
        const status = terms.status ?? (terms.reply ? 200 : 204)
        if (!terms.reply || rawReplyOf(terms.reply) !== undefined) return { status, body: answer }
        return { status, body: toReply(terms.reply, answer) }
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

async function bodyOf(ctx: HttpContext, schema: z.ZodType | undefined): Promise<unknown> {
  if (isStreamed(schema)) return streamBytes(ctx.req)
  const bodyMax = rawBodyOf(schema)
  return bodyMax === undefined ? readJson(ctx) : readBytes(ctx.req, bodyMax)
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
  // Half an answer is under way: only breaking it off says that the rest will not come.
  if (content instanceof Readable) content.once('error', () => ctx.res.destroy())
  ctx.set('content-type', type)
}
