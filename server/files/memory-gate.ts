/** How much of files may be in memory as a whole at one time. Who comes when it is full waits, in order. */
export class MemoryGate {
  readonly #max: number
  readonly #waiting: { bytes: number; enter(): void }[] = []
  #held = 0

  /** Bytes. */
  constructor(max: number) {
    this.#max = max
  }

  /** Runs this with so many bytes held for it; what is more than all of them waits until nobody else holds any. */
  async with<T>(bytes: number, run: () => Promise<T>): Promise<T> {
    const wanted = Math.min(bytes, this.#max)
    if (this.#waiting.length > 0 || this.#held + wanted > this.#max)
      await new Promise<void>((enter) => this.#waiting.push({ bytes: wanted, enter }))
    else this.#held += wanted
    try {
      return await run()
    } finally {
      this.#held -= wanted
      this.#admit()
    }
  }

  #admit() {
    for (let next = this.#waiting[0]; next && this.#held + next.bytes <= this.#max; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#held += next.bytes
      next.enter()
    }
  }
}
