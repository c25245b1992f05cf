import { newId } from '../../kernel/id.ts'

/** Where ids and chances come from. A simulation brings its own, so that a failing one can be run again. */
export interface Chance {
  newId(prefix: string): string
  random(): number
}

export const trueChance: Chance = { newId, random: Math.random }

/** What all turns of a batch have in common. Whoever does not ask for the time does not pay for it: clocks are slow. */
export class Moment {
  readonly chance: Chance
  readonly #clock: { now(): number }
  readonly #real: { now(): number }
  #now: number | undefined

  /** `real`: the time of the world, which the workspace's own clock may have left. */
  constructor(clock: { now(): number }, chance: Chance, real = clock) {
    this.#clock = clock
    this.chance = chance
    this.#real = real
  }

  get now() {
    return (this.#now ??= this.#clock.now())
  }

  get realNow() {
    return this.#real.now()
  }
}
