import type { Store } from '../store/connection.ts'
import type { Rest } from '../store/rest.ts'
import { slaPoliciesMax } from '../kernel/sla.ts'
import { Resources } from '../store/settings/resources.ts'
import { slaPolicies } from '../store/settings/sla-policies.ts'
import type { Workspaces } from './workspaces.ts'

interface Parts {
  store: Store
  rest: Rest
  workspaces: Workspaces
}

/** Conversations know promises by the settings of their workspace: they decide alone, and read nothing. */
export async function promisesChanged({ store, rest, workspaces }: Parts, workspaceId: string): Promise<void> {
  const { items } = await new Resources({ store, rest }, slaPolicies).page(workspaceId, { limit: slaPoliciesMax })
  const policies = items.map(({ rev: _, createdAt: __, createdBy: ___, updatedAt: ____, ...policy }) => policy)
  await workspaces.change(workspaceId, { settings: { slaPolicies: policies } }, undefined)
}
