import { z } from 'zod'
import { conversation } from '../../actors/conversation/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import type { Profile } from '../../actors/user/contract.ts'
import { channelsOf, suppressedAs } from '../../kernel/consent.ts'
import { conversationIdOf } from '../../kernel/id.ts'
import { Address } from '../../kernel/person.ts'
import { conflict } from '../../kernel/problem.ts'
import type { Suppressions } from '../../store/suppressions.ts'
import type { People } from '../webhooks/people.ts'
import { addressOf, type Register } from './register.ts'

/** To whom something goes: somebody who is known, or whoever has an address. */
export const Addressee = z.union([z.object({ userId: z.string().min(1).max(128) }), Address])
export type Addressee = z.output<typeof Addressee>

interface Parts {
  register: Register
  people: Pick<People, 'holderOf'>
  suppressions: Pick<Suppressions, 'find'>
}

/** Begins conversations with people who never wrote. */
export class Addressing {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * Their conversation, which takes what is written to them.
   * @throws Problem `user_missing`, `person_erased`
   */
  async open(workspace: Workspace, userId: string): Promise<string> {
    return begin(workspace, await this.#parts.register.found(workspace, userId))
  }

  /**
   * Whoever is meant; an address that nobody has is entered as a lead's.
   * @throws Problem `user_missing`, `person_erased`, `invalid_address`, `address_suppressed`
   */
  async reach(workspace: Workspace, to: Addressee, name: string): Promise<string> {
    if ('userId' in to) return this.open(workspace, to.userId)
    const address = { ...to, value: addressOf(to) }
    const { profile } = await this.#parts.register.meet(
      workspace,
      () => this.#known(workspace, address),
      () => this.#fresh(workspace, address, name),
    )
    return begin(workspace, profile)
  }

  async #known(workspace: Workspace, address: Address): Promise<Profile | undefined> {
    const userId = await this.#parts.people.holderOf(workspace.id, address)
    return userId === undefined ? undefined : this.#parts.register.found(workspace, userId)
  }

  /** Their conversation hears only after a moment of what was decided about an address before anybody had it. */
  async #fresh(workspace: Workspace, address: Address, name: string) {
    const places = channelsOf(address.kind).map((channel) => ({
      channel,
      address: suppressedAs(channel, address.value),
    }))
    const [kept] = await this.#parts.suppressions.find(workspace.id, places)
    if (kept) throw conflict('address_suppressed', 'This address was taken out: nothing may go there.')
    return { change: { name, stage: 'lead' as const, source: 'message' }, hidden: {}, identities: [address], tags: [] }
  }
}

async function begin(workspace: Workspace, { userId, name, identities, erasedAt }: Profile): Promise<string> {
  if (erasedAt !== null) throw conflict('person_erased', 'This person was erased: nothing of them is kept.')
  const conversationId = conversationIdOf(userId)
  const addresses = identities.map(({ kind, value }) => ({ kind, value }))
  await workspace.at(conversation, conversationId).open({ userId, name, identities: addresses })
  return conversationId
}
