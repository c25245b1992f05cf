import { createHash } from 'node:crypto'
import { invalid } from '../../kernel/problem.ts'
import { BoundedCache } from '../bounded-cache.ts'

export interface Answer {
  status: number
  /** As it goes over the wire. */
  body: unknown
}
interface Seen {
  hash: string
  /** Missing where the first attempt failed: the repetition is run. */
  answer?: Promise<Answer>
}

const keysMax = 10_000
const keyTtlMs = 24 * 60 * 60_000
const shape = /^[\x21-\x7e]{1,128}$/

/** The key of a request, or undefined. @throws Problem `invalid_request` */
export function keyOf(header: string): string | undefined {
  if (header === '') return undefined
  if (shape.test(header)) return header
  const message = 'Use 1 to 128 printable characters without spaces.'
  throw invalid('invalid_request', 'This Idempotency-Key cannot be used.', [{ path: 'Idempotency-Key', message }])
}

/**
 * Remembers the answers to keyed requests, so that a repetition is answered like the first, and a key that comes back
 * with another request is refused.
 *
 * This memory dies with the process. What survives it: the command's id derives from the caller and the key, so the
 * actor's `recent` still holds its reply (64 commands or an hour), and a creation repeated for longer finds the id that
 * it made first. Only the refusal of a reused key, and the header that says a hit, are lost.
 */
export class Repetitions {
  readonly #seen: BoundedCache<Seen>

  constructor(now: () => number) {
    this.#seen = new BoundedCache({ max: keysMax, ttlMs: keyTtlMs, now })
  }

  async answer(
    who: string,
    request: { method: string; path: string; body: unknown },
    run: () => Promise<Answer>,
  ): Promise<Answer & { isHit: boolean }> {
    const hash = digestOf(request)
    const seen = this.#seen.get(who)
    if (seen && seen.hash !== hash)
      throw invalid('idempotency_key_reused', 'This Idempotency-Key was used for another request.')
    if (seen?.answer) return { ...(await seen.answer), isHit: true }

    const answer = run()
    this.#seen.set(who, { hash, answer })
    try {
      return { ...(await answer), isHit: false }
    } catch (error) {
      this.#seen.set(who, { hash })
      throw error
    }
  }
}

function digestOf({ method, path, body }: { method: string; path: string; body: unknown }) {
  const hash = createHash('sha256').update(`${method} ${path}\n`)
  return hash.update(Buffer.isBuffer(body) ? body : (JSON.stringify(body) ?? '')).digest('base64')
}
