import { Problem } from '../../kernel/problem.ts'
import type { Activation } from './activation.ts'
import type { Principal, Workspace } from './contract.ts'
import type { EffectContext } from './effect.ts'
import type { Persistence } from './persistence.ts'
import { type Address, type Command, type Entry, keyOf } from './turn.ts'

const triesMax = 5
const backoffMs = (tries: number) => Math.min(1_000 * 2 ** tries, 30_000)
export const system: Principal = { role: 'system', id: 'system', depth: 0 }

export interface Runner {
  run(input: unknown, key: string, context: EffectContext): Promise<unknown>
  lookUp?(input: unknown, key: string, context: EffectContext): Promise<unknown>
}
export type Runners = { readonly [kind: string]: { readonly [effect: string]: Runner } }

interface Parts {
  effects: Runners
  persistence: Persistence
  send(command: Command): Promise<unknown>
  workspaceFor(address: Address): Workspace
  /** Runs later on the workspace's clock. */
  later(workspaceId: string, ms: number, run: () => void): void
  watch<T>(promise: Promise<T>): Promise<T>
  done(from: Activation, n: number): void
  onError(error: unknown, command: Command): void
}

/**
 * Hands out what commits left behind: tells in order per receiver (n+1 never before n was taken), effects as they
 * come. An entry is done when its receiver, or the answer of its effect, is durable.
 */
export class Outbox {
  readonly #parts: Parts
  readonly #lanes = new Map<string, Entry[]>()
  /** Effects that run now, so that a new activation of the same actor waits for them instead of looking them up. */
  readonly #running = new Map<string, Promise<unknown>>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** `isRedo`: a crash may lie between; what cannot be repeated is then looked up. */
  handOut(from: Activation, entries: Iterable<Entry>, isRedo: boolean) {
    for (const entry of entries) {
      if (entry.type === 'tell') this.#queue(from, entry)
      else void this.#effect(from, entry, isRedo)
    }
  }

  #queue(from: Activation, entry: Extract<Entry, { type: 'tell' }>) {
    const lane = `${from.owner}>${keyOf(entry.to)}`
    const waiting = this.#lanes.get(lane)
    if (waiting) waiting.push(entry)
    else {
      this.#lanes.set(lane, [entry])
      void this.#drain(from, lane)
    }
  }

  async #drain(from: Activation, lane: string) {
    const waiting = this.#lanes.get(lane) ?? []
    for (let entry = waiting[0]; entry; entry = waiting[0]) {
      if (entry.type === 'tell') await this.#tell(from, entry)
      waiting.shift()
    }
    this.#lanes.delete(lane)
  }

  async #tell(from: Activation, entry: Extract<Entry, { type: 'tell' }>) {
    const { to, message, input, by, n } = entry
    const sender = `${from.address.kind}/${from.address.id}`
    await this.#deliver(from, n, { id: `${sender}#${n}`, to, message, input, by, told: { sender, n } })
  }

  async #effect(from: Activation, entry: Extract<Entry, { type: 'effect' }>, isRedo: boolean) {
    const { address: to, actor } = from
    const { effect, key, n } = entry
    const declared = actor.contract.effects[effect]
    const runner = this.#parts.effects[to.kind]?.[effect]
    if (!declared || !runner) throw new Error(`nothing stands behind ${to.kind}.${effect}`)
    const back = { id: `${effect}/${key}/${n}`, to, message: declared.answer, by: system, completes: n }
    const name = `${keyOf(to)}#${n}`
    const context = { workspaceId: to.workspaceId, actorId: to.id, workspace: this.#parts.workspaceFor(to) }
    const call = () =>
      this.#running.get(name) ??
      (isRedo && !declared.repeatable ? runner.lookUp?.(entry.input, key, context) : undefined) ??
      runner.run(entry.input, key, context)
    const { reply } = await this.#persist(from, n, { ...back, input: entry.input }, () => this.#alone(name, call))
    if (reply !== undefined) await this.#deliver(from, n, { ...back, input: reply })
  }

  async #alone(name: string, call: () => Promise<unknown>) {
    const running = call()
    this.#running.set(name, running)
    try {
      return await running
    } finally {
      if (this.#running.get(name) === running) this.#running.delete(name)
    }
  }

  async #deliver(from: Activation, n: number, command: Command) {
    const { buried, ended } = await this.#persist(from, n, command, () => this.#parts.send(command))
    if (!buried && !ended) this.#parts.done(from, n)
  }

  async #persist(from: Activation, n: number, command: Command, attempt: () => Promise<unknown>) {
    const outcome = await this.patiently(command, attempt, () => from.status === 'over')
    if (outcome.buried) this.#parts.done(from, n)
    return outcome
  }

  /** Tries until it works, the receiver refuses for good, or five faults were met: then it rests where staff see it. */
  async patiently(command: Command, attempt: () => Promise<unknown>, isOver: () => boolean) {
    for (let tries = 0; ; tries++) {
      try {
        return { reply: await this.#parts.watch(attempt()), buried: false, ended: false }
      } catch (error) {
        if (isOver()) return { reply: undefined, buried: false, ended: true } // The next activation hands it out again.
        const isBusy = error instanceof Problem && error.retryable
        const isFault = !(error instanceof Problem) && tries < triesMax - 1
        if (isBusy || isFault) {
          await new Promise<void>((run) => this.#parts.later(command.to.workspaceId, backoffMs(tries), run))
          continue
        }
        this.#parts.onError(error, command)
        await this.#parts.persistence.bury(command, error)
        return { reply: undefined, buried: true, ended: false }
      }
    }
  }
}
