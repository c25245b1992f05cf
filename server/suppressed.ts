import type { Workspace } from '../actors/runtime/contract.ts'
import { user } from '../actors/user/contract.ts'
import { identityOf } from '../kernel/channel-kind.ts'
import { needsOwner, suppressedAs, type SuppressionReason } from '../kernel/consent.ts'
import type { Address } from '../kernel/person.ts'
import { conflict, missing } from '../kernel/problem.ts'
import type { SuppressedPlace, Suppressions } from '../store/suppressions.ts'

interface Parts {
  suppressions: Suppressions
  /** Who is known by this address. */
  ownerOf(workspaceId: string, address: Address): Promise<string | undefined>
  now(): number
}

/** Addresses are taken out, and let in again, by what they are, whether anybody here is known by them or not. */
export class Suppressed {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Answers how many of them belong to somebody who is known. */
  async add(
    workspace: Workspace,
    places: readonly SuppressedPlace[],
    { reason, by }: { reason: SuppressionReason; by: string },
  ): Promise<number> {
    const { suppressions, now } = this.#parts
    let known = 0
    for (const place of places) {
      const userId = await this.#ownerOf(workspace.id, place)
      await suppressions.keep(workspace.id, { ...place, reason, by, userId: userId ?? null, at: now() })
      if (userId === undefined) continue
      known++
      await workspace.at(user, userId).suppress({ ...place, reason })
    }
    return known
  }

  /** False where nothing was suppressed. @throws Problem `own_act_needed` */
  async lift(workspace: Workspace, place: SuppressedPlace): Promise<boolean> {
    const { suppressions } = this.#parts
    const [kept] = await suppressions.find(workspace.id, [place])
    if (kept) demandOurs(kept.reason)
    const userId = await this.#ownerOf(workspace.id, place)
    if (userId !== undefined) await workspace.at(user, userId).lift(place)
    if (kept) await suppressions.remove(workspace.id, place)
    return kept !== undefined
  }

  /** One of the list, of which nobody here can say what address it is. @throws Problem `not_found`, `own_act_needed` */
  async liftById(workspace: Workspace, id: string): Promise<void> {
    const { suppressions } = this.#parts
    const kept = await suppressions.byId(workspace.id, id)
    if (!kept) throw missing('not_found', 'Nothing of this name is held back.')
    demandOurs(kept.reason)
    if (kept.userId !== null) await this.#liftOf(workspace, await standingFor(workspace, kept.userId), id)
    await suppressions.removeById(workspace.id, id)
  }

  /** Their conversation must know of it: it decides alone what may go. */
  async #liftOf(workspace: Workspace, userId: string, id: string) {
    const person = workspace.at(user, userId)
    for (const { channel, address } of (await person.consents()).suppressed) {
      if (address === null) continue
      if ((await this.#parts.suppressions.idOf(workspace.id, { channel, address })) === id)
        await person.lift({ channel, address })
    }
  }

  #ownerOf(workspaceId: string, { channel, address }: SuppressedPlace) {
    const plain = suppressedAs(channel, address)
    const spelt = channel === 'sms' ? `+${plain}` : plain
    return this.#parts.ownerOf(workspaceId, identityOf(channel, spelt))
  }
}

function demandOurs(reason: SuppressionReason) {
  if (needsOwner(reason))
    throw conflict('own_act_needed', 'They ended this themselves, and only they can take it up again.')
}

const aliasesMax = 20

/** Whoever speaks for them now. */
async function standingFor(workspace: Workspace, userId: string): Promise<string> {
  let id = userId
  for (let hops = 0; hops < aliasesMax; hops++) {
    const { aliasOf } = await workspace.at(user, id).view()
    if (aliasOf === null) break
    id = aliasOf
  }
  return id
}
