import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Caller } from '../../kernel/caller.ts'
import { isSameStanding } from '../../kernel/permissions.ts'
import type { ShownError } from '../../kernel/problem.ts'
import type { Connection } from './connection.ts'

/**
 * Who callers are by now, in their order, each by the sign-in that they came by; undefined for whom it has ended, or who
 * does not work there any more.
 */
export type Now = (callers: readonly Caller[]) => Promise<readonly (Caller | undefined)[]>

export interface Parts {
  connections(): Iterable<Connection>
  /** Without it nobody's standing changes while they are connected. */
  now?: Now
  /** Why this caller may not read a stream any more; undefined who may. `isOther`: not who they were before. */
  refusal(caller: Caller, stream: string, isOther: boolean): Promise<ShownError | undefined> | undefined
  onError(error: unknown): void
}

/** A sign-in or a right that ends, by whatever hand, ends here no later than five seconds after. */
const everyMs = 4_000
const atOnce = 1_000
/** Nothing of theirs is asked of anybody: after so many in a row others are heard. */
const inARow = 50
const ended: ShownError = { code: 'session_revoked', title: 'You have been signed out.', retryable: false }

/** Looks again and again whether those who are connected are still who they were, and may still read what they follow. */
export class Standing {
  readonly #parts: Parts
  readonly #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #isClosed = false

  constructor(parts: Parts) {
    this.#parts = parts
    if (parts.now) this.#timer = setInterval(() => void this.look(), everyMs).unref()
  }

  /** At once, because something is known to have changed. Who asks while it looks waits for the same look. */
  look(): Promise<void> {
    return (this.#looking ??= this.#lookAtAll()
      .catch((error: unknown) => this.#parts.onError(error))
      .finally(() => (this.#looking = undefined)))
  }

  /** The connection has shown who it is now. */
  async became(connection: Connection, caller: Caller) {
    const isOther = !isSameStanding(caller, connection.caller)
    connection.renew(caller)
    await this.#review(connection, isOther)
  }

  close() {
    this.#isClosed = true
    clearInterval(this.#timer)
  }

  async #lookAtAll() {
    const all = [...this.#parts.connections()]
    for (let at = 0; at < all.length && !this.#isClosed; at += atOnce) {
      await this.#lookAt(all.slice(at, at + atOnce))
      await nextTurn() // Others have something to say as well.
    }
  }

  async #lookAt(connections: readonly Connection[]) {
    const shown = connections.map(({ caller }) => caller)
    const now = (await this.#parts.now?.(shown)) ?? shown
    for (const [nth, connection] of connections.entries()) {
      if (nth % inARow === inARow - 1) await nextTurn() // Whoever asked something meanwhile waits no longer.
      const [before, after] = [shown[nth], now[nth]]
      // Whoever has shown a fresh token meanwhile was looked at then.
      if (connection.caller !== before) continue
      if (!after) connection.revoke(ended)
      else if (!isSameStanding(after, before)) await this.became(connection, after)
      else await this.#review(connection, false)
    }
  }

  async #review(connection: Connection, isOther: boolean) {
    if (connection.streams.size === 0) return
    const { caller } = connection
    for (const stream of connection.streams.keys()) {
      const refusal = this.#parts.refusal(caller, stream, isOther)
      const error = refusal && (await refusal) // Most need not be asked, and are many.
      if (error) connection.shutOut(stream, error)
    }
  }
}
