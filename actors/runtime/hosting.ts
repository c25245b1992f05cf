import type { Clocks, Pulse } from '../../kernel/clock.ts'
import type { Activation, Answer, Waiting } from './activation.ts'
import type { Guard } from './guard.ts'
import type { Persistence } from './persistence.ts'
import type { LocalActors } from './placement.ts'
import { Moved } from './refusals.ts'
import type { Address } from './turn.ts'
import { release } from './turns.ts'

interface Parts {
  readonly incarnation: string
  readonly guard: Guard
  readonly active: { values(): Iterable<Activation> }
  readonly slow: Set<Activation>
  readonly pulse: Pulse
  readonly clocks: Clocks
  readonly persistence: Persistence
  take(waiting: Waiting): void
  load(address: Address): void
  schedule(activation: Activation): void
  write(activation: Activation, answers: Answer[]): void
  passivate(activation: Activation): void
  end(activation: Activation, error: unknown): void
}

const lookMs = 2
/** A reminder that is due within this is near: whoever takes the actor over wakes it, ms. */
const nearMs = 20_000

/** What a placement asks of the actors of its process. */
export class Hosting implements LocalActors {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get incarnation() {
    return this.#parts.incarnation
  }

  take(waiting: Waiting) {
    this.#parts.take(waiting)
  }

  load(address: Address) {
    this.#parts.load(address)
  }

  resume() {
    const { guard, slow, schedule } = this.#parts
    for (const [activation, answers] of guard.takeAll()) {
      slow.delete(activation)
      activation.unwritten = []
      release(answers)
      schedule(activation)
    }
  }

  end(isGone: (address: Address) => boolean) {
    for (const activation of this.#those(isGone)) this.#parts.end(activation, new Moved())
  }

  /** Lets these finish what they do, and forgets each as soon as it rests. */
  async handOver(isLeaving: (address: Address) => boolean, limitMs: number): Promise<Address[]> {
    const { pulse, passivate, end, persistence } = this.#parts
    const leaving = this.#those(isLeaving)
    const unfinished: Address[] = []
    const parted: Activation[] = []
    const until = pulse.now() + limitMs
    while (leaving.size > 0 && pulse.now() < until) {
      for (const activation of leaving) {
        if (activation.status !== 'over' && !this.#isQuiet(activation)) continue
        leaving.delete(activation)
        if (this.#hasMore(activation)) unfinished.push(activation.address)
        if (activation.status === 'over') continue
        passivate(activation)
        if (activation.rev > 0) parted.push(activation)
      }
      if (leaving.size > 0) await new Promise<void>((look) => pulse.later(lookMs, look))
    }
    if (parted.length > 0) await persistence.part(parted)
    for (const activation of leaving) {
      unfinished.push(activation.address)
      end(activation, new Moved())
    }
    return unfinished
  }

  #those(isOne: (address: Address) => boolean) {
    const those = new Set<Activation>()
    for (const activation of this.#parts.active.values()) if (isOne(activation.address)) those.add(activation)
    return those
  }

  /** What was handed out and is done is forgotten in the document first, so that the heir does not do it again. */
  #isQuiet(activation: Activation) {
    if (activation.status !== 'idle' || activation.waiting > 0 || isCalling(activation)) return false
    if (!activation.hasDone) return true
    this.#parts.write(activation, [])
    return false
  }

  /** Its heir should not wait until somebody asks for it. */
  #hasMore({ out, due, address }: Activation) {
    return out.size > 0 || (due ?? Infinity) <= this.#parts.clocks(address.workspaceId).now() + nearMs
  }
}

/** A call is under way that must not be made twice: the heir could only guess what became of it. */
function isCalling({ out, actor }: Activation) {
  for (const entry of out.values())
    if (entry.type === 'effect' && actor.contract.effects[entry.effect]?.repeatable === false) return true
  return false
}
