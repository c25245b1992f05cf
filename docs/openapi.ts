import { OpenApiGeneratorV31, OpenAPIRegistry, zodToOpenAPIRegistry } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import { HealthNow } from '../actors/channel/contract.ts'
import { Header } from '../actors/conversation/contract/header.ts'
import { Failure, Message } from '../actors/conversation/contract/message.ts'
import { Line } from '../actors/inbox/contract.ts'
import { Profile } from '../actors/user/contract.ts'
import { Identity } from '../kernel/person.ts'
import { Content, Outgoing } from '../kernel/content.ts'
import { Condition, Filter } from '../kernel/filter.ts'
import { isPermission, wordsOf } from '../kernel/permissions.ts'
import { PersonLine } from '../store/queries/people-list.ts'
import { codesOfAll, codesOfCallers } from '../server/http/codes.ts'
import { type Allow, apiPrefix, Id, isStreamed, rawBodyOf, rawReplyOf, type Route } from '../server/http/route.ts'

/** What bears a name of its own in the documents, of HTTP and of sockets. One name, one schema, in its wire form. */
export const components = {
  ChannelHealth: HealthNow,
  Content,
  Conversation: Header,
  ConversationInList: Line.shape.conversation,
  Failure,
  Filter,
  FilterCondition: Condition,
  Identity,
  InboxLine: Line,
  Message,
  Outgoing,
  Person: Profile,
  PersonInList: PersonLine,
}

const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.number().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  holderId: z.string().optional(),
  requestId: z.string(),
  errorId: z.string().optional(),
})

let named = false
/** The library keeps names in a registry of the process, so they are given once. */
function nameComponents() {
  if (named) return
  named = true
  for (const [refId, schema] of Object.entries({ ...components, Problem }))
    zodToOpenAPIRegistry.add(schema, { _internal: { refId } })
}

/** OpenAPI 3.1 of everything that this server answers, as it goes over the wire. */
export function openApiDocument(routes: { api: readonly Route[]; root: readonly Route[] }): object {
  nameComponents()
  const registry = new OpenAPIRegistry()
  const description = 'The access token of a sign-in, or an API key.'
  registry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer', description })
  for (const route of routes.api) registry.registerPath(pathOf(route, apiPrefix))
  const taken = new Set(routes.api.map(({ method, path }) => operationIdOf(method, path)))
  for (const route of routes.root) {
    const own = pathOf(route, '')
    // A mail names the address outside of the API, a page the one within: one path, two operations.
    registry.registerPath(taken.has(own.operationId) ? { ...own, operationId: `${own.operationId}Outside` } : own)
  }
  const document = new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Careline',
      version: '1',
      description: aboutAll(),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
  })
  return withoutMarks(document) as object
}

const lines = (codes: Record<string, string>) =>
  Object.entries(codes).map(([code, words]) => `| \`${code}\` | ${words} |`)

const aboutAll = () =>
  [
    'Errors are RFC 9457 problems: `code` is stable, `errors` says which field and why. What goes over sockets has ' +
      `[a page of its own](${apiPrefix}/docs/events).`,
    '',
    'Besides what it names itself, an operation may answer:',
    '',
    '| code | what it means |',
    '|---|---|',
    ...lines({ ...codesOfCallers, ...codesOfAll }),
  ].join('\n')

type Path = Parameters<OpenAPIRegistry['registerPath']>[0]

function pathOf({ method, path, terms }: Route, prefix: string): Path & { operationId: string } {
  const ids = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '')
  const params =
    terms.params ?? (ids.length > 0 ? z.object(Object.fromEntries(ids.map((name) => [name, Id]))) : undefined)
  const isSignedIn = terms.allow !== 'public'
  return {
    method,
    path: prefix + path.replace(/:(\w+)/g, '{$1}'),
    operationId: operationIdOf(method, path),
    summary: terms.summary ?? '',
    tags: [...(terms.tags ?? [])],
    security: isSignedIn ? [{ bearer: [] }] : [],
    ...(isPermission(terms.allow) && { 'x-permission': terms.allow }),
    request: {
      ...(params && { params: params as z.ZodObject }),
      ...(terms.query && { query: terms.query as z.ZodObject }),
      ...(terms.body && { body: { required: true, content: bodyOf(terms.body) } }),
      ...headersOf(terms, isSignedIn && method === 'post'),
    },
    responses: { ...answersOf(terms), ...refusalsOf(terms) },
  }
}

const operationIdOf = (method: string, path: string) =>
  [method, ...path.split('/').filter(Boolean)]
    .map((part) => part.replace(/^:/, 'by-').replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase()))
    .map((part, index) => (index === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1)))
    .join('')

function headersOf({ takesRevision }: Route['terms'], isRepeatable: boolean) {
  if (takesRevision) return { headers: z.object({ 'If-Match': z.string().max(32).optional() }) }
  return isRepeatable ? { headers: z.object({ 'Idempotency-Key': z.string().max(128).optional() }) } : {}
}

const bodyOf = (body: z.ZodType) =>
  rawBodyOf(body) === undefined && !isStreamed(body)
    ? { 'application/json': { schema: body } }
    : { '*/*': { schema: { type: 'string', format: 'binary' } as const } }

function answersOf({ reply, status }: Route['terms']) {
  const mime = rawReplyOf(reply)
  const code = String(status ?? (reply ? 200 : 204))
  if (!reply) return { [code]: { description: 'Done' } }
  if (mime !== undefined)
    return {
      [code]: { description: 'The content itself', content: { [mime]: { schema: { type: 'string' } as const } } },
    }
  return { [code]: { description: 'Done', content: { 'application/json': { schema: reply } } } }
}

const content = { 'application/problem+json': { schema: Problem } }
const retryAfter = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } as const } }

function refusalsOf({ problems = [], limit, allow }: Route['terms']) {
  const own = problems.length > 0 ? `. Among them: ${problems.map((code) => `\`${code}\``).join(', ')}` : ''
  return {
    '4XX': { description: `What the caller can mend${own}`, content, 'x-codes': [...problems].sort() },
    ...(allow !== 'public' && {
      401: { description: 'Nobody is signed in', content },
      403: { description: neededFor(allow), content },
    }),
    ...(limit !== 'none' && { 429: { description: 'Too many requests', headers: retryAfter, content } }),
    '5XX': { description: 'A fault of ours (`errorId`), or too busy (`Retry-After`)', content },
  }
}

function neededFor(allow: Exclude<Allow, 'public'>) {
  if (isPermission(allow)) return `It needs the permission \`${allow}\`: ${wordsOf(allow)}`
  return allow === 'any' ? 'It is for people, not for API keys' : 'It is for operators'
}

/** The marks of our schemas are ours: they say how a value rests, which is nobody's business outside. */
function withoutMarks(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutMarks(item))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      // Under `properties` stand the names of fields, of which one may well be called so.
      .filter(([key]) => isNames || !['mark', 'rawBody', 'rawReply', 'streamedBody'].includes(key))
      .map(([key, inner]) => [key, withoutMarks(inner, key === 'properties' && !isNames)]),
  )
}
