import type { Pulse } from '../../kernel/clock.ts'

interface Timer {
  at: number
  everyMs: number | undefined
  run: () => void
  of: VirtualPulse
}

/** One process's beat under virtual time. Stopped, as by SIGSTOP, it runs nothing, and its clock goes on. */
export class VirtualPulse implements Pulse {
  readonly #time: VirtualTime
  readonly #offset: number
  isStopped = false

  constructor(time: VirtualTime, offset: number) {
    this.#time = time
    this.#offset = offset
  }

  now() {
    return this.#time.now + this.#offset
  }

  every(ms: number, run: () => void) {
    return this.#time.add({ at: this.#time.now + ms, everyMs: ms, run, of: this })
  }

  later(ms: number, run: () => void) {
    this.#time.add({ at: this.#time.now + ms, everyMs: undefined, run, of: this })
  }

  soon(run: () => void) {
    this.later(0, run)
  }
}

/** Time that moves only when a test says so, for any number of processes. */
export class VirtualTime {
  now = 0
  #timers: Timer[] = []

  /** Two processes never have the same monotonic time. */
  pulse(offset = Math.trunc(this.#timers.length * 1_000 + 17)) {
    return new VirtualPulse(this, offset)
  }

  add(timer: Timer) {
    this.#timers.push(timer)
    return () => void (this.#timers = this.#timers.filter((one) => one !== timer))
  }

  /** `watch` looks after whatever ran, and at its end. */
  async advance(ms: number, watch: () => void = () => undefined) {
    const until = this.now + ms
    for (let due = await this.#soonest(until); due; due = await this.#soonest(until)) {
      this.now = Math.max(this.now, due.at)
      // What was stopped makes up for one tick, not for all that it missed.
      if (due.everyMs === undefined) this.#timers = this.#timers.filter((one) => one !== due)
      else due.at = this.now + due.everyMs
      due.run()
      await new Promise(setImmediate)
      watch()
    }
    this.now = until
    watch()
  }

  /** Where nothing is due, what is under way may still set a timer. */
  async #soonest(until: number) {
    const due = this.#next(until)
    if (due) return due
    await new Promise(setImmediate)
    return this.#next(until)
  }

  #next(until: number) {
    let next: Timer | undefined
    for (const timer of this.#timers)
      if (!timer.of.isStopped && timer.at <= until && (!next || timer.at < next.at)) next = timer
    return next
  }
}
