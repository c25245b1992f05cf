import { untilResolved } from '../../kernel/pause.ts'
import type { Decision, Given } from '../runtime/change.ts'
import type { InputOf } from '../runtime/contract.ts'
import { lived } from './activity.ts'
import type { conversation } from './contract.ts'
import { notes } from './notes.ts'
import type { State } from './state.ts'
import { type ConversationChange, joined, known } from './telling.ts'
import { workflow } from './workflow.ts'

type Input = InputOf<typeof conversation, 'handOff'>

export const handingOver = {
  /** A machine knows no further, or a member gives it away: it is open, waits for people, and machines are silent. */
  handOff(before: State, { reason, summary, teamId }: Input, given: Given) {
    const { status } = known(before)
    const opened: ConversationChange =
      status === 'open'
        ? { state: before }
        : { ...workflow.setStatus(before, { status: 'open' }, given), reply: undefined }
    const waits = joined(opened, (state) => {
      const isOwn = state.assigneeId === given.by.id
      const after = {
        ...state,
        // What was promised to people counts from here: nobody of the business may have been needed before.
        waitingSince: state.waitingSince ?? given.now,
        teamId: teamId === undefined ? state.teamId : teamId,
        assigneeId: isOwn ? null : state.assigneeId,
        automationPausedUntil: untilResolved,
      }
      return lived(state, after, { what: 'handed_over', ...(reason !== undefined && { text: reason }) }, given)
    })
    const change =
      summary === undefined
        ? waits
        : joined(waits, (state) => ({ ...notes.note(state, { text: summary }, given), reply: undefined }))
    const { assigneeId, teamId: team } = change.state
    return {
      ...change,
      reply: { status: 'open' as const, assigneeId, teamId: team, automationPausedUntil: untilResolved },
      decisions: [
        { rule: 'handed_over@1', outcome: 'handed_over', facts: { by: given.by.id, teamId: team } } as Decision,
      ],
    }
  },
}
