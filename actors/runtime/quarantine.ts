import { BoundedMap } from '../../kernel/bounded-map.ts'
import type { Problem } from '../../kernel/problem.ts'
import { type Address, keyOf } from './turn.ts'

const firstMs = 1_000
const longestMs = 60_000
const heldMax = 10_000

export interface Held {
  readonly address: Address
  readonly problem: Problem
  /** How often it was tried in vain. */
  readonly tries: number
}

/** Actors whose documents cannot be used. They are looked at again, ever more seldom: it may have been mended. */
export class Quarantine {
  readonly #held = new BoundedMap<string, Held & { until: number }>(heldMax)

  get size() {
    return this.#held.size
  }

  /** `now` is monotonic ms. */
  refusal(address: Address, now: number): Problem | undefined {
    const held = this.#held.size > 0 ? this.#held.get(keyOf(address)) : undefined
    return held && held.until > now ? held.problem : undefined
  }

  hold(address: Address, problem: Problem, now: number) {
    const key = keyOf(address)
    const tries = (this.#held.get(key)?.tries ?? 0) + 1
    this.#held.delete(key)
    const until = now + Math.min(firstMs * 2 ** (tries - 1), longestMs)
    this.#held.set(key, { address, problem, tries, until })
  }

  /** It is the very refusal that this actor is held for. */
  isKnown(address: Address, problem: unknown) {
    return this.#held.size > 0 && this.#held.get(keyOf(address))?.problem === problem
  }

  release(address: Address) {
    if (this.#held.size > 0) this.#held.delete(keyOf(address))
  }

  of(address: Address): Held | undefined {
    return this.#held.get(keyOf(address))
  }

  values(): Iterable<Held> {
    return this.#held.values()
  }
}
