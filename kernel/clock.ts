/** The time of one workspace. Nothing reads any other clock, so a test runs thirty days in milliseconds. */
export interface Clock {
  /** Epoch ms, UTC. */
  now(): number
  /** Runs once at that time, or at once when it has passed; the answer cancels it. */
  at(time: number, run: () => void): () => void
}

/** Which clock a workspace lives by. */
export type Clocks = (workspaceId: string) => Clock

// setTimeout takes at most 2^31-1 ms; a later time is reached in hops.
const hopMs = 2_000_000_000
const lookMs = 1_000
/** A difference that is no drift: somebody set the clock, or the machine slept. */
const jumpMs = 250

interface Timer {
  readonly time: number
  readonly run: () => void
  handle: NodeJS.Timeout | undefined
}

/** The wall clock. Timers run by another clock, which nobody sets: when both part, they are armed anew. */
class SystemClock implements Clock {
  readonly now = Date.now
  readonly #timers = new Set<Timer>()
  #apart = 0
  #watch: NodeJS.Timeout | undefined

  at(time: number, run: () => void) {
    const timer: Timer = { time, run, handle: undefined }
    this.#timers.add(timer)
    this.#arm(timer)
    if (!this.#watch) {
      this.#apart = this.now() - performance.now()
      this.#watch = setInterval(this.#look, lookMs).unref()
    }
    return () => {
      this.#timers.delete(timer)
      clearTimeout(timer.handle)
    }
  }

  #arm(timer: Timer) {
    timer.handle = setTimeout(this.#due, Math.min(Math.max(0, timer.time - this.now()), hopMs), timer).unref()
  }

  // A timer may come a millisecond early, by the wall clock: whoever is called finds that its time has come.
  readonly #due = (timer: Timer) => {
    if (this.now() < timer.time) return this.#arm(timer)
    this.#timers.delete(timer)
    timer.run()
  }

  readonly #look = () => {
    if (this.#timers.size === 0) {
      clearInterval(this.#watch)
      this.#watch = undefined
      return
    }
    const apart = this.now() - performance.now()
    if (Math.abs(apart - this.#apart) < jumpMs) return
    this.#apart = apart
    for (const timer of this.#timers) {
      clearTimeout(timer.handle)
      this.#arm(timer)
    }
  }
}

export const systemClock: Clock = new SystemClock()

/** The beat of a process: durations and turns of its loop, never a wall clock. A simulation brings its own. */
export interface Pulse {
  /** Monotonic ms. */
  now(): number
  /** The answer ends it. */
  every(ms: number, run: () => void): () => void
  later(ms: number, run: () => void): void
  /** After I/O had its turn. */
  soon(run: () => void): void
}

/** Durations are measured with this, never with a wall clock that may jump. */
export const monotonicMs = () => performance.now()

/** For delays, which no clock that is set makes longer. */
export const beating = (pulse: Pulse): Clock => ({
  now: () => pulse.now(),
  at(time, run) {
    let isOver = false
    pulse.later(time - pulse.now(), () => {
      if (!isOver) run()
    })
    return () => void (isOver = true)
  },
})

export const processPulse: Pulse = {
  now: monotonicMs,
  every(ms, run) {
    const timer = setInterval(run, ms).unref()
    return () => clearInterval(timer)
  },
  later: (ms, run) => void setTimeout(run, ms).unref(),
  soon: (run) => void setImmediate(run),
}

/** A moment (epoch ms) as it travels: for what is shown, and carries no mark. */
export const isoOf = (ms: number): string => new Date(ms).toISOString()
