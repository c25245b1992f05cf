import type { Clocks, Pulse } from '../../kernel/clock.ts'
import type { Activation, Answer } from './activation.ts'
import type { Guard } from './guard.ts'
import type { Waiting } from './mailbox.ts'
import type { Persistence } from './persistence.ts'
import type { HandedOver, LocalActors } from './placement.ts'
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
  died(): void
  end(activation: Activation, error: unknown): void
}

const lookMs = 2
/** So long at most is a hand-over put off for what can be written before it, ms. */
const prepareMs = 100
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

  died() {
    this.#parts.died()
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

  async prepare(isLeaving: (address: Address) => boolean) {
    const { pulse, write } = this.#parts
    const untidy = [...this.#those(isLeaving)].filter((one) => isIdle(one) && one.hasDone)
    for (const activation of untidy) write(activation, [])
    const until = pulse.now() + prepareMs
    while (untidy.some(({ status }) => status === 'writing') && pulse.now() < until) await this.#look()
  }

  /** Lets these finish what they do, and forgets each as soon as it rests. */
  async handOver(isLeaving: (address: Address) => boolean, limitMs: number): Promise<HandedOver> {
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
      if (leaving.size > 0) await this.#look()
    }
    for (const activation of leaving) {
      unfinished.push(activation.address)
      end(activation, new Moved())
    }
    return { unfinished, parted: parted.length > 0 ? persistence.part(parted) : Promise.resolve() }
  }

  #look() {
    return new Promise<void>((look) => this.#parts.pulse.later(lookMs, look))
  }

  #those(isOne: (address: Address) => boolean) {
    const those = new Set<Activation>()
    for (const activation of this.#parts.active.values()) if (isOne(activation.address)) those.add(activation)
    return those
  }

  /** What was said or done outside is forgotten in the document first, so that the heir does not do it again. */
  #isQuiet(activation: Activation) {
    if (!isIdle(activation) || isCalling(activation)) return false
    if (!activation.hasSpoken) return true
    this.#parts.write(activation, [])
    return false
  }

  /** Its heir should not wait until somebody asks for it. */
  #hasMore({ out, due, address }: Activation) {
    return out.size > 0 || (due ?? Infinity) <= this.#parts.clocks(address.workspaceId).now() + nearMs
  }
}

const isIdle = ({ status, waiting }: Activation) => status === 'idle' && waiting === 0

/** A call is under way that must not be made twice: the heir could only guess what became of it. */
function isCalling({ out, actor }: Activation) {
  for (const entry of out.values())
    if (entry.type === 'effect' && actor.contract.effects[entry.effect]?.repeatable === false) return true
  return false
}
