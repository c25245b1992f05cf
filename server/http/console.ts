import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Context, Middleware } from 'koa'
import { policyOfConsole, policyOfWorker } from './security.ts'

// Names that a build makes, and no others: no dot at the start of a part, no two dots, nothing encoded. What does not
// look like this is never joined to a path.
const fileName = /^\/(?:[\w-]+\/)*[\w-]+(?:\.[\w-]+)+$/
// Whoever asks for one of these wants data, and must not get a page for an answer.
const notPages = /^\/(?:api|webhooks|simulator|socket\.io|health|ready|metrics)(?:\/|$)/
const pages = /^\/(?:phone)?$/
const mediaTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wav': 'audio/wav',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/** The built console: its files as they lie there, and its one page for every address that a browser may open. */
export function consoleFiles(dir: string): Middleware {
  return async (ctx, next): Promise<unknown> => {
    if ((ctx.method !== 'GET' && ctx.method !== 'HEAD') || notPages.test(ctx.path)) return next()
    if (ctx.path !== '/index.html' && fileName.test(ctx.path) && (await sendFile(ctx, dir))) return
    // A missing asset is missing: a page in its place would be run as a script (an old tab after a new build).
    if (ctx.path.startsWith('/assets/') || extname(ctx.path) !== '') return next()
    if (pages.test(ctx.path) || ctx.get('accept').includes('text/html')) return sendPage(ctx, dir)
    return next()
  }
}

const sizeOf = async (file: string) => {
  const found = await stat(file).catch(absent)
  return found?.isFile() ? found : undefined
}

/** What is not there is no error here; anything else is. */
function absent(error: unknown): undefined {
  const { code } = error as { code?: string }
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined
  throw error
}

async function sendFile(ctx: Context, dir: string): Promise<boolean> {
  const type = mediaTypes[extname(ctx.path)]
  const file = join(dir, ctx.path)
  const plain = type === undefined ? undefined : await sizeOf(file)
  if (!type || !plain) return false

  ctx.set('vary', 'accept-encoding')
  const packed = await packedTwin(ctx, file)
  const { size, mtimeMs } = packed?.found ?? plain
  ctx.set('cache-control', ctx.path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
  allowed(ctx)
  ctx.set('content-type', type)
  ctx.set('etag', `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}${packed ? `-${packed.encoding}` : ''}"`)
  ctx.status = 200
  if (ctx.fresh) {
    ctx.status = 304
    return true
  }
  if (packed) ctx.set('content-encoding', packed.encoding)
  ctx.length = size
  ctx.body = createReadStream(packed?.file ?? file)
  return true
}

/** A worker goes by the policy that it came with. */
function allowed(ctx: Context) {
  if (ctx.path === '/app-worker.js') ctx.set('content-security-policy', policyOfWorker)
}

async function packedTwin(ctx: Context, file: string) {
  for (const [encoding, ending] of [
    ['br', '.br'],
    ['gzip', '.gz'],
  ] as const) {
    if (ctx.acceptsEncodings(encoding) !== encoding) continue
    const found = await sizeOf(file + ending)
    if (found) return { encoding, file: file + ending, found }
  }
  return undefined
}

async function sendPage(ctx: Context, dir: string) {
  const page = await readFile(join(dir, 'index.html'), 'utf8').catch(absent)
  const nonce = randomBytes(16).toString('base64')
  ctx.status = page === undefined ? 503 : 200
  ctx.set('content-security-policy', policyOfConsole(nonce))
  // The nonce is for this one answer, so nobody keeps it.
  ctx.set('cache-control', 'no-store')
  ctx.set('content-type', 'text/html; charset=utf-8')
  ctx.body = page === undefined ? notBuilt : page.replaceAll('CARELINE_NONCE', nonce)
}

const notBuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Careline</title>
<h1>The console is not built yet</h1>
<p>Careline runs, and its API answers. Build the console with <code>npm run prepare</code>, then load this page again.</p>
<p><a href="/api/v1/docs">API documentation</a> · <a href="/api/v1/docs/events">Events and commands</a> · <a href="/health">Health</a></p>
</html>
`
