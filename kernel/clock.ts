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

export const systemClock: Clock = {
  now: Date.now,
  at(time, run) {
    let timer: NodeJS.Timeout
    // A timer may come a millisecond early, by the wall clock: whoever is called finds that its time has come.
    const look = () => {
      if (Date.now() >= time) run()
      else arm()
    }
    const arm = () => {
      timer = setTimeout(look, Math.min(Math.max(0, time - Date.now()), hopMs))
      timer.unref()
    }
    arm()
    return () => clearTimeout(timer)
  },
}

/** Durations are measured with this, never with a wall clock that may jump. */
export const monotonicMs = () => performance.now()
