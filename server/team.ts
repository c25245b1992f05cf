import type { Posted } from '../actors/letterbox/contract.ts'
import type { Caller } from '../kernel/caller.ts'
import { newId, newSecret } from '../kernel/id.ts'
import { type Given, mayAll, type Permissions, permissionsOf, permissionsOfRole } from '../kernel/permissions.ts'
import { conflict, missing, Problem } from '../kernel/problem.ts'
import { defaultQuotas } from '../kernel/settings.ts'
import type { Store } from '../store/connection.ts'
import { type Account, accountFor, accountsById, changePassword } from '../store/settings/accounts.ts'
import { acceptInvitation, invited, keepInvitation } from '../store/settings/invitations.ts'
import { changeMember, type Member, memberById, type MemberRole, membersOf } from '../store/settings/members.ts'
import type { Origin } from '../store/settings/sessions.ts'
import { leaveTeams } from '../store/settings/teams.ts'
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
  changed(member: Pick<Member, 'id' | 'workspaceId'>): Promise<void>
}

/** Who works for a workspace, how they come, what they may do, and how they go. */
export class Team {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * Invites by e-mail address; again, it makes a new link and voids the old one. The token is told here and never again.
   * @throws Problem `already_member`, `not_allowed`, `quota_reached`
   */
  async invite(caller: Caller, { email, name, role }: { email: string; name: string; role: MemberRole }) {
    mayGive(caller, permissionsOfRole(role))
    const { store, now } = this.#parts
    const account = await accountFor(store, email, now())
    await this.#checkQuota(caller.workspaceId, account)
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
    await this.#parts.changed(joined)
    return auth.openFor(joined.workspaceId, joined.id, from)
  }

  /** @throws Problem `not_found`, `not_allowed`, `own_membership`, `still_invited`, `last_owner` */
  async change(
    caller: Caller,
    id: string,
    change: { name?: string; role?: MemberRole; status?: 'active' | 'disabled'; permissions?: Given },
  ) {
    const member = await this.#mine(caller, id)
    if (change.status !== undefined && member.status === 'invited')
      throw conflict('still_invited', 'They have not accepted their invitation yet.')
    const { permissions, ...rest } = change
    const after = { ...member, ...rest, ...permissions }
    mayGive(caller, permissionsOf(after.role, after))
    const isStep = change.role !== undefined || change.status !== undefined || permissions !== undefined
    if (isStep && id === caller.id) throw new Problem('forbidden', 'own_membership', 'Somebody else must change this.')
    await this.#apply(member, { ...rest, ...permissions })
    return after
  }

  /** Takes somebody out, or an invitation back. What they wrote keeps their name. @throws as `change` does */
  async remove(caller: Caller, id: string) {
    if (id === caller.id) throw new Problem('forbidden', 'own_membership', 'Somebody else must take you out.')
    await this.#apply(await this.#mine(caller, id), { status: 'removed' })
    await leaveTeams(this.#parts.store, caller.workspaceId, id)
  }

  async #mail(member: Member, { email }: Account, { url, expiresAt }: { url: string; expiresAt: number }) {
    const { post, store } = this.#parts
    const workspace = await workspaceById(store, member.workspaceId)
    if (!post || email === null || !workspace) return false
    const days = invitationMs / dayMs
    const letter = { about: 'invitation', link: url, workspace: workspace.name, name: member.name, days } as const
    const { branding, settings } = workspace
    const brand = { name: branding.fromName || workspace.name.slice(0, 120), colour: branding.colour }
    const posted = { letterId: newId('let'), to: email, language: settings.locale, letter, brand, notAfter: expiresAt }
    await post(posted, member.workspaceId)
    return true
  }

  async #apply(member: Member, change: Parameters<typeof changeMember>[3]) {
    const { store, changed, now } = this.#parts
    const { workspaceId, id, name, role, status, grants, withheld } = member
    await changeMember(store, workspaceId, id, change, now())
    // Looked at afterwards: of two owners who take each other down at once, neither succeeds.
    if (member.role === 'owner' && !(await this.#hasOwner(workspaceId))) {
      await changeMember(store, workspaceId, id, { name, role, status, grants, withheld }, null)
      throw conflict('last_owner', 'A workspace keeps at least one owner.')
    }
    await changed(member)
  }

  async #checkQuota(workspaceId: string, { id }: Account) {
    const [workspace, members] = await Promise.all([
      workspaceById(this.#parts.store, workspaceId),
      membersOf(this.#parts.store, workspaceId),
    ])
    const max = workspace?.quotas.members ?? defaultQuotas.members
    if (members.filter(({ status, accountId }) => status !== 'removed' && accountId !== id).length >= max)
      throw conflict('quota_reached', `This business may have ${String(max)} members, and has them.`)
  }

  async #hasOwner(workspaceId: string) {
    const members = await membersOf(this.#parts.store, workspaceId)
    return members.some(({ role, status }) => role === 'owner' && status === 'active')
  }

  async #mine(caller: Caller, id: string): Promise<Member> {
    const member = await memberById(this.#parts.store, caller.workspaceId, id)
    if (!member || member.status === 'removed') throw missing('not_found', 'There is no such member.')
    mayGive(caller, permissionsOf(member.role, member))
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

/** Nobody makes, or touches, somebody who may do more than they may themselves: so only owners make owners. */
function mayGive(caller: Caller, permissions: Permissions) {
  if (!mayAll(caller, permissions))
    throw new Problem('forbidden', 'not_allowed', 'Only somebody who may do as much themselves may do this.')
}

const linkInvalid = () => new Problem('unauthorized', 'link_invalid', 'This link was used already, or is too old.')
