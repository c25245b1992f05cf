import { Private, type PrivateChange, type Profile, type ProfileChange, user } from '../../actors/user/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { newSecret } from '../../kernel/id.ts'
import type { Address, Identity } from '../../kernel/person.ts'
import { phoneOf } from '../../kernel/phone.ts'
import { invalid, missing, Problem } from '../../kernel/problem.ts'
import type { Claims } from '../../store/claims.ts'
import type { Store } from '../../store/connection.ts'
import type { Rest } from '../../store/rest.ts'
import { mergedWith } from '../../store/queries/people.ts'
import { customFieldsOf, sorted } from '../../store/settings/custom-fields.ts'
import type { People } from '../webhooks/people.ts'
import type { z } from 'zod'

interface Parts {
  store: Store
  rest: Rest
  people: People
  claims: Claims
  /** Addresses changed hands: every process looks them up anew. */
  changed(): Promise<void>
}
type Given = z.output<typeof ProfileChange>
type Hidden = z.output<typeof PrivateChange>
/** Somebody who is new. */
interface Entered {
  change: Given
  hidden: Hidden
  identities: (Address & { label?: string | undefined })[]
  tags: string[]
}
const aliasesMax = 20

/** Whoever stands for this id now: whoever was merged is the one with whom they were. @throws Problem `user_missing` */
export async function standsFor(workspace: Workspace, userId: string): Promise<Profile> {
  let profile = await workspace.at(user, userId).view()
  for (let hops = 0; profile.aliasOf !== null && hops < aliasesMax; hops++)
    profile = await workspace.at(user, profile.aliasOf).view()
  return profile
}

/** One person, as staff enter, find and change them: whoever has an address has it alone. */
export class Register {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Whoever stands for this id now. @throws Problem `user_missing` */
  async found(workspace: Workspace, userId: string): Promise<Profile> {
    return standsFor(workspace, userId)
  }

  /** @throws Problem `identity_taken`, `invalid_address`, `unknown_field`, `wrong_value` */
  async enter(workspace: Workspace, entered: Entered): Promise<Profile> {
    const userId = workspace.newId('usr')
    const { change, hidden } = await this.sorted(workspace.id, entered.change, entered.hidden)
    const claimed = []
    const addresses = entered.identities.map((one) => ({ ...one, value: addressOf(one) }))
    try {
      for (const one of addresses)
        claimed.push({ ...one, claim: await this.#parts.people.claim(workspace.id, one, [userId]) })
    } catch (error) {
      // What was claimed on the way is given back: nobody was entered.
      for (const one of claimed) await this.#parts.people.release(workspace.id, one, [userId])
      throw error
    }
    return workspace.at(user, userId).enter({ change, private: hidden, identities: claimed, tags: entered.tags })
  }

  /**
   * Whoever `known` finds; where it finds nobody, somebody is entered, unless another was quicker with the same address.
   * @throws Problem as `enter`
   */
  async meet(
    workspace: Workspace,
    known: () => Promise<Profile | undefined>,
    fresh: () => Promise<Entered>,
  ): Promise<{ isNew: boolean; profile: Profile }> {
    const before = await known()
    if (before) return { isNew: false, profile: before }
    try {
      return { isNew: true, profile: await this.enter(workspace, await fresh()) }
    } catch (error) {
      const met = error instanceof Problem && error.code === 'identity_taken' ? await known() : undefined
      if (!met) throw error
      return { isNew: false, profile: met }
    }
  }

  /** What of the workspace's own fields is sensitive goes where that is kept. @throws Problem `unknown_field`, `wrong_value` */
  async sorted(workspaceId: string, change: Given, hidden: Hidden = {}): Promise<{ change: Given; hidden: Hidden }> {
    const { custom, ...rest } = change
    if (!custom) return { change, hidden }
    const fields = await customFieldsOf(this.#parts, workspaceId)
    const { plain, sensitive } = sorted(fields, custom)
    const more = Object.keys(sensitive).length > 0 ? { custom: { ...hidden.custom, ...sensitive } } : {}
    return { change: { ...rest, custom: plain }, hidden: { ...hidden, ...more } }
  }

  /** @throws Problem `unknown_field`, `wrong_value`, `stale_revision` */
  async update(workspace: Workspace, userId: string, given: Given, rev: number | undefined): Promise<Profile> {
    const { change, hidden } = await this.sorted(workspace.id, given)
    const person = workspace.at(user, userId)
    if (Object.keys(hidden).length > 0) await person.updatePrivate(hidden)
    return person.update({ ...change, ...(rev !== undefined && { rev }) })
  }

  async updatePrivate(workspace: Workspace, userId: string, hidden: Hidden, rev: number | undefined) {
    return Private.parse(
      await workspace.at(user, userId).updatePrivate({ ...hidden, ...(rev !== undefined && { rev }) }),
    )
  }

  /** @throws Problem `identity_taken`, `invalid_address`, `too_many_identities` */
  async addIdentity(workspace: Workspace, userId: string, given: Address & { label: string; isVerified: boolean }) {
    const address = { ...given, value: addressOf(given) }
    const all = await mergedWith(this.#parts, workspace.id, userId)
    const claim = await this.#parts.people.claim(workspace.id, address, [userId, ...all])
    return workspace.at(user, userId).addIdentity({ ...address, claim })
  }

  /** @throws Problem `identity_missing` */
  async removeIdentity(workspace: Workspace, userId: string, identityId: string): Promise<Profile> {
    const { identities } = await workspace.at(user, userId).view()
    const one = identities.find(({ id }) => id === identityId)
    if (!one) throw missing('identity_missing', 'They have no such address.')
    const { people, changed } = this.#parts
    const claim = await people.claimOf(workspace.id, one)
    const profile = await workspace.at(user, userId).removeIdentity({ identityId, claim })
    // A number may be theirs by two ways, by one claim.
    if (!(await this.#sharesClaim(workspace.id, claim, profile.identities))) {
      await people.release(workspace.id, one, [userId, ...(await mergedWith(this.#parts, workspace.id, userId))])
      await changed()
    }
    return profile
  }

  async #sharesClaim(workspaceId: string, claim: string, identities: readonly Identity[]) {
    const claims = await Promise.all(identities.map((one) => this.#parts.people.claimOf(workspaceId, one)))
    return claims.includes(claim)
  }

  /** A code that nobody else has. One that is not given is nobody's for ever. */
  async newCode(workspace: Workspace, userId: string): Promise<string> {
    const { referralCode } = await workspace.at(user, userId).view()
    if (referralCode !== null) return referralCode
    for (;;) {
      const code = codeOf(newSecret())
      if ((await this.#parts.claims.take(workspace.id, `referral/${code}`, userId)) === userId) return code
    }
  }

  /** @throws Problem `unknown_code` */
  async holderOf(workspaceId: string, code: string): Promise<string> {
    const found = await this.#parts.claims.ownerOf(workspaceId, `referral/${code.toUpperCase()}`)
    if (found === undefined) throw invalid('unknown_code', 'Nobody has this code.')
    return found
  }
}

/** As it was given, if it can be one at all. @throws Problem `invalid_address` */
export function addressOf({ kind, value }: Address): string {
  const given = value.trim()
  const refuse = (message: string) => invalid('invalid_address', message, [{ path: 'value', message }])
  if (kind === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given)) throw refuse('This is no e-mail address.')
  if (kind === 'phone') {
    const phone = phoneOf(given)
    if (!phone) throw refuse('There is no such telephone number: +49 151 …')
    return phone.e164
  }
  if (kind === 'wa_id' && !/^\d{5,20}$/.test(given)) throw refuse('The digits of a number, without +.')
  return given
}

const codeLength = 8

/** Letters and digits that nobody takes for one another. */
const codeOf = (secret: string) =>
  [...secret.toUpperCase()]
    .filter((letter) => 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'.includes(letter))
    .slice(0, codeLength)
    .join('')
