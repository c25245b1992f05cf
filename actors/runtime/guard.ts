import type { Activation, Answer } from './activation.ts'
import type { Placement } from './placement.ts'

/**
 * Answers only while this process may: its lease is looked at before a batch, and again before anything leaves that no
 * write proves to be true. What it may not answer now waits: soon it may again, or others own the actors.
 */
export class Guard {
  readonly #placement: Placement | undefined
  readonly #held = new Map<Activation, readonly Answer[]>()

  constructor(placement: Placement | undefined) {
    this.#placement = placement
  }

  get isShut() {
    return this.#placement !== undefined && !this.#placement.isServing()
  }

  hold(activation: Activation, answers: readonly Answer[]) {
    activation.status = 'writing'
    activation.unwritten = answers
    this.#held.set(activation, answers)
  }

  /** What was held back of an activation that ends. */
  takeOf(activation: Activation): readonly Answer[] {
    const answers = this.#held.get(activation) ?? []
    this.#held.delete(activation)
    return answers
  }

  /** All that was held back. */
  takeAll() {
    const all = [...this.#held]
    this.#held.clear()
    return all
  }
}
