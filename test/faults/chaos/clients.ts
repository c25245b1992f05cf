import type { Random } from '../../store/proof/random.ts'
import type { Adding } from './asks.ts'
import type { Fleet } from './fleet.ts'
import { Refused } from './member.ts'

interface Choices {
  clients: number
  /** Those who look now and then, and ask whomever they knew: also a member that stands still. */
  sleepers: number
  actors: readonly string[]
  /** Of all additions, how many are sent twice at once, and how many again after they were answered. */
  twice: number
  again: number
  charges: number
  reminders: number
  views: number
  /** Between two things that one client asks, ms at most. */
  restMs: number
  /** Of all things that are asked, how many are asked of the first actor. */
  hot: number
  /** How long a client waits before it takes silence for no answer, ms. */
  patientMs: number
}

export const usual: Omit<Choices, 'actors'> = {
  clients: 12,
  sleepers: 0,
  twice: 0.05,
  again: 0.05,
  charges: 0.1,
  reminders: 0.1,
  views: 0.35,
  restMs: 10,
  hot: 0,
  patientMs: 600,
}

const remindMostMs = 1_500
const sleepMs = 300
const sleepersWaitMs = 4_000
const pause = (ms: number) => new Promise((later) => setTimeout(later, ms))

/** People who ask one thing after another, and come again with the same command until they hear. */
export class Clients {
  readonly #fleet: Fleet
  readonly #random: Random
  readonly #choices: Choices
  readonly #all: Promise<void>[]
  /** Tags of one run of clients are never those of another. */
  readonly #prefix: string
  #isOver = false
  #tags = 0

  constructor(fleet: Fleet, random: Random, choices: Choices) {
    this.#fleet = fleet
    this.#random = random
    this.#choices = choices
    this.#prefix = random.below(1_000_000).toString(36)
    const many = (length: number, live: () => Promise<void>) => Array.from({ length }, live)
    this.#all = [...many(choices.clients, () => this.#live()), ...many(choices.sleepers, () => this.#sleep())]
  }

  /** No new commands; resolves when every one that was begun was answered. */
  async end() {
    this.#isOver = true
    await Promise.all(this.#all)
  }

  async #live() {
    const { hot, actors, views, restMs, patientMs: timeoutMs } = this.#choices
    while (!this.#isOver) {
      const actor = this.#random.chance(hot) ? (actors[0] as string) : this.#random.pick(actors)
      if (this.#random.chance(views)) await this.#fleet.asks.insistOnViewing(actor, { timeoutMs })
      else await this.#add(actor)
      await pause(this.#random.between(0, restMs))
    }
  }

  async #sleep() {
    const { actors } = this.#choices
    while (!this.#isOver) {
      await pause(this.#random.between(0, sleepMs))
      const via = this.#random.pick(this.#fleet.members)
      try {
        await this.#fleet.asks.view(this.#random.pick(actors), { via, timeoutMs: sleepersWaitMs })
      } catch (error) {
        if (!(error instanceof Refused)) throw error
      }
    }
  }

  async #add(actor: string) {
    const { reminders, charges, twice, again, patientMs: timeoutMs } = this.#choices
    const random = this.#random
    const adding: Adding = {
      tag: `${this.#prefix}.${(++this.#tags).toString(36)}`,
      remindMs: random.chance(reminders) ? random.between(20, remindMostMs) : null,
      charges: random.chance(charges),
      timeoutMs,
    }
    const add = async () => {
      try {
        await this.#fleet.asks.insistOnAdding(actor, adding)
      } catch (error) {
        // It came too late to be told from one that was done: it is refused, and nobody was told that it is done.
        if (!(error instanceof Refused && error.code === 'stale_command')) throw error
      }
    }
    await Promise.all(random.chance(twice) ? [add(), add()] : [add()])
    if (random.chance(again)) await add()
  }
}
