import type { Clock, Pulse } from '../../../kernel/clock.ts'
import type { World } from './world.ts'

const startedAt = Date.UTC(2026, 0, 5, 9)

/** The machine under a process: its clocks, and whether the process runs at this moment, stands still, or is dead. */
export class Host {
  isAlive = true
  /** Until then nothing runs here, world ms; what comes meanwhile waits. */
  stillUntil = 0
  readonly #world: World
  /** How fast its clocks go, beside the world's. */
  readonly #rate: number
  readonly #beganAt: number
  /** For how long its monotonic clock stood still, ms. */
  #stood = 0

  constructor(world: World, rate = 1) {
    this.#world = world
    this.#rate = rate
    this.#beganAt = world.now
  }

  /** Stops the process; `isAsleep`: the whole machine, so that its monotonic clock stands still as well. */
  stop(ms: number, isAsleep: boolean) {
    const now = Math.max(this.#world.now, this.stillUntil)
    this.stillUntil = now + ms
    if (isAsleep) this.#stood += ms
  }

  /** Monotonic ms. Nobody here asks for it while it stands still. */
  readonly now = () => (this.#world.now - this.#beganAt - this.#stood) * this.#rate

  readonly wall = () => startedAt + this.#world.now + this.#world.skewMs

  async awake() {
    while (this.stillUntil > this.#world.now) await this.#world.delay(this.stillUntil - this.#world.now)
  }

  readonly pulse: Pulse = {
    now: this.now,
    every: (ms, run) => {
      let isOver = false
      const again = () => {
        if (isOver) return
        run()
        this.#in(ms, again)
      }
      this.#in(ms, again)
      return () => void (isOver = true)
    },
    later: (ms, run) => void this.#in(ms, run),
    soon: (run) => void this.#in(0, run),
  }

  /** The wall clock, which may be set: whoever waits for a time notices within a second. */
  readonly clock: Clock = {
    now: this.wall,
    at: (time, run) => {
      let isOver = false
      const look = () => {
        if (isOver) return
        if (this.wall() >= time) run()
        else this.#in(Math.min(time - this.wall(), 1_000), look)
      }
      this.#in(Math.max(0, Math.min(time - this.wall(), 1_000)), look)
      return () => void (isOver = true)
    },
  }

  #in(ms: number, run: () => void) {
    const due = this.now() + ms
    const look = () => {
      if (!this.isAlive) return
      const restMs = Math.max(this.stillUntil - this.#world.now, (due - this.now()) / this.#rate)
      if (restMs > 1e-6) this.#world.later(restMs, look)
      else run()
    }
    this.#world.later(ms / this.#rate, look)
  }
}
