import type { Activation } from './activation.ts'
import { type Address, senderOf, type TellEntry } from './turn.ts'

/**
 * The actors in memory. Nested by workspace, kind and id: a look-up makes no key, and an idle actor keeps none, which
 * is most of what it would weigh.
 */
export class Active {
  readonly #workspaces = new Map<string, Map<string, Map<string, Activation>>>()
  #size = 0

  get size() {
    return this.#size
  }

  get({ workspaceId, kind, id }: Address): Activation | undefined {
    return this.#workspaces.get(workspaceId)?.get(kind)?.get(id)
  }

  add(activation: Activation) {
    const { workspaceId, kind, id } = activation.address
    const kinds = this.#workspaces.get(workspaceId) ?? new Map<string, Map<string, Activation>>()
    this.#workspaces.set(workspaceId, kinds)
    const ids = kinds.get(kind) ?? new Map<string, Activation>()
    kinds.set(kind, ids)
    if (!ids.has(id)) this.#size++
    ids.set(id, activation)
  }

  /** Forgets this activation; a later one of the same actor stays. */
  remove(activation: Activation) {
    const { workspaceId, kind, id } = activation.address
    const ids = this.#workspaces.get(workspaceId)?.get(kind)
    if (ids?.get(id) !== activation) return
    ids.delete(id)
    this.#size--
  }

  /**
   * `from` has forgotten for good that it told this, and those who took it may forget it, too. Not where several processes
   * have the actors: a sender that was succeeded, and does not know it yet, might tell it once more.
   */
  settle(from: Address, taken: readonly (TellEntry & { n: number })[], placement: object | undefined) {
    if (placement) return
    for (const { to, n } of taken) this.get(to)?.settled(senderOf(from), n)
  }

  *values(): Generator<Activation> {
    for (const kinds of this.#workspaces.values()) for (const ids of kinds.values()) yield* ids.values()
  }
}
