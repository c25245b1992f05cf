import type { Clock } from '../../../kernel/clock.ts'

/** Time that lies behind us and moves when it is told to: the demo's history happens on it. */
export class PastClock implements Clock {
  #now: number
  #timers: { time: number; run: () => void }[] = []

  constructor(now: number) {
    this.#now = now
  }

  now() {
    return this.#now
  }

  at(time: number, run: () => void) {
    const timer = { time, run }
    this.#timers.push(timer)
    return () => void (this.#timers = this.#timers.filter((one) => one !== timer))
  }

  /** Goes on to that time. What was to run until then runs on the way, each at its own moment. */
  advance(until: number) {
    for (let due = this.#next(until); due; due = this.#next(until)) {
      const { time, run } = due
      this.#timers = this.#timers.filter((one) => one !== due)
      this.#now = Math.max(this.#now, time)
      run()
    }
    this.#now = Math.max(this.#now, until)
  }

  #next(until: number) {
    return this.#timers.filter(({ time }) => time <= until).sort((one, other) => one.time - other.time)[0]
  }
}
