import type { Store } from '../../../store/connection.ts'
import { accountsById, createAccount } from '../../../store/settings/accounts.ts'
import { createMember, type Member, membersOf } from '../../../store/settings/members.ts'
import { allWorkspaces, createWorkspace } from '../../../store/settings/workspaces.ts'
import { demoSlug } from '../demo/script.ts'

/** The owner of the workspace that a person at this machine most likely means: the demo's, else the oldest one's. */
export async function firstOwner(store: Store): Promise<Member | undefined> {
  const all = await allWorkspaces(store)
  const workspace = all.find(({ slug }) => slug === demoSlug) ?? all[0]
  if (!workspace) return undefined
  return (await membersOf(store, workspace.id)).find(({ role, status }) => role === 'owner' && status === 'active')
}

/**
 * The first workspace of an installation that has none, with an owner who comes by a link and has no password. Started
 * again after a crash in between, it goes on where it was.
 */
export async function firstWorkspace(store: Store, now: number): Promise<Member> {
  const [first] = await allWorkspaces(store)
  const made = first ?? (await createWorkspace(store, { slug: 'main', name: 'My business', status: 'draft' }, now))
  const account = await createAccount(store, { email: null, passwordHash: null }, now)
  return createMember(store, made.id, { accountId: account.id, name: 'Owner', role: 'owner' }, now)
}

/** Whether this owner has ever come: then a terminal is no place for a link to their account any more. */
export async function hasCome(store: Store, { accountId, id, workspaceId }: Member): Promise<boolean> {
  const account = (await accountsById(store, [accountId])).get(accountId)
  if (account?.email || account?.passwordHash) return true
  return (await store.platform('sessions').findOne({ memberId: id, workspaceId })) !== null
}
