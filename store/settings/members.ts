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
  status: 'active' | 'disabled'
}

const membersMax = 500

const read = ({ _id, workspaceId, accountId, name, role, status }: Stored): Member => ({
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
  return read({ ...document, workspaceId })
}

export async function memberById(store: Store, workspaceId: string, id: string): Promise<Member | undefined> {
  const found = await store.of(workspaceId).one('members', { _id: id })
  return found ? read(found) : undefined
}

/** All of a workspace, in the order in which they came; at most 500. */
export async function membersOf(store: Store, workspaceId: string): Promise<Member[]> {
  const found = await store.of(workspaceId).find('members', {}, { sort: { _id: 1 }, limit: membersMax })
  return found.map(read)
}

/** Where an account works; the oldest membership first. The one read across workspaces: it is what a sign-in asks. */
export async function membershipsOf(store: Store, accountId: string): Promise<Member[]> {
  const found = await store
    .collection('members')
    .find({ accountId, status: 'active' })
    .sort({ _id: 1 })
    .limit(membersMax)
    .toArray()
  return found.map(read)
}

/** True when the member exists. Their sessions notice within five seconds. */
export const changeMember = (
  store: Store,
  workspaceId: string,
  id: string,
  change: Partial<Pick<Member, 'name' | 'role' | 'status'>>,
) => store.of(workspaceId).update('members', { _id: id }, { $set: change })
