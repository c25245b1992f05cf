/** Who wants to hear. The answer of `add` ends it. */
export class Listeners<T> {
  readonly #all = new Set<(value: T) => void>()

  add(listener: (value: T) => void): () => void {
    const own = (value: T) => listener(value) // The same function added twice is heard twice, and ends once each.
    this.#all.add(own)
    return () => void this.#all.delete(own)
  }

  /** One that throws keeps nothing from the others, nor from us. */
  tell(value: T) {
    for (const listener of [...this.#all]) {
      try {
        listener(value)
      } catch (error) {
        raise(error)
      }
    }
  }

  get count() {
    return this.#all.size
  }
}

/** Where the platform tells of errors that nobody caught, and never in the middle of our own work. */
export const raise = (error: unknown) =>
  queueMicrotask(() => {
    throw error
  })
