import type { z } from 'zod'
import type { Workspace } from '../actors/runtime/contract.ts'
import type { Caller } from '../kernel/caller.ts'
import type { Store } from '../store/connection.ts'
import type { Rest } from '../store/rest.ts'
import { type Home, Resources } from '../store/settings/resources.ts'
import { teamIdsOf } from '../store/settings/teams.ts'

interface At {
  store: Store
  rest: Rest
  workspace: Workspace
  caller: Caller
}

/** What somebody is offered of what can be for one team alone: everybody's, and that of their own teams. */
export async function offeredTo<Fields extends z.ZodObject>(
  { store, rest, workspace, caller }: At,
  home: Home<Fields>,
  asked: { cursor?: string | undefined; limit: number },
) {
  const teamIds = [null, ...(await teamIdsOf(store, workspace.id, caller.id))]
  return new Resources({ store, rest }, home).page(workspace.id, { ...asked, equal: { teamId: { $in: teamIds } } })
}
