import type { Clock, Clocks } from '../../kernel/clock.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Settings } from '../../kernel/settings.ts'
import type { Activation, Answer } from './activation.ts'
import type { Care } from './care.ts'
import { Refused } from './change.ts'
import type { Guard } from './guard.ts'
import type { Journal } from './journal.ts'
import { isLate, type Waiting } from './mailbox.ts'
import { type Chance, Moment } from './moment.ts'
import type { Pace } from './pace.ts'
import type { Persistence } from './persistence.ts'
import type { Reaction } from './reaction.ts'
import { unbegun } from './refusals.ts'
import { refusedBecause, takeTurn } from './turn.ts'
import type { Weights } from './weight.ts'

interface Parts {
  reactions: readonly Reaction[]
  persistence: Persistence
  clocks: Clocks
  settings(workspaceId: string): Settings
  bounds: { turnsMax: number; batchMax: number }
  counters: { turns: number; faults: number }
  chance: Chance
  /** The time of the world. */
  world: Clock
  care: Care
  guard: Guard
  weights: Weights
  journal?: Journal | undefined
  /** Those whose mailboxes are looked through for asks whose time is over. */
  slow: Set<Activation>
  pace: Pace
  /** It has more to do; others are first. */
  goesOn(activation: Activation): void
  write(activation: Activation, answers: Answer[]): void
  rest(activation: Activation): void
  again(activation: Activation, answers: Answer[]): void
  lost(activation: Activation, answers: Answer[], error: unknown): void
  watch<T>(promise: Promise<T>): Promise<T>
}

/** Batches of turns: all that waits for an actor runs, then is written once, then leaves. */
export class Turns {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** `now`: monotonic ms. What arrives meanwhile is the next batch. */
  run(activation: Activation, now: number) {
    const { bounds, care, guard, pace } = this.#parts
    if (activation.status === 'over') return
    if (guard.isShut) return this.#hold(activation, [])
    activation.usedAt = now
    this.#parts.journal?.begin(activation)
    if (care.size > 0 && care.isNeeded(activation)) {
      void this.#parts.watch(this.#runWithCare(activation))
      return
    }
    const moment = this.#moment(activation)
    const settings = this.#parts.settings(activation.address.workspaceId)
    const answers = activation.answers
    const by = now + pace.leadMs
    for (let turns = 0; turns < bounds.turnsMax; turns++) {
      const waiting = activation.shift()
      if (!waiting) break
      if (isLate(waiting, by)) waiting.reject(unbegun())
      else answers.push(this.#turn(activation, waiting, moment, settings))
    }
    // Others get their turn; then it goes on. What waits is written together, but not without end.
    if (activation.waiting > 0 && answers.length < bounds.batchMax) this.#parts.goesOn(activation)
    else this.#finish(activation)
  }

  /** Of those alone that could be written down before: see `Care`. */
  async #runWithCare(activation: Activation) {
    const { bounds, care, persistence, slow } = this.#parts
    activation.status = 'writing'
    slow.add(activation)
    const waiting = activation.peek(bounds.turnsMax)
    try {
      const count = await care.prepare(activation, waiting)
      if (isOver(activation)) return // It was lost meanwhile, and so were those that wait.
      slow.delete(activation)
      const moment = this.#moment(activation)
      const settings = this.#parts.settings(activation.address.workspaceId)
      for (const next of waiting.slice(0, count)) {
        if (activation.peek(1)[0] !== next) continue // Its time was over.
        activation.shift()
        const error = care.refusal(activation, next)
        activation.answers.push(error ? { waiting: next, error } : this.#turn(activation, next, moment, settings))
        if (!error) care.survived(activation, next)
        // Who told it, or reminded of it, buries it.
        else if (!next.command.told && !next.command.reminder) await persistence.bury(next.command, error)
      }
      const left = activation.isDirty ? undefined : care.leftOf(activation)
      if (left) await care.clear(activation, left)
      this.#finish(activation)
    } catch (error) {
      this.#parts.lost(activation, activation.takeAnswers(), error)
    }
  }

  #finish(activation: Activation) {
    const answers = activation.takeAnswers()
    if (!activation.isDirty) {
      if (this.#parts.guard.isShut) return this.#hold(activation, answers)
      release(answers)
      this.#parts.journal?.over(activation, answers)
      this.#parts.rest(activation)
    } else if (this.#parts.weights.isTooMuch(activation)) this.#parts.again(activation, answers)
    else this.#parts.write(activation, answers)
  }

  /** It may not be answered now, and perhaps not by us. */
  #hold(activation: Activation, answers: readonly Answer[]) {
    this.#parts.slow.add(activation)
    this.#parts.guard.hold(activation, answers)
  }

  #turn(activation: Activation, waiting: Waiting, moment: Moment, settings: Settings): Answer {
    const { reactions, counters, weights } = this.#parts
    counters.turns++
    try {
      const turn = takeTurn(activation.actor, reactions, activation, waiting.command, moment, settings)
      if (turn.change) {
        weights.demandRoom(activation, turn.change.state)
        activation.take(turn.change)
      }
      return { waiting, reply: turn.reply }
    } catch (error) {
      // A refusal waits for the write as well: it may rest on a change that is not yet durable.
      if (!(error instanceof Problem)) counters.faults++
      const why = error instanceof Refused && refusedBecause(activation, waiting.command, error, moment)
      if (why) activation.take(why)
      return { waiting, error: error ?? new Error('a handler threw nothing') }
    }
  }

  #moment({ address }: Activation) {
    return new Moment(this.#parts.clocks(address.workspaceId), this.#parts.chance, this.#parts.world)
  }
}

const isOver = ({ status }: Activation) => status === 'over'

export function release(answers: readonly Answer[]) {
  for (const { waiting, reply, error } of answers)
    if (error === undefined) waiting.resolve(reply)
    else waiting.reject(error)
}
