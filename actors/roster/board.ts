import { defaultRule } from '../../kernel/assignment.ts'
import { capacityOf, loadOf, ruleFor, statusOf } from './choosing.ts'
import { type Board, type OnBoard, shownMax } from './contract.ts'
import type { State } from './state.ts'

/** What leads see: of the members all, or these. */
export function boardOf(state: State, only?: readonly string[]): Board {
  const staff = state.staff ?? { rule: defaultRule, members: [], teams: [] }
  const members = staff.members.flatMap((member): OnBoard[] => {
    if (only && !only.includes(member.id)) return []
    const { id, takes } = member
    const team = staff.teams.find(({ memberIds }) => memberIds.includes(id))
    const capacity = capacityOf(member, ruleFor(staff, team?.id ?? null))
    return [
      { id, takes, capacity, status: statusOf(state, id), open: loadOf(state, id), lastAt: state.lastAt[id] ?? null },
    ]
  })
  const waiting = Object.entries(state.waiting).map(([teamId, count]) => ({ teamId: teamId || null, count }))
  const queue = state.queue.slice(0, shownMax).map(({ conversationId, since, teamId, why }) => {
    return { conversationId, since, teamId, why }
  })
  return { members, waiting: waiting.slice(0, 101), queue }
}
