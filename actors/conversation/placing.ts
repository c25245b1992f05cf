import { type Holding, roster } from '../roster/contract.ts'
import type { Given } from '../runtime/change.ts'
import type { Tell } from '../runtime/contract.ts'
import { isListed, type State } from './state.ts'

/** How it stands to the roster; null before anything was said. */
function holdingOf(state: State): Holding | null {
  if (!isListed(state)) return null
  const { assigneeId, teamId, status, waitingSince, tags } = state
  return { assigneeId, teamId, isOpen: status === 'open', since: waitingSince, tags }
}

/** Tells the roster, when something of what it knows is other than before. */
export function placed(before: State, after: State, { id: conversationId, workspaceId }: Given): Tell[] {
  // What was there before there was a roster is new to it, once.
  const [was, is] = [before.isPlaced ? holdingOf(before) : null, holdingOf(after)]
  if (!is || !after.isPlaced || (was && isSame(was, is))) return []
  return [roster.tell(workspaceId).moved({ conversationId, was, is })]
}

function isSame(was: Holding, is: Holding) {
  if (was.assigneeId !== is.assigneeId || was.isOpen !== is.isOpen || was.teamId !== is.teamId) return false
  // Somebody has it, or it is closed: how long it waits, and with what tags, is nobody's question.
  if (is.assigneeId !== null || !is.isOpen) return true
  return was.since === is.since && was.tags.join('\n') === is.tags.join('\n')
}
