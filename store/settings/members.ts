import type { Role } from '../../kernel/caller.ts'
import { newId } from '../../kernel/id.ts'
import { conflict } from '../../kernel/problem.ts'
import { isDuplicate, type Store, type Stored } from '../connection.ts'

export type MemberRole = Extract<Role, 'owner' | 'admin' | 'staff' | 'expert'>

/** Somebody who works for a workspace. The id is what messages, assignments and tokens name. */
export interface Member {
  id: string
  workspaceId: string
  accountId: string
  name: string
  role: MemberRole
  /** Invited: they have not come yet. Removed: they are kept for what they once wrote. */
  status: 'invited' | 'active' | 'disabled' | 'removed'
}

const membersMax = 500

export const memberFrom = ({ _id, workspaceId, accountId, name, role, status }: Stored): Member => ({
  id: _id,
  workspaceId: workspaceId as string,
  accountId: accountId as string,
  name: name as string,
  role: role as MemberRole,
  status: status as Member['status'],
})

/** @throws Problem `already_member` */
export async function createMember(
  store: Store,
  workspaceId: string,
  made: { id?: string; accountId: string; name: string; role: MemberRole },
  now: number,
): Promise<Member> {
  const { id = newId('mem'), ...rest } = made
  const document = { _id: id, ...rest, status: 'active', createdAt: new Date(now) }
  try {
    await store.of(workspaceId).insert('members', document)
  } catch (error) {
    if (isDuplicate(error)) throw conflict('already_member', 'This account is a member of the workspace already.')
    throw error
  }
  return memberFrom({ ...document, workspaceId })
}

export async function memberById(store: Store, workspaceId: string, id: string): Promise<Member | undefined> {
  const found = await store.of(workspaceId).one('members', { _id: id })
  return found ? memberFrom(found) : undefined
}

/** All of a workspace, in the order in which they came; at most 500. */
export async function membersOf(store: Store, workspaceId: string): Promise<Member[]> {
  const found = await store.of(workspaceId).find('members', {}, { sort: { _id: 1 }, limit: membersMax })
  return found.map(memberFrom)
}

/** Where an account works; the oldest membership first. A read across workspaces: it is what a sign-in asks. */
export async function membershipsOf(store: Store, accountId: string): Promise<Member[]> {
  const found = await store
    .collection('members')
    .find({ accountId, status: 'active' })
    .sort({ _id: 1 })
    .limit(membersMax)
    .toArray()
  return found.map(memberFrom)
}

/** Of these members, of whichever workspace, those who are active: where they work, and as what. */
export async function rolesOf(
  store: Store,
  ids: readonly string[],
): Promise<Map<string, Pick<Member, 'workspaceId' | 'role'>>> {
  const active = { _id: { $in: [...ids] }, status: 'active' }
  const found = await store
    .collection('members')
    .find(active, { projection: { workspaceId: 1, role: 1 } })
    .toArray()
  return new Map(
    found.map(({ _id, workspaceId, role }) => [_id, { workspaceId: workspaceId as string, role: role as MemberRole }]),
  )
}

/** True when the member exists. Their sessions notice within five seconds. */
export const changeMember = (
  store: Store,
  workspaceId: string,
  id: string,
  change: Partial<Pick<Member, 'name' | 'role' | 'status'>>,
) => store.of(workspaceId).update('members', { _id: id }, { $set: change })
