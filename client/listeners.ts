/** Who wants to hear. The answer of `add` ends it. */
export class Listeners<T> {
  readonly #all = new Set<(value: T) => void>()

  add(listener: (value: T) => void): () => void {
    const own = (value: T) => listener(value) // The same function added twice is heard twice, and ends once each.
    this.#all.add(own)
    return () => void this.#all.delete(own)
  }

  tell(value: T) {
    for (const listener of [...this.#all]) listener(value)
  }

  get count() {
    return this.#all.size
  }
}
