import type { Clock, Clocks } from '../../kernel/clock.ts'
import type { Activation } from './activation.ts'
import { type Outbox, system } from './outbox.ts'
import type { Due } from './catch-up.ts'
import { type Command, keyOf } from './turn.ts'

interface Parts {
  clocks: Clocks
  world: Clock
  send(command: Command): Promise<unknown>
  outbox: Outbox
}

/** The timers of the actors in memory: one per actor, for the earliest of its reminders. */
export class Reminders {
  readonly #parts: Parts
  /** Those that fire now. */
  readonly #underWay = new Set<string>()
  #isClosed = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  arm(activation: Activation) {
    this.disarm(activation)
    const { due, address: to } = activation
    if (due === undefined || this.#isClosed) return
    const clock = this.#parts.clocks(to.workspaceId)
    const cancelDue = clock.at(due, () => {
      for (const [key, one] of activation.reminders) if (one.at <= clock.now()) this.#fire(activation, key, one)
    })
    const cancelPauses = this.#pauses(activation, clock)
    activation.cancelTimer = cancelPauses
      ? () => {
          cancelDue()
          cancelPauses()
        }
      : cancelDue
  }

  /** Pauses are over when they have lasted long enough in the world. */
  #pauses(activation: Activation, clock: Clock) {
    const { world } = this.#parts
    let cancel: (() => void) | undefined
    for (const [key, one] of activation.reminders) {
      if (!one.isPause) continue
      const before = cancel
      const mine = world.at(world.now() + Math.max(0, one.at - clock.now()), () => this.#fire(activation, key, one))
      cancel = () => {
        before?.()
        mine()
      }
    }
    return cancel
  }

  disarm(activation: Activation) {
    activation.cancelTimer?.()
    activation.cancelTimer = undefined
  }

  /** From now on nothing fires; what is due waits in its document. */
  close(activations: Iterable<Activation>) {
    this.#isClosed = true
    for (const activation of activations) this.disarm(activation)
  }

  #fire(activation: Activation, key: string, { at, message, data: input }: Due) {
    const name = `${keyOf(activation.address)}/${key}@${at}`
    if (this.#underWay.has(name)) return // Each commit arms anew, also while one is being tried again.
    this.#underWay.add(name)
    const command = { id: `${key}@${at}`, to: activation.address, message, input, by: system, reminder: { key, at } }
    void this.#deliver(activation, command).finally(() => this.#underWay.delete(name))
  }

  /** A reminder that cannot be handled rests with the dead letters, and is forgotten: it must not wake its actor for ever. */
  async #deliver(activation: Activation, command: Command & { reminder: { key: string; at: number } }) {
    const isOver = () => this.#isClosed || activation.status === 'over'
    const { send, outbox } = this.#parts
    const { buried } = await outbox.patiently(command, () => send(command), isOver)
    const { reminder, ...rest } = command
    const drop = { ...rest, forgets: reminder.key }
    if (buried) await outbox.patiently(drop, () => send(drop), isOver)
  }
}
