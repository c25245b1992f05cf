import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../../kernel/clock.ts'
import { Problem } from '../../../kernel/problem.ts'
import { Refusal } from './meta-errors.ts'

export type Answer =
  | { kind: 'json'; status: number; body: unknown; delayMs?: number }
  | { kind: 'bytes'; bytes: Uint8Array; mime: string; delayMs?: number }
  /** The connection breaks instead. */
  | { kind: 'reset'; delayMs?: number }

/** A request at Meta's door. */
export interface Asked {
  method: string | undefined
  token: string | undefined
  header(name: string): string | undefined
  /** Where the simulator is found: scheme, host and prefix. */
  origin: string
  query: URLSearchParams
  json(): Promise<unknown>
  form(): Promise<FormData | undefined>
  bytes(): Promise<Uint8Array>
}

const jsonMax = 1_000_000
const uploadMax = 105_000_000

/** Compares secrets in constant time, whatever their lengths. */
export function sameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

export async function bytesOf(req: IncomingMessage, max: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > max) throw new Problem('too_large', 'too_large', `At most ${max} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export async function jsonOf(req: IncomingMessage, max: number): Promise<unknown> {
  const bytes = await bytesOf(req, max)
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw new Problem('malformed', 'bad_json', 'The body is not JSON.')
  }
}

export function asked(req: IncomingMessage, prefix: string): Asked {
  const { searchParams: query } = new URL(req.url ?? '/', 'http://simulator')
  return {
    query,
    method: req.method,
    token: /^(?:Bearer|OAuth) (\S+)$/.exec(req.headers.authorization ?? '')?.[1],
    header(name) {
      const value = req.headers[name]
      return typeof value === 'string' ? value : undefined
    },
    bytes: () => bytesOf(req, uploadMax),
    origin: `http://${req.headers.host ?? 'localhost'}${prefix}`,
    async json() {
      try {
        return await jsonOf(req, jsonMax)
      } catch (thrown) {
        throw thrown instanceof Problem ? new Refusal(100, thrown.message) : thrown
      }
    },
    async form() {
      const headers = { 'content-type': req.headers['content-type'] ?? '' }
      const bytes = await bytesOf(req, uploadMax)
      return new Response(new Uint8Array(bytes), { headers }).formData().catch(() => undefined)
    },
  }
}

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  res.end(JSON.stringify(body))
}

/** A stranger's file, so that it cannot act as a page of ours: no type guessing, no scripts, shown only if it is media. */
export function sendFile(res: ServerResponse, bytes: Uint8Array, mime: string, fileName: string | null): void {
  const isShown = /^(image\/(png|jpeg|webp|gif)|audio\/[\w.+-]+|video\/[\w.+-]+)(;|$)/.test(mime)
  const name = encodeURIComponent(fileName ?? 'file').replace(/['()*]/g, '')
  res.writeHead(200, {
    'content-type': isShown ? mime : 'application/octet-stream',
    'content-length': bytes.length,
    'content-disposition': `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, max-age=3600',
  })
  res.end(bytes)
}

/** Answers as Meta's door was told to: late, or not at all. */
export function deliver(res: ServerResponse, answer: Answer, clock: Clock): void {
  const give = () => {
    if (answer.kind === 'reset') res.destroy()
    else if (answer.kind === 'json') sendJson(res, answer.status, answer.body)
    else {
      res.writeHead(200, { 'content-type': answer.mime, 'content-length': answer.bytes.length })
      res.end(answer.bytes)
    }
  }
  if (answer.delayMs === undefined) give()
  else res.once('close', clock.at(clock.now() + answer.delayMs, give))
}
