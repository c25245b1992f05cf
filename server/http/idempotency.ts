import { createHash } from 'node:crypto'
import { z } from 'zod'
import { invalid } from '../../kernel/problem.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { JointMemory } from '../joint-memory.ts'

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
/** A longer answer is made again by the repetition: the actor, too, remembers what it replied. */
const answerBytesMax = 64 * 1_024
const shape = /^[\x21-\x7e]{1,128}$/

/** Answers speak of people: in Redis they rest as they do in the store. */
export interface Sealing {
  seal(workspaceId: string, at: string, answer: Answer): Promise<Uint8Array>
  unseal(workspaceId: string, at: string, sealed: Uint8Array): Promise<unknown>
}
const Kept = z.object({
  hash: z.string().max(64),
  sealed: z
    .base64()
    .max(answerBytesMax * 2)
    .optional(),
})
const Opened = z.object({ status: z.int(), body: z.unknown() })

/** The key of a request, or undefined. @throws Problem `invalid_request` */
export function keyOf(header: string): string | undefined {
  if (header === '') return undefined
  if (shape.test(header)) return header
  const message = 'Use 1 to 128 printable characters without spaces.'
  throw invalid('invalid_request', 'This Idempotency-Key cannot be used.', [{ path: 'Idempotency-Key', message }])
}

/** Who repeats a request, and under which key: both together name it. */
export interface Repeater {
  workspaceId: string
  commandId: string
}
interface Request {
  method: string
  path: string
  body: unknown
}

/**
 * Remembers the answers to keyed requests, so that a repetition is answered like the first, and a key that comes back
 * with another request is refused.
 *
 * This memory dies with its process, or with Redis. What survives it: the command's id derives from the caller and the
 * key, so the actor's `recent` still holds its reply (64 commands or an hour), and a creation repeated for longer finds
 * the id that it made first. Only the refusal of a reused key, and the header that says a hit, are lost.
 */
export class Repetitions {
  readonly #seen: BoundedCache<Seen>
  readonly #joint: JointMemory | undefined
  readonly #sealing: Sealing | undefined

  constructor(now: () => number, together?: { joint: JointMemory; sealing: Sealing }) {
    this.#seen = new BoundedCache({ max: keysMax, ttlMs: keyTtlMs, now })
    this.#joint = together?.joint
    this.#sealing = together?.sealing
  }

  async answer(who: Repeater, request: Request, run: () => Promise<Answer>): Promise<Answer & { isHit: boolean }> {
    const name = `${who.workspaceId}/${who.commandId}`
    const hash = digestOf(request)
    const seen = this.#seen.get(name)
    if (seen && seen.hash !== hash) throw reused()
    if (seen?.answer) return { ...(await seen.answer), isHit: true }

    const answer = this.#elsewhere(who, hash).then((known) => known ?? run())
    const mine = { hash, answer }
    this.#seen.set(name, mine)
    try {
      const given = await answer
      if ('isHit' in given) return { ...given, isHit: true }
      await this.#keep(who, hash, given)
      return { ...given, isHit: false }
    } catch (error) {
      this.#seen.set(name, { hash })
      throw error
    }
  }

  /** What another process answered. The key is ours from now on, if it was nobody's. @throws Problem */
  async #elsewhere(who: Repeater, hash: string): Promise<(Answer & { isHit: true }) | undefined> {
    const [joint, at, claim] = [this.#joint, placeOf(who), JSON.stringify({ hash })]
    const found = await joint?.ask(async (redis) => {
      const isNew = await redis.set(joint.key(at), claim, 'PX', keyTtlMs, 'NX')
      return isNew === 'OK' ? null : redis.get(joint.key(at))
    })
    if (!found?.value) return undefined
    const kept = Kept.parse(JSON.parse(found.value))
    if (kept.hash !== hash) throw reused()
    // Nothing yet: it is under way, or failed. To do it at the same time is harmless: the actor knows the command.
    if (kept.sealed === undefined || !this.#sealing) return undefined
    const opened = await this.#unsealed(who.workspaceId, at, Buffer.from(kept.sealed, 'base64'))
    return opened && { ...opened, isHit: true }
  }

  /** Nothing where the key that it was sealed by is no more: then it is done again, which the actor knows. */
  async #unsealed(workspaceId: string, at: string, sealed: Uint8Array): Promise<Answer | undefined> {
    try {
      return Opened.parse(await this.#sealing?.unseal(workspaceId, at, sealed))
    } catch {
      return undefined
    }
  }

  async #keep(who: Repeater, hash: string, { status, body }: Answer) {
    const joint = this.#joint
    if (!joint || !this.#sealing || Buffer.isBuffer(body)) return
    if ((JSON.stringify(body) ?? '').length > answerBytesMax) return
    const at = placeOf(who)
    const sealed = await this.#sealing.seal(who.workspaceId, at, { status, body })
    const kept = JSON.stringify({ hash, sealed: Buffer.from(sealed).toString('base64') })
    await joint.ask((redis) => redis.set(joint.key(at), kept, 'PX', keyTtlMs))
  }
}

const reused = () => invalid('idempotency_key_reused', 'This Idempotency-Key was used for another request.')

// The key itself may be long, and is somebody's.
const placeOf = ({ workspaceId, commandId }: Repeater) =>
  `once:${createHash('sha256').update(`${workspaceId}/${commandId}`).digest('base64url')}`

function digestOf({ method, path, body }: Request) {
  const hash = createHash('sha256').update(`${method} ${path}\n`)
  return hash.update(Buffer.isBuffer(body) ? body : (JSON.stringify(body) ?? '')).digest('base64')
}
