import type { Presence } from '../../actors/inbox/contract.ts'
import { membersMax, roster } from '../../actors/roster/contract.ts'
import { type ActorSystem, principal } from '../../actors/runtime/system.ts'
import type { Gateway } from '../../realtime/socket/gateway.ts'
import { rosterMs } from '../../realtime/socket/roster.ts'
import type { Store } from '../../store/connection.ts'
import { workspacesOfPresence } from '../../store/queries/queue.ts'
import type { ResourceChanged } from '../ports.ts'

type OnError = (error: unknown) => void

/** What is changed of these changes who gets what. */
const ofStaff: readonly string[] = ['business', 'teams', 'members', 'workloads']

const rosterOf = (system: ActorSystem, workspaceId: string) =>
  system.workspace(workspaceId, principal('system', 'presence')).at(roster, workspaceId)

/** Tells the roster who is there. Every process says what it sees: it is the same in the end, and said twice is nothing. */
export const tellingPresence =
  (system: ActorSystem, onError: OnError) => (workspaceId: string, people: readonly Presence[]) => {
    const said = people.slice(0, membersMax).map(({ id, status }) => ({ id, status }))
    rosterOf(system, workspaceId).presence({ people: said, isAll: false }).catch(onError)
  }

type Changed = (workspaceId: string, changed: ResourceChanged) => void

/** Besides the consoles, the roster hears of teams, members and rules that are changed, and reads them anew. */
export const tellingRoster =
  (system: ActorSystem, tellConsoles: Changed, onError: OnError): Changed =>
  (workspaceId, changed) => {
    tellConsoles(workspaceId, changed)
    if (ofStaff.includes(changed.resource)) rosterOf(system, workspaceId).staffChanged().catch(onError)
  }

/** Who was there when everything stopped may be gone: what rosters believe is compared with who is connected. */
export async function compareRosters(store: Store, system: ActorSystem, gateway: Pick<Gateway, 'present'>) {
  for (const workspaceId of await workspacesOfPresence(store)) {
    const people = gateway.present(workspaceId).slice(0, membersMax)
    const said = people.map(({ id, status }) => ({ id, status }))
    await rosterOf(system, workspaceId).presence({ people: said, isAll: true })
  }
}

/** Once, when this process has heard from all others whom they have. The answer keeps it from happening. */
export function compareRostersSoon(compare: () => Promise<void>, onError: OnError) {
  const timer = setTimeout(() => void compare().catch(onError), rosterMs.lease + rosterMs.grace).unref()
  return () => clearTimeout(timer)
}
