import type { Clock } from './clock.ts'

/** How a workspace's time differs from the world's. */
export interface ClockState {
  /** Runs this far ahead of the world (behind it where negative), ms. */
  offsetMs: number
  /** Stands still at this time, epoch ms. */
  frozenAt: number | null
}

export const worldTime: ClockState = { offsetMs: 0, frozenAt: null }

interface Timer {
  readonly time: number
  readonly run: () => void
  cancel: () => void
}

/** The time of one workspace. It can be moved: what waits for a time is armed anew then, and fires when it has come. */
export class WorkspaceClock implements Clock {
  readonly #world: Clock
  readonly #timers = new Set<Timer>()
  #state = worldTime

  constructor(world: Clock) {
    this.#world = world
  }

  get state(): ClockState {
    return this.#state
  }

  now() {
    return this.#state.frozenAt ?? this.#world.now() + this.#state.offsetMs
  }

  /** What the time of this workspace was when it was `time` in the world; now, while it stands still. */
  whenItWas(time: number) {
    return this.#state.frozenAt ?? time + this.#state.offsetMs
  }

  at(time: number, run: () => void) {
    const timer: Timer = { time, run, cancel: () => {} }
    this.#timers.add(timer)
    this.#arm(timer)
    return () => {
      this.#timers.delete(timer)
      timer.cancel()
    }
  }

  set(state: ClockState) {
    const { offsetMs, frozenAt } = this.#state
    if (state.offsetMs === offsetMs && state.frozenAt === frozenAt) return
    this.#state = state
    for (const timer of this.#timers) {
      timer.cancel()
      this.#arm(timer)
    }
  }

  #arm(timer: Timer) {
    const { offsetMs, frozenAt } = this.#state
    const isDue = frozenAt !== null && timer.time <= frozenAt
    if (frozenAt !== null && !isDue) {
      timer.cancel = () => {} // Until the clock is moved.
      return
    }
    timer.cancel = this.#world.at(isDue ? this.#world.now() : timer.time - offsetMs, () => {
      this.#timers.delete(timer)
      timer.run()
    })
  }
}

/** The clocks of all workspaces: the world's, unless somebody moved one. */
export class WorkspaceClocks {
  readonly world: Clock
  readonly #clocks = new Map<string, WorkspaceClock>()

  constructor(world: Clock) {
    this.world = world
  }

  readonly of = (workspaceId: string): WorkspaceClock => {
    const known = this.#clocks.get(workspaceId)
    if (known) return known
    const made = new WorkspaceClock(this.world)
    this.#clocks.set(workspaceId, made)
    return made
  };

  /** Workspaces whose time is not the world's, with the time that it is there. */
  *moved(): Generator<{ workspaceId: string; now: number }> {
    for (const [workspaceId, clock] of this.#clocks)
      if (clock.state.offsetMs !== 0 || clock.state.frozenAt !== null) yield { workspaceId, now: clock.now() }
  }
}
