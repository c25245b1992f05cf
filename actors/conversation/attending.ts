import { isStaff } from '../../kernel/role.ts'
import type { Decision, Given } from '../runtime/change.ts'
import { conversation } from './contract.ts'
import { readersMax } from './contract/header.ts'
import { pausedUntil } from './rules.ts'
import type { State } from './state.ts'

/** How many that came in this one has not seen. */
export function unseenBy({ seen, received, unread }: Pick<State, 'seen' | 'received' | 'unread'>, id: string) {
  const mark = Object.hasOwn(seen, id) ? seen[id] : undefined
  return mark === undefined ? unread : Math.max(0, received - mark)
}

/** This one has seen all but the latest `unseen`; whoever read longest ago makes room. */
export function seenBy(state: Pick<State, 'seen' | 'received'>, id: string, unseen: number): State['seen'] {
  const mark = state.received - unseen
  if (Object.hasOwn(state.seen, id) && state.seen[id] === mark) return state.seen
  const { [id]: _, ...others } = state.seen
  return Object.fromEntries([...Object.entries(others), [id, mark] as const].slice(-readersMax))
}

/** Another program of the business, by an API key: it has seen nothing, and nobody has taken over from the machines. */
export const isProgram = ({ by }: Pick<Given, 'by'>) => !isStaff(by)

/** A member of the staff spoke: nobody waits any more, everything is seen, and machines keep silent for a while. */
export function attended(state: State, { now, settings, by }: Given): State {
  return { ...tookOver(state, now, settings.pauseHours), unread: 0, seen: seenBy(state, by.id, 0), waitingSince: null }
}

/** People of the business have the word, whoever reads it. */
export function tookOver(state: State, now: number, pauseHours: number): State {
  const until = pausedUntil(now, pauseHours)
  const before = state.automationPausedUntil
  return {
    ...state,
    automationPausedUntil: before === null || until === null ? (until ?? before) : Math.max(before, until),
    humanRev: state.humanRev + 1,
    isAnswered: true,
  }
}

/** The first answer to a matter is kept with it. */
export const answeredRow = (before: State, after: State, { now }: Given) =>
  before.isAnswered || !after.isAnswered || after.episode === null
    ? []
    : [conversation.update('episode', after.episode.id, { firstResponseAt: now })]

export const silenced = ({ automationPausedUntil: until }: State, { by }: Pick<Given, 'by'>): Decision => ({
  rule: 'staff_pauses_automation@1',
  outcome: 'paused',
  facts: { until, by: by.id },
})
