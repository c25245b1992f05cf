/** Never rejects; its place is free when it resolves. */
type Job = () => Promise<unknown>

/** So many at once, and the next is of the business whose turn it is: a rush at one of them holds up no other. */
export class Turnstile {
  readonly #atOnce: number
  /** By business, in the order of their turns. */
  readonly #waiting = new Map<string, Job[]>()
  #through = 0

  constructor(atOnce: number) {
    this.#atOnce = atOnce
  }

  /** At once where there is room. */
  add(workspaceId: string, job: Job) {
    const others = this.#waiting.get(workspaceId)
    if (others) others.push(job)
    else this.#waiting.set(workspaceId, [job])
    this.#next()
  }

  #next() {
    for (const [workspaceId, jobs] of this.#waiting) {
      if (this.#through >= this.#atOnce) return
      this.#waiting.delete(workspaceId)
      const job = jobs.shift()
      // Last of all until its next turn: this loop comes by there again.
      if (jobs.length > 0) this.#waiting.set(workspaceId, jobs)
      if (job) void this.#pass(job)
    }
  }

  async #pass(job: Job) {
    this.#through++
    await job()
    this.#through--
    this.#next()
  }
}
