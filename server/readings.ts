import { setTimeout as pass } from 'node:timers/promises'
import type { Act } from '../actors/audit/contract.ts'
import { Together } from '../kernel/together.ts'
import { BoundedCache } from './bounded-cache.ts'
import type { JointMemory } from './joint-memory.ts'

interface Parts {
  /** Into the chain of a workspace, in their order. */
  record(workspaceId: string, acts: readonly Act[]): Promise<void>
  joint: JointMemory | undefined
  now(): number
  onError(error: unknown): void
}

const hourMs = 60 * 60_000
const knownMax = 20_000
/**
 * Between two writes of one workspace. What is opened after a quiet while is written at once; a crash loses of a rush
 * what was opened in this time, and while the write before was on its way.
 */
const gatherMs = 100

/**
 * Who opened what, and who was not let: written once per person, record, sign-in and hour, and waited for by nobody.
 * Those who come in the morning open everything at once, and a link of the chain costs a third where a hundred are
 * written together.
 */
export class Readings {
  readonly #parts: Parts
  readonly #known: BoundedCache<true>
  readonly #together = new Together<Act, void>((workspaceId, acts) => this.#write(workspaceId, acts))
  readonly #under = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#known = new BoundedCache({ max: knownMax, ttlMs: hourMs, now: parts.now })
  }

  note(workspaceId: string, act: Act) {
    const { by, action, target, code } = act
    const key = [workspaceId, by.id, by.sessionId, by.actingId, action, target?.kind, target?.id, code].join('/')
    if (this.#known.get(key)) return
    this.#known.set(key, true)
    const noted = this.#said(workspaceId, act, key)
      .catch(this.#parts.onError)
      .finally(() => this.#under.delete(noted))
    this.#under.add(noted)
  }

  /** Resolves when all of it is written; what comes from now on is not gathered any more. */
  async close() {
    this.#closing.abort()
    await Promise.all(this.#under)
  }

  async #said(workspaceId: string, act: Act, key: string) {
    const { joint } = this.#parts
    const first = await joint?.ask((redis) => redis.set(joint.key(`read:${key}`), '1', 'PX', hourMs, 'NX'))
    if (first && first.value !== 'OK') return // Another process has said it.
    try {
      await this.#together.ask(workspaceId, act)
    } catch (error) {
      this.#known.delete(key)
      throw error
    }
  }

  /** Over when the next may be written: who comes until then waits for it, together. */
  async #write(workspaceId: string, acts: readonly Act[]) {
    const { signal } = this.#closing
    const gathered = pass(gatherMs, undefined, { ref: false, signal }).catch(() => undefined) // It closes.
    await this.#parts.record(workspaceId, acts)
    await gathered
  }
}
