import { Board, roster } from '../../actors/roster/contract.ts'
import { permitted, stream, streamsOf } from '../socket/stream.ts'

export const rosterStreams = streamsOf(roster, {
  main: stream({
    allow: permitted('queue.read'),
    isHere: ({ caller, id }) => id === caller.workspaceId,
    shape: Board,
    snapshot: ({ workspace, id }) => workspace.at(roster, id).view(),
  }),
})
