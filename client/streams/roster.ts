import type { Board, RosterEvent } from '../wire.ts'
import { reducing, whole } from './reducing.ts'

export const onRoster = reducing<Board, RosterEvent>({
  'roster.staff_changed': whole,
  // It names the members of whom something changed.
  'roster.changed': (state, board) => ({
    ...board,
    members: state.members.map((one) => board.members.find(({ id }) => id === one.id) ?? one),
  }),
})
