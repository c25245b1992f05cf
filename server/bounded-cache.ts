/** Keeps the latest values of at most `max` keys, each for at most `ttlMs`; what was used longest ago goes first. */
export class BoundedCache<Value> {
  readonly #kept = new Map<string, { value: Value; until: number }>()
  readonly #max: number
  readonly #ttlMs: number
  readonly #now: () => number

  constructor(limits: { max: number; ttlMs: number; now: () => number }) {
    this.#max = limits.max
    this.#ttlMs = limits.ttlMs
    this.#now = limits.now
  }

  get(key: string): Value | undefined {
    const found = this.#kept.get(key)
    if (!found) return undefined
    this.#kept.delete(key)
    if (found.until <= this.#now()) return undefined
    this.#kept.set(key, found)
    return found.value
  }

  set(key: string, value: Value) {
    this.#kept.delete(key)
    this.#kept.set(key, { value, until: this.#now() + this.#ttlMs })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#max) break
      this.#kept.delete(oldest)
    }
  }

  delete(key: string) {
    this.#kept.delete(key)
  }

  clear() {
    this.#kept.clear()
  }
}
