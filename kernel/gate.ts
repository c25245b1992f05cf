/** So many at once go through; the others wait in their order. */
export class Gate {
  readonly #max: number
  readonly #line: (() => void)[] = []
  #inside = 0

  constructor(max: number) {
    this.#max = max
  }

  /** How many are in line. */
  get waiting() {
    return this.#line.length
  }

  /** `hasWaited`: there was no room at once. Rejects with what `go` rejects with. */
  async pass<Answer>(go: (hasWaited: boolean) => Promise<Answer>): Promise<Answer> {
    const hasWaited = this.#inside >= this.#max
    if (hasWaited) await new Promise<void>((next) => this.#line.push(next))
    else this.#inside++
    try {
      return await go(hasWaited)
    } finally {
      const next = this.#line.shift()
      if (next) next()
      else this.#inside--
    }
  }
}
