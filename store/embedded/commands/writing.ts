import { MORE } from '../engine/commit.ts'
import type { Work } from '../engine/commit.ts'
import { STEPS_MIN } from '../steps.ts'
import type { Command, Request, Sliced } from './command.ts'

/**
 * A write as the committer takes it: begun when its turn comes, and carried on slice by slice. A command of few
 * operations is one transaction, done wholly or, when a fault ends it, not at all.
 */
export class Writing implements Work<Buffer> {
  private readonly request: Request
  private readonly command: Command
  private sliced: Sliced | null = null
  private hasCommitted = false
  private workMs = 0

  constructor(request: Request, command: Command) {
    this.request = request
    this.command = command
  }

  carryOn(isOver: () => boolean): Buffer | typeof MORE {
    const startedAt = performance.now()
    this.hasCommitted = this.sliced !== null
    let isDone = true
    try {
      const answer = this.sliced ?? (this.command.run(this.request) as Buffer | Sliced)
      if (Buffer.isBuffer(answer)) return answer
      this.sliced = answer
      let steps = 0
      const reply = answer.next(() => ++steps >= STEPS_MIN && isOver())
      isDone = reply !== null
      return reply ?? MORE
    } finally {
      const now = performance.now()
      this.workMs += now - startedAt
      const { command, receivedAt, store } = this.request
      if (isDone) store.observer.took(command, this.workMs, now - receivedAt)
    }
  }

  rewind(): void {
    this.sliced?.rewind()
    // When not a slice of it counts, it begins anew, and makes its collection again.
    if (!this.hasCommitted) this.sliced = null
  }
}
