import type { IncomingMessage } from 'node:http'
import type { Context } from 'koa'
import { koaBody } from 'koa-body'
import { Problem } from '../../kernel/problem.ts'

/** The most that a JSON body may weigh, before and after it is unpacked. */
export const jsonBytesMax = 256 * 1024
/** How deep a JSON body may nest; no contract of ours comes near. */
export const jsonDepthMax = 32

const tooLarge = (max: number) =>
  new Problem('too_large', 'too_large', `A body may have at most ${String(Math.floor(max / 1024))} KB here.`)

/** A body that is announced by neither length nor chunks is none. */
export const hasBody = ({ headers }: IncomingMessage) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/**
 * The bytes as they came. What goes beyond the bound is let pass unread, so that a client which sends first and reads
 * afterwards still hears the refusal.
 * @throws Problem `too_large`, or `body_cut` when the sender went away in the middle
 */
export function readBytes(request: IncomingMessage, max: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let size = 0
    const refuse = () => {
      request.off('data', take)
      request.resume()
      reject(tooLarge(max))
    }
    const take = (part: Buffer) => {
      size += part.length
      if (size > max) refuse()
      else parts.push(part)
    }
    const cut = (why: string) => reject(new Problem('malformed', 'body_cut', `The body ended too early (${why}).`))
    const closed = () => cut('closed')
    if (Number(request.headers['content-length'] ?? 0) > max) return refuse()
    // Of one that has gone before anybody read it, nothing more is heard.
    if (request.destroyed) return closed()
    request.on('data', take)
    request.on('error', ({ message }) => cut(message))
    request.on('close', closed)
    request.on('end', () => {
      // It closes after every end, and an error that nobody sees costs as much as reading the body.
      request.off('close', closed)
      resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, size))
    })
  })
}

/**
 * The bytes while they come. What a reader leaves is let pass unread, as in `readBytes`.
 * @throws Problem `body_cut` when the sender went away in the middle
 */
export async function* streamBytes(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  } catch (error) {
    throw new Problem('malformed', 'body_cut', `The body ended too early (${(error as Error).message}).`)
  } finally {
    request.resume()
  }
}

const parse = koaBody({
  jsonLimit: jsonBytesMax,
  jsonTypes: ['application/json'],
  multipart: false,
  urlencoded: false,
  text: false,
  patchNode: false,
  onError(error, ctx) {
    ctx.req.resume()
    const { status } = error as Error & { status?: number }
    if (status === 413) throw tooLarge(jsonBytesMax)
    if (status === 415) throw new Problem('unsupported', 'encoding_unsupported', 'This content encoding is not taken.')
    throw new Problem('malformed', 'malformed_json', 'The body is not JSON that can be read.')
  },
})

/**
 * The JSON body, undefined where there is none.
 * @throws Problem: 415 for any other content type (koa-body alone would take the body for empty), 413, 400
 */
export async function readJson(ctx: Context): Promise<unknown> {
  if (!hasBody(ctx.req)) return undefined
  if (!ctx.is('application/json'))
    throw new Problem('unsupported', 'json_expected', 'Send the body as application/json.')
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(ctx.get('content-type'))?.[1]
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8')
    throw new Problem('unsupported', 'charset_unsupported', 'JSON is UTF-8.')
  await parse(ctx, () => Promise.resolve())
  const body: unknown = ctx.request.body
  if (isTooDeep(body))
    throw new Problem('malformed', 'too_deep', `JSON may nest at most ${String(jsonDepthMax)} levels.`)
  return body
}

// Level by level, not by recursion: it is the stack that a deep body is after.
function isTooDeep(body: unknown) {
  let level: unknown[] = [body]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > jsonDepthMax) return true
    level = level.flatMap(partsOf)
  }
  return false
}

const partsOf = (value: unknown): unknown[] => (value !== null && typeof value === 'object' ? Object.values(value) : [])
