import type { Staff } from '../actors/roster/contract.ts'
import { heldMax, queueMax } from '../actors/roster/contract.ts'
import type { RosterPorts } from '../actors/roster/effects.ts'
import type { Store } from '../store/connection.ts'
import { heldBy, unplacedIn, waitingIn } from '../store/queries/queue.ts'
import type { Rest } from '../store/rest.ts'
import { Resources } from '../store/settings/resources.ts'
import { teams, teamsMax } from '../store/settings/teams.ts'
import { workloadsOf } from '../store/settings/workloads.ts'
import { workspaceById } from '../store/settings/workspaces.ts'
import { defaultRule } from '../kernel/assignment.ts'

/** What the roster reads: who works there, by which rules, and what waits. */
export function rosterPorts(store: Store, rest: Rest): RosterPorts {
  return {
    async staffOf(workspaceId): Promise<Staff> {
      const [workspace, workloads, { items }] = await Promise.all([
        workspaceById(store, workspaceId),
        workloadsOf(store, workspaceId),
        new Resources({ store, rest }, teams).page(workspaceId, { limit: teamsMax }),
      ])
      const members = [...workloads].map(([id, workload]) => ({ id, ...workload }))
      return {
        rule: workspace?.settings.assignment ?? defaultRule,
        members,
        // A team of before has no rule of its own.
        teams: items.map(({ id, memberIds, assignment }) => ({ id, memberIds, rule: assignment ?? null })),
      }
    },
    async unplacedIn(workspaceId, after) {
      const conversationIds = await unplacedIn(store, workspaceId, { after, limit: heldMax })
      return { conversationIds, isAll: conversationIds.length < heldMax }
    },
    async waitingIn(workspaceId) {
      const found = await waitingIn(store, workspaceId, queueMax)
      return { wishes: found.map((one) => ({ ...one, not: null })), isAll: found.length < queueMax }
    },
    heldBy: (workspaceId, memberId) => heldBy(store, workspaceId, memberId, heldMax),
  }
}
