import { monotonicMs } from '../../kernel/clock.ts'
import { AddressRefused, type Door } from '../../kernel/outgoing.ts'
import type { WebhookAnswer, WebhookPost, WebhookSender } from './port.ts'
import { signatureHeaders } from './signature.ts'

const timeoutMs = 15_000
/** Bytes of an answer that are read, and characters of them that are kept. */
const readMax = 8_192
const keptMax = 2_048
const userAgent = 'Careline-Webhooks/1'

/** Posts webhooks to addresses that somebody else named. */
export class SignedSender implements WebhookSender {
  readonly #door: Door
  readonly #timeoutMs: number

  constructor(door: Door, options: { timeoutMs?: number } = {}) {
    this.#door = door
    this.#timeoutMs = options.timeoutMs ?? timeoutMs
  }

  check(url: string) {
    this.#door.checked(url)
  }

  async send(post: WebhookPost): Promise<WebhookAnswer> {
    const start = monotonicMs()
    const ms = () => Math.round(monotonicMs() - start)
    const signal = AbortSignal.timeout(this.#timeoutMs)
    const headers = { 'content-type': 'application/json', 'user-agent': userAgent, ...signatureHeaders(post) }
    try {
      const answer = await this.#door.ask(post.url, { method: 'POST', headers, body: post.body, signal })
      const body = await beginningOf(answer)
      return { status: answer.status, why: null, body, ms: ms(), retryAfterMs: retryAfterOf(answer, post.at) }
    } catch (error) {
      return { status: null, why: whyNot(error, this.#timeoutMs), body: '', ms: ms(), retryAfterMs: null }
    }
  }
}

/** Who answers without end is left when there is enough. */
async function beginningOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size >= readMax) break
  }
  // A character may be cut at the end, and what is no text is not shown as such.
  return Buffer.concat(chunks).toString('utf8').replaceAll('\0', '').slice(0, keptMax)
}

/** Seconds, or a date of HTTP. */
function retryAfterOf({ headers }: Response, now: number): number | null {
  const said = headers.get('retry-after')?.trim() ?? ''
  if (/^\d{1,7}$/.test(said)) return Number(said) * 1_000
  // A browser's parser takes much for a date that is none.
  const at = /^[A-Z][a-z]{2}, \d/.test(said) ? Date.parse(said) : NaN
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

const words: Record<string, string> = {
  ECONNREFUSED: 'Nobody listens there.',
  ECONNRESET: 'The connection was cut.',
  ENOTFOUND: 'There is no such host.',
  EAI_AGAIN: 'The name could not be looked up.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ENETUNREACH: 'The network cannot be reached.',
  CERT_HAS_EXPIRED: 'Its certificate has expired.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Its certificate is signed by nobody.',
  SELF_SIGNED_CERT_IN_CHAIN: 'Its certificate is signed by nobody whom we know.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Its certificate is signed by nobody whom we know.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another host.',
}

function whyNot(error: unknown, waitedMs: number): string {
  if (error instanceof AddressRefused) return error.message.slice(0, 300)
  if (!(error instanceof Error)) return 'The connection broke.'
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return `No answer within ${Math.round(waitedMs / 1_000)} seconds.`
  const { code = '' } = error as { code?: string }
  return words[code] ?? `The connection broke${code === '' ? '' : ` (${code.slice(0, 64)})`}.`
}
