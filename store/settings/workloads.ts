import { Workload } from '../../kernel/assignment.ts'
import { may, permissionsOf } from '../../kernel/permissions.ts'
import type { Store } from '../connection.ts'
import { memberFrom } from './members.ts'

const membersMax = 500

/** Of everybody who works there now and may answer people: what is set of their work. By id, in the order they came. */
export async function workloadsOf(store: Store, workspaceId: string): Promise<Map<string, Workload>> {
  const found = await store
    .of(workspaceId)
    .find('members', { status: 'active' }, { sort: { _id: 1 }, limit: membersMax })
  const answering = found.filter((document) => {
    const member = memberFrom(document)
    return may({ role: member.role, permissions: permissionsOf(member.role, member) }, 'conversations.write')
  })
  return new Map(answering.map(({ _id, workload }) => [_id, Workload.parse(workload ?? {})]))
}

/** True when the member exists. */
export const keepWorkload = (store: Store, workspaceId: string, id: string, workload: Workload) =>
  store.of(workspaceId).update('members', { _id: id, status: 'active' }, { $set: { workload } })
