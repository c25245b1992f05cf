import { user } from '../../actors/user/contract.ts'
import type { Identity } from '../../actors/user/contract.ts'
import type { Workspace } from '../../actors/runtime/contract.ts'
import { newId } from '../../kernel/id.ts'
import { otherSpellings, soleHolder } from '../../kernel/phone.ts'
import type { Correspondent } from '../../providers/whatsapp/webhook.ts'
import type { Claims } from '../../store/claims.ts'
import type { Vault } from '../../store/vault.ts'
import { BoundedCache } from '../bounded-cache.ts'

const knownMax = 20_000
const knownMs = 60 * 60_000

/** Who stands behind an address. One person, whatever address of theirs a message comes from. */
export class People {
  readonly #claims: Claims
  readonly #vault: Vault
  readonly #known: BoundedCache<string>

  constructor(claims: Claims, vault: Vault, now: () => number) {
    this.#claims = claims
    this.#vault = vault
    this.#known = new BoundedCache({ max: knownMax, ttlMs: knownMs, now })
  }

  /** The person's user id; somebody who was not known becomes known. Nothing where the sender has no address. */
  async whoIs(workspace: Workspace, from: Correspondent): Promise<string | undefined> {
    const identities = identitiesOf(from)
    const [first] = identities
    if (!first) return undefined
    const key = `${workspace.id}/${identities.map(({ kind, value }) => `${kind}/${value}`).join('+')}`
    const known = this.#known.get(key)
    if (known) return known
    await this.#vault.ready(workspace.id)
    const userId = (await this.#ownerOf(workspace.id, identities)) ?? newId('usr')
    const owner = await this.#meet(workspace, first, userId, from.name ?? '')
    // The other address becomes theirs too, unless it is another's: people are never merged without evidence.
    for (const identity of identities.slice(1)) {
      const taken = await this.#claims.take(workspace.id, this.#keyOf(workspace.id, identity), owner)
      if (taken === owner) await this.#meet(workspace, identity, owner, from.name ?? '')
    }
    this.#known.set(key, owner)
    return owner
  }

  /** The claim comes first and decides; the person's own turn confirms it, again after a crash in between. */
  async #meet(workspace: Workspace, identity: Identity, userId: string, name: string) {
    const key = this.#keyOf(workspace.id, identity)
    const owner = await this.#claims.take(workspace.id, key, userId)
    const claim = `${workspace.id}/${key}`
    await workspace.at(user, owner).meet({ identity, claim, name, timezone: null })
    return owner
  }

  async #ownerOf(workspaceId: string, identities: Identity[]) {
    const ownerOf = (identity: Identity) => this.#claims.ownerOf(workspaceId, this.#keyOf(workspaceId, identity))
    for (const identity of identities) {
      const owner = await ownerOf(identity)
      if (owner) return owner
    }
    const [wa] = identities.filter(({ kind }) => kind === 'wa_id')
    return wa && soleHolder(otherSpellings(wa.value), (value) => ownerOf({ kind: 'wa_id', value }))
  }

  #keyOf(workspaceId: string, { kind, value }: Identity) {
    return `identity/${kind}/${this.#vault.blind(workspaceId, `${kind}/${value}`)}`
  }
}

function identitiesOf({ waId, userId }: Correspondent): Identity[] {
  return [
    ...(waId ? [{ kind: 'wa_id' as const, value: waId }] : []),
    ...(userId ? [{ kind: 'wa_bsuid' as const, value: userId }] : []),
  ]
}
