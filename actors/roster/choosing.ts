import type { TeamRule } from '../../kernel/assignment.ts'
import type { Staff, StaffMember, Status, Why } from './contract.ts'
import type { State, Waiting } from './state.ts'

/** The rule for what waits for a team, or for anybody. */
export function ruleFor({ rule, teams }: Staff, teamId: string | null): TeamRule {
  return teams.find(({ id }) => id === teamId)?.rule ?? rule
}

const teamOf = ({ teams }: Staff, teamId: string | null) => teams.find(({ id }) => id === teamId)

/** Open conversations that somebody has or is about to have. */
export const loadOf = ({ open, offers }: State, id: string) =>
  (open[id] ?? 0) + Object.values(offers).filter((memberId) => memberId === id).length

/** The most that anybody wants of a member: their own number, or that of the rule under which they are asked. */
export const capacityOf = (member: StaffMember, { capacity }: TeamRule) => member.capacity ?? capacity

export const statusOf = ({ presence }: State, id: string): Status => presence[id] ?? 'offline'

type Choice = { memberId: string; load: number; capacity: number; considered: number } | { why: Why }

/**
 * Who gets it: whoever is in the team, has the skills, is there and has room; of these the one with the fewest open
 * conversations, then the one whose last assignment is longest ago, then by id. Round robin leaves out the first.
 */
export function choose(state: State, staff: Staff, wish: Waiting): Choice {
  const rule = ruleFor(staff, wish.teamId)
  if (rule.mode === 'off') return { why: 'off' }
  let left = staff.members.filter(({ takes }) => takes)
  const team = teamOf(staff, wish.teamId)
  const steps: [Why, (member: StaffMember) => boolean][] = [
    ['nobody_in_team', ({ id }) => !team || team.memberIds.includes(id)],
    ['nobody_skilled', skilled(staff, rule, wish)],
    ['nobody_online', ({ id }) => isThere(statusOf(state, id), rule)],
    ['all_full', (member) => loadOf(state, member.id) < capacityOf(member, rule)],
    ['only_who_let_go', ({ id }) => id !== wish.not],
  ]
  for (const [why, keeps] of steps) {
    left = left.filter(keeps)
    if (left.length === 0) return { why }
  }
  const [first] = left.sort(inTurn(state, rule))
  if (!first) return { why: 'nobody_in_team' }
  const load = loadOf(state, first.id)
  return { memberId: first.id, load, capacity: capacityOf(first, rule), considered: left.length }
}

const isThere = (status: Status, { onlyOnline }: TeamRule) => (onlyOnline ? status === 'online' : status !== 'busy')

function skilled({ members }: Staff, { usesSkills }: TeamRule, { tags }: Waiting) {
  const asked = usesSkills ? tags.filter((tag) => members.some(({ skills }) => skills.includes(tag))) : []
  return ({ skills }: StaffMember) => asked.every((tag) => skills.includes(tag))
}

function inTurn(state: State, { mode }: TeamRule) {
  return (one: StaffMember, other: StaffMember) => {
    const fewer = mode === 'least_loaded' ? loadOf(state, one.id) - loadOf(state, other.id) : 0
    if (fewer !== 0) return fewer
    const longer = (state.lastAt[one.id] ?? 0) - (state.lastAt[other.id] ?? 0)
    if (longer !== 0) return longer
    return one.id < other.id ? -1 : 1
  }
}

/** Whether anybody could get anything now: then, and only then, the whole queue is worth a look. */
export function hasRoom(state: State, staff: Staff): boolean {
  const rules = [staff.rule, ...staff.teams.flatMap(({ rule }) => rule ?? [])].filter(({ mode }) => mode !== 'off')
  if (rules.length === 0) return false
  return staff.members.some((member) => {
    const load = loadOf(state, member.id)
    const status = statusOf(state, member.id)
    return member.takes && rules.some((rule) => isThere(status, rule) && load < capacityOf(member, rule))
  })
}
