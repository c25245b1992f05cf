import type { Posted } from '../actors/letterbox/contract.ts'
import type { Caller } from '../kernel/caller.ts'
import { newId, newSecret } from '../kernel/id.ts'
import { conflict, missing, Problem } from '../kernel/problem.ts'
import type { Store } from '../store/connection.ts'
import { type Account, accountFor, accountsById, changePassword } from '../store/settings/accounts.ts'
import { acceptInvitation, invited, keepInvitation } from '../store/settings/invitations.ts'
import { changeMember, type Member, memberById, type MemberRole, membersOf } from '../store/settings/members.ts'
import type { Origin } from '../store/settings/sessions.ts'
import { workspaceById, type WorkspaceSettings } from '../store/settings/workspaces.ts'
import type { Auth, SignedIn } from './auth/auth.ts'
import { hashChosen } from './auth/own-account.ts'
import { hashOf } from './auth/tokens.ts'

const dayMs = 24 * 60 * 60_000
const invitationMs = 7 * dayMs

interface Parts {
  store: Store
  auth: Auth
  /** Where people reach this server. */
  url: string
  now(): number
  /** Undefined where no letter can be sent: then the link is given by hand. */
  post: ((posted: Posted, workspaceId: string) => Promise<unknown>) | undefined
  /** Somebody's role or standing changed: every process reads it anew. */
  changed(memberId: string): Promise<void>
}

/** Who works for a workspace, how they come, what they may do, and how they go. */
export class Team {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * Invites by e-mail address; again, it makes a new link and voids the old one. The token is told here and never again.
   * @throws Problem `already_member`, `not_allowed`
   */
  async invite(caller: Caller, { email, name, role }: { email: string; name: string; role: MemberRole }) {
    mayGive(caller, role)
    const { store, now } = this.#parts
    const account = await accountFor(store, email, now())
    const token = newSecret()
    const expiresAt = now() + invitationMs
    const kept = { accountId: account.id, name, role, tokenHash: hashOf(token), expiresAt }
    const member = await keepInvitation(store, caller.workspaceId, kept, now())
    if (!member) throw conflict('already_member', 'Somebody with this address works here already.')
    const url = `${this.#parts.url}/invitation?token=${token}`
    const isMailed = await this.#mail(member, account, { url, expiresAt })
    return { member, email: account.email, url, expiresAt, isMailed }
  }

  /** What an invitation says, to whoever holds its link. @throws Problem `link_invalid` */
  async invitation(token: string) {
    const { store, now } = this.#parts
    const member = await invited(store, hashOf(token), now())
    if (!member) throw linkInvalid()
    const { account, workspace } = await this.#about(member)
    return { member, email: account.email, workspace, needsPassword: account.passwordHash === null }
  }

  /**
   * Joins, and signs in: whoever holds the link reads the address's mail. Who has no password yet may choose one.
   * @throws Problem `link_invalid`, `weak_password`, `has_password`
   */
  async accept(token: string, given: { name?: string; password?: string }, from: Origin): Promise<SignedIn> {
    const { store, auth, now } = this.#parts
    const member = await invited(store, hashOf(token), now())
    if (!member) throw linkInvalid()
    const { account } = await this.#about(member)
    if (given.password !== undefined) await this.#choosePassword(account, given.password)
    const joined = await acceptInvitation(store, hashOf(token), given.name, now())
    if (!joined) throw linkInvalid()
    await this.#parts.changed(joined.id)
    return auth.openFor(joined.workspaceId, joined.id, from)
  }

  /** @throws Problem `not_found`, `not_allowed`, `own_membership`, `still_invited`, `last_owner` */
  async change(
    caller: Caller,
    id: string,
    change: { name?: string; role?: MemberRole; status?: 'active' | 'disabled' },
  ) {
    const member = await this.#mine(caller, id)
    if (change.status !== undefined && member.status === 'invited')
      throw conflict('still_invited', 'They have not accepted their invitation yet.')
    if (change.role !== undefined) mayGive(caller, change.role)
    const isStep = change.role !== undefined || change.status !== undefined
    if (isStep && id === caller.id) throw new Problem('forbidden', 'own_membership', 'Somebody else must change this.')
    await this.#apply(member, change)
    return { ...member, ...change }
  }

  /** Takes somebody out, or an invitation back. What they wrote keeps their name. @throws as `change` does */
  async remove(caller: Caller, id: string) {
    if (id === caller.id) throw new Problem('forbidden', 'own_membership', 'Somebody else must take you out.')
    await this.#apply(await this.#mine(caller, id), { status: 'removed' })
  }

  async #mail(member: Member, { email }: Account, { url, expiresAt }: { url: string; expiresAt: number }) {
    const { post, store } = this.#parts
    const workspace = await workspaceById(store, member.workspaceId)
    if (!post || email === null || !workspace) return false
    const days = invitationMs / dayMs
    const letter = { about: 'invitation', link: url, workspace: workspace.name, name: member.name, days } as const
    const language = workspace.settings.locale
    await post({ letterId: newId('let'), to: email, language, letter, notAfter: expiresAt }, member.workspaceId)
    return true
  }

  async #apply(member: Member, change: Partial<Pick<Member, 'name' | 'role' | 'status'>>) {
    const { store, changed } = this.#parts
    const { workspaceId, id, name, role, status } = member
    await changeMember(store, workspaceId, id, change)
    // Looked at afterwards: of two owners who take each other down at once, neither succeeds.
    if (member.role === 'owner' && !(await this.#hasOwner(workspaceId))) {
      await changeMember(store, workspaceId, id, { name, role, status })
      throw conflict('last_owner', 'A workspace keeps at least one owner.')
    }
    await changed(id)
  }

  async #hasOwner(workspaceId: string) {
    const members = await membersOf(this.#parts.store, workspaceId)
    return members.some(({ role, status }) => role === 'owner' && status === 'active')
  }

  async #mine(caller: Caller, id: string): Promise<Member> {
    const member = await memberById(this.#parts.store, caller.workspaceId, id)
    if (!member || member.status === 'removed') throw missing('not_found', 'There is no such member.')
    mayGive(caller, member.role)
    return member
  }

  async #choosePassword(account: Account, password: string) {
    if (account.passwordHash !== null) throw conflict('has_password', 'This account has a password already.')
    const hashed = await hashChosen(password, account)
    if (!(await changePassword(this.#parts.store, account.id, hashed, null)))
      throw conflict('has_password', 'This account has a password already.')
  }

  async #about({ accountId, workspaceId }: Member): Promise<{ account: Account; workspace: WorkspaceSettings }> {
    const { store } = this.#parts
    const [accounts, workspace] = await Promise.all([
      accountsById(store, [accountId]),
      workspaceById(store, workspaceId),
    ])
    const account = accounts.get(accountId)
    if (!account || !workspace) throw linkInvalid()
    return { account, workspace }
  }
}

/** Only owners make owners, and touch them. */
function mayGive(caller: Caller, role: MemberRole) {
  if (role === 'owner' && caller.role !== 'owner')
    throw new Problem('forbidden', 'not_allowed', 'Only an owner may do this with an owner.')
}

const linkInvalid = () => new Problem('unauthorized', 'link_invalid', 'This link was used already, or is too old.')
