import { Problem } from '../../kernel/problem.ts'
import type { Activation } from './activation.ts'
import type { Principal, Workspace } from './contract.ts'
import type { EffectContext } from './effect.ts'
import type { Persistence } from './persistence.ts'
import { Moved, OutOfTurn } from './refusals.ts'
import { type Address, type Command, type Entry, keyOf, senderOf, type TellEntry, type Undelivered } from './turn.ts'

const triesMax = 5
const backoffMs = (tries: number) => Math.min(1_000 * 2 ** tries, 30_000)
export const system: Principal = { role: 'system', id: 'system', depth: 0 }

/** What an actor does of itself, as those are told it who look for faults. */
export const commandOf = ({ address: to }: Activation, message: string): Command => ({
  id: message,
  to,
  message,
  input: {},
  by: system,
})

export interface Runner {
  run(input: unknown, key: string, context: EffectContext): Promise<unknown>
  /** Of what must not be made twice: what came of it; undefined where it surely was never made. Rejects when it cannot say. */
  lookUp?(input: unknown, key: string, context: EffectContext): Promise<unknown>
}
export type Runners = { readonly [kind: string]: { readonly [effect: string]: Runner } }

interface Parts {
  effects: Runners
  persistence: Persistence
  send(command: Command): Promise<unknown>
  workspaceFor(address: Address): Workspace
  later(ms: number, run: () => void): void
  watch<T>(promise: Promise<T>): Promise<T>
  done(from: Activation, n: number): void
  onError(error: unknown, command: Command): void
}

interface Letter {
  readonly n: number
  status: 'on its way' | 'taken' | 'ended'
  over: Promise<void>
}

/**
 * Hands out what commits left behind: tells in order per receiver (n+1 is never taken before n), effects as they
 * come. An entry is done when its receiver, or the answer of its effect, is durable.
 */
export class Outbox {
  readonly #parts: Parts
  /** The last that went each way, while it is on its way. */
  readonly #lanes = new Map<string, Letter>()
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

  #queue(from: Activation, entry: TellEntry & { n: number }) {
    const lane = `${from.owner}>${keyOf(entry.to)}`
    const letter = this.#told(from, entry, this.#lanes.get(lane))
    this.#lanes.set(lane, letter)
    void letter.over.then(() => {
      if (this.#lanes.get(lane) === letter) this.#lanes.delete(lane)
    })
  }

  #told(from: Activation, entry: TellEntry & { n: number }, before: Letter | undefined): Letter {
    const letter: Letter = { n: entry.n, status: 'on its way', over: Promise.resolve() }
    letter.over = this.#tell(from, entry, before).then((isTaken) => {
      letter.status = isTaken ? 'taken' : 'ended'
    })
    return letter
  }

  /** Goes together with what is on its way to the same receiver, which takes it only after that. */
  async #tell(from: Activation, { to, message, input, by, n }: TellEntry & { n: number }, before: Letter | undefined) {
    const sender = senderOf(from.address)
    const command = { id: `${sender}#${n}`, to, message, input, by, told: { sender, n } }
    const attempt = () => {
      // The next activation begins with the one that was not taken: whoever told a later one now would lose it.
      if (before?.status === 'ended') return Promise.reject(new Moved())
      const isFirst = before?.status !== 'on its way'
      return this.#parts.send(isFirst ? command : { ...command, told: { sender, n, after: before.n } })
    }
    return this.#deliver(from, n, command, attempt, before)
  }

  async #effect(from: Activation, entry: Extract<Entry, { type: 'effect' }>, isRedo: boolean) {
    const { address: to, actor } = from
    const { effect, key, n } = entry
    const declared = actor.contract.effects[effect]
    const runner = this.#parts.effects[to.kind]?.[effect]
    if (!declared || !runner) throw new Error(`nothing stands behind ${to.kind}.${effect}`)
    const back = { id: `${effect}/${key}/${n}`, to, message: declared.answer, by: system, completes: n }
    const name = `${keyOf(to)}#${n}`
    const context = this.#contextOf(to)
    let mayHaveRun = isRedo
    const call = () => {
      const isAgain = mayHaveRun && !declared.repeatable
      mayHaveRun = true
      return isAgain ? lookedUp(runner, entry.input, key, context) : runner.run(entry.input, key, context)
    }
    const letter = { ...back, input: entry.input, effect: { name: effect, key } }
    const { reply } = await this.#persist(from, n, letter, () => this.#alone(name, call))
    if (reply !== undefined) await this.#deliver(from, n, { ...back, input: reply })
  }

  /** Runs an effect whose letter somebody opened, and answers what came of it. */
  async perform(to: Address, { name, key }: { name: string; key: string }, input: unknown): Promise<unknown> {
    const runner = this.#parts.effects[to.kind]?.[name]
    if (!runner) throw new Error(`nothing stands behind ${to.kind}.${name}`)
    return lookedUp(runner, input, key, this.#contextOf(to))
  }

  #contextOf(to: Address): EffectContext {
    return { workspaceId: to.workspaceId, actorId: to.id, workspace: this.#parts.workspaceFor(to) }
  }

  async #alone(name: string, call: () => Promise<unknown>) {
    const running = this.#running.get(name) ?? call()
    this.#running.set(name, running)
    try {
      return await running
    } finally {
      if (this.#running.get(name) === running) this.#running.delete(name)
    }
  }

  /** False when the activation ended before it was taken. */
  async #deliver(
    from: Activation,
    n: number,
    command: Command,
    attempt = () => this.#parts.send(command),
    before?: Letter,
  ) {
    const { buried, ended } = await this.#persist(from, n, command, attempt, before)
    if (!buried && !ended) this.#parts.done(from, n)
    return !ended
  }

  async #persist(from: Activation, n: number, command: Undelivered, attempt: () => Promise<unknown>, before?: Letter) {
    const outcome = await this.patiently(command, attempt, () => from.status === 'over', before)
    if (outcome.buried) this.#parts.done(from, n)
    return outcome
  }

  /** Tries until it works, the receiver refuses for good, or five faults were met: then it rests where staff see it. */
  async patiently(command: Undelivered, attempt: () => Promise<unknown>, isOver: () => boolean, before?: Letter) {
    for (let tries = 0; ; tries++) {
      // Whoever was over while it paused must not tell it again: the one that took it may have forgotten it by now.
      if (isOver()) return { reply: undefined, buried: false, ended: true }
      try {
        return { reply: await this.#parts.watch(attempt()), buried: false, ended: false }
      } catch (error) {
        if (isOver()) return { reply: undefined, buried: false, ended: true } // The next activation hands it out again.
        if (before && error instanceof Problem && error.code === OutOfTurn.code) {
          await before.over
          tries--
          continue
        }
        const isBusy = error instanceof Problem && error.retryable
        const isFault = !(error instanceof Problem) && tries < triesMax - 1
        if (isBusy || isFault) {
          await new Promise<void>((run) => this.#parts.later(backoffMs(tries), run))
          continue
        }
        this.#parts.onError(error, command)
        return this.#bury(command, error, isOver)
      }
    }
  }

  async #bury(command: Undelivered, reason: unknown, isOver: () => boolean) {
    for (let tries = 0; ; tries++) {
      try {
        await this.#parts.watch(this.#parts.persistence.bury(command, reason))
        return { reply: undefined, buried: true, ended: false }
      } catch (error) {
        if (isOver()) return { reply: undefined, buried: false, ended: true }
        if (tries === 0) this.#parts.onError(error, command)
        await new Promise<void>((run) => this.#parts.later(backoffMs(tries), run))
      }
    }
  }
}

/** It may have been made before: asked for its outcome first, and made only where it surely was not. */
async function lookedUp(runner: Runner, input: unknown, key: string, context: EffectContext) {
  const known = await runner.lookUp?.(input, key, context)
  return known ?? runner.run(input, key, context)
}
