import { roster } from '../roster/contract.ts'
import type { Given } from '../runtime/change.ts'
import type { InputOf, Tell } from '../runtime/contract.ts'
import type { conversation } from './contract.ts'
import { placed } from './placing.ts'
import { isListed, type State } from './state.ts'
import { changed, known } from './telling.ts'

type Input = InputOf<typeof conversation, 'assignBy'>

/** What the roster gives to somebody, or takes from somebody who is away. */
export const assignment = {
  assignBy(state: State, { from, to }: Input, given: Given) {
    const answer = (isTaken: boolean): Tell[] =>
      to === null ? [] : [roster.tell(given.workspaceId).answered({ conversationId: given.id, memberId: to, isTaken })]
    const isAsItWas = state.userId !== null && state.assigneeId === from && state.status === 'open'
    if (!isAsItWas) return { state, tells: answer(false) }
    const change = changed(state, { ...known(state), assigneeId: to }, given)
    return { ...change, tells: [...change.tells, ...answer(true)] }
  },

  place(state: State, _: object, given: Given) {
    if (!isListed(state) || state.isPlaced) return { state }
    const after = { ...state, isPlaced: true }
    return { state: after, tells: placed(state, after, given) }
  },
}
