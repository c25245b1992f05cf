interface Batch<Asked, Answer> {
  asked: Asked[]
  answer: Promise<Answer>
}

/**
 * What many want to read at the same time is read once for all who asked before the reading began: so what they get is at
 * least as new as their question. Reads grow with keys, not with those who ask.
 */
export class Together<Asked, Answer> {
  readonly #read: (key: string, asked: readonly Asked[]) => Promise<Answer>
  readonly #waiting = new Map<string, Batch<Asked, Answer>>()
  readonly #running = new Map<string, Promise<unknown>>()

  constructor(read: (key: string, asked: readonly Asked[]) => Promise<Answer>) {
    this.#read = read
  }

  ask(key: string, one: Asked): Promise<Answer> {
    const waiting = this.#waiting.get(key)
    if (waiting) {
      waiting.asked.push(one)
      return waiting.answer
    }
    const asked = [one]
    const before = this.#running.get(key) ?? Promise.resolve()
    const answer = before.then(() => this.#run(key, asked))
    this.#waiting.set(key, { asked, answer })
    return answer
  }

  async #run(key: string, asked: readonly Asked[]): Promise<Answer> {
    this.#waiting.delete(key)
    const running = this.#read(key, asked)
    const over = running.then(
      () => undefined,
      () => undefined, // Whoever asked hears of it; the next ones begin anew.
    )
    this.#running.set(key, over)
    try {
      return await running
    } finally {
      if (this.#running.get(key) === over) this.#running.delete(key)
    }
  }
}
