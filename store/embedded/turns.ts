import { checkTime, refuse } from './errors.ts'
import { STEPS_MIN } from './steps.ts'
import type { Steps } from './steps.ts'

/** Nobody waits longer for a long read than this, and a group of writes (see engine/commit.ts). */
const TURN_MS_MAX = 5
/** Steps between two looks at the clock. */
const CLOCK_EVERY = 16

interface Conditions {
  /** When it must end, by `performance.now()`; null: whenever it does. */
  deadline: number | null
  /** False when nobody is there any more to hear the answer. */
  isWanted: () => boolean
  /** Hears, in the end, for how long the thread was at work on it. */
  worked: (ms: number) => void
}

interface Work<T> extends Conditions {
  steps: Steps<T>
  workMs: number
}

/** Goes on with one of them; true when it is over. */
type Turn = () => boolean

/** Reads in progress: what is short is done at once, what is long goes on in turns, with everybody else's between. */
export class Turns {
  private readonly waiting: Turn[] = []
  private isScheduled = false

  carryOut<T>(steps: Steps<T>, conditions: Conditions): T | Promise<T> {
    const work = { ...conditions, steps, workMs: 0 }
    const first = turnOf(work)
    if (first) return first.value
    return new Promise((resolve, reject: (error: Error) => void) => {
      const turn = () => {
        try {
          const over = turnOf(work)
          if (over) resolve(over.value)
          return over !== null
        } catch (error) {
          reject(error as Error)
          return true
        }
      }
      this.waiting.push(turn)
      this.schedule()
    })
  }

  /** One turn, and then everybody's who came meanwhile. */
  private schedule(): void {
    if (this.isScheduled) return
    this.isScheduled = true
    setImmediate(() => {
      this.isScheduled = false
      const next = this.waiting.shift()
      if (next && !next()) this.waiting.push(next)
      if (this.waiting.length > 0) this.schedule()
    })
  }
}

/** Goes on with it for the time of a turn; null when there is more to do. */
function turnOf<T>(work: Work<T>): { value: T } | null {
  const startedAt = performance.now()
  let isOver = true
  try {
    if (!work.isWanted()) refuse(279, 'client was disconnected')
    const value = stepped(work, startedAt + TURN_MS_MAX)
    isOver = value !== null
    return value
  } finally {
    work.workMs += performance.now() - startedAt
    if (isOver) {
      // It may hold a cursor that nobody else can have until it lets go.
      work.steps.return(undefined as never)
      work.worked(work.workMs)
    }
  }
}

function stepped<T>({ steps, deadline }: Work<T>, until: number): { value: T } | null {
  for (let n = 1; ; n++) {
    const next = steps.next()
    if (next.done) return next
    if (n % CLOCK_EVERY !== 0) continue
    checkTime(deadline)
    if (n >= STEPS_MIN && performance.now() > until) return null
  }
}
