import type { Shape } from '../actors/runtime/contract.ts'
import type { Caller } from '../kernel/caller.ts'
import { toMasked } from '../kernel/codec.ts'
import { conflict, missing, Problem } from '../kernel/problem.ts'
import type { DeadLetters, Letter, LetterStatus } from '../store/dead-letters.ts'

type Undelivered = Letter['command']

interface Parts {
  letters: DeadLetters
  contracts: readonly Shape[]
  send(command: Omit<Undelivered, 'effect'>): Promise<unknown>
  /** Makes the effect that a letter is about, and answers its result. */
  perform(to: Undelivered['to'], effect: NonNullable<Undelivered['effect']>, input: unknown): Promise<unknown>
  now(): number
}

export interface ShownLetter {
  id: string
  at: number
  to: { kind: string; id: string }
  message: string
  by: string
  error: { name: string; message: string }
  status: LetterStatus
  reason: string | null
}

/** What staff do with messages that could not be delivered: read them, have them delivered after all, or let them go. */
export class LetterRoom {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async page(workspaceId: string, filter: Parameters<DeadLetters['page']>[1]) {
    const { items, nextCursor } = await this.#parts.letters.page(workspaceId, filter)
    return { items: items.map(shown), nextCursor }
  }

  /** With what it says, as far as that is nobody's secret. */
  async read(workspaceId: string, id: string): Promise<ShownLetter & { input: unknown }> {
    const letter = await this.#known(workspaceId, id)
    const { to, message, effect, input } = letter.command
    const contract = this.#parts.contracts.find(({ kind }) => kind === to.kind)
    const schema = effect ? contract?.effects[effect.name]?.input : contract?.messages[message]?.input
    // Of a message that this release does not know, nobody can say what in it is secret.
    return { ...shown(letter), input: schema ? toMasked(schema, input) : null }
  }

  /** Delivered as a new command, which says where it comes from. @throws Problem `letter_settled`, `replay_failed` */
  async replay({ workspaceId, id: by, role }: Caller, id: string) {
    const letter = await this.#open(workspaceId, id)
    const { to, message, effect } = letter.command
    try {
      const input = effect ? await this.#parts.perform(to, effect, letter.command.input) : letter.command.input
      const command = { id: `replay/${id}`, to, message, input, by: { role, id: by, depth: 0 }, isRetried: true }
      await this.#parts.send(command)
    } catch (error) {
      if (error instanceof Problem) throw error
      throw conflict('replay_failed', `It failed again: ${(error as Error).message.slice(0, 500)}`)
    }
    return this.#settled(letter, { status: 'replayed', reason: null, by })
  }

  /** @throws Problem `letter_settled` */
  async drop({ workspaceId, id: by }: Caller, id: string, reason: string) {
    return this.#settled(await this.#open(workspaceId, id), { status: 'dropped', reason, by })
  }

  async #settled(letter: Letter, how: { status: 'replayed' | 'dropped'; reason: string | null; by: string }) {
    const { workspaceId } = letter.command.to
    if (!(await this.#parts.letters.settle(workspaceId, letter, { ...how, now: this.#parts.now() }))) throw settled()
    return shown({ ...letter, status: how.status, reason: how.reason })
  }

  async #open(workspaceId: string, id: string) {
    const letter = await this.#known(workspaceId, id)
    if (letter.status !== 'open') throw settled()
    return letter
  }

  async #known(workspaceId: string, id: string) {
    const letter = await this.#parts.letters.byId(workspaceId, id)
    if (!letter) throw missing('not_found', 'There is no such letter.')
    return letter
  }
}

const settled = () => conflict('letter_settled', 'Somebody has dealt with this letter.')

function shown({ id, at, command, error, status, reason }: Letter): ShownLetter {
  const { to, message, by } = command
  return { id, at, to: { kind: to.kind, id: to.id }, message, by: `${by.role}/${by.id}`, error, status, reason }
}
