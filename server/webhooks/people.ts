import { user } from '../../actors/user/contract.ts'
import type { Address } from '../../kernel/person.ts'
import type { Asks, Workspace } from '../../actors/runtime/contract.ts'
import { newId } from '../../kernel/id.ts'
import { otherSpellings, soleHolder } from '../../kernel/phone.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Correspondent } from '../../providers/received.ts'
import type { Claims } from '../../store/claims.ts'
import type { Vault } from '../../store/vault.ts'
import { BoundedCache } from '../bounded-cache.ts'

const knownMax = 20_000
const knownMs = 60 * 60_000
/** So many merges are followed, one after the other. */
const aliasesMax = 20
type Meets = Asks<typeof user>['meet']

/** Who stands behind an address. One person, whatever address of theirs a message comes from. */
export class People {
  readonly #claims: Claims
  readonly #vault: Vault
  readonly #known: BoundedCache<string>
  /** Counts what was told of addresses: a look that began before must not bring back who had one. */
  #changes = 0

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
    const changes = this.#changes
    await this.#vault.ready(workspace.id)
    const userId = (await this.#ownerOf(workspace.id, identities)) ?? newId('usr')
    const owner = await this.#meet(workspace, first, userId, from.name ?? '')
    // The other address becomes theirs too, unless it is another's: people are never merged without evidence.
    for (const identity of identities.slice(1)) {
      const taken = await this.#claims.take(workspace.id, this.#keyOf(workspace.id, identity), owner)
      if (taken === owner) await this.#meet(workspace, identity, owner, from.name ?? '')
    }
    if (changes === this.#changes) this.#known.set(key, owner)
    return owner
  }

  /**
   * Somebody is to have this address: the claim that says so.
   * @throws Problem `identity_taken`, which says whose it is
   */
  async claim(workspaceId: string, identity: Address, userIds: readonly string[]): Promise<string> {
    await this.#vault.ready(workspaceId)
    const key = this.#keyOf(workspaceId, identity)
    const [userId = ''] = userIds
    const owner = await this.#claims.take(workspaceId, key, userId)
    if (!userIds.includes(owner))
      throw new Problem('conflict', 'identity_taken', 'Somebody else has this address.', { holderId: owner })
    return `${workspaceId}/${key}`
  }

  async claimOf(workspaceId: string, identity: Address): Promise<string> {
    await this.#vault.ready(workspaceId)
    return `${workspaceId}/${this.#keyOf(workspaceId, identity)}`
  }

  /** The address is theirs no more: who writes from it next is somebody new, unless it is given to somebody first. */
  async release(workspaceId: string, identity: Address, userIds: readonly string[]): Promise<void> {
    await this.#vault.ready(workspaceId)
    await this.#claims.release(workspaceId, this.#keyOf(workspaceId, identity), userIds)
    this.forget()
  }

  /** Addresses changed hands, here or at another process: what is remembered of them is looked up anew. */
  forget() {
    this.#changes++
    this.#known.clear()
    this.#claims.forget()
  }

  /** Whose an address is; undefined where it is nobody's. */
  async holderOf(workspaceId: string, address: Address): Promise<string | undefined> {
    await this.#vault.ready(workspaceId)
    return this.#ownerOf(workspaceId, [address])
  }

  /** Makes an address theirs, unless it is another's. */
  async give(workspace: Workspace, userId: string, address: Address) {
    await this.#vault.ready(workspace.id)
    await this.#meet(workspace, address, userId, '')
  }

  /** The claim comes first and decides; the person's own turn confirms it, again after a crash in between. */
  async #meet(workspace: Workspace, identity: Address, userId: string, name: string) {
    const key = this.#keyOf(workspace.id, identity)
    const owner = await this.#claims.take(workspace.id, key, userId)
    const claim = `${workspace.id}/${key}`
    return this.#introduced(workspace, owner, { identity, claim, name, timezone: null })
  }

  /** Who was merged with somebody is met as that one. */
  async #introduced(workspace: Workspace, owner: string, given: Parameters<Meets>[0]) {
    let userId = owner
    for (let hops = 0; hops < aliasesMax; hops++) {
      const met = await workspace.at(user, userId).meet(given)
      if (met.userId === userId) return userId
      userId = met.userId
    }
    return userId
  }

  async #ownerOf(workspaceId: string, identities: Address[]) {
    const ownerOf = (identity: Address) => this.#claims.ownerOf(workspaceId, this.#keyOf(workspaceId, identity))
    for (const identity of identities) {
      const owner = await ownerOf(identity)
      if (owner) return owner
    }
    const digits = identities.map(digitsOf).find((one) => one !== undefined)
    if (digits === undefined) return undefined
    return soleHolder(otherSpellings(digits), (value) => ownerOf({ kind: 'wa_id', value }))
  }

  #keyOf(workspaceId: string, identity: Address) {
    return identityKey(this.#vault, workspaceId, identity)
  }
}

/**
 * What an identity is claimed by. A telephone number is one claim, whether it writes by SMS or by WhatsApp: who writes
 * on both at once is one person whichever comes first.
 */
export function identityKey(vault: Pick<Vault, 'blind'>, workspaceId: string, identity: Address): string {
  const digits = digitsOf(identity)
  const { kind, value } = digits === undefined ? folded(identity) : { kind: 'wa_id', value: digits }
  return `identity/${kind}/${vault.blind(workspaceId, `${kind}/${value}`)}`
}

/** In whatever case an e-mail address is written, it is the same one. */
const folded = ({ kind, value }: Address) => ({ kind, value: kind === 'email' ? value.trim().toLowerCase() : value })

function digitsOf({ kind, value }: Address): string | undefined {
  if (kind === 'wa_id') return value
  return kind === 'phone' && value.startsWith('+') ? value.slice(1) : undefined
}

function identitiesOf({ waId, userId, phone, email, app }: Correspondent): Address[] {
  const all: [Address['kind'], string | undefined][] = [
    ['wa_id', waId],
    ['wa_bsuid', userId],
    ['phone', phone],
    ['email', email],
    ['app', app],
  ]
  return all.flatMap(([kind, value]) => (value ? [{ kind, value }] : []))
}
