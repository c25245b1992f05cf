import { closeSync, fdatasync, openSync } from 'node:fs'

/**
 * As many at once as pay (measured: 1, 2 and 3 of them 46,000, 62,000 and 67,000 single inserts a second at 0.15 ms). A
 * disk that takes long is not helped by a second one, and the thread pool has others to serve.
 */
const AT_ONCE = 3
const FAST_MS = 1

/** A sync that is under way, and who waits for it. */
interface Round {
  answers: (() => void)[]
  writes: number
}

/**
 * Syncs of the log, which run beside the thread. A sync covers all that was written before it began, so a later one that
 * has ended answers for the earlier ones as well. Each has a handle of its own: the kernel tells an error once for each
 * handle, and of two syncs by the same one only the first would hear of it.
 */
export class LogSyncs {
  private readonly ended: () => void
  private readonly failed: (error: Error) => void
  private readonly handles: number[] = []
  /** The oldest first. */
  private rounds: Round[] = []
  private busy = 0
  private idle: (() => void) | null = null
  private hasFailed = false
  /** How long one takes, the latest counting most. */
  ms = 0

  constructor(log: string, on: { ended: () => void; failed: (error: Error) => void }) {
    this.ended = on.ended
    this.failed = on.failed
    for (let n = 0; n < AT_ONCE; n++) this.handles.push(openSync(log, 'r+'))
  }

  get isIdle(): boolean {
    return this.busy === 0
  }

  /** Whether another one may begin now. */
  get isFree(): boolean {
    return this.busy < this.atOnce
  }

  /** How many may be under way at once. */
  get atOnce(): number {
    return this.ms < FAST_MS ? AT_ONCE : 1
  }

  /** How many writes wait for one that is under way. */
  get writes(): number {
    let writes = 0
    for (const round of this.rounds) writes += round.writes
    return writes
  }

  begin(answers: (() => void)[], writes: number): void {
    const handle = this.handles.pop()
    if (handle === undefined) throw new Error('a sync was begun while none was free')
    const round: Round = { answers, writes }
    this.rounds.push(round)
    this.busy++
    const startedAt = performance.now()
    fdatasync(handle, (error) => {
      this.handles.push(handle)
      this.busy--
      this.ms += (performance.now() - startedAt - this.ms) / 4
      // After a failed sync the kernel may have dropped the pages: nothing written since can be trusted.
      if (error) this.hasFailed = true
      if (error) return this.failed(error)
      if (this.hasFailed) return
      this.answerUntil(round)
      this.ended()
      if (this.busy === 0) this.idle?.()
    })
  }

  /** As soon as all that was written until now is on disk: at once, where nothing of it is on its way there. */
  after(answer: () => void): void {
    const last = this.rounds.at(-1)
    if (last) last.answers.push(answer)
    else answer()
  }

  /** Waits for those that are under way. */
  async close(): Promise<void> {
    if (this.busy > 0) await new Promise<void>((resolve) => (this.idle = resolve))
    for (const handle of this.handles) closeSync(handle)
  }

  private answerUntil(round: Round): void {
    const last = this.rounds.indexOf(round)
    // A later one has answered for it.
    if (last < 0) return
    for (const { answers } of this.rounds.splice(0, last + 1)) for (const answer of answers) answer()
  }
}
